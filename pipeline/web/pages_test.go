package web

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/intake"
	"dictation/pipeline/store"
)

// form posts fields as a browser does.
func (x *site) form(who, path string, fields url.Values, header ...string) answer {
	x.t.Helper()
	return x.do(who, "POST", path, fields.Encode(), append(header, "Content-Type", "application/x-www-form-urlencoded")...)
}

// page is the answer as text.
func (a answer) page() string { return html.UnescapeString(string(a.body)) }

// has checks that the page shows all the parts.
func (a answer) has(parts ...string) answer {
	a.t.Helper()
	for _, p := range parts {
		if !strings.Contains(string(a.body), p) {
			_, main, _ := strings.Cut(string(a.body), "<main")
			a.t.Errorf("the page does not show %q:\n%s", p, main)
		}
	}
	return a
}

// lacks checks that the page shows none of the parts.
func (a answer) lacks(parts ...string) answer {
	a.t.Helper()
	for _, p := range parts {
		if strings.Contains(string(a.body), p) {
			a.t.Errorf("the page shows %q", p)
		}
	}
	return a
}

// to checks a redirect.
func (a answer) to(where string) answer {
	a.t.Helper()
	a.want(http.StatusSeeOther)
	if got := a.header.Get("Location"); got != where {
		a.t.Errorf("sent to %q, want %q", got, where)
	}
	return a
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Demo: true})
	x.do("", "GET", "/login", nil).want(http.StatusOK).has("Sign in", "Demonstration")
	x.form("", "/login", url.Values{"username": {"author"}, "password": {"wrong"}}).
		want(http.StatusUnauthorized).has("not right", `value="author"`).lacks("wrong")
	for role, home := range map[string]string{
		"author": "/dictations", "transcriptionist": "/work", "qa": "/work", "clinician": "/sign",
		"records": "/patients", "auditor": "/audit", "admin": "/admin",
	} {
		a := x.form("", "/login", url.Values{"username": {role}, "password": {password}}).to(home)
		cookie := a.header.Get("Set-Cookie")
		for _, part := range []string{"dictation=", "HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("the cookie %q lacks %q", cookie, part)
			}
		}
		session, _, _ := strings.Cut(cookie, ";")
		x.do("", "GET", home, nil, "Cookie", session).want(http.StatusOK).has("Dr " + role)
		x.do("", "GET", "/", nil, "Cookie", session).to(home)
		x.do("", "GET", "/login", nil, "Cookie", session).to(home)
		x.form("", "/logout", nil, "Cookie", session).to("/login?said=signed-out")
		x.do("", "GET", home, nil, "Cookie", session).to("/login?next=" + url.QueryEscape(home))
	}
	x.form("", "/logout", nil).to("/login?said=signed-out")
}

func TestSignInSendsOnlyHere(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	for next, want := range map[string]string{
		"/sign": "/sign", "": "/dictations", "/": "/dictations", "https://elsewhere.example/": "/dictations",
		"//elsewhere.example": "/dictations", `/\elsewhere.example`: "/dictations", "javascript:alert(1)": "/dictations",
	} {
		x.form("", "/login", url.Values{"username": {"author"}, "password": {password}, "next": {next}}).to(want)
	}
}

func TestCookieOverTLS(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Secure: true})
	a := x.form("", "/login", url.Values{"username": {"author"}, "password": {password}})
	if c := a.header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-dictation=") || !strings.Contains(c, "Secure") {
		t.Errorf("cookie %q", c)
	}
	y := newSite(t, Options{PublicURL: "https://dictation.example.org/"})
	a = y.form("", "/login", url.Values{"username": {"author"}, "password": {password}}, "Origin", "https://dictation.example.org")
	if c := a.header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-dictation=") || !strings.Contains(c, "Secure") {
		t.Errorf("cookie behind a proxy %q", c)
	}
	y.do("records", "GET", "/fhir/Patient?_id="+y.patients[0].ID, nil).has("https://dictation.example.org/fhir/Patient").lacks("127.0.0.1")
	if _, err := New(x.Rooms, Options{PublicURL: "dictation.example.org"}); err == nil {
		t.Error("a public URL without a scheme was taken")
	}
}

