package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// A note signed in the program is in the folder of another, and an address that
// nobody answers at loses nothing: it waits in the ledger.
func TestSendsToOtherSystems(t *testing.T) {
	data, drop := dataDir(t), t.TempDir()
	settings := filepath.Join(t.TempDir(), "destinations.json")
	if err := os.WriteFile(settings, []byte(`{"destinations": [
		{"name": "files", "kind": "folder", "path": "`+drop+`", "rules": [{"worktypes": ["consultation"]}]},
		{"name": "letters", "kind": "folder", "path": "`+drop+`", "rules": [{"worktypes": ["letter"]}]},
		{"name": "ehr", "kind": "mdm", "address": "127.0.0.1:1", "retry_first": "1h", "retry_longest": "1h"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, data, []string{"DICTATION_DESTINATIONS_FILE=" + settings})
	s.must("author", "upload", spoken, "--patient", "700101", "--worktype", "consultation", "--priority", "stat", "--wait")
	s.typeAndSign(t, "blood pressure")
	lines := s.ledger(t, func(lines map[string]deliveryLine) bool {
		return lines["files"].State == pipeline.DispatchSent && lines["ehr"].Tries == 1 && lines["ehr"].Reason != ""
	})
	if l := lines["ehr"]; l.State != pipeline.DispatchWaiting || len(lines) != 2 {
		t.Errorf("the ledger says %+v", lines)
	}
	name := filepath.Join(drop, lines["files"].DocumentNumber)
	text, err := os.ReadFile(name + ".txt")
	if err != nil || !strings.Contains(string(text), "Typed.") {
		t.Errorf("delivered text %q, %v", text, err)
	}
	b, err := os.ReadFile(name + ".json")
	var m record.Manifest
	if err != nil || json.Unmarshal(b, &m) != nil || m.Patient.MRN != "700101" || m.Signatures[0].TextSHA256 != pipeline.TextHash(string(text)) {
		t.Errorf("manifest %+v, %v", m, err)
	}
	if out := s.must("admin", "delivery", "reconcile", "--data", data); !strings.Contains(out, "signed but not in the record: 0") || !strings.Contains(out, "ehr: 0 missing, now in the ledger; 1 waiting") {
		t.Errorf("reconcile printed\n%s", out)
	}
	if _, err := s.command("admin", "delivery", "resend", "letter", "--data", data); err == nil {
		t.Error("sent what is no line of the ledger")
	}
	s.stop()
}

// ledger reads the lines of the ledger, by destination, until they are as wanted.
func (s *system) ledger(t *testing.T, want func(map[string]deliveryLine) bool) map[string]deliveryLine {
	t.Helper()
	for range 60 {
		lines := make(map[string]deliveryLine)
		for row := range strings.Lines(s.must("admin", "delivery", "list", "--all", "--json", "--data", s.data)) {
			var l deliveryLine
			if err := json.Unmarshal([]byte(row), &l); err != nil {
				t.Fatalf("%s: %v", row, err)
			}
			lines[l.Destination] = l
		}
		if want(lines) {
			return lines
		}
	}
	t.Fatalf("the ledger does not come to what is wanted\nlog:\n%s", s.log)
	return nil
}
