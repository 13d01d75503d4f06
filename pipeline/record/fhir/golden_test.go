package fhir_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/audit"
	"dictation/pipeline/record/fhir"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGolden(t *testing.T) {
	t.Parallel()
	q, err := site.ParseQuery("DocumentReference", url.Values{"patient": {patient.ID}, "_count": {"1"}})
	if err != nil {
		t.Fatal(err)
	}
	next := fhir.Cursor{At: chartDoc.Note.Seal.SignedAt, ID: chartDoc.ID}
	none, err := site.ParseQuery("Patient", url.Values{"identifier": {"urn:elsewhere|1"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, clause string }{
		{"patient", "FHIR R4 8.1 Patient; US Core Patient: identifier, name, gender"},
		{"encounter", "FHIR R4 8.11 Encounter; US Core Encounter: status, class, type, subject"},
		{"documentreference", "FHIR R4 10.2 DocumentReference; US Core DocumentReference, us-core-6"},
		{"auditevent", "FHIR R4 6.4 AuditEvent: type, recorded, agent.requestor, source.observer"},
		{"provenance", "FHIR R4 6.3 Provenance: target, recorded, agent.who"},
		{"binary", "FHIR R4 2.44 Binary"},
		{"searchset", "FHIR R4 3.1.1.1.1 search results; 3.1.1.5.2 paging"},
		{"searchset-empty", "FHIR R4 3.1.1.1.1 search results, nothing found"},
		{"operationoutcome", "FHIR R4 2.28 OperationOutcome"},
		{"capabilitystatement", "FHIR R4 2.21 CapabilityStatement; cpb-1 to cpb-16"},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			t.Log(c.clause)
			golden(t, c.file, map[string]any{
				"patient":           site.Patient(patient),
				"encounter":         site.Encounter(visit),
				"documentreference": site.DocumentReference(chartDoc),
				"binary":            site.Binary(chartDoc),
				"auditevent": site.AuditEvent(audit.Entry{
					ID: 7, At: patient.Updated, Actor: chartDoc.Note.Seal.SignerID, Action: "chart.read", Outcome: audit.Refused, Patient: patient.ID, Remote: "192.0.2.1",
				}, "Dr. Kim Cosigner"),
				"provenance":          site.Provenance(chartDoc),
				"searchset":           fhir.Searchset(site, q, 3, next, []fhir.DocumentReference{site.DocumentReference(chartDoc)}),
				"searchset-empty":     fhir.Searchset(site, none, 0, fhir.Cursor{}, []fhir.Patient(nil)),
				"operationoutcome":    fhir.Outcome(pipeline.Wrap(pipeline.NotFound, errors.New("no rows"), "There is no such document.")),
				"capabilitystatement": site.CapabilityStatement("1.2.3", time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)),
			}[c.file])
		})
	}
}

// golden compares v with testdata/name.json.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs (go test -update accepts it); got:\n%s", file, got.Bytes())
	}
}
