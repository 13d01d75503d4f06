package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// codes fills the site's table of codes.
func (x *site) codes() {
	x.t.Helper()
	_, err := x.Store.LoadCodes(x.t.Context(), store.Actor{ID: "test"}, func(yield func(pipeline.CodeEntry, error) bool) {
		_ = yield(pipeline.CodeEntry{Code: pipeline.Code{System: "X", Code: "A20", Title: "Pneumonia, unspecified"}}, nil) &&
			yield(pipeline.CodeEntry{Code: pipeline.Code{System: "X", Code: "B10", Title: "High blood pressure"}, Terms: []string{"Hypertension"}}, nil) &&
			yield(pipeline.CodeEntry{Code: pipeline.Code{System: "X", Code: "A11", Title: "Fever"}}, nil)
	})
	if err != nil {
		x.t.Fatal(err)
	}
}

func TestCoding(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.codes()
	d, doc := x.filedText("author", "ASSESSMENT:\nPneumonia <i>with</i> hypertension, no fever.")
	at := "/coding/" + doc.Note.ID
	x.do("records", "GET", "/coding", nil).want(http.StatusOK).has(at, d.JobNumber, "Rosenfeld")
	page := x.do("records", "GET", at, nil).want(http.StatusOK).
		has("X A20", "<mark>Pneumonia</mark>", "X B10", "<mark>hypertension</mark>", "no code yet", "&lt;i&gt;").lacks("X A11", "<i>with")
	form := regexp.MustCompile(`name="code" value="A20"><input type="hidden" name="from" value="(\d+)"><input type="hidden" name="to" value="(\d+)"`).FindStringSubmatch(page.page())
	if form == nil {
		t.Fatalf("no form gives A20: %s", page.page())
	}
	give := url.Values{"system": {"X"}, "code": {"A20"}, "from": {form[1]}, "to": {form[2]}}
	for range 2 { // sent twice
		x.form("records", at+"/give", give).to(at + "?said=codes")
	}
	page = x.do("records", "GET", at, nil).has("Given by Dr records")
	if n := strings.Count(page.page(), "<b class=\"num\">X A20</b>"); n != 1 {
		t.Errorf("A20 stands there %d times", n)
	}
	x.form("records", at+"/find", url.Values{"q": {"b1"}}).want(http.StatusOK).has("X B10")
	x.form("records", at+"/find", url.Values{"q": {"pneumonia"}}).want(http.StatusOK).has("X A20")
	x.form("records", at+"/find", url.Values{"q": {"moon"}}).want(http.StatusOK).has("no such code")
	x.form("records", at+"/give", url.Values{"system": {"X"}, "code": {"Z"}}).want(http.StatusBadRequest).has("not in the site")
	x.form("records", at+"/give", url.Values{"system": {"X"}, "code": {"A11"}, "from": {"-1"}, "to": {"1"}}).want(http.StatusBadRequest)
	x.form("records", at+"/give", url.Values{"system": {"X"}, "code": {"A11"}, "from": {"0"}, "to": {"9999"}}).want(http.StatusBadRequest)
	var file codesFile
	x.do("records", "GET", at+"/codes.json", nil).want(http.StatusOK, &file)
	if file.Document != d.JobNumber || len(file.Codes) != 1 || file.Codes[0].Code.Code != "A20" || file.Codes[0].To <= file.Codes[0].From || file.Finished {
		t.Errorf("%+v", file)
	}
	x.form("records", at+"/done", nil).to("/coding?said=coded")
	x.do("records", "GET", "/coding", nil).lacks(at)
	x.form("records", at+"/give", give).want(http.StatusConflict).has("finished")
	x.form("records", at+"/open", nil).to(at + "?said=codes")
	id := regexp.MustCompile(`name="id" value="(\d+)"`).FindSubmatch(x.do("records", "GET", at, nil).body)
	x.form("records", at+"/take", url.Values{"id": {string(id[1])}}).to(at + "?said=codes")
	x.do("records", "GET", at, nil).has("no code yet")
	for _, action := range []string{"note.coded", "note.uncoded", "note.coding_done", "note.coding_open"} {
		if x.audited("records", action, d.ID, doc.Patient.ID) == 0 {
			t.Errorf("%s is not in the audit", action)
		}
	}
	x.do("clinician", "GET", at, nil).want(http.StatusForbidden)
	x.do("records", "GET", "/coding/nothing", nil).want(http.StatusNotFound)
	x.form("records", at+"/dance", nil).want(http.StatusNotFound)
}

// codedNote is a note with a code, a proposal and a disclosure, of a patient with
// a stay that lacks notes.
func (x *site) codedNote() string {
	x.t.Helper()
	x.codes()
	_, doc := x.filedText("author", "MEDICATIONS:\nAspirin.\n\nASSESSMENT:\nPneumonia with hypertension.")
	ctx, by := x.t.Context(), x.accounts["records"].actor()
	err := x.Store.GiveCode(ctx, by, doc.Note.ID, pipeline.Code{System: "X", Code: "B10"}, 0, 4)
	if err == nil {
		_, err = x.Store.PutEncounter(ctx, pipeline.Encounter{Number: "V-stay", PatientID: doc.Patient.ID, Class: "IMP", Start: time.Now().Add(-50 * time.Hour)})
	}
	if err == nil {
		_, err = x.Store.BeginDisclosure(ctx, by, doc.Patient.ID, "Example Insurance", "Request")
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return doc.Note.ID
}
