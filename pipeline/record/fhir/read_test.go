package fhir_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"dictation/pipeline"
)

var errNobody = pipeline.Errorf(pipeline.Invalid, "nobody")

// What we write is read back as the same news.
func TestReadWhatIsWritten(t *testing.T) {
	t.Parallel()
	p, err := json.Marshal(site.Patient(patient))
	if err != nil {
		t.Fatal(err)
	}
	a, err := site.ReadPatient(p)
	if err != nil || a.Patient.MRN != patient.MRN || a.Patient.Given != patient.Given || !a.Patient.BirthDate.Equal(patient.BirthDate) || !a.At.Equal(patient.Updated) {
		t.Errorf("%+v, %v", a, err)
	}
	e, err := json.Marshal(site.Encounter(visit))
	if err != nil {
		t.Fatal(err)
	}
	a, err = site.ReadEncounter(e, func(id string) (string, error) {
		if id != patient.ID {
			return "", errNobody
		}
		return patient.MRN, nil
	})
	if err != nil || a.Visit.Number != visit.Number || a.Visit.Reason != visit.Reason || a.Visit.Location != visit.Location ||
		!a.Visit.End.Equal(visit.End) || a.Patient.MRN != patient.MRN {
		t.Errorf("%+v, %v", a, err)
	}
}

// HL7's own examples are read: their record number by its type.
func TestReadOfficialExamples(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"610", "800"} {
		raw, err := os.ReadFile("testdata/us-core/" + version + "-patient-example.json")
		if err != nil {
			t.Fatal(err)
		}
		if a, err := site.ReadPatient(raw); err != nil || a.Patient.MRN != "1032702" || a.Patient.Family == "" {
			t.Errorf("%s: %+v, %v", version, a, err)
		}
	}
}

func FuzzReadResource(f *testing.F) {
	p, _ := json.Marshal(site.Patient(patient))
	e, _ := json.Marshal(site.Encounter(visit))
	f.Add(p)
	f.Add(e)
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := site.ReadPatient(body)
		if err == nil && (a.Patient.MRN == "" || a.Patient.Family == "" || len(a.Patient.MRN) > 400) {
			t.Errorf("patient taken: %+v", a)
		}
		b, err2 := site.ReadEncounter(body, func(string) (string, error) { return "1", nil })
		if err2 == nil && (b.Visit.Number == "" || b.Patient.MRN == "") {
			t.Errorf("visit taken: %+v", b)
		}
		for _, err := range []error{err, err2} {
			if err != nil && !errors.Is(err, errNobody) && pipeline.KindOf(err) != pipeline.Invalid {
				t.Errorf("error %v", err)
			}
		}
	})
}
