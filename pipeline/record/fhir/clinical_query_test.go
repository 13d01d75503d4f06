package fhir_test

import (
	"net/url"
	"testing"
	"time"

	"dictation/pipeline"
)

// What other systems sent is found by its own codes, in its own words.
func TestClinicalQuery(t *testing.T) {
	t.Parallel()
	sodium := pipeline.Clinical{At: day(2026, time.March, 4), Fact: pipeline.Fact{
		Status: "final", When: "2026-03-04", Codes: []pipeline.FactCode{{System: "http://loinc.org", Code: "2951-2"}},
		Categories: []pipeline.FactCode{{System: "urn:c", Code: "laboratory"}},
	}}
	for _, c := range []struct {
		resource, query string
		want            bool
	}{
		{"Observation", "", true},
		{"Observation", "category=laboratory&code=http://loinc.org|2951-2", true},
		{"Observation", "category=vital-signs,laboratory", true},
		{"Observation", "category=vital-signs", false},
		{"Observation", "code=urn:else|2951-2", false},
		{"Observation", "status=preliminary", false},
		{"Observation", "date=ge2026-03-04&date=lt2026-03-05", true},
		{"Observation", "date=lt2026-03-04", false},
		{"Condition", "clinical-status=final", true},
		{"DocumentReference", "type=2951-2", true},
		{"DocumentReference", "category=clinical-note", false},
	} {
		values, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		q, err := site.ParseQuery(c.resource, values)
		if err != nil || q.Nothing || q.Matches(sodium) != c.want {
			t.Errorf("%s?%s: %v, %v", c.resource, c.query, q.Matches(sodium), err)
		}
	}
	unknown := sodium
	unknown.Fact.When = ""
	q, err := site.ParseQuery("Observation", url.Values{"date": {"ge1990"}})
	if err != nil || q.Matches(unknown) {
		t.Errorf("what has no date is found by one: %v", err)
	}
}
