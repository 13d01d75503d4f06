package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDestinations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("a secret that is long enough\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config{Destinations: `{"destinations": [
		{"name": "ehr", "kind": "mdm", "address": "ehr.example.org:2575", "sender": ["DICT", "WEST"], "authority": "WEST",
		 "providers": {"Dr Ada Example": {"id": "1234567893", "authority": "NPI"}}, "rules": [{"worktypes": ["letter"], "facilities": ["West"]}]},
		{"name": "files", "kind": "folder", "path": "` + dir + `", "hold": true, "give_up": "2h"},
		{"name": "hook", "kind": "webhook", "url": "https://records.example.org/notes", "secret_file": "` + secret + `"},
		{"name": "epic", "kind": "fhir", "url": "https://records.example.org/fhir", "profile": "epic", "token_file": "` + secret + `"}]}`}
	list, err := c.destinations()
	if err != nil || len(list) != 4 {
		t.Fatalf("%d destinations, %v", len(list), err)
	}
	if d := list[1]; d.System.Name() != "files" || !d.Hold || d.GiveUp != 2*time.Hour || d.First != retryFirst {
		t.Errorf("destination %+v", d)
	}
	for name, bad := range map[string]string{
		"no JSON":            `destinations`,
		"unknown field":      `{"destinations": [], "x": 1}`,
		"unknown kind":       `{"destinations": [{"name": "a", "kind": "fax"}]}`,
		"the built-in one":   `{"destinations": [{"name": "a", "kind": "chart"}]}`,
		"name of the chart":  `{"destinations": [{"name": "chart", "kind": "folder", "path": "/srv"}]}`,
		"bad name":           `{"destinations": [{"name": "A B", "kind": "folder", "path": "/srv"}]}`,
		"name twice":         `{"destinations": [{"name": "a", "kind": "folder", "path": "/srv"}, {"name": "a", "kind": "folder", "path": "/srv"}]}`,
		"no port":            `{"destinations": [{"name": "a", "kind": "mdm", "address": "ehr"}]}`,
		"relative folder":    `{"destinations": [{"name": "a", "kind": "folder", "path": "notes"}]}`,
		"no secret":          `{"destinations": [{"name": "a", "kind": "webhook", "url": "https://records.example.org"}]}`,
		"unknown worktype":   `{"destinations": [{"name": "a", "kind": "folder", "path": "/srv", "rules": [{"worktypes": ["poem"]}]}]}`,
		"something behind":   `{"destinations": []} {}`,
		"certificate absent": `{"destinations": [{"name": "a", "kind": "mdm", "address": "ehr:1", "ca_file": "/nowhere"}]}`,
	} {
		if _, err := (config{Destinations: bad}).destinations(); err == nil || !strings.Contains(err.Error(), "DICTATION_DESTINATIONS") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
