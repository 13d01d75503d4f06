package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/store"
	"dictation/transcript"
	"dictation/transcript/check"
)

// heardText is a draft with a critical place and a blank.
const heardText = "Patient has no fever. Give metoprolol 50 mg daily. See ___ in May."

// doubted waits for the author's signature: its dose is doubtful, a blank is
// left, and its sound can be played. typed is what the typist made of it.
func (x *site) doubted(author, typed string) pipeline.Dictation {
	x.t.Helper()
	d := x.received(author)
	sound, err := os.ReadFile(recording)
	if err != nil {
		x.t.Fatal(err)
	}
	canonical, err := x.Blob.Put(x.t.Context(), blob.CanonicalKey(d.ID), bytes.NewReader(sound), -1, "audio/wav")
	if err != nil {
		x.t.Fatal(err)
	}
	peaks, err := x.Blob.Put(x.t.Context(), blob.PeaksKey(d.ID), strings.NewReader("peaks"), -1, "")
	if err != nil {
		x.t.Fatal(err)
	}
	d = x.work(d, pipeline.Result{Sound: &pipeline.Sound{Canonical: canonical, PeaksKey: peaks.Key, DurationMS: 1783, Format: "WAV"}})
	var words []transcript.Word
	for i, w := range strings.Fields(heardText) {
		words = append(words, transcript.Word{Text: w, StartMS: int64(i) * 130, EndMS: int64(i)*130 + 120})
	}
	at := strings.Index(heardText, "50 mg")
	d = x.work(d, pipeline.Result{
		Draft: &transcript.Draft{Engine: "test 1", Text: heardText, Words: words},
		Flags: []check.Flag{
			{Kind: check.Dose, Severity: check.Critical, Place: check.Place{Offset: at, Length: 5}, Audio: check.Span{StartMS: 780, EndMS: 1030}, Reason: "50 mg sounds like 15 mg."},
			{Kind: check.LookAlike, Severity: check.Notice, Place: check.Place{Offset: 0, Length: 7}, Reason: "Look once more."},
		},
	})
	typist := x.accounts["transcriptionist"]
	if d, err = x.Desk.Claim(x.t.Context(), typist.User, typist.actor(), d.ID); err != nil {
		x.t.Fatal(err)
	}
	n, err := x.Desk.Save(x.t.Context(), typist.actor(), d.ID, d.TextN, typed)
	if err != nil {
		x.t.Fatal(err)
	}
	if d, err = x.Desk.Complete(x.t.Context(), typist.actor(), d.ID, n); err != nil {
		x.t.Fatal(err)
	}
	return d
}

// TestSignersDay is a signer's work by keyboard, on a desk and on a phone: hear
// the changes and what is doubtful, fill a blank, sign, and go on to the next.
func TestSignersDay(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	for _, c := range []struct {
		name          string
		width, height int64
	}{{"desk", 1360, 900}, {"phone", 375, 740}} {
		x := newSite(t, Options{})
		first := x.doubted("author", strings.Replace(heardText, "Patient has", "The patient has", 1))
		x.typed("author")
		w := b.tab(x)
		w.do(chromedp.EmulateViewport(c.width, c.height))
		w.signIn("author", "/dictations")
		w.visit("/sign")
		w.until("document.querySelector(\"a[aria-current] .num\")?.innerText === \"2\"")
		w.shot("tosign-"+c.name, "light")
		w.focus(fmt.Sprintf("a[href^='/sign/%s']", first.ID))
		w.keys(kb.Enter)
		w.at("/sign/" + first.ID)
		w.until("document.querySelector('#sign-button').disabled")
		w.shows("1 place has to be heard")

		w.keys(kb.F7)
		w.until("document.activeElement.matches('#diff a') && !document.querySelector('#player audio').paused")
		w.keys(kb.F9)
		w.shows("All that must be heard has been heard")
		w.shows("Heard by you")
		w.until("document.querySelector('#player audio').paused")
		w.keys(kb.F8)
		w.focused("#text")
		w.types("Dr Adams")
		w.keys(kb.Tab + kb.Enter)
		w.shows("Saved. Read the text once more")
		w.shot("sign-"+c.name, "light")
		w.keys(kb.F10)
		w.focused("#password")
		w.keys(password + kb.Enter)
		w.shows("This is the next note")
		w.keys(kb.F10)
		w.focused("#password")
		w.keys(password + kb.Enter)
		w.shows("Signed by Dr author")
		if n, err := x.Store.Note(t.Context(), first.ID); err != nil || !strings.Contains(n.Text, "See Dr Adams in May") || n.Seal.Meaning != "author" {
			t.Errorf("%s: %+v, %v", c.name, n, err)
		}
		if n := x.audited("author", "flag.heard", first.ID, ""); n != 1 {
			t.Errorf("%s: %d entries of what was heard", c.name, n)
		}
		if n := x.audited("author", "text.mended", first.ID, ""); n != 1 {
			t.Errorf("%s: %d entries of the filled blank", c.name, n)
		}
		if c.name == "phone" {
			for _, path := range []string{"/sign", "/sign/" + first.ID, "/me/signing", "/sign/" + first.ID + "/print"} {
				w.phone(path, "signer-phone")
			}
		}
	}
}

