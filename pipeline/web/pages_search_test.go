package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	look := func(who, words string, more ...string) answer {
		f := url.Values{"q": {words}}
		for i := 0; i+1 < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return x.form(who, "/search", f)
	}
	mine, doc := x.filedText("author", "The knee has an effusion. <b>No</b> fever.")
	theirs, _ := x.filedText("author2", "The hip has an effusion.")
	x.do("clinician", "GET", "/search", nil).want(http.StatusOK).has("Search in notes")
	look("clinician", "effusion").want(http.StatusOK).has(mine.JobNumber, theirs.JobNumber, "<mark>effusion</mark>", "Rosenfeld")
	look("clinician", "effusion knee").has(mine.JobNumber, "&lt;b&gt;").lacks(theirs.JobNumber, "<b>No")
	look("clinician", `"an effusion" -hip`).has(mine.JobNumber).lacks(theirs.JobNumber)
	look("clinician", "effusion", "worktype", "letter").want(http.StatusOK).has("No signed note has these words")
	look("author", "effusion").has(mine.JobNumber, "Your own signed notes").lacks(theirs.JobNumber)
	look("author", "x").want(http.StatusBadRequest).has("Give from 2")
	look("clinician", strings.Repeat("x", longSearch+1)).want(http.StatusBadRequest)
	look("clinician", "effusion", "after", "zz").want(http.StatusBadRequest)
	look("clinician", "( & ! :* '").want(http.StatusOK)
	look("transcriptionist", "effusion").want(http.StatusForbidden)
	if x.audited("clinician", string(pipeline.SearchNotes), "", doc.Patient.ID) == 0 {
		t.Error("the search is not in the audit of the patient")
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	const b, e = pipeline.HitBegin, pipeline.HitEnd
	for in, want := range map[string]string{
		"": "", "plain": "plain", "a " + b + "c" + e + " d": "a [c] d", b + "c" + e: "[c]", "x" + b + "c": "x[c]", "x" + e + "c" + b: "xc",
	} {
		var got string
		for _, p := range extract(in) {
			if p.Found {
				got += "[" + p.Text + "]"
			} else {
				got += p.Text
			}
		}
		if got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestCompleteness(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ctx, p := t.Context(), x.patients[0]
	ago := func(hours int) time.Time { return time.Now().Add(-time.Duration(hours) * time.Hour) }
	for _, v := range []pipeline.Encounter{
		{Number: "V-old", Class: "IMP", Start: ago(48), End: ago(2)},
		{Number: "V-new", Class: "IMP", Start: ago(3)},
		{Number: "V-amb", Class: "AMB", Start: ago(48), End: ago(40)},
	} {
		v.PatientID = p.ID
		if _, err := x.Store.PutEncounter(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	x.do("records", "GET", "/completeness?sign=admission-note", nil).want(http.StatusOK).has("V-old", "Not dictated", "Rosenfeld").lacks("V-new", "V-amb")
	x.do("records", "GET", "/completeness?sign=discharge-note", nil).want(http.StatusOK).has("V-old").lacks("V-new", "V-amb")
	d := x.received("author")
	x.do("records", "GET", "/completeness?days=1", nil).want(http.StatusOK).has("Everything that is older is signed").lacks(d.JobNumber)
	for _, bad := range []string{"?days=0", "?days=x", "?after=1.2"} {
		x.do("records", "GET", "/completeness"+bad, nil).want(http.StatusBadRequest)
	}
	x.do("records", "GET", "/completeness?sign=moon", nil).want(http.StatusNotFound)
	x.do("author", "GET", "/completeness", nil).want(http.StatusForbidden)
}
