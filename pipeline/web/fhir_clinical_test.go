package web

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dictation/pipeline/record/fhir"
)

// withClinical adds who passes the guard of what other systems write and read.
func withClinical(rights map[string]struct{ all, typing, signature string }) map[string]struct{ all, typing, signature string } {
	for _, kind := range slices.Concat(fhir.ClinicalTypes, []string{"DocumentReference"}) {
		for _, read := range []string{"GET %s", "POST %s/_search", "GET %s/{fhir}", "GET %s/_history", "GET %s/{fhir}/_history", "GET %s/{fhir}/_history/{n}"} {
			rights[fmt.Sprintf(read, "/fhir/"+kind)] = struct{ all, typing, signature string }{all: "clinician records"}
		}
		for _, write := range []string{"POST %s", "PUT %s", "PUT %s/{fhir}"} {
			rights[fmt.Sprintf(write, "/fhir/"+kind)] = struct{ all, typing, signature string }{all: "records"}
		}
	}
	return rights
}

// entries are made-up resources as other systems send them; %s is the patient.
var entries = map[string]string{
	"Coverage": `{"resourceType":"Coverage","status":"active","identifier":[{"system":"urn:west:policy","value":"P-1"}],"type":{"text":"Private"},
		"subscriberId":"M-77","beneficiary":%s,"period":{"start":"2025-01-01"},"payor":[{"display":"Example Mutual"}],
		"class":[{"type":{"text":"group"},"value":"G-9"}]}`,
	"Condition": `{"resourceType":"Condition","identifier":[{"system":"urn:west:problem","value":"C-1"}],
		"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
		"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},
		"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],
		"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I10","display":"Essential hypertension"}],"text":"High blood pressure"},
		"subject":%s,"onsetDateTime":"2019","recordedDate":"2026-02-03","recorder":{"display":"Dr. West"}}`,
	"AllergyIntolerance": `{"resourceType":"AllergyIntolerance","identifier":[{"system":"urn:west:allergy","value":"A-1"}],
		"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},
		"criticality":"high","category":["medication"],"code":{"text":"Penicillin <b>G</b>"},"patient":%s,"recordedDate":"2020-05-06",
		"reaction":[{"manifestation":[{"text":"Hives"}],"severity":"moderate"}]}`,
	"MedicationStatement": `{"resourceType":"MedicationStatement","identifier":[{"system":"urn:west:med","value":"M-1"}],"status":"active",
		"contained":[{"resourceType":"Medication","id":"m","code":{"text":"Metoprolol 50 mg"}}],"medicationReference":{"reference":"#m"},
		"subject":%s,"effectivePeriod":{"start":"2025-11-01"},"dosage":[{"text":"one in the morning"}],"informationSource":{"display":"West Pharmacy"}}`,
	"MedicationRequest": `{"resourceType":"MedicationRequest","identifier":[{"system":"urn:west:rx","value":"R-1"}],"status":"stopped","intent":"order",
		"medicationCodeableConcept":{"text":"Ibuprofen 400 mg"},"subject":%s,"authoredOn":"2026-01-05T10:00:00Z","requester":{"display":"Dr. East"},
		"dosageInstruction":[{"timing":{"code":{"text":"three times a day"}},"doseAndRate":[{"doseQuantity":{"value":1.50,"unit":"tablet"}}]}]}`,
	"Procedure": `{"resourceType":"Procedure","identifier":[{"system":"urn:west:op","value":"O-1"}],"status":"completed","code":{"text":"Appendectomy"},
		"subject":%s,"performedDateTime":"2011-04","performer":[{"actor":{"display":"Dr. Knife"}}]}`,
	"Observation": `{"resourceType":"Observation","identifier":[{"system":"urn:lab","value":"L-1"}],"status":"final",
		"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
		"code":{"coding":[{"system":"http://loinc.org","code":"2951-2","display":"Sodium"}]},"subject":%s,"effectiveDateTime":"2026-03-04T07:30:00+01:00",
		"performer":[{"display":"West Laboratory"}],"valueQuantity":{"value":128.0,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},
		"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"L"}]}],
		"referenceRange":[{"low":{"value":135,"unit":"mmol/L"},"high":{"value":145,"unit":"mmol/L"}}]}`,
	"DocumentReference": `{"resourceType":"DocumentReference","identifier":[{"system":"urn:west:doc","value":"D-1"}],"status":"current",
		"type":{"coding":[{"system":"http://loinc.org","code":"11488-4","display":"Consult note"}]},"category":[{"text":"Cardiology"}],
		"subject":%s,"date":"2026-02-01T09:00:00Z","author":[{"display":"Dr. Heart"}],"description":"Cardiology opinion",
		"content":[{"attachment":{"contentType":"text/plain;charset=utf-8","data":"` + "SGVhcnQgc291bmQu" + `","title":"Opinion"}}]}`,
}

