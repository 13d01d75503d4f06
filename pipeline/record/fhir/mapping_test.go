package fhir_test

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

// asJSON is what a client sees of a resource.
func asJSON(t *testing.T, v any) map[string]any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// at walks maps by name and lists by their first element.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// FHIR R4 JSON 2.6.2: no empty object, array or string, no null.
func noEmpties(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			t.Errorf("%s is an empty object", path)
		}
		for k, e := range v {
			noEmpties(t, path+"."+k, e)
		}
	case []any:
		if len(v) == 0 {
			t.Errorf("%s is an empty array", path)
		}
		for _, e := range v {
			noEmpties(t, path+"[]", e)
		}
	case string, nil:
		if v == "" || v == nil {
			t.Errorf("%s is empty", path)
		}
	}
}

// The elements US Core 6.1.0, 7.0.0 and 8.0.0 require, from rows that are full
// and from rows that hold as little as they may.
func TestRequiredElements(t *testing.T) {
	t.Parallel()
	bare := pipeline.ChartDocument{
		ID: chartDoc.ID, Status: pipeline.StatusCurrent, DocStatus: pipeline.DocStatusFinal,
		Note: pipeline.Note{ID: chartDoc.Note.ID, DocumentNumber: "D1", PatientID: patient.ID, Text: "x",
			Seal: pipeline.Seal{AuthorID: "a", AuthorName: "A", SignerID: "a", SignerName: "A"}},
	}
	for _, c := range []struct {
		name     string
		resource any
		required string
	}{
		{"patient", site.Patient(patient), "identifier.system identifier.value name.family gender"},
		{"patient without given name, birth date, sex", site.Patient(pipeline.Patient{ID: "p", MRN: "M1", Family: "Example"}),
			"identifier.system identifier.value name.family gender"},
		{"encounter", site.Encounter(visit), "status class.system class.code type.text subject.reference"},
		{"encounter without class, times, number", site.Encounter(pipeline.Encounter{ID: "e", PatientID: "p"}),
			"status class.code type.text subject.reference"},
		{"document", site.DocumentReference(chartDoc), "identifier.value status docStatus type.coding.code category.coding.code " +
			"subject.reference date author.display authenticator.display content.attachment.contentType content.attachment.data context.encounter.reference"},
		{"document without visit, worktype, title", site.DocumentReference(bare),
			"status type.coding.code type.text category.coding.code subject.reference content.attachment.contentType content.attachment.data"},
		{"binary", site.Binary(chartDoc), "contentType data"},
		{"outcome", fhir.Outcome(pipeline.Errorf(pipeline.Invalid, "No.")), "issue.severity issue.code"},
		{"capabilities", site.CapabilityStatement("1", time.Unix(0, 0)),
			"status date kind fhirVersion format rest.mode rest.resource.type software.name implementation.description"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := asJSON(t, c.resource)
			for path := range strings.FieldsSeq("resourceType " + c.required) {
				if v := at(m, path); v == nil || v == "" {
					t.Errorf("%s is missing", path)
				}
			}
			noEmpties(t, "$", m)
		})
	}
}

func TestDocumentText(t *testing.T) {
	t.Parallel()
	m := asJSON(t, site.DocumentReference(chartDoc))
	text, err := base64.StdEncoding.DecodeString(at(m, "content.attachment.data").(string))
	if err != nil || string(text) != chartDoc.Note.Text {
		t.Errorf("the attachment holds %q (%v), want the signed text", text, err)
	}
	sum := sha1.Sum(text)
	if got := at(m, "content.attachment.hash"); got != base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("hash %v is not the SHA-1 of the text", got)
	}
	if got := at(m, "content.attachment.size"); got != float64(len(text)) {
		t.Errorf("size %v, want %d bytes", got, len(text))
	}
	if got := at(asJSON(t, site.Binary(chartDoc)), "data"); got != at(m, "content.attachment.data") {
		t.Error("Binary and attachment differ")
	}
}

func TestEveryWorktypeHasALOINCType(t *testing.T) {
	t.Parallel()
	for _, w := range pipeline.Worktypes {
		d := chartDoc
		d.Note.Worktype, d.Note.Title = w.Worktype, ""
		got := site.DocumentReference(d).Type
		want := fhir.CodeableConcept{Coding: []fhir.Coding{{System: "http://loinc.org", Code: w.LOINC, Display: w.Display}}, Text: w.Title}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", w.Worktype, diff)
		}
	}
}

func TestEncounterStatus(t *testing.T) {
	t.Parallel()
	hour := func(h int) time.Time { return time.Date(2026, time.March, 4, h, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name                string
		start, end, updated time.Time
		want                string
	}{
		{"over", hour(8), hour(9), hour(10), "finished"},
		{"over, nobody knows when it was told", hour(8), hour(9), time.Time{}, "finished"},
		{"end foreseen", hour(8), hour(12), hour(10), "in-progress"},
		{"lasts", hour(8), time.Time{}, hour(10), "in-progress"},
		{"booked", hour(11), hour(12), hour(10), "planned"},
	} {
		got := site.Encounter(pipeline.Encounter{Start: c.start, End: c.end, Updated: c.updated}).Status
		if got != c.want {
			t.Errorf("%s: status %s, want %s", c.name, got, c.want)
		}
	}
}

// Every Kind has a code of IssueType (required binding), and what a client
// reads is the sentence, never the cause.
func TestOutcome(t *testing.T) {
	t.Parallel()
	codes := " invalid structure required value invariant security login unknown expired forbidden suppressed processing " +
		"not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly " +
		"business-rule conflict transient lock-error no-store exception timeout incomplete throttled "
	for _, k := range []pipeline.Kind{
		pipeline.Invalid, pipeline.Unauthorized, pipeline.Forbidden, pipeline.NotFound, pipeline.Conflict, pipeline.Locked,
		pipeline.Stale, pipeline.TooLarge, pipeline.Unreadable, pipeline.RateLimited, pipeline.Unavailable, pipeline.Internal,
	} {
		issue := fhir.Outcome(pipeline.Wrap(k, errors.New("cause"), "A sentence.")).Issue[0]
		if !strings.Contains(codes, " "+issue.Code+" ") || k != pipeline.Internal && issue.Code == "exception" {
			t.Errorf("%s: issue code %q", k, issue.Code)
		}
		if issue.Details.Text != "A sentence." {
			t.Errorf("%s: text %q", k, issue.Details.Text)
		}
	}
}

func TestSiteWithoutBase(t *testing.T) {
	t.Parallel()
	m := fhir.NewMapping("", "https://hospital.example/ids/")
	d := m.DocumentReference(chartDoc)
	if got := d.Content[0].Attachment.URL; got != "Binary/"+chartDoc.ID {
		t.Errorf("attachment URL %q, want it relative", got)
	}
	if got := d.Identifier[0].System; got != "https://hospital.example/ids/document" {
		t.Errorf("identifier system %q, want the site's", got)
	}
}
