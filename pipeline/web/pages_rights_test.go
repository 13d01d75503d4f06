package web

import (
	"net/http"
	"strings"
	"testing"

	"dictation/pipeline"
)

// pageRights says, as rights does for programs, who passes the guard of each page.
var pageRights = map[string]struct{ all, typing, signature string }{
	"GET /record":                          authors,
	"POST /recordings/{recording}/send":    authors, // whose it is: TestRecordingIsItsAuthors
	"POST /recordings/{recording}/discard": authors,

	"GET /{$}":                           {all: everybody},
	"GET /dictations":                    {all: "author clinician"},
	"POST /dictations":                   {all: "author clinician"},
	"POST /dictations/find":              {all: "author clinician records"},
	"GET /dictations/{id}":               {typing: "own:author transcriptionist qa lead clinician admin", signature: "own:author transcriptionist qa lead clinician admin"},
	"POST /dictations/{id}/type-by-hand": {typing: "own:author own:clinician admin", signature: "own:author own:clinician admin"},
	"GET /dictations/{id}/split":         splitters,
	"POST /dictations/{id}/split":        splitters,
	"POST /dictations/{id}/whole":        splitters,
	"GET /work":                          {all: "transcriptionist qa lead clinician"},
	"POST /work/next":                    {all: "transcriptionist qa lead clinician"},
	"GET /review/{id}":                   worklist,
	"POST /work/noted":                   {all: "transcriptionist qa lead clinician"},
	"POST /review/{id}/take-over":        {typing: "lead", signature: "lead"},
	"POST /review/{id}/take-back":        {typing: "lead", signature: "lead"},
	"GET /deliveries":                    {all: "records admin"},
	"POST /deliveries":                   {all: "records admin"},
	"GET /pools":                         {all: "lead admin"},
	"POST /pools":                        {all: "lead admin"},
	"POST /review/{id}/claim":            worklist,
	"POST /review/{id}/release":          worklist,
	"GET /sign":                          {all: everybody}, // the page itself refuses: TestSignListIsForSigners
	"GET /sign/{id}":                     {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"POST /sign/{id}":                    {signature: "own:author clinician"},
	"POST /sign/{id}/return":             {signature: "own:author clinician"},
	"POST /sign/{id}/text":               {signature: "own:author clinician"},
	"POST /sign/{id}/confirm":            {signature: "own:author clinician"},
	"POST /sign/{id}/later":              {}, // TestLater
	"GET /sign/{id}/print":               {typing: "own:author own:transcriptionist own:qa own:lead clinician records", signature: "own:author clinician records"},
	"GET /sign/{id}/sealed":              {typing: "own:author own:transcriptionist own:qa own:lead clinician records", signature: "own:author clinician records"},
	"GET /sign/{id}/pdf":                 {typing: "own:author own:transcriptionist own:qa own:lead clinician records", signature: "own:author clinician records"},
	"GET /me/signing":                    {all: everybody},
	"POST /me/signing/{act}":             {all: everybody},
	"GET /assess/{id}":                   {typing: "own:transcriptionist own:qa own:lead"},
	"POST /assess/{id}":                  {typing: "own:transcriptionist own:qa own:lead"},
	"POST /review/{id}/undo":             worklist,
	"GET /dictations/{id}/versions":      {typing: "own:author own:transcriptionist own:qa own:lead own:clinician", signature: "own:author clinician"},
	"GET /feedback":                      {all: "transcriptionist"},
	"POST /feedback/{assessment}/read":   {all: "transcriptionist"},
	"GET /qa/disputes":                   {all: "qa lead"},
	"GET /qa/report":                     {all: "qa lead admin"},
	"GET /qa/rules":                      {all: "lead admin"},
	"POST /qa/rules":                     {all: "lead admin"},
	"POST /qa/rules/{act}":               {all: "lead admin"},

	"POST /feedback/{assessment}/{n}/dispute": {all: "transcriptionist"},
	"POST /qa/disputes/{assessment}/{n}":      {all: "qa lead"},

	"GET /patients":                       {all: "clinician records"},
	"POST /patients":                      {all: "clinician records"},
	"GET /patients/{patient}":             {all: "clinician records"},
	"GET /completeness":                   {all: "clinician records"},
	"GET /coding":                         {all: "records"},
	"GET /coding/{note}":                  {all: "records"},
	"POST /coding/{note}/{act}":           {all: "records"},
	"GET /coding/{note}/codes.json":       {all: "records"},
	"GET /search":                         {all: "author clinician records"},
	"POST /search":                        {all: "author clinician records"}, // in whose notes: TestSearch
	"GET /audit":                          {all: "auditor"},
	"POST /audit/verify":                  {all: "auditor"},
	"GET /admin":                          {all: "admin"},
	"POST /admin/jobs/{id}/{act}":         {typing: "admin", signature: "admin"},
	"GET /admin/users":                    {all: "admin"},
	"POST /admin/users":                   {all: "admin"},
	"GET /admin/users/{username}/close":   {all: "admin"},
	"POST /admin/users/{username}/{act}":  {all: "admin"},
	"GET /phrases":                        {all: everybody},
	"POST /phrases":                       {all: everybody}, // TestPhrasesPage
	"POST /phrases/{phrase}":              {all: everybody},
	"GET /words":                          {all: "qa lead admin"},
	"POST /words":                         {all: "qa lead admin"},
	"POST /words/remove":                  {all: "qa lead admin"},
	"POST /review/{id}/text":              {typing: "own:transcriptionist own:qa own:lead"},
	"GET /settings":                       {all: everybody},
	"POST /settings":                      {all: everybody},
	"POST /settings/{part}":               {all: everybody},
	"GET /patients/{patient}/disclosures": {all: "records auditor"},
	"POST /patients/{patient}/release":    {all: "records"},
}

func TestPageRights(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	about := x.ownAndOthers()
	seen := make(map[string]bool)
	for _, rt := range x.pageRoutes() {
		seen[rt.pattern] = true
		if rt.open {
			continue
		}
		want, ok := pageRights[rt.pattern]
		if !ok {
			t.Errorf("%s is in no table of rights", rt.pattern)
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
	for pattern := range pageRights {
		if !seen[pattern] {
			t.Errorf("%s is in the table of rights but not served", pattern)
		}
	}
}

func TestSignListIsForSigners(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	for _, role := range pipeline.Roles {
		want := http.StatusForbidden
		if role == pipeline.RoleAuthor || role == pipeline.RoleClinician {
			want = http.StatusOK
		}
		x.do(string(role), "GET", "/sign", nil).want(want)
	}
}

// TestStrangersSeeThePageToSignIn: nothing else, and no patient.
func TestStrangersSeeThePageToSignIn(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	fill := strings.NewReplacer("{id}", x.typed("author").ID, "{patient}", x.patients[0].ID, "{username}", "author", "{act}", "retry", "{$}", "")
	for _, rt := range x.pageRoutes() {
		if rt.open {
			continue
		}
		method, path, _ := strings.Cut(fill.Replace(rt.pattern), " ")
		a := x.do("", method, path, nil)
		switch {
		case method == http.MethodGet && (a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/login?next=")):
			t.Errorf("%s %s: %d to %q", method, path, a.status, a.header.Get("Location"))
		case method != http.MethodGet && a.status != http.StatusUnauthorized:
			t.Errorf("%s %s: %d", method, path, a.status)
		}
		for _, canary := range []string{x.patients[0].MRN, "Rosenfeld", "fever"} {
			if strings.Contains(string(a.body), canary) {
				t.Errorf("%s %s tells %q", method, path, canary)
			}
		}
	}
}

// TestReadingIsAudited: a page that shows a text or a chart leaves an entry.
func TestReadingIsAudited(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, doc := x.delivered("author")
	x.do("author", "GET", "/dictations/"+d.ID, nil).want(http.StatusOK)
	x.do("clinician", "GET", "/sign/"+d.ID, nil).want(http.StatusOK)
	x.do("clinician", "GET", "/patients/"+doc.Patient.ID, nil).want(http.StatusOK)
	held := x.claimed("author")
	x.do("transcriptionist", "GET", "/review/"+held.ID, nil).want(http.StatusOK)
	for _, c := range []struct {
		who    string
		action pipeline.Action
		about  string
	}{
		{"author", pipeline.ReadDictation, d.ID}, {"author", pipeline.ReadText, d.ID}, {"clinician", pipeline.ReadText, d.ID},
		{"clinician", pipeline.ReadChart, ""}, {"transcriptionist", pipeline.ReadText, held.ID},
	} {
		if n := x.audited(c.who, string(c.action), c.about, doc.Patient.ID); n != 1 {
			t.Errorf("%s, %s: %d entries", c.who, c.action, n)
		}
	}
}
