package fhir_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dictation/pipeline/record/fhir"
)

// HL7's own US Core examples read into our structs and come out with the same
// names and values: what is written under a name is what the standard has there.
func TestOfficialExamplesFitTheStructs(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/us-core/*.json")
	if err != nil || len(files) != 8 {
		t.Fatalf("examples %q: %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var resource any
			switch {
			case strings.Contains(file, "-patient"):
				resource = &fhir.Patient{}
			case strings.Contains(file, "-encounter"):
				resource = &fhir.Encounter{}
			default:
				resource = &fhir.DocumentReference{}
			}
			var official map[string]any
			if err := json.Unmarshal(raw, &official); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(raw, resource); err != nil {
				t.Fatalf("an official example does not fit: %v", err)
			}
			within(t, "$", official, asJSON(t, resource))
		})
	}
}

// within checks that everything set in ours stands in official.
func within(t *testing.T, path string, official, ours any) {
	t.Helper()
	switch ours := ours.(type) {
	case map[string]any:
		off, _ := official.(map[string]any)
		for k, v := range ours {
			if o := off[k]; o != nil || !unset(v) {
				within(t, path+"."+k, o, v)
			}
		}
	case []any:
		off, _ := official.([]any)
		if len(off) != len(ours) {
			t.Errorf("%s has %d elements, official %d", path, len(ours), len(off))
			return
		}
		for i, v := range ours {
			within(t, path, off[i], v)
		}
	default:
		if !reflect.DeepEqual(official, ours) && !sameInstant(official, ours) {
			t.Errorf("%s is %v, official %v", path, ours, official)
		}
	}
}

// unset reports whether v is what a required element writes when it has no value.
func unset(v any) bool {
	return v == nil || v == "" || v == float64(0) || reflect.DeepEqual(v, map[string]any{})
}

func sameInstant(a, b any) bool {
	x, _ := a.(string)
	y, _ := b.(string)
	tx, errX := time.Parse(time.RFC3339Nano, x)
	ty, errY := time.Parse(time.RFC3339Nano, y)
	return errX == nil && errY == nil && tx.Equal(ty)
}