// recordings makes a form with the fields and sounds, in this order.
func recordings(t *testing.T, fields [][2]string, sounds ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		if err := w.WriteField(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range sounds {
		part, err := w.CreateFormFile("audio", fmt.Sprintf("memo%d.wav", i))
		if err == nil {
			_, err = part.Write([]byte(r))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// TestUploadWithoutScript sends recordings as a browser without scripts does.
func TestUploadWithoutScript(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.do("author", "GET", "/dictations", nil).want(http.StatusOK).has("You have sent no recording yet")
	x.form("author", "/dictations/find", url.Values{"q": {"r"}}).want(http.StatusBadRequest).has("two characters")
	x.form("author", "/dictations/find", url.Values{"q": {"nobody"}}).want(http.StatusOK).has("Nobody")
	found := x.form("author", "/dictations/find", url.Values{"q": {"rosen"}}).want(http.StatusOK).
		has("Rosenfeld, Ada Maria", `value="MRN-1001|V-77"`)
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindSubmatch(found.body)
	if key == nil {
		t.Fatal("the form has no key")
	}
	fields := [][2]string{{"whose", "MRN-1001|V-77"}, {"worktype", "consultation"}, {"priority", "stat"}, {"key", string(key[1])}}
	for range 2 { // sent twice, by reloading the page
		body, ct := recordings(t, fields, "one", "two")
		x.do("author", "POST", "/dictations", body, "Content-Type", ct).want(http.StatusCreated).
			has("memo0.wav", "memo1.wav", "D0001000001", "D0001000002", "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed", "STAT")
	}
	ds, err := x.Store.Dictations(t.Context(), store.Filter{AuthorID: x.accounts["author"].ID})
	if err != nil || len(ds) != 2 || ds[0].Source != "page" || ds[0].EncounterID != x.visit.ID || ds[0].Priority != pipeline.STAT {
		t.Errorf("%+v, %v", ds, err)
	}

	body, ct := recordings(t, [][2]string{{"whose", "MRN-9|"}, {"worktype", "consultation"}}, "three")
	x.do("author", "POST", "/dictations", body, "Content-Type", ct).want(http.StatusUnprocessableEntity).has("Not sent", "no patient with that number")
	body, ct = recordings(t, fields)
	x.do("author", "POST", "/dictations", body, "Content-Type", ct).want(http.StatusBadRequest).has("No recording was chosen")
	body, ct = recordings(t, fields[:3], strings.Split(strings.Repeat("x", maxFiles+1), "")...)
	x.do("author", "POST", "/dictations", body, "Content-Type", ct).want(http.StatusUnprocessableEntity).has("At most 20 recordings")
}

func TestErrorsArePages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.do("", "GET", "/nowhere", nil).want(http.StatusNotFound).has("<!doctype html>", "nothing at this address").lacks("Sign out")
	x.do("author", "GET", "/nowhere", nil).want(http.StatusNotFound).has("Sign out")
	x.do("author", "GET", "/dictations/not-an-id", nil).want(http.StatusNotFound).has("There is no such dictation.")
	x.do("author", "GET", "/audit", nil).want(http.StatusForbidden).has("may not do this")
	x.do("author", "GET", "/api/v1/nowhere", nil).wantProblem(http.StatusNotFound, "nothing at this address")
	x.do("", "GET", "/assets/app-000000000000.css", nil).want(http.StatusNotFound)
	if a := x.do("", "GET", "/favicon.ico", nil).want(http.StatusFound); !strings.HasPrefix(a.header.Get("Location"), "/assets/favicon-") {
		t.Errorf("the icon is at %q", a.header.Get("Location"))
	}
}

func TestReturnAndSign(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.typed("author")
	x.do("clinician", "GET", "/sign", nil).want(http.StatusOK).has("Dictated by colleagues", "/sign/"+d.ID)
	x.do("author", "GET", "/sign", nil).want(http.StatusOK).has("/sign/"+d.ID, "Rosenfeld")
	x.do("clinician", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).
		has("3 changes against the draft", "removed: </span> ___ take</del>", "Dr author")

	sign := func(version int, pass string) answer {
		return x.form("clinician", "/sign/"+d.ID, url.Values{"version": {fmt.Sprint(version)}, "password": {pass}})
	}
	sign(d.TextN, "wrong").want(http.StatusForbidden).has("The password is not right", "patient has no fever")
	sign(d.TextN-1, password).want(http.StatusPreconditionFailed).has("was changed after you read it")
	x.form("clinician", "/sign/"+d.ID, url.Values{"password": {password}}).want(http.StatusBadRequest)
	x.form("clinician", "/sign/"+d.ID+"/return", url.Values{"reason": {" "}}).want(http.StatusBadRequest).has("Say why")

	x.form("clinician", "/sign/"+d.ID+"/return", url.Values{"reason": {"The dose is missing."}}).to("/sign?said=returned")
	x.do("transcriptionist", "GET", "/work", nil).has("The dose is missing.", "1 waiting")
	x.form("transcriptionist", "/work/next", nil).to("/review/" + d.ID)
	x.do("transcriptionist", "GET", "/review/"+d.ID, nil).want(http.StatusOK).has("The dose is missing.", noteText, "data-draft=\"1\"")
	by := x.accounts["transcriptionist"].actor()
	x.save(d.ID, by, d.TextN, noteText+" 81 mg.")
	if _, err := x.Desk.Complete(t.Context(), by, d.ID, d.TextN+1); err != nil {
		t.Fatal(err)
	}
	sign(d.TextN+1, password).to("/sign/" + d.ID + "?said=signed")
	x.do("clinician", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).has("Signed by Dr clinician", "/patients/"+d.PatientID)
	// Signed already: the second signature is refused, the note stays.
	sign(d.TextN+1, password).want(http.StatusForbidden)
}

func TestBlankIsNotSigned(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	if _, err := x.Desk.Complete(t.Context(), x.accounts["transcriptionist"].actor(), d.ID, d.TextN); err != nil {
		t.Fatal(err)
	}
	x.do("author", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).has("The text has 1 blank", "disabled>Sign<")
	x.form("author", "/sign/"+d.ID, url.Values{"version": {fmt.Sprint(d.TextN)}, "password": {password}}).
		want(http.StatusConflict).has("still has a blank")
}

func TestWorkPage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.do("transcriptionist", "GET", "/work", nil).want(http.StatusOK).has("The queue is empty", "0 waiting")
	x.form("transcriptionist", "/work/next", nil).to("/work?said=none")
	x.do("transcriptionist", "GET", "/work?said=none", nil).has("No dictation waits")
	x.do("clinician", "GET", "/work", nil).to("/sign")
	d := x.drafted("author")
	x.do("transcriptionist", "GET", "/review/"+d.ID, nil).want(http.StatusOK).has("Nobody has this dictation", "Take it")
	x.do("transcriptionist", "GET", "/work", nil).lacks("Rosenfeld") // no names before a job is taken
	x.form("transcriptionist", "/review/"+d.ID+"/claim", nil).to("/review/" + d.ID)
	x.do("transcriptionist2", "GET", "/work", nil).has("In hand", "The queue is empty")
	x.do("transcriptionist2", "GET", "/work?state=in_progress", nil).has("Dr transcriptionist has had it for")
	x.form("transcriptionist2", "/review/"+d.ID+"/claim", nil).to("/review/" + d.ID)
	x.do("transcriptionist2", "GET", "/review/"+d.ID, nil).has("<strong>Dr transcriptionist</strong> has this dictation").lacks("fever")
	x.do("transcriptionist", "GET", "/work", nil).has("In your hands", "Go on")
	x.form("transcriptionist", "/review/"+d.ID+"/release", nil).to("/work?said=released")
}

// TestWorkPageOfTwoQueues: who types and checks sees both, what to check first.
func TestWorkPageOfTwoQueues(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.account("both", pipeline.RoleTranscriptionist, pipeline.RoleQA)
	typing, qa := x.drafted("author"), x.drafted("author")
	x.toQA(qa.ID)
	x.do("both", "GET", "/work", nil).want(http.StatusOK).has("Quality check, typing and editing", "2 waiting", qa.JobNumber).lacks(typing.JobNumber)
	x.do("both", "GET", "/work?step=typing", nil).want(http.StatusOK).has(typing.JobNumber).lacks(qa.JobNumber)
	for _, id := range []string{typing.ID, qa.ID} {
		x.do("both", "GET", "/review/"+id, nil).want(http.StatusOK).has("Take it")
		x.form("both", "/review/"+id+"/claim", nil).to("/review/" + id)
	}
	x.do("both", "GET", "/work", nil).has("In your hands", "0 waiting")
}

func TestChart(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, doc := x.delivered("author")
	x.form("records", "/patients", url.Values{"q": {"a"}}).want(http.StatusBadRequest).has("two characters")
	x.form("records", "/patients", url.Values{"q": {"zz"}}).want(http.StatusOK).has("Nobody")
	x.form("records", "/patients", url.Values{"q": {"ada"}}).want(http.StatusOK).has("Rosenfeld", "Adamski", "/patients/"+doc.Patient.ID)
	x.do("records", "GET", "/patients/"+doc.Patient.ID, nil).want(http.StatusOK).
		has("Seal holds", noteText, "11488-4", "Dr author (author)", d.JobNumber).lacks("/dictations/" + d.ID)
	x.do("clinician", "GET", "/patients/"+doc.Patient.ID, nil).has("/dictations/" + d.ID + "#sound")
	x.do("records", "GET", "/patients/"+x.patients[1].ID, nil).has("no document in this chart")
	x.do("records", "GET", "/patients/nobody", nil).want(http.StatusNotFound)
}

func TestAuditPage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.drafted("author")
	x.do("author", "GET", "/admin", nil).want(http.StatusForbidden)
	x.do("auditor", "GET", "/audit", nil).want(http.StatusOK).has("refused", "Received")
	x.do("auditor", "GET", "/audit?dictation="+strings.ToLower(d.JobNumber), nil).want(http.StatusOK).has("Entries of "+d.JobNumber, "the system").lacks("refused")
	x.do("auditor", "GET", "/audit?dictation="+d.ID, nil).want(http.StatusOK).has("Entries of " + d.JobNumber)
	x.do("auditor", "GET", "/audit?dictation=D9", nil).want(http.StatusNotFound)
	x.form("auditor", "/audit/verify", nil).want(http.StatusOK).has("The chain is whole")
}

func TestAdminPages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.do("admin", "GET", "/admin", nil).want(http.StatusOK).has("Nothing is stuck")
	d := x.received("author")
	x.failed(d)
	x.do("admin", "GET", "/admin", nil).has("The file holds no sound", "Run again")
	x.do("author", "GET", "/dictations/"+d.ID, nil).has("The file holds no sound", "If it was the wrong file")
	job := "/admin/jobs/" + d.ID
	x.form("admin", job+"/unhold", nil).want(http.StatusConflict)
	x.form("admin", job+"/identify", url.Values{"patient_mrn": {"MRN-9"}}).want(http.StatusBadRequest).has("no patient with that number")
	x.form("admin", job+"/identify", url.Values{"patient_mrn": {"MRN-1002"}, "author": {""}, "worktype": {"letter"}, "priority": {"stat"}}).to("/admin?said=identified")
	x.form("admin", job+"/retry", nil).to("/admin?said=retried")
	x.form("admin", job+"/nonsense", nil).want(http.StatusNotFound)
	got, err := x.Store.Dictation(t.Context(), d.ID)
	if err != nil || got.State != pipeline.Pending || got.PatientID != x.patients[1].ID || got.Worktype != "letter" || got.Priority != pipeline.STAT {
		t.Errorf("%+v, %v", got, err)
	}

	unheard := x.recognitionFailed("author")
	x.do("author", "GET", "/dictations/"+unheard.ID, nil).has("Have it typed from the sound")
	x.do("author", "GET", "/dictations/"+d.ID, nil).lacks("Have it typed from the sound")
	x.form("author", "/dictations/"+unheard.ID+"/type-by-hand", nil).to("/dictations/" + unheard.ID + "?said=by-hand")
	x.form("author", "/dictations/"+unheard.ID+"/type-by-hand", nil).want(http.StatusConflict)
	unheard = x.recognitionFailed("author")
	x.do("admin", "GET", "/admin", nil).has("Have it typed from the sound", "Nobody has a dictation in hand")
	x.form("admin", "/admin/jobs/"+unheard.ID+"/type-by-hand", nil).to("/admin?said=by-hand")
	inHand := x.claimed("author")
	x.do("admin", "GET", "/admin", nil).has("Dr transcriptionist<", "Give back to the queue", inHand.JobNumber)
	x.form("admin", "/admin/jobs/"+inHand.ID+"/take-back", nil).to("/admin?said=taken-back")
	x.form("admin", "/admin/jobs/"+inHand.ID+"/take-back", nil).want(http.StatusConflict)

	account := url.Values{"username": {"new"}, "name": {"Dr New"}, "role": {"author", "clinician"}, "password": {"a long enough one"}}
	x.form("admin", "/admin/users", account).to("/admin/users?said=added")
	x.form("admin", "/admin/users", account).want(http.StatusConflict).has("already", `value="Dr New"`)
	x.do("admin", "GET", "/admin/users", nil).has("Dr New", "Author, Clinician")
	x.form("admin", "/admin/users/new/disable", nil).to("/admin/users?said=disabled")
	x.form("", "/login", url.Values{"username": {"new"}, "password": {"a long enough one"}}).want(http.StatusUnauthorized)
	x.form("admin", "/admin/users/new/enable", nil).to("/admin/users?said=enabled")
	x.form("admin", "/admin/users/new/password", url.Values{"password": {"another long one"}}).to("/admin/users?said=password")
	x.form("", "/login", url.Values{"username": {"new"}, "password": {"another long one"}}).to("/sign")
	x.form("admin", "/admin/users/admin/disable", nil).want(http.StatusConflict).has("your own account")
	x.form("admin", "/admin/users/nobody/disable", nil).want(http.StatusNotFound)
}