// A program that says nothing of what its signer heard answers for it, and the
// audit says so; a blank refuses it all the same.
func TestProgramsThatSignForThemselves(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.doubted("author", heardText)
	path := "/api/v1/dictations/" + d.ID
	var o unresolvedView
	x.do("author", "POST", path+"/sign", m{"password": password}).want(http.StatusConflict, &o)
	if len(o.Blanks) != 1 || len(o.Flags) != 1 {
		t.Errorf("%+v", o)
	}
	x.do("author", "POST", path+"/mend", m{"version": d.TextN, "text": strings.Replace(heardText, "___", "us", 1)}).want(http.StatusOK)
	x.do("author", "POST", path+"/sign", m{"password": password}).want(http.StatusOK)
	if n := x.audited("author", "flag.vouched", d.ID, ""); n != 1 {
		t.Errorf("%d entries of what nobody says was heard", n)
	}
}

func TestUnresolvedRefusesTheSignature(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.doubted("author", heardText)
	path := "/api/v1/dictations/" + d.ID
	var o unresolvedView
	x.do("author", "POST", path+"/sign", m{"password": password, "confirmed": []string{}}).want(http.StatusConflict, &o)
	if len(o.Blanks) != 1 || len(o.Flags) != 1 || o.Flags[0].Words != "50 mg" || o.Flags[0].Line != 1 || !o.Flags[0].Must {
		t.Fatalf("%+v", o)
	}
	if !strings.Contains(o.Detail, "a blank (___) in line 1") || !strings.Contains(o.Detail, "One place that can harm, in line 1") {
		t.Errorf("sentence %q", o.Detail)
	}
	if strings.Contains(o.Detail, "metoprolol") || strings.Contains(o.Detail, "50 mg") {
		t.Errorf("the sentence tells of the patient: %q", o.Detail)
	}
	x.do("author", "POST", path+"/mend", m{"version": 7, "text": "x"}).want(http.StatusPreconditionFailed)
	x.do("transcriptionist", "POST", path+"/mend", m{"version": d.TextN, "text": "x"}).want(http.StatusForbidden)
	x.do("author", "POST", path+"/mend", m{"version": d.TextN, "text": strings.Replace(heardText, "___", "us", 1)}).want(http.StatusOK)
	x.do("author", "POST", path+"/sign", m{"password": password, "confirmed": []string{"1.9"}}).wantProblem(http.StatusConflict, "no place")
	// What the typist or a colleague heard is not what the signer heard.
	x.do("clinician", "POST", path+"/confirm", m{"how": "heard", "flags": []string{o.Flags[0].ID}}).want(http.StatusOK)
	x.do("author", "POST", path+"/sign", m{"password": password, "confirmed": []string{}}).want(http.StatusConflict, &o)
	if len(o.Blanks) != 0 || len(o.Flags) != 1 {
		t.Errorf("%+v", o)
	}
	var n noteView
	x.do("author", "POST", path+"/sign", m{"password": password, "confirmed": []string{o.Flags[0].ID}}).want(http.StatusOK, &n)
	if !strings.Contains(n.Text, "See us in May") {
		t.Errorf("signed %q", n.Text)
	}
}

