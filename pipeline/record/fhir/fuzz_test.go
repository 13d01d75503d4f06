package fhir_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{
		"Patient?identifier=urn:dictation:mrn|M1&_count=3",
		`Patient?name:contains=a\,b,c%5C&_id=` + id1,
		"Encounter?patient=Patient/" + id1 + "&_lastUpdated=sa2026-03-04T10:30:00.123%2B01:00",
		"DocumentReference?patient=" + id1 + "&type=http://loinc.org|11488-4&date=ge2026-03&date=lt2027",
		"DocumentReference?identifier=urn:ietf:rfc:3986|urn:uuid:" + id1 + "&category=clinical-note",
		"DocumentReference?_cursor=" + fhir.Cursor{ID: id1}.String(),
		"Observation?code=1", "Patient?%00=%ff", "Patient?identifier=|||",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		resource, raw, _ := strings.Cut(s, "?")
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		q, err := site.ParseQuery(resource, values)
		if err != nil {
			if k := pipeline.KindOf(err); k != pipeline.Invalid && k != pipeline.NotFound {
				t.Fatalf("error of kind %s: %v", k, err)
			}
			return
		}
		if q.Count < 0 || q.Count > fhir.MaxCount {
			t.Errorf("count %d", q.Count)
		}
		for _, ids := range [][]string{q.IDs, q.Patients, q.NoteIDs} {
			for _, id := range ids {
				if uuid.Validate(id) != nil {
					t.Errorf("%q is no UUID", id)
				}
			}
		}
		// A filter that was given must not get lost.
		for _, name := range []string{"patient", "subject", "_id", "type"} {
			if values.Has(name) && !q.Nothing && len(q.Patients)+len(q.IDs)+len(q.Types) == 0 {
				t.Errorf("the filter %s has no effect: %+v", name, q)
			}
		}
		// The page's own link asks for the same again.
		link, err := url.Parse(fhir.Searchset[fhir.Patient](site, q, 0, fhir.Cursor{}, nil).Link[0].URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := site.ParseQuery(resource, link.Query()); err != nil {
			t.Errorf("the self link is refused: %v", err)
		}
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add(fhir.Cursor{At: chartDoc.AttachedAt, ID: id1}.String())
	f.Add("")
	f.Add("MjAyNg")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := fhir.ParseCursor(s)
		if err != nil {
			return
		}
		again, err := fhir.ParseCursor(c.String())
		if err != nil || again != c {
			t.Errorf("%+v written and read again is %+v, %v", c, again, err)
		}
	})
}