// TestHostileNamesStayText puts markup wherever people can write and reads it
// back from every page: never as markup.
func TestHostileNamesStayText(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	evil := `"><script>evil()</script>`
	p := x.patients[0]
	p.Family, p.Given = "Rosen"+evil, "Ada"+evil
	if _, err := x.Store.PutPatient(context.WithoutCancel(t.Context()), p); err != nil {
		t.Fatal(err)
	}
	x.visit.Reason = evil
	if _, err := x.Store.PutEncounter(t.Context(), x.visit); err != nil {
		t.Fatal(err)
	}
	author := x.accounts["author"]
	d, err := x.Intake.Receive(t.Context(), author.actor(), intake.Request{
		Author: author.ID, PatientMRN: p.MRN, Encounter: x.visit.Number, Worktype: "letter", FileName: evil, Source: "page",
	}, strings.NewReader("sound"))
	if err != nil {
		t.Fatal(err)
	}
	x.failed(d)
	waiting := x.typed("author")
	held := x.claimed("author")
	x.save(held.ID, x.accounts["transcriptionist"].actor(), held.TextN, evil)
	pages := []answer{
		x.do("author", "GET", "/dictations", nil), x.do("author", "GET", "/dictations/"+d.ID, nil), x.do("author", "GET", "/sign", nil),
		x.form("author", "/dictations/find", url.Values{"q": {"rosen"}}), x.do("author", "GET", "/dictations/"+held.ID, nil),
		x.do("clinician", "GET", "/sign/"+waiting.ID, nil), x.form("clinician", "/patients", url.Values{"q": {"rosen"}}),
		x.do("transcriptionist", "GET", "/review/"+held.ID, nil),
		x.form("clinician", "/patients", url.Values{"q": {evil}}), x.do("clinician", "GET", "/patients/"+p.ID, nil),
		x.form("", "/login", url.Values{"username": {evil}, "password": {"x"}, "next": {"/" + evil}}),
	}
	for i, a := range pages {
		if a.status >= http.StatusInternalServerError {
			t.Errorf("page %d: %d", i, a.status)
		}
		a.has("&lt;script&gt;evil()").lacks("<script>evil()")
	}
}