func TestTwoSignatures(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.account("attending", pipeline.RoleClinician)
	x.do("admin", "POST", "/api/v1/users/author/attending", m{"attending": "qa"}).want(http.StatusBadRequest)
	x.do("admin", "POST", "/api/v1/users/author/attending", m{"attending": "attending"}).want(http.StatusOK)
	d := x.typed("author")
	path := "/api/v1/dictations/" + d.ID
	var v dictationView
	x.do("author", "POST", path+"/sign", m{"password": password}).want(http.StatusAccepted, &v)
	if v.Step != pipeline.Cosignature || v.State != pipeline.Pending {
		t.Fatalf("at %s/%s %s", v.Stage, v.Step, v.State)
	}
	for who, status := range map[string]int{"author": 403, "clinician": 403, "transcriptionist": 403} {
		x.do(who, "POST", path+"/sign", m{"password": password}).want(status)
	}
	x.do("attending", "POST", path+"/mend", m{"version": v.TextN, "text": "other"}).wantProblem(http.StatusConflict, "signed once")
	x.do("attending", "GET", "/sign", nil).want(http.StatusOK).has("As attending <span class=\"num\">1</span>", d.JobNumber)
	x.do("attending", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).has("Signed by Dr author", "attending")
	// Returned and typed again, the first signature is void.
	x.do("attending", "POST", path+"/return", m{"reason": "Which dose?"}).want(http.StatusOK)
	typist := x.accounts["transcriptionist"]
	held, err := x.Desk.Claim(t.Context(), typist.User, typist.actor(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	x.save(d.ID, typist.actor(), held.TextN, noteText+" 81 mg.")
	if _, err := x.Desk.Complete(t.Context(), typist.actor(), d.ID, held.TextN+1); err != nil {
		t.Fatal(err)
	}
	x.do("author", "POST", path+"/sign", m{"password": password}).want(http.StatusAccepted)
	var n noteView
	x.do("attending", "POST", path+"/sign", m{"password": password}).want(http.StatusOK, &n)
	if n.Seal.Meaning != pipeline.MeansAttending || len(n.Earlier) != 1 || n.Earlier[0].Meaning != pipeline.MeansFirst || n.Seal.First == "" {
		t.Errorf("%+v after %+v", n.Seal, n.Earlier)
	}
	note, err := x.Store.Note(t.Context(), d.ID)
	if err != nil || note.Completion() != "LA" {
		t.Errorf("completion %s, %v", note.Completion(), err)
	}
}

func TestProxySigns(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.typed("author")
	path := "/api/v1/dictations/" + d.ID
	x.do("author2", "POST", path+"/sign", m{"password": password}).want(http.StatusForbidden)
	until := time.Now().Add(24 * time.Hour)
	x.do("author", "POST", "/api/v1/me/proxies", m{"proxy": "author2", "until": time.Now().Add(-time.Hour)}).want(http.StatusBadRequest)
	x.do("author", "POST", "/api/v1/me/proxies", m{"proxy": "transcriptionist", "until": until}).want(http.StatusBadRequest)
	var ps proxiesView
	x.do("author", "POST", "/api/v1/me/proxies", m{"proxy": "author2", "until": until}).want(http.StatusCreated, &ps)
	x.do("author2", "GET", "/sign?show=proxy", nil).want(http.StatusOK).has(d.JobNumber)
	x.do("author2", "GET", path+"/text", nil).want(http.StatusOK)
	x.do("author", "POST", "/api/v1/me/proxies/"+ps.Proxies[0].ID+"/revoke", nil).want(http.StatusOK, &ps)
	x.do("author2", "POST", path+"/sign", m{"password": password}).want(http.StatusForbidden)
	x.do("author", "POST", "/api/v1/me/proxies/"+ps.Proxies[0].ID+"/revoke", nil).want(http.StatusNotFound)
	x.do("author", "POST", "/api/v1/me/proxies", m{"proxy": "author2", "until": until}).want(http.StatusCreated)
	var n noteView
	x.do("author2", "POST", path+"/sign", m{"password": password}).want(http.StatusOK, &n)
	if n.Seal.Meaning != pipeline.MeansProxy || n.Seal.AuthorName != "Dr author" || n.Seal.SignerName != "Dr author2" {
		t.Errorf("%+v", n.Seal)
	}
}

// TestTwoSignersAtOnce: one signs, the other is told, and there is one note.
func TestTwoSignersAtOnce(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	for range 10 {
		d := x.typed("author")
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := make(map[int]int)
		for _, who := range []string{"author", "clinician", "author"} {
			wg.Go(func() {
				a := x.accounts[who]
				_, err := x.Desk.Sign(context.WithoutCancel(t.Context()), a.User, a.actor(), d.ID, d.TextN)
				mu.Lock()
				defer mu.Unlock()
				got[statuses[pipeline.KindOf(err)]*btoi(err != nil)]++
			})
		}
		wg.Wait()
		if got[0] != 1 {
			t.Fatalf("answers %v, want one signature", got)
		}
		if n := x.audited("author", "dictation.signed", d.ID, "") + x.audited("clinician", "dictation.signed", d.ID, ""); n != 1 {
			t.Errorf("%d signatures in the audit", n)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestLater(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, _ := x.delivered("author")
	path := "/api/v1/dictations/" + d.ID
	body := func(relation, text, reason string) m {
		return m{"relation": relation, "text": text, "reason": reason, "password": password}
	}
	x.do("transcriptionist", "POST", path+"/later", body("addendum", "More.", "")).want(http.StatusForbidden)
	x.do("author2", "POST", path+"/later", body("addendum", "More.", "")).want(http.StatusForbidden)
	x.do("author", "POST", path+"/later", m{"relation": "addendum", "text": "More.", "password": "wrong"}).want(http.StatusForbidden)
	x.do("author", "POST", path+"/later", body("addendum", "More ___.", "")).want(http.StatusConflict)
	x.do("author", "POST", path+"/later", body("amendment", "Other.", "")).wantProblem(http.StatusBadRequest, "why")
	x.do("author", "POST", path+"/later", body("amendment", noteText, "None.")).want(http.StatusConflict)
	var added, amended noteView
	x.do("author", "POST", path+"/later", body("addendum", "<b>More</b>.", "")).want(http.StatusCreated, &added)
	x.do("clinician", "POST", path+"/later", body("amendment", "Take no aspirin.", "Allergy.")).want(http.StatusCreated, &amended)
	x.do("author", "POST", path+"/later", body("amendment", "Again.", "Why.")).wantProblem(http.StatusConflict, "amended already")
	if added.Seal.RefersTo != d.JobNumber || added.Seal.Relation != pipeline.Addendum || added.DocumentNumber == d.JobNumber {
		t.Errorf("%+v", added.Seal)
	}
	next, err := x.Store.Dictation(t.Context(), amended.DictationID)
	if err != nil || next.Stage != pipeline.Deliver || next.State != pipeline.Pending {
		t.Errorf("the amendment is at %s, %v", next.Position, err)
	}
	x.filed(t, added, amended)
	old, err := x.Store.Note(t.Context(), d.ID)
	if err != nil || old.Text != noteText {
		t.Errorf("the signed text is %q, %v", old.Text, err)
	}
	x.do("author", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).has("This note was amended", added.DocumentNumber, amended.DocumentNumber)
	x.do("author", "GET", "/sign/"+added.DictationID, nil).want(http.StatusOK).has("&lt;b&gt;More&lt;/b&gt;", "It adds to").lacks("<b>More")
	x.do("author", "GET", "/sign/"+d.ID+"/print", nil).want(http.StatusOK).has("AMENDED", "Signed by Dr author").lacks("DRAFT")
	x.do("author", "GET", "/sign/"+x.typed("author").ID+"/print", nil).want(http.StatusOK).has("DRAFT – not signed", "MRN-1001")
	if v, _, err := x.Store.CheckAudit(t.Context()); err != nil || len(v.Problems()) > 0 {
		t.Errorf("audit %v, %v", v.Problems(), err)
	}
	// The form says the same.
	x.form("author", "/sign/"+d.ID+"/later", url.Values{"relation": {"addendum"}, "text": {"By form."}, "password": {"wrong"}}).
		want(http.StatusForbidden).has("By form.", `autofocus aria-describedby="add-trouble"`, `id="add-trouble">The password is not right.`).lacks(`id="amend-trouble"`)
	x.form("author", "/sign/"+d.ID+"/later", url.Values{"relation": {"addendum"}, "text": {"By form."}, "password": {password}}).want(http.StatusSeeOther)
}

// filed attaches later notes and reads them over FHIR.
func (x *site) filed(t *testing.T, added, amended noteView) {
	t.Helper()
	want := map[string]string{added.ID: "appends final", amended.ID: "replaces amended"}
	for _, v := range []noteView{added, amended} {
		n, err := x.Store.NoteByID(t.Context(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := x.Store.AttachDocument(t.Context(), n.DocumentNumber+"@chart", n)
		if err != nil {
			t.Fatal(err)
		}
		var ref struct {
			DocStatus string
			RelatesTo []struct {
				Code   string
				Target struct{ Reference string }
			}
		}
		x.do("records", "GET", "/fhir/DocumentReference/"+doc.ID, nil).want(http.StatusOK, &ref)
		if len(ref.RelatesTo) != 1 || ref.RelatesTo[0].Code+" "+ref.DocStatus != want[v.ID] {
			t.Fatalf("%+v", ref)
		}
		var parent struct{ Status string }
		x.do("records", "GET", "/fhir/"+ref.RelatesTo[0].Target.Reference, nil).want(http.StatusOK, &parent)
		if superseded := parent.Status == "superseded"; superseded != (n.Relation == pipeline.Amendment) {
			t.Errorf("the old document is %s after an %s", parent.Status, n.Relation)
		}
	}
}

func TestSignListPages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	want := make(map[string]bool)
	for range 3 {
		want[x.typed("author").ID] = true
	}
	u := x.accounts["author"].User
	var after store.SignCursor
	for range 3 {
		ds, err := x.Store.ToSign(t.Context(), u, store.SignOwn, after, 1)
		if err != nil || len(ds) != 1 {
			t.Fatalf("%d, %v", len(ds), err)
		}
		if after, err = readSignCursor(writeSignCursor(ds[0])); err != nil {
			t.Fatal(err)
		}
		delete(want, ds[0].ID)
	}
	if ds, err := x.Store.ToSign(t.Context(), u, store.SignOwn, after, 1); len(want) > 0 || len(ds) > 0 || err != nil {
		t.Errorf("left %v, more %d, %v", want, len(ds), err)
	}
	x.do("author", "GET", "/sign?after=nonsense", nil).want(http.StatusBadRequest)
}

// TestDictatedAddendum is spoken, typed and signed like any other, and refers.
func TestDictatedAddendum(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, _ := x.delivered("author")
	send := func(who, mrn, number string) answer {
		return x.upload(who, []field{
			{name: "patient_mrn", value: mrn}, {name: "encounter"}, {name: "worktype", value: "consultation"}, {name: "priority"},
			{name: "refers_to", value: number}, {name: "audio", value: "more sound of " + who + mrn},
		})
	}
	send("author", "MRN-1001", "D0000000000").want(http.StatusNotFound)
	send("author2", "MRN-1001", d.JobNumber).want(http.StatusForbidden)
	send("author", "MRN-1002", d.JobNumber).wantProblem(http.StatusBadRequest, "another patient")
	var v dictationView
	send("author", "MRN-1001", d.JobNumber).want(http.StatusCreated, &v)
	next, err := x.Store.Dictation(t.Context(), v.ID)
	if err != nil || next.Relation != pipeline.Addendum || next.RefersTo == "" {
		t.Errorf("%+v, %v", next.Relation, err)
	}
}
