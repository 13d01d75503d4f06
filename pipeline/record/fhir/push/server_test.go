package push_test

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dictation/pipeline/record"
	"dictation/pipeline/record/fhir/push"
)

type object = map[string]any

// server is a small FHIR R4 server that knows nothing of our types and refuses
// what US Core DocumentReference (6.1.0, 8.0.0) and R4 10.2 refuse.
type server struct {
	t      *testing.T
	base   string
	config string // the token address that is told

	conditional bool // honours If-None-Exist, and says so
	searches    bool // lets documents be searched
	silent      bool // answers a create with nothing but where
	token       func(r *http.Request) bool

	mu       sync.Mutex
	people   []object
	visits   []object
	docs     []object
	calls    int                                                   // creates that came
	disturb  func(w http.ResponseWriter, store func()) (done bool) // what happens to the next creates
	requests []string
}

func newServer(t *testing.T, change func(*server)) *server {
	t.Helper()
	x := &server{t: t, conditional: true, searches: true, token: func(r *http.Request) bool {
		return r.Header.Get("Authorization") == "Bearer secret"
	}}
	if change != nil {
		change(x)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /r4/metadata", x.metadata)
	mux.HandleFunc("GET /r4/.well-known/smart-configuration", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"token_endpoint":%q}`, x.config)
	})
	mux.HandleFunc("POST /r4/{type}/_search", x.search)
	mux.HandleFunc("GET /r4/DocumentReference/{id}", x.read)
	mux.HandleFunc("POST /r4/DocumentReference", x.create)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x.mu.Lock()
		x.requests = append(x.requests, r.Method+" "+r.URL.String())
		x.mu.Unlock()
		if !x.token(r) {
			outcome(w, http.StatusUnauthorized, "login")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	x.base = srv.URL + "/r4"
	return x
}

// system is a destination of the server.
func (x *server) system(change func(*push.Config)) record.Preparer {
	x.t.Helper()
	cfg := push.Config{Name: "test", Base: x.base, Private: true, Token: "secret", Timeout: 10 * time.Second}
	if change != nil {
		change(&cfg)
	}
	s, err := push.New(cfg)
	if err != nil {
		x.t.Fatal(err)
	}
	return s.(record.Preparer)
}

// admit makes patient and visit of a document known under the server's own ids.
func (x *server) admit(doc record.Document) record.Document {
	x.mu.Lock()
	defer x.mu.Unlock()
	patient := "p-" + doc.Patient.MRN
	x.people = append(x.people, object{
		"resourceType": "Patient", "id": patient, "birthDate": doc.Patient.BirthDate.Format(time.DateOnly),
		"identifier": []any{object{"system": "urn:dictation:mrn", "value": doc.Patient.MRN}},
	})
	if doc.Encounter.ID != "" {
		x.visits = append(x.visits, object{
			"resourceType": "Encounter", "id": "v-" + doc.Encounter.Number, "subject": object{"reference": "Patient/" + patient},
			"identifier": []any{object{"system": "urn:dictation:visit", "value": doc.Encounter.Number}},
		})
	}
	return doc
}

func (x *server) held(number string) (ids []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, d := range x.docs {
		if has(d, "urn:dictation:document|"+number) {
			ids = append(ids, d["id"].(string))
		}
	}
	return ids
}

func has(resource object, token string) bool {
	list, _ := resource["identifier"].([]any)
	return slices.ContainsFunc(list, func(i any) bool {
		return fmt.Sprint(i.(object)["system"], "|", i.(object)["value"]) == token
	})
}

func (x *server) metadata(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, object{"resourceType": "CapabilityStatement", "rest": []any{object{"resource": []any{
		object{"type": "Patient"}, object{"type": "DocumentReference", "conditionalCreate": x.conditional},
	}}}})
}

func (x *server) search(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.URL.RawQuery != "" {
		outcome(w, http.StatusBadRequest, "invalid")
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	list, ok := map[string][]object{"Patient": x.people, "Encounter": x.visits, "DocumentReference": x.docs}[r.PathValue("type")]
	if r.PathValue("type") == "DocumentReference" && !x.searches {
		outcome(w, http.StatusForbidden, "forbidden")
		return
	}
	entries := []any{object{"search": object{"mode": "outcome"}, "resource": object{"resourceType": "OperationOutcome"}}}
	for _, found := range list {
		subject, _ := found["subject"].(object)
		if has(found, r.PostForm.Get("identifier")) && (!r.PostForm.Has("patient") || subject["reference"] == r.PostForm.Get("patient")) {
			entries = append(entries, object{"resource": found, "search": object{"mode": "match"}})
		}
	}
	if !ok && list == nil && r.PathValue("type") != "DocumentReference" {
		outcome(w, http.StatusNotFound, "not-supported")
		return
	}
	answer(w, http.StatusOK, object{"resourceType": "Bundle", "type": "searchset", "entry": entries})
}

func (x *server) read(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := slices.IndexFunc(x.docs, func(d object) bool { return d["id"] == r.PathValue("id") })
	if i < 0 || !x.searches {
		outcome(w, http.StatusNotFound, "not-found")
		return
	}
	answer(w, http.StatusOK, x.docs[i])
}

func (x *server) create(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.calls++
	var d object
	if err := json.Unmarshal(body, &d); err != nil || r.Header.Get("Content-Type") != "application/fhir+json" {
		outcome(w, http.StatusUnsupportedMediaType, "structure")
		return
	}
	if wrong := x.wrong(d); wrong != "" {
		x.t.Logf("refused: %s", wrong)
		outcome(w, http.StatusUnprocessableEntity, "invariant")
		return
	}
	if x.disturb != nil && x.disturb(w, func() { x.store(d, r) }) {
		return
	}
	kept, status := x.store(d, r)
	w.Header().Set("Location", "DocumentReference/"+kept["id"].(string)+"/_history/1")
	w.Header().Set("Last-Modified", kept["stamp"].(time.Time).Format(http.TimeFormat))
	if x.silent {
		w.WriteHeader(status)
		return
	}
	answer(w, status, kept)
}

// store keeps a document, or finds it where the condition says that it is there.
func (x *server) store(d object, r *http.Request) (object, int) {
	if condition, err := url.ParseQuery(r.Header.Get("If-None-Exist")); x.conditional {
		if err != nil || !condition.Has("identifier") {
			x.t.Errorf("If-None-Exist %q", r.Header.Get("If-None-Exist"))
		}
		for _, kept := range x.docs {
			if has(kept, condition.Get("identifier")) {
				return kept, http.StatusOK
			}
		}
	}
	now := time.Date(2026, time.March, 5, 6, 7, len(x.docs), 0, time.UTC)
	d["id"], d["stamp"] = fmt.Sprint("doc.", len(x.docs)+1), now
	d["meta"].(object)["lastUpdated"] = now.Format(time.RFC3339)
	for _, later := range list(d, "relatesTo") {
		if later.(object)["code"] == "replaces" {
			x.byRef(later.(object)["target"])["status"] = "superseded"
		}
	}
	x.docs = append(x.docs, d)
	return d, http.StatusCreated
}

func (x *server) byRef(target any) object {
	ref, _ := target.(object)["reference"].(string)
	for _, group := range [][]object{x.people, x.visits, x.docs} {
		for _, r := range group {
			if ref == fmt.Sprint(r["resourceType"], "/", r["id"]) {
				return r
			}
		}
	}
	return nil
}

func list(o object, name string) []any { l, _ := o[name].([]any); return l }

var elements = []string{"resourceType", "meta", "masterIdentifier", "identifier", "status", "docStatus", "type", "category", "subject",
	"date", "author", "authenticator", "relatesTo", "description", "content", "context"}

// wrong names what a US Core server refuses; empty when nothing.
func (x *server) wrong(d object) string {
	for name := range d {
		if !slices.Contains(elements, name) {
			return "element " + name
		}
	}
	if where := empty("", d); where != "" {
		return "empty " + where // R4 2.6.2: no empty values, arrays or objects
	}
	code, _ := d["docStatus"].(string)
	switch {
	case d["resourceType"] != "DocumentReference", d["status"] != "current":
		return "status" // 1..1, required binding
	case !slices.Contains([]string{"final", "amended", "preliminary"}, code):
		return "docStatus" // CompositionStatus, required binding
	case !coded(d["type"], "http://loinc.org", `^\d{1,5}-\d$`):
		return "type" // 1..1
	case len(list(d, "category")) == 0 || !coded(list(d, "category")[0], "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "^clinical-note$"):
		return "category"
	case d["subject"] == nil || x.byRef(d["subject"]) == nil:
		return "subject" // 1..1, referential integrity
	case len(list(d, "content")) != 1:
		return "content"
	}
	if context, ok := d["context"].(object); ok {
		visits := list(context, "encounter")
		if len(visits) > 1 || len(visits) == 1 && x.byRef(visits[0]) == nil {
			return "context.encounter" // max 1
		}
	}
	for _, r := range list(d, "relatesTo") {
		code := r.(object)["code"]
		if code != "appends" && code != "replaces" || x.byRef(r.(object)["target"]) == nil {
			return "relatesTo"
		}
	}
	return attachmentWrong(list(d, "content")[0].(object)["attachment"].(object))
}

func attachmentWrong(a object) string {
	data, _ := a["data"].(string)
	text, err := base64.StdEncoding.DecodeString(data)
	sum := sha1.Sum(text)
	contentType, _ := a["contentType"].(string)
	switch {
	case err != nil || len(text) == 0 && a["url"] == nil:
		return "content.attachment" // us-core-6: url or data
	case contentType != "text/plain;charset=utf-8" && contentType != "text/plain":
		return "content.attachment.contentType"
	case a["size"] != float64(len(text)):
		return "content.attachment.size"
	case a["hash"] != base64.StdEncoding.EncodeToString(sum[:]):
		return "content.attachment.hash" // R4 2.24.0.9: SHA-1
	}
	return ""
}

func coded(concept any, system, code string) bool {
	c, _ := concept.(object)
	codings := list(c, "coding")
	if len(codings) != 1 {
		return false
	}
	coding := codings[0].(object)
	ok, _ := regexp.MatchString(code, fmt.Sprint(coding["code"]))
	return ok && coding["system"] == system
}

func empty(path string, v any) string {
	switch v := v.(type) {
	case object:
		for k, e := range v {
			if where := empty(path+"."+k, e); where != "" {
				return where
			}
		}
		if len(v) == 0 {
			return path
		}
	case []any:
		for _, e := range v {
			if where := empty(path, e); where != "" {
				return where
			}
		}
		if len(v) == 0 {
			return path
		}
	case string:
		if strings.TrimSpace(v) == "" {
			return path
		}
	case nil:
		return path
	}
	return ""
}

func answer(w http.ResponseWriter, status int, resource object) {
	w.Header().Set("Content-Type", "application/fhir+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(resource)
}

func outcome(w http.ResponseWriter, status int, code string) {
	answer(w, status, object{"resourceType": "OperationOutcome", "issue": []any{object{
		"severity": "error", "code": code, "expression": []any{"DocumentReference.type"}, "diagnostics": "Example, Pat 1 is not wanted",
	}}})
}
