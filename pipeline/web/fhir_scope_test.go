package web

import (
	"net/http"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// A token with scopes opens what they name, and nothing but the FHIR API.
func TestScopedTokens(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	_, doc := x.delivered("author")
	records := x.accounts["records"]
	scoped := func(name string, scopes ...string) {
		t.Helper()
		token, err := x.Auth.NewToken(t.Context(), store.Actor{ID: "test"}, records.User.ID, "scoped", scopes...)
		if err != nil {
			t.Fatal(err)
		}
		x.accounts[name] = account{records.User, token}
	}
	scoped("reads", "system/*.read")
	scoped("looks", "system/DocumentReference.s", "system/Patient.r")
	scoped("writes", "system/Patient.write")
	patient := "/fhir/Patient/" + x.patients[0].ID
	for _, c := range []struct {
		who, method, path, body string
		status                  int
	}{
		{"reads", "GET", patient, "", 200},
		{"reads", "GET", "/fhir/Binary/" + doc.ID, "", 200},
		{"reads", "GET", "/fhir/Encounter?patient=" + x.patients[0].ID, "", 200},
		{"reads", "POST", "/fhir/Patient", patientJSON("", "MRN-5", "Example", ""), 403},
		{"reads", "GET", "/fhir/Nothing", "", 404},
		{"reads", "GET", "/api/v1/me/settings", "", 403},
		{"reads", "POST", "/api/v1/tokens", `{"label":"more","password":"x"}`, 403},
		{"looks", "GET", "/fhir/DocumentReference", "", 200},
		{"looks", "GET", "/fhir/DocumentReference/" + doc.ID, "", 403},
		{"looks", "GET", patient, "", 200},
		{"looks", "GET", "/fhir/Patient?identifier=1", "", 403},
		{"looks", "POST", "/fhir/Patient/_search", "", 403},
		{"writes", "POST", "/fhir/Patient", patientJSON("", "MRN-5", "Example", ""), 201},
		{"writes", "GET", patient, "", 403},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		if a := x.do(c.who, c.method, c.path, body, "Content-Type", "application/json"); a.status != c.status {
			t.Errorf("%s: %s %s gives %d, want %d", c.who, c.method, c.path, a.status, c.status)
		}
	}
	if n := x.audited("records", string(pipeline.WritePatient), "", ""); n == 0 {
		t.Error("a refusal is not in the audit")
	}
	x.do("reads", "POST", "/fhir/Patient", patientJSON("", "MRN-6", "Example", "")).wantOutcome(http.StatusForbidden, "scopes")
}
