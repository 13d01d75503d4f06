package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
)

func patientJSON(id, mrn, family, more string) string {
	return fmt.Sprintf(`{"resourceType":"Patient","id":%q,"identifier":[{"system":"urn:dictation:mrn","value":%q}],
		"name":[{"family":%q,"given":["Eve","M"]}],"gender":"female","birthDate":"1980-02-29"%s}`, id, mrn, family, more)
}

func visitJSON(number, subject, status, more string) string {
	return fmt.Sprintf(`{"resourceType":"Encounter","identifier":[{"system":"urn:dictation:visit","value":%q}],"status":%q,
		"class":{"code":"IMP"},"subject":{"reference":%q}%s}`, number, status, subject, more)
}

func (x *site) sendFHIR(method, path, body string, header ...string) answer {
	x.t.Helper()
	return x.do("records", method, "/fhir/"+path, body, append([]string{"Content-Type", "application/fhir+json"}, header...)...)
}

func TestFHIRPatientsComeIn(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var p struct {
		ID   string
		Name []struct{ Family, Text string }
		Meta struct{ LastUpdated time.Time }
	}
	a := x.sendFHIR("POST", "Patient", patientJSON("", "MRN-7", "Example", "")).want(http.StatusCreated, &p)
	if a.header.Get("Location") != x.url+"/fhir/Patient/"+p.ID || p.Name[0].Text != "Eve M Example" {
		t.Errorf("%+v at %s", p, a.header.Get("Location"))
	}
	first := p
	// The same again, in each way it can be said, changes nothing.
	for _, at := range []string{"POST Patient", "PUT Patient/" + p.ID, "PUT Patient?identifier=urn:dictation:mrn|MRN-7", "PUT Patient?identifier=MRN-7"} {
		method, path, _ := strings.Cut(at, " ")
		x.sendFHIR(method, path, patientJSON(p.ID, "MRN-7", "Example", "")).want(http.StatusOK, &p)
		if p.ID != first.ID || !p.Meta.LastUpdated.Equal(first.Meta.LastUpdated) {
			t.Errorf("%s changed it: %+v", at, p)
		}
	}
	newer := `,"meta":{"lastUpdated":"2026-03-04T10:00:00Z"}`
	older := `,"meta":{"lastUpdated":"2026-03-04T09:00:00Z"}`
	x.sendFHIR("PUT", "Patient/"+p.ID, patientJSON(p.ID, "MRN-7", "Married", newer)).want(http.StatusOK, &p)
	x.sendFHIR("PUT", "Patient/"+p.ID, patientJSON(p.ID, "MRN-7", "Example", older)).want(http.StatusOK, &p)
	if p.Name[0].Family != "Married" {
		t.Errorf("older news undid newer ones: %+v", p)
	}
	if n := x.audited("records", "patient.create", "", p.ID) + x.audited("records", "patient.update", "", p.ID); n != 2 {
		t.Errorf("%d changes in the audit, want 2", n)
	}
	for what, c := range map[string]struct {
		method, path, body string
		status             int
		part               string
	}{
		"id of another":     {"PUT", "Patient/" + x.patients[0].ID, patientJSON("", "MRN-7", "Example", ""), 409, "another id"},
		"unknown id":        {"PUT", "Patient/" + x.visit.ID, patientJSON("", "MRN-8", "Example", ""), 404, "POST"},
		"number of another": {"PUT", "Patient?identifier=MRN-8", patientJSON("", "MRN-7", "Example", ""), 400, "?identifier="},
		"no number":         {"POST", "Patient", `{"resourceType":"Patient","name":[{"family":"E"}]}`, 400, "medical record number"},
		"no name":           {"POST", "Patient", `{"resourceType":"Patient","identifier":[{"system":"urn:dictation:mrn","value":"1"}]}`, 400, "family name"},
		"other type":        {"POST", "Patient", `{"resourceType":"Group"}`, 400, "type Patient"},
		"no JSON":           {"POST", "Patient", `<Patient/>`, 400, "JSON"},
		"wrong types":       {"POST", "Patient", `{"resourceType":"Patient","name":"Secretname"}`, 400, "FHIR R4"},
		"bad date":          {"POST", "Patient", strings.Replace(patientJSON("", "9", "E", ""), "1980-02-29", "1981-02-29", 1), 400, "birthDate"},
	} {
		t.Log(what)
		a := x.sendFHIR(c.method, c.path, c.body)
		a.wantOutcome(c.status, c.part)
		if strings.Contains(string(a.body), "Secretname") {
			t.Errorf("%s: the answer quotes the patient: %s", what, a.body)
		}
	}
	x.do("clinician", "POST", "/fhir/Patient", patientJSON("", "MRN-9", "Example", "")).wantOutcome(http.StatusForbidden, "may not")
	if _, err := x.Store.PatientByMRN(t.Context(), "MRN-9"); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("taken from one who may not: %v", err)
	}
}

