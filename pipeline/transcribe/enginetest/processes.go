package enginetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ProcessesWith lists the processes whose command line has the text.
func ProcessesWith(t *testing.T, text string) []string {
	t.Helper()
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		return fromPS(t, text)
	}
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range files {
		// A process that ended since the listing is none.
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), text) {
			found = append(found, filepath.Base(filepath.Dir(f)))
		}
	}
	return found
}

// fromPS is for systems without /proc.
func fromPS(t *testing.T, text string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-axo", "pid=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, text) {
			found = append(found, strings.Fields(line)[0])
		}
	}
	return found
}
