package local

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKilledParent kills the owner of the servers without warning: the children
// end by themselves and the next start finds everything.
func TestKilledParent(t *testing.T) {
	t.Parallel()
	// Orphans become our children, so that their end can be waited for.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(room(t), "data")
	info := killVictim(t, data)
	for name, pid := range map[string]int{"the S3 server": info.S3, "PostgreSQL": info.Postgres} {
		if _, err := syscall.Wait4(pid, nil, 0, nil); err != nil {
			t.Errorf("wait for %s: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(data, "postgres", "data", "postmaster.pid")); err == nil {
		t.Error("PostgreSQL was not shut down but killed")
	}
	startAfter(t, data)
}

// TestKilledParentAtOnce starts again while PostgreSQL may still be stopping.
func TestKilledParentAtOnce(t *testing.T) {
	t.Parallel()
	data := filepath.Join(room(t), "data")
	killVictim(t, data)
	startAfter(t, data)
}

// TestKilledWhole kills PostgreSQL itself as well: its file stays behind.
func TestKilledWhole(t *testing.T) {
	t.Parallel()
	data := filepath.Join(room(t), "data")
	s, err := Start(t.Context(), Config{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if err := put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*process{s.Postgres.child, s.S3.child} {
		if err := c.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(data, "postgres", "data", "postmaster.pid")); err != nil {
		t.Error("nothing to test: ", err)
	}
	startAfter(t, data)
}

func killVictim(t *testing.T, data string) victimInfo {
	t.Helper()
	self, err := self()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: self, Args: []string{victim, data}, Stderr: os.Stderr}
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var info victimInfo
	err = json.NewDecoder(out).Decode(&info)
	if err := errors.Join(err, cmd.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the victim was not killed")
	}
	return info
}

func startAfter(t *testing.T, data string) {
	t.Helper()
	s, err := Start(t.Context(), Config{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(check(t.Context(), s), s.Close(t.Context())); err != nil {
		t.Error(err)
	}
}
