package web

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
	"dictation/transcript/check"
)

// description is as much of OpenAPI as the tests look at.
type description struct {
	OpenAPI    string
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Schemas map[string]struct {
			Type       string
			Properties map[string]json.RawMessage
			Required   []string
		}
	}
}

func readDescription(t *testing.T) (d description) {
	t.Helper()
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDescriptionHasEveryRoute(t *testing.T) {
	t.Parallel()
	d := readDescription(t)
	described := make(map[string]bool)
	names := make(map[string]bool)
	for path, methods := range d.Paths {
		for method, raw := range methods {
			if method == "parameters" {
				continue
			}
			described[strings.ToUpper(method)+" "+path] = true
			var op struct {
				OperationID, Summary string
				Responses            map[string]json.RawMessage
			}
			if err := json.Unmarshal(raw, &op); err != nil {
				t.Fatal(err)
			}
			if op.Summary == "" || op.Responses["default"] == nil || len(op.Responses) < 2 {
				t.Errorf("%s %s has no summary, answer or error", method, path)
			}
			if op.OperationID == "" || names[op.OperationID] {
				t.Errorf("%s %s: operationId %q is empty or taken", method, path, op.OperationID)
			}
			names[op.OperationID] = true
		}
	}
	for _, rt := range (&Server{}).apiRoutes() {
		if strings.HasSuffix(rt.pattern, "/") {
			continue // what is nowhere else
		}
		if !described[rt.pattern] {
			t.Errorf("%s is served but not described", rt.pattern)
		}
		delete(described, rt.pattern)
	}
	for pattern := range described {
		t.Errorf("%s is described but not served", pattern)
	}
}

func TestDescriptionFitsWhatIsSent(t *testing.T) {
	t.Parallel()
	schemas := readDescription(t).Components.Schemas
	sent := map[string]any{
		"Problem": problem{}, "Dictation": dictationView{}, "Dictations": dictationsView{}, "Text": textView{},
		"Word": transcript.Word{}, "Mark": transcript.Mark{}, "Flag": check.Flag{}, "Progress": progressView{}, "Span": check.Span{}, "Place": check.Place{}, "Version": versionView{}, "Versions": versionsView{},
		"Saved": savedView{}, "Lease": leaseView{}, "Event": eventView{}, "Note": noteView{}, "Seal": pipeline.Seal{},
		"Patient": patientView{}, "Patients": patientsView{}, "Encounter": encounterView{}, "Encounters": encountersView{},
		"Entry": entryView{}, "Audit": auditView{}, "Chain": chainView{}, "User": userView{}, "OpenWork": store.OpenWork{}, "Users": usersView{}, "Token": tokenView{},
		"Signing": signingView{}, "Point": pointView{}, "Unresolved": unresolvedView{}, "SealedNote": pipeline.SealedNote{},
		"Sealed": pipeline.Sealed{}, "Link": pipeline.Link{}, "Proxies": proxiesView{}, "Proxy": proxyView{},
		"SecondFactor": factorView{}, "NewSecondFactor": newFactorView{}, "RecoveryCodes": recoveryView{},
		"Change": changeView{}, "Changes": changesView{}, "Finding": findingView{}, "Assessment": assessmentView{}, "Assessments": assessmentsView{},
		"QARule": pipeline.QARule{}, "QARules": qaRulesView{}, "QALine": qaLineView{}, "QAReport": qaReportView{},
		"Sound": soundView{}, "Said": audio.Said{}, "Parts": partsView{}, "Part": partView{},
		"Settings": pipeline.Settings{}, "Key": keyView{}, "Phrase": phraseView{}, "NewPhrase": newPhrase{}, "Phrases": phrasesView{},
		"UnknownWord": unknownWordView{}, "UnknownWords": unknownWordsView{}, "SiteWord": siteWordView{},
		"Incomplete": incompleteView{}, "Recording": recordingView{}, "Recordings": recordingsView{}, "Chunk": chunkView{}, "Chunks": chunksView{}, "Take": pipeline.Take{}, "Gap": pipeline.Gap{},
	}
	for name, schema := range schemas {
		if schema.Type == "array" { // no struct makes it
			continue
		}
		v, ok := sent[name]
		if !ok {
			t.Errorf("the schema %s has no struct here", name)
			continue
		}
		var all, always []string
		jsonFields(reflect.TypeOf(v), &all, &always)
		for field := range schema.Properties {
			if !slices.Contains(all, field) {
				t.Errorf("%s.%s is described but not sent", name, field)
			}
		}
		for _, field := range all {
			if _, ok := schema.Properties[field]; !ok {
				t.Errorf("%s.%s is sent but not described", name, field)
			}
			if slices.Contains(always, field) != slices.Contains(schema.Required, field) {
				t.Errorf("%s.%s: required or not, the struct says otherwise", name, field)
			}
		}
	}
}

// jsonFields lists the names that encoding/json gives a struct's fields, and
// those it never leaves out.
func jsonFields(t reflect.Type, all, always *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name == "" && f.Anonymous:
			jsonFields(f.Type, all, always)
		default:
			*all = append(*all, name)
			if options == "" {
				*always = append(*always, name)
			}
		}
	}
}

func TestDescriptionRefersToWhatItHas(t *testing.T) {
	t.Parallel()
	var doc any
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if to, ok := v["$ref"].(string); ok && at(doc, strings.TrimPrefix(to, "#/")) == nil {
				t.Errorf("%s leads nowhere", to)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
}

// at follows a path like "components/schemas/Note".
func at(v any, path string) any {
	for _, step := range strings.Split(path, "/") {
		m, _ := v.(map[string]any)
		v = m[step]
	}
	return v
}

func TestDescriptionIsOpen(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var d description
	x.do("", "GET", "/api/openapi.json", nil).want(http.StatusOK, &d)
	if d.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %q", d.OpenAPI)
	}
}
