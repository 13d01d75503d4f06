package web

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"dictation/pipeline"
)

// everybody is who passes the guard of a route that asks for no right.
const everybody = "author transcriptionist qa lead clinician records auditor admin"

// rights says who passes the guard of each route. Of a route about a dictation
// it says so twice: while it is typed, and while it waits for its signature.
// "own:" is for those whose own it is: author and clinician dictated it,
// transcriptionist and QA editor hold it.
var rights = withClinical(map[string]struct{ all, typing, signature string }{
	"POST /api/v1/recordings":                       authors,
	"GET /api/v1/recordings":                        authors,
	"GET /api/v1/recordings/{recording}":            authors, // whose it is: TestRecordingIsItsAuthors
	"GET /api/v1/recordings/{recording}/chunks":     authors,
	"PUT /api/v1/recordings/{recording}/chunks/{n}": authors,
	"POST /api/v1/recordings/{recording}/complete":  authors,
	"POST /api/v1/recordings/{recording}/send":      authors,
	"POST /api/v1/recordings/{recording}/discard":   authors,

	"POST /api/v1/dictations":                  {all: "author clinician"},
	"GET /api/v1/dictations":                   {all: everybody}, // TestListing
	"GET /api/v1/dictations/{id}":              {typing: "own:author transcriptionist qa lead clinician admin", signature: "own:author transcriptionist qa lead clinician admin"},
	"GET /api/v1/dictations/{id}/audio":        {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"GET /api/v1/dictations/{id}/playback":     {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"GET /api/v1/dictations/{id}/parts":        {typing: "own:author transcriptionist qa lead clinician admin", signature: "own:author transcriptionist qa lead clinician admin"},
	"POST /api/v1/dictations/{id}/split":       splitters,
	"POST /api/v1/dictations/{id}/whole":       splitters,
	"GET /api/v1/dictations/{id}/original":     {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"GET /api/v1/dictations/{id}/peaks":        {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"GET /api/v1/dictations/{id}/text":         {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"GET /api/v1/dictations/{id}/versions":     {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"GET /api/v1/dictations/{id}/versions/{n}": {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"PUT /api/v1/dictations/{id}/text":         worklist,
	"POST /api/v1/dictations/{id}/claim":       worklist,
	"POST /api/v1/dictations/{id}/keep":        worklist,
	"POST /api/v1/dictations/{id}/suspend":     worklist,
	"POST /api/v1/dictations/{id}/release":     worklist,
	"POST /api/v1/dictations/{id}/complete":    worklist,
	"POST /api/v1/dictations/{id}/qa":          worklist,
	"POST /api/v1/dictations/{id}/undo":        worklist,
	"GET /api/v1/dictations/{id}/changes":      {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"POST /api/v1/dictations/{id}/assess":      worklist,
	"GET /api/v1/qa/feedback":                  {all: "transcriptionist"},
	"GET /api/v1/qa/disputes":                  {all: "qa lead"},
	"GET /api/v1/qa/rules":                     {all: "lead admin"},
	"PUT /api/v1/qa/rules":                     {all: "lead admin"},
	"GET /api/v1/qa/report":                    {all: "qa lead admin"},
	"GET /api/v1/qa/report.csv":                {all: "qa lead admin"},

	"POST /api/v1/qa/assessments/{assessment}/read":              {all: "transcriptionist"},
	"POST /api/v1/qa/assessments/{assessment}/marks/{n}/dispute": {all: "transcriptionist"},
	"POST /api/v1/qa/assessments/{assessment}/marks/{n}/answer":  {all: "qa lead"},
	"GET /api/v1/qa/assessments/{assessment}/marks/{n}/sound":    {all: "transcriptionist qa lead"},

	"POST /api/v1/dictations/{id}/return":       {typing: "own:transcriptionist own:qa own:lead", signature: "own:author clinician"},
	"POST /api/v1/dictations/{id}/sign":         {signature: "own:author clinician"},
	"POST /api/v1/dictations/{id}/retry":        {typing: "admin", signature: "admin"},
	"POST /api/v1/dictations/{id}/hold":         {typing: "admin", signature: "admin"},
	"POST /api/v1/dictations/{id}/unhold":       {typing: "admin", signature: "admin"},
	"POST /api/v1/dictations/{id}/identify":     {typing: "admin", signature: "admin"},
	"POST /api/v1/dictations/{id}/take-back":    {typing: "admin", signature: "admin"},
	"POST /api/v1/dictations/{id}/take-over":    {typing: "lead", signature: "lead"},
	"POST /api/v1/dictations/{id}/type-by-hand": {typing: "own:author own:clinician admin", signature: "own:author own:clinician admin"},
	"POST /api/v1/worklist/next":                {all: "transcriptionist qa lead clinician"},
	"GET /api/v1/worklist":                      {all: "transcriptionist qa lead clinician"},
	"GET /api/v1/events":                        {all: everybody}, // TestListing
	"GET /api/v1/notes/{id}":                    {typing: "own:author own:transcriptionist own:qa own:lead clinician records", signature: "own:author clinician records"},
	"POST /api/v1/patients/search":              {all: "author clinician records"},
	"GET /api/v1/patients/{patient}/encounters": {all: "author clinician records"},
	"GET /api/v1/audit":                         {all: "auditor"},
	"GET /api/v1/audit/verify":                  {all: "auditor"},
	"GET /api/v1/users":                         {all: "admin"},
	"POST /api/v1/users":                        {all: "admin"},
	"POST /api/v1/users/{username}/disable":     {all: "admin"},
	"POST /api/v1/users/{username}/enable":      {all: "admin"},
	"POST /api/v1/users/{username}/password":    {all: "admin"},
	"POST /api/v1/users/{username}/roles":       {all: "admin"},
	"GET /api/v1/users/{username}/work":         {all: "admin"},
	"GET /api/v1/me/settings":                   {all: everybody},
	"PUT /api/v1/me/settings":                   {all: everybody},
	"GET /api/v1/phrases":                       {all: everybody},
	"POST /api/v1/phrases":                      {all: everybody}, // TestPhrasesAPI: the site's are not for everybody
	"PUT /api/v1/phrases/{phrase}":              {all: everybody},
	"DELETE /api/v1/phrases/{phrase}":           {all: everybody},
	"POST /api/v1/words/unknown":                {all: "transcriptionist qa lead clinician"},
	"POST /api/v1/words":                        {all: "qa lead admin"},
	"POST /api/v1/words/remove":                 {all: "qa lead admin"},
	"POST /api/v1/me/keys":                      {all: everybody},
	"POST /api/v1/tokens":                       {all: everybody},
	"POST /api/v1/tokens/revoke":                {all: everybody},
	"GET /api/":                                 {all: everybody},
	"GET /fhir/Patient":                         {all: "clinician records"},
	"GET /fhir/Patient/{fhir}":                  {all: "clinician records"},
	"GET /fhir/Encounter":                       {all: "clinician records"},
	"GET /fhir/Encounter/{fhir}":                {all: "clinician records"},
	"GET /fhir/DocumentReference":               {all: "clinician records"},
	"GET /fhir/DocumentReference/{fhir}":        {all: "clinician records"},
	"GET /fhir/Binary/{fhir}":                   {all: "clinician records"},
	"GET /fhir/":                                {all: "clinician records"},
	"GET /fhir/AuditEvent":                      {all: "auditor"},
	"GET /fhir/Provenance":                      {all: "clinician records"},
	"GET /fhir/Provenance/{fhir}":               {all: "clinician records"},
	"POST /fhir/Provenance/_search":             {all: "clinician records"},
	"POST /fhir/Patient/_search":                {all: "clinician records"},
	"POST /fhir/Encounter/_search":              {all: "clinician records"},
	"POST /fhir/DocumentReference/_search":      {all: "clinician records"},
	"POST /fhir/Patient":                        {all: "records"},
	"PUT /fhir/Patient":                         {all: "records"},
	"PUT /fhir/Patient/{fhir}":                  {all: "records"},
	"POST /fhir/Encounter":                      {all: "records"},
	"PUT /fhir/Encounter":                       {all: "records"},
	"PUT /fhir/Encounter/{fhir}":                {all: "records"},

	"GET /api/v1/dictations/{id}/signing":                {signature: "own:author clinician"},
	"POST /api/v1/dictations/{id}/confirm":               {signature: "own:author clinician"},
	"POST /api/v1/dictations/{id}/mend":                  {signature: "own:author clinician"},
	"POST /api/v1/dictations/{id}/later":                 {}, // TestLater
	"GET /api/v1/notes/{id}/sealed":                      {typing: "own:author own:transcriptionist own:qa own:lead clinician records", signature: "own:author clinician records"},
	"GET /api/v1/notes/{id}/pdf":                         {typing: "own:author own:transcriptionist own:qa own:lead clinician records", signature: "own:author clinician records"},
	"POST /api/v1/users/{username}/attending":            {all: "admin"},
	"POST /api/v1/users/{username}/second-factor/remove": {all: "admin"},
	"GET /api/v1/me/proxies":                             {all: everybody},
	"POST /api/v1/me/proxies":                            {all: everybody},
	"POST /api/v1/me/proxies/{proxy}/revoke":             {all: everybody},
	"GET /api/v1/me/second-factor":                       {all: everybody},
	"POST /api/v1/me/second-factor":                      {all: everybody},
	"POST /api/v1/me/second-factor/confirm":              {all: everybody},
	"POST /api/v1/me/second-factor/remove":               {all: everybody},
})

// authors send recordings.
var authors = struct{ all, typing, signature string }{all: "author clinician"}

// worklist: who does not hold the dictation is told so by the act itself.
var worklist = struct{ all, typing, signature string }{
	typing: "transcriptionist qa lead clinician", signature: "transcriptionist qa lead clinician",
}

// splitters: where it is too late, the act itself says so.
var splitters = struct{ all, typing, signature string }{
	typing: "own:author own:clinician transcriptionist lead admin", signature: "own:author own:clinician transcriptionist lead admin",
}

// open lists what answers strangers.
var open = []string{"GET /healthz", "GET /readyz", "GET /metrics", "GET /api/openapi.json", "GET /fhir/metadata"}

func (x *site) programRoutes() []route {
	return slices.Concat(x.healthRoutes(), x.apiRoutes(), x.fhirRoutes())
}

func TestRights(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	about := x.ownAndOthers()
	seen := make(map[string]bool)
	for _, rt := range x.programRoutes() {
		seen[rt.pattern] = true
		if rt.open {
			continue
		}
		want, listed := rights[rt.pattern]
		if !listed {
			t.Errorf("%s is not in the table of rights", rt.pattern)
			continue
		}
		for _, role := range pipeline.Roles {
			if !rt.about {
				x.tryGuard(rt, role, "", want.all)
				continue
			}
			for at, allowed := range map[string]string{"typing": want.typing, "signature": want.signature} {
				x.tryGuard(rt, role, about[string(role)+" own "+at], allowed+" "+strings.ReplaceAll(allowed, "own:", ""))
				x.tryGuard(rt, role, about[string(role)+" other's "+at], allowed)
			}
		}
	}
	for pattern := range maps.Keys(rights) {
		if !seen[pattern] {
			t.Errorf("%s is in the table of rights but not served", pattern)
		}
	}
}

// tryGuard sends a request of the role through the route's guard, with the act
// itself taken out, and compares with the roles that are allowed.
func (x *site) tryGuard(rt route, role pipeline.Role, id, allowed string) {
	x.t.Helper()
	rt.handle = func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	method, path, _ := strings.Cut(rt.pattern, " ")
	r := httptest.NewRequestWithContext(x.t.Context(), method, path, nil)
	r.SetPathValue("id", id)
	r.Header.Set("Authorization", "Bearer "+x.accounts[string(role)].token)
	w := httptest.NewRecorder()
	x.guard(rt).ServeHTTP(w, r)
	want := http.StatusForbidden
	if slices.Contains(strings.Fields(allowed), string(role)) {
		want = http.StatusNoContent
	}
	if w.Code != want {
		x.t.Errorf("%s as %s of %q: %d, want %d", rt.pattern, role, id, w.Code, want)
	}
}

// ownAndOthers makes for each role a dictation that is its own and one that is
// not, at typing (and held by somebody) and at the signature.
func (x *site) ownAndOthers() map[string]string {
	x.t.Helper()
	ids := make(map[string]string)
	others := map[string]string{"typing": x.heldBy("transcriptionist2", "author2"), "signature": x.typed("author2").ID}
	for _, r := range pipeline.Roles {
		role, author, typist := string(r), "author2", "transcriptionist2"
		switch r {
		case pipeline.RoleAuthor, pipeline.RoleClinician:
			author = role
		case pipeline.RoleTranscriptionist, pipeline.RoleQA, pipeline.RoleLead:
			typist = role
		}
		ids[role+" own typing"] = x.heldBy(typist, author)
		ids[role+" own signature"] = x.typed(author).ID
		for at, id := range others {
			ids[role+" other's "+at] = id
		}
	}
	return ids
}

// heldBy is a dictation of the author that the account has in progress.
func (x *site) heldBy(who, author string) string {
	x.t.Helper()
	d := x.drafted(author)
	a := x.accounts[who]
	if a.Is(pipeline.RoleQA) {
		x.toQA(d.ID)
	}
	if _, err := x.Desk.Claim(x.t.Context(), a.User, a.actor(), d.ID); err != nil {
		x.t.Fatal(err)
	}
	return d.ID
}

// toQA has the second transcriptionist send the dictation on to QA.
func (x *site) toQA(id string) {
	x.t.Helper()
	a := x.accounts["transcriptionist2"]
	d, err := x.Desk.Claim(x.t.Context(), a.User, a.actor(), id)
	if err == nil {
		_, err = x.Desk.SendToQA(x.t.Context(), a.actor(), id, d.TextN, "Please check the dose.")
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

func TestNobodyGetsAnything(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	id := x.typed("author").ID
	fill := strings.NewReplacer("{id}", id, "{n}", "1", "{patient}", x.patients[0].ID, "{username}", "author", "{fhir}", x.patients[0].ID)
	for _, rt := range x.programRoutes() {
		if rt.open != slices.Contains(open, rt.pattern) {
			t.Errorf("%s: open is %v", rt.pattern, rt.open)
		}
		if rt.open {
			continue
		}
		method, path, _ := strings.Cut(fill.Replace(rt.pattern), " ")
		for name, header := range map[string][]string{
			"no token":    nil,
			"wrong token": {"Authorization", "Bearer wrong"},
			"no session":  {"Cookie", "dictation=wrong"},
		} {
			a := x.do("", method, path, nil, header...)
			if a.status != http.StatusUnauthorized {
				t.Errorf("%s %s with %s: %d", method, path, name, a.status)
			}
			for _, canary := range []string{x.patients[0].MRN, "Rosenfeld", "fever"} {
				if strings.Contains(string(a.body), canary) {
					t.Errorf("%s %s with %s tells %q", method, path, name, canary)
				}
			}
		}
	}
}

// Pages ask a stranger to sign in.
func TestPagesAskToSignIn(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	for _, rt := range x.routes() {
		if rt.style != pageStyle || rt.open {
			continue
		}
		method, path, _ := strings.Cut(strings.NewReplacer("{", "", "}", "", "$", "").Replace(rt.pattern), " ")
		a := x.do("", method, path, nil)
		if a.status != http.StatusUnauthorized && !(a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/login")) {
			t.Errorf("%s: %d %s", rt.pattern, a.status, a.header.Get("Location"))
		}
	}
}

func TestRefusalIsAudited(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.typed("author")
	x.do("author2", "GET", "/api/v1/dictations/"+d.ID+"/text", nil).wantProblem(http.StatusForbidden, "may not")
	if n := x.audited("author2", string(pipeline.ReadText), d.ID, ""); n != 1 {
		t.Errorf("%d entries of the refusal", n)
	}
	// A refusal that the act itself makes is one, too.
	x.do("records", "GET", "/api/v1/dictations", nil).wantProblem(http.StatusForbidden, "may not")
	if n := x.audited("records", "GET /api/v1/dictations", "", ""); n != 1 {
		t.Errorf("%d entries of the refused list", n)
	}
}

func TestClosedAccount(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.received("author")
	x.do("admin", "POST", "/api/v1/users/author/disable", nil).want(http.StatusOK)
	x.do("author", "GET", "/api/v1/dictations/"+d.ID, nil).wantProblem(http.StatusUnauthorized, "token")
	x.do("admin", "POST", "/api/v1/users/author/enable", nil).want(http.StatusOK)
	x.do("author", "GET", "/api/v1/dictations/"+d.ID, nil).want(http.StatusOK)
	x.do("admin", "POST", "/api/v1/users/admin/disable", nil).wantProblem(http.StatusConflict, "own account")
}

func TestSessionCookieAndForeignPages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.drafted("author")
	session, _, err := x.Auth.SignIn(context.WithoutCancel(t.Context()), "transcriptionist", password, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	claim := func(header ...string) answer {
		t.Helper()
		return x.do("", "POST", "/api/v1/dictations/"+d.ID+"/claim", nil, append(header, "Cookie", "dictation="+session)...)
	}
	claim("Origin", "https://elsewhere.example").wantProblem(http.StatusForbidden, "another site")
	claim("Sec-Fetch-Site", "cross-site").wantProblem(http.StatusForbidden, "another site")
	claim("Origin", x.url, "Sec-Fetch-Site", "same-origin").want(http.StatusOK)
}