func TestFHIRVisitsComeIn(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ada, jan := "Patient/"+x.patients[0].ID, "Patient/"+x.patients[1].ID
	var e struct {
		ID, Status string
		Subject    struct{ Reference string }
		Period     struct{ Start, End string }
	}
	start := `,"period":{"start":"2026-03-04T08:00:00Z"}`
	x.sendFHIR("POST", "Encounter", visitJSON("V-9", ada, "in-progress", start)).want(http.StatusCreated, &e)
	id := e.ID
	x.sendFHIR("POST", "Encounter", visitJSON("V-9", ada, "in-progress", start)).want(http.StatusOK, &e)
	x.sendFHIR("PUT", "Encounter/"+id, visitJSON("V-9", x.url+"/fhir/"+ada, "finished", `,"period":{"start":"2026-03-04T08:00:00Z","end":"2026-03-04T09:00:00Z"}`)).want(http.StatusOK, &e)
	if e.ID != id || e.Status != "finished" || e.Subject.Reference != ada || e.Period.End != "2026-03-04T09:00:00Z" {
		t.Errorf("%+v", e)
	}
	x.sendFHIR("POST", "Encounter", visitJSON("V-9", jan, "finished", "")).wantOutcome(http.StatusConflict, "another patient")
	x.sendFHIR("POST", "Encounter", visitJSON("V-10", "Patient/"+id, "finished", "")).wantOutcome(http.StatusBadRequest, "no patient")
	x.sendFHIR("POST", "Encounter", visitJSON("V-10", ada, "over", "")).wantOutcome(http.StatusBadRequest, "status")
	byNumber := `{"resourceType":"Encounter","identifier":[{"system":"urn:dictation:visit","value":"V-11"}],"status":"planned",
		"subject":{"identifier":{"system":"urn:dictation:mrn","value":"MRN-1002"}}}`
	x.sendFHIR("POST", "Encounter", byNumber).want(http.StatusCreated, &e)
	if e.Subject.Reference != jan {
		t.Errorf("%+v", e)
	}
	x.sendFHIR("POST", "Encounter", strings.Replace(byNumber, "MRN-1002", "MRN-0", 1)).wantOutcome(http.StatusNotFound, "no patient")
}

func TestFHIRSearchByForm(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	_, doc := x.delivered("author")
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	for path, body := range map[string]string{
		"Patient/_search":   "identifier=urn%3Adictation%3Amrn%7CMRN-1001",
		"Encounter/_search": "identifier=V-77",
		"DocumentReference/_search?category=clinical-note": "identifier=" + doc.Note.DocumentNumber + "&patient=Patient/" + x.patients[0].ID,
	} {
		var f found
		x.do("records", "POST", "/fhir/"+path, body, form...).want(http.StatusOK, &f)
		if len(f.Entry) != 1 {
			t.Errorf("%s finds %d", path, len(f.Entry))
		}
	}
	x.do("records", "POST", "/fhir/Patient/_search", "ident=1", form...).wantOutcome(http.StatusBadRequest, "parameters")
}

func TestFHIRProvenance(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	_, doc := x.delivered("author")
	_, other := x.delivered("author")
	for query, want := range map[string]int{
		"target=DocumentReference/" + doc.ID:                    1,
		"target=" + x.url + "/fhir/DocumentReference/" + doc.ID: 1,
		"target=" + doc.ID + "," + other.ID:                     2,
		"_id=" + doc.ID + "&target=" + other.ID:                 0,
		"patient=" + x.patients[0].ID:                           2,
		"patient=" + x.patients[1].ID:                           0,
		"target=Patient/" + x.patients[0].ID:                    0,
	} {
		if f := x.search("Provenance?" + query); len(f.Entry) != want {
			t.Errorf("%s finds %d, want %d", query, len(f.Entry), want)
		}
	}
	var p struct {
		Target []struct{ Reference string }
		Agent  []struct{ Type struct{ Text string } }
	}
	x.do("records", "GET", "/fhir/Provenance/"+doc.ID, nil).want(http.StatusOK, &p)
	if p.Target[0].Reference != "DocumentReference/"+doc.ID || len(p.Agent) != 2 || !strings.HasPrefix(p.Agent[1].Type.Text, "Signed: ") {
		t.Errorf("%+v", p)
	}
}

func TestFHIRAudit(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.delivered("author")
	seen := map[string]bool{}
	pages := 0
	for path := "/fhir/AuditEvent?_count=2"; path != "" && pages < 3; pages++ {
		var f found
		x.do("auditor", "GET", path, nil).want(http.StatusOK, &f)
		for _, id := range f.ids(t) {
			if seen[id] {
				t.Errorf("%s comes twice", id)
			}
			seen[id] = true
		}
		path, _ = strings.CutPrefix(f.next(), x.url)
	}
	if pages != 3 || len(seen) != 6 {
		t.Errorf("%d events on %d pages", len(seen), pages)
	}
	x.do("auditor", "GET", "/fhir/AuditEvent?patient=1", nil).wantOutcome(http.StatusBadRequest, "_count")
	x.do("records", "GET", "/fhir/AuditEvent", nil).wantOutcome(http.StatusForbidden, "may not")
}