const allergyStatus = `"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},`

func entryOf(kind, patient string) string {
	return fmt.Sprintf(entries[kind], fmt.Sprintf(`{"reference":"Patient/%s"}`, patient))
}

type entryMeta struct {
	ID   string
	Meta struct {
		VersionID   string
		LastUpdated time.Time
	}
	Subject, Patient, Beneficiary struct{ Reference string }
}

func TestClinicalComesIn(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ada := x.patients[0].ID
	for kind := range entries {
		body := entryOf(kind, ada)
		var e, again entryMeta
		a := x.sendFHIR("POST", kind, body).want(http.StatusCreated, &e)
		if a.header.Get("ETag") != `W/"1"` || a.header.Get("Location") != x.url+"/fhir/"+kind+"/"+e.ID+"/_history/1" {
			t.Errorf("%s: %v", kind, a.header)
		}
		if e.Subject.Reference+e.Patient.Reference+e.Beneficiary.Reference != "Patient/"+ada || e.Meta.VersionID != "1" {
			t.Errorf("%s: %+v", kind, e)
		}
		// The same again, in each way it can be said, changes nothing.
		number := between(body, `"value":"`, `"`)
		for _, at := range []string{"POST " + kind, "PUT " + kind + "/" + e.ID, "PUT " + kind + "?identifier=" + number, "if POST " + kind} {
			var header []string
			way, conditional := strings.CutPrefix(at, "if ")
			if conditional {
				header = []string{"If-None-Exist", "identifier=" + number}
			}
			method, path, _ := strings.Cut(way, " ")
			x.sendFHIR(method, path, body, header...).want(http.StatusOK, &again)
			if again.ID != e.ID || again.Meta.VersionID != "1" {
				t.Errorf("%s changed it: %+v", at, again)
			}
		}
		changed := strings.Replace(body, `"identifier"`, `"language":"en","identifier"`, 1)
		x.sendFHIR("PUT", kind+"/"+e.ID, changed, "If-Match", `W/"1"`).want(http.StatusOK, &again)
		if again.Meta.VersionID != "2" {
			t.Errorf("%s: %+v", kind, again)
		}
		x.sendFHIR("PUT", kind+"/"+e.ID, body, "If-Match", `W/"1"`).wantOutcome(http.StatusPreconditionFailed, "version 2")
		x.sendFHIR("PUT", kind+"/"+e.ID, entryOf(kind, x.patients[1].ID)).wantOutcome(http.StatusConflict, "another patient")
		x.do("records", "GET", "/fhir/"+kind+"/"+e.ID, nil).want(http.StatusOK, &again)
		x.do("records", "GET", "/fhir/"+kind+"/"+e.ID+"/_history/1", nil).want(http.StatusOK, &again)
		if again.Meta.VersionID != "1" {
			t.Errorf("%s: version 1 is %+v", kind, again)
		}
		for _, query := range []string{"patient=" + ada, "_id=" + e.ID, "identifier=" + number, "_lastUpdated=ge2020&patient=" + ada} {
			if ids := x.search(kind + "?" + query).ids(t); !slices.Equal(ids, []string{e.ID}) {
				t.Errorf("%s?%s finds %v", kind, query, ids)
			}
		}
		for _, query := range []string{"patient=" + x.patients[1].ID, "_lastUpdated=lt2020&patient=" + ada, "identifier=urn:elsewhere|" + number} {
			if ids := x.search(kind + "?" + query).ids(t); len(ids) != 0 {
				t.Errorf("%s?%s finds %v", kind, query, ids)
			}
		}
		if n := x.audited("records", "clinical.create", "", ada); n == 0 {
			t.Errorf("%s: not in the audit", kind)
		}
	}
	if n := x.audited("records", "clinical.update", "", ada); n != len(entries) {
		t.Errorf("%d updates in the audit", n)
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// What is not taken is told by its place, and nothing of it.
func TestClinicalRefused(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ada := x.patients[0].ID
	good := entryOf("Observation", ada)
	for name, c := range map[string]struct {
		kind, body string
		status     int
		says       string
	}{
		"no code":          {"Observation", strings.Replace(good, `"code":{"coding"`, `"method":{"coding"`, 1), 400, "Observation.code: "},
		"unknown status":   {"Observation", strings.Replace(good, `"final"`, `"ready"`, 1), 400, "Observation.status: "},
		"no list":          {"Observation", strings.Replace(good, `"performer":[{"display":"West Laboratory"}]`, `"performer":{"display":"Secretname"}`, 1), 400, "Observation.performer: "},
		"two values":       {"Observation", strings.Replace(good, `"valueQuantity"`, `"valueString":"Secretname","valueQuantity"`, 1), 400, "Observation.value: "},
		"text for number":  {"Observation", strings.Replace(good, `128.0`, `"128"`, 1), 400, "Observation.valueQuantity.value: "},
		"no date":          {"Observation", strings.Replace(good, "2026-03-04T07", "2026-13-04T07", 1), 400, "Observation.effectiveDateTime: "},
		"deep":             {"Observation", strings.Replace(good, `"code":"L"`, `"code":" L"`, 1), 400, "Observation.interpretation[0].coding[0].code: "},
		"unknown element":  {"Observation", strings.Replace(good, `"performer"`, `"Secretname":1,"performer"`, 1), 400, "Observation: "},
		"modifier":         {"Observation", strings.Replace(good, `"performer"`, `"modifierExtension":[{"url":"urn:not"}],"performer"`, 1), 400, "Observation.modifierExtension: "},
		"script":           {"Observation", strings.Replace(good, `"performer"`, `"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>1</script></div>"},"performer"`, 1), 400, "Observation.text.div: "},
		"no status":        {"AllergyIntolerance", strings.Replace(entryOf("AllergyIntolerance", ada), allergyStatus, "", 1), 400, "ait-1"},
		"no patient":       {"Procedure", fmt.Sprintf(entries["Procedure"], `{"display":"Secretname"}`), 400, "Procedure.subject: "},
		"unknown patient":  {"Procedure", entryOf("Procedure", "0195a1b2-0000-7000-8000-000000000001"), 400, "not known here"},
		"unknown number":   {"Procedure", fmt.Sprintf(entries["Procedure"], `{"identifier":{"system":"urn:dictation:mrn","value":"NOBODY"}}`), 400, "not known here"},
		"patient of other": {"Procedure", fmt.Sprintf(entries["Procedure"], `{"reference":"Patient/17"}`), 400, "leads to nothing"},
		"not JSON":         {"Procedure", `<Procedure/>`, 400, "JSON"},
		"other type":       {"Procedure", good, 400, "type Procedure"},
		"too large":        {"Procedure", `{"x":"` + strings.Repeat("x", maxResource) + `"}`, 413, "larger"},
	} {
		a := x.sendFHIR("POST", c.kind, c.body)
		t.Log(name)
		a.wantOutcome(c.status, c.says)
		if strings.Contains(string(a.body), "Secretname") {
			t.Errorf("%s: the answer quotes what was sent: %s", name, a.body)
		}
	}
	// All that is wrong is told at once, each by its expression.
	var o fhir.OperationOutcome
	x.sendFHIR("POST", "Condition", `{"resourceType":"Condition","code":{"coding":[{"code":""}]},"onsetDateTime":"soon"}`).want(http.StatusBadRequest, &o)
	var at []string
	for _, i := range o.Issue {
		at = append(at, i.Expression...)
	}
	if want := []string{"Condition.code.coding[0].code", "Condition.onsetDateTime", "Condition.subject"}; !slices.Equal(at, want) {
		t.Errorf("troubles at %q, want %q", at, want)
	}
	x.do("clinician", "POST", "/fhir/Observation", good).wantOutcome(http.StatusForbidden, "may not")
	if ids := x.search("Observation?patient=" + ada).ids(t); len(ids) != 0 {
		t.Errorf("%v was taken", ids)
	}
	x.do("records", "GET", "/fhir/Observation", nil).wantOutcome(http.StatusBadRequest, "patient")
}

func TestClinicalHistory(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ada := x.patients[0].ID
	var e entryMeta
	x.sendFHIR("POST", "Observation", entryOf("Observation", ada)).want(http.StatusCreated, &e)
	for _, value := range []string{"129.0", "130.0", "131.0"} {
		x.sendFHIR("PUT", "Observation/"+e.ID, strings.Replace(entryOf("Observation", ada), "128.0", value, 1)).want(http.StatusOK, &e)
	}
	x.sendFHIR("POST", "Observation", strings.Replace(entryOf("Observation", ada), "L-1", "L-2", 1)).want(http.StatusCreated)
	var versions []string
	path := "/fhir/Observation/_history?_count=2"
	for pages := 0; path != "" && pages < 5; pages++ {
		var h struct {
			Type  string
			Link  []fhir.Link
			Entry []struct {
				Resource struct {
					entryMeta
					ValueQuantity struct{ Value json.Number }
				}
				Request  fhir.HistoryRequest
				Response fhir.HistoryResponse
			}
		}
		x.do("records", "GET", path, nil).want(http.StatusOK, &h)
		path = ""
		for _, l := range h.Link {
			if l.Relation == "next" {
				path, _ = strings.CutPrefix(l.URL, x.url)
			}
		}
		for _, v := range h.Entry {
			versions = append(versions, v.Resource.Meta.VersionID+" "+v.Resource.ValueQuantity.Value.String()+" "+v.Request.Method)
			if v.Response.ETag != `W/"`+v.Resource.Meta.VersionID+`"` || h.Type != "history" {
				t.Errorf("%+v", v)
			}
		}
	}
	if want := []string{"1 128.0 POST", "4 131.0 PUT", "3 130.0 PUT", "2 129.0 PUT", "1 128.0 POST"}; !slices.Equal(versions, want) {
		t.Errorf("%q, want %q", versions, want)
	}
	var one struct{ Entry []any }
	x.do("records", "GET", "/fhir/Observation/"+e.ID+"/_history", nil).want(http.StatusOK, &one)
	if len(one.Entry) != 4 {
		t.Errorf("%d versions of one", len(one.Entry))
	}
	x.do("records", "GET", "/fhir/Observation/"+e.ID+"/_history?_since="+e.Meta.LastUpdated.Format(time.RFC3339Nano), nil).want(http.StatusOK, &one)
	if len(one.Entry) != 1 {
		t.Errorf("%d versions since the last", len(one.Entry))
	}
	x.do("records", "GET", "/fhir/Observation/"+x.visit.ID+"/_history", nil).wantOutcome(http.StatusNotFound, "no such entry")
	x.do("records", "GET", "/fhir/Observation/_history?_at=2026", nil).wantOutcome(http.StatusBadRequest, "_since")
}

// A document from elsewhere stands beside the notes.
func TestDocumentsFromElsewhere(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	_, first := x.delivered("author")
	ada := x.patients[0].ID
	var e entryMeta
	x.sendFHIR("POST", "DocumentReference", entryOf("DocumentReference", ada)).want(http.StatusCreated, &e)
	_, last := x.delivered("author")
	var ids []string
	for path := "DocumentReference?_count=1&patient=" + ada; path != "" && len(ids) < 5; {
		f := x.search(path)
		ids = append(ids, f.ids(t)...)
		path, _ = strings.CutPrefix(f.next(), x.url+"/fhir/")
	}
	if want := []string{last.ID, e.ID, first.ID}; !slices.Equal(ids, want) {
		t.Errorf("%q, want %q", ids, want)
	}
	for query, want := range map[string]int{
		"category=clinical-note": 2, "type=http://loinc.org|11488-4": 3, "identifier=urn:west:doc|D-1": 1, "identifier=" + first.Note.DocumentNumber: 1, "date=2026-02": 1,
	} {
		if f := x.search("DocumentReference?patient=" + ada + "&" + query); len(f.Entry) != want {
			t.Errorf("%s finds %d, want %d", query, len(f.Entry), want)
		}
	}
	var d struct {
		Content []struct{ Attachment struct{ Data string } }
	}
	x.do("records", "GET", "/fhir/DocumentReference/"+e.ID, nil).want(http.StatusOK, &d)
	if text, err := base64.StdEncoding.DecodeString(d.Content[0].Attachment.Data); err != nil || string(text) != "Heart sound." {
		t.Errorf("%q, %v", text, err)
	}
	big := strings.Replace(entryOf("DocumentReference", ada), "SGVhcnQgc291bmQu", strings.Repeat("QUFB", 5<<20/3), 1)
	x.sendFHIR("POST", "DocumentReference", big).want(http.StatusCreated)
	x.sendFHIR("POST", "DocumentReference", big+strings.Repeat(" ", maxDocument)).wantOutcome(http.StatusRequestEntityTooLarge, "larger")
}
