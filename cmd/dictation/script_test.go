package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the sample of settings anew")

// sample is the file of settings that sites start from.
const sample = "../../deploy/dictation.env"

func TestScripts(t *testing.T) {
	t.Parallel()
	recording, err := filepath.Abs(spoken)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("SPOKEN", recording)
			b, err := os.ReadFile(sample)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "defaults.env"), b, 0o600)
		},
	})
}

// The sample of settings is what the program does without any.
func TestSampleIsTheDefaults(t *testing.T) {
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, prefix) {
			t.Setenv(name, "")
		}
	}
	c, err := loadConfig()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.print(&b); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(sample, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(sample)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s is not what \"dictation config\" prints; run go test ./cmd/dictation -run SampleIs -update", sample)
	}
}
