package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dictation/pipeline/transcribe/enginetest"
)

// shell runs a script as the program.
func shell(ctx context.Context, script string, read func(io.Reader) error) error {
	return Run(ctx, Program{Path: "/bin/sh", Args: []string{"-c", script}}, read)
}

func discard(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }

// The script starts a child that outlives it and keeps the pipes open; both say
// that they are there before the run is cancelled.
func TestCancelKillsTheGroup(t *testing.T) {
	t.Parallel()
	mark := filepath.Join(t.TempDir(), "mark")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := shell(ctx, fmt.Sprintf(`sh -c 'echo child; while :; do read x < %[1]s; done' & echo parent; wait`, fifo(t, mark)),
		func(r io.Reader) error {
			lines := bufio.NewScanner(r)
			for range 2 {
				lines.Scan()
			}
			cancel()
			return discard(r)
		})
	if err == nil {
		t.Error("a killed program ended without an error")
	}
	if pids := enginetest.ProcessesWith(t, mark); len(pids) > 0 {
		t.Errorf("processes %v outlived the cancel", pids)
	}
}

func TestReadErrorKillsTheProgram(t *testing.T) {
	t.Parallel()
	full := errors.New("no room")
	mark := filepath.Join(t.TempDir(), "mark")
	err := shell(t.Context(), fmt.Sprintf("read x < %s", fifo(t, mark)), func(io.Reader) error { return full })
	if !errors.Is(err, full) || errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the reader's alone", err)
	}
	if pids := enginetest.ProcessesWith(t, mark); len(pids) > 0 {
		t.Errorf("processes %v outlived the reader", pids)
	}
}

func TestErrorCarriesTheCause(t *testing.T) {
	t.Parallel()
	err := shell(t.Context(), `echo "INFO: fine" >&2; echo "FATAL: no model" >&2; exit 3`, discard)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "FATAL: no model") || strings.Contains(err.Error(), "INFO") {
		t.Errorf("got %v", err)
	}
}

// What a program says of the dictation stays out of errors, which are logged.
func TestPrivateLogIsNotTold(t *testing.T) {
	t.Parallel()
	p := Program{Path: "/bin/sh", Args: []string{"-c", `echo "ERROR: not heard: Eve Example" >&2; exit 3`}, Private: true}
	err := Run(t.Context(), p, discard)
	if err == nil || err.Error() != "exit status 3: 30 bytes in its log" {
		t.Errorf("got %v", err)
	}
}

func TestEnvironmentIsNotHandedOn(t *testing.T) {
	t.Parallel()
	var got []byte
	err := Run(t.Context(), Program{Path: "/usr/bin/env", Env: []string{"MODEL=a"}}, func(r io.Reader) (err error) {
		got, err = io.ReadAll(r)
		return err
	})
	if err != nil || string(got) != "LC_ALL=C\nMODEL=a\n" {
		t.Errorf("environment %q, error %v", got, err)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		writes []string
		want   string
	}{
		"nothing":         {nil, "nothing in its log"},
		"short":           {[]string{"a\nb\n"}, "4 bytes in its log"},
		"last lines":      {[]string{"1\n2\n3\n4\n5\n"}, "10 bytes in its log"},
		"trouble is told": {[]string{"ERROR: x\nlater\n", "more\n"}, "ERROR: x"},
		"the last of it":  {[]string{"ERROR: 1\nERROR: 2\nFATAL: 3\nERROR: 4\nERROR: 5\n"}, "ERROR: 2 | FATAL: 3 | ERROR: 4 | ERROR: 5"},
		"long write":      {[]string{strings.Repeat("x", 3*tailSize) + "\nFATAL: end"}, "FATAL: end"},
		"many writes":     {[]string{strings.Repeat("x", tailSize-1), "\nab\n", "FATAL: end\n"}, "FATAL: end"},
	} {
		log := &tail{}
		for _, w := range tc.writes {
			if n, err := log.Write([]byte(w)); n != len(w) || err != nil {
				t.Errorf("%s: wrote %d, %v", name, n, err)
			}
		}
		if got := log.cause(false); got != tc.want {
			t.Errorf("%s: got %d bytes %.60q, want %d bytes %.60q", name, len(got), got, len(tc.want), tc.want)
		}
		if len(log.kept) > tailSize {
			t.Errorf("%s: %d bytes kept", name, len(log.kept))
		}
	}
}

// fifo makes a named pipe: whoever reads it waits for ever.
func fifo(t *testing.T, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Who asks for the log has all of it, and an error still tells its end.
func TestLogIsGiven(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	p := Program{Path: "/bin/sh", Args: []string{"-c", `echo one >&2; echo "ERROR: two" >&2; exit 3`}, Log: &log}
	err := Run(t.Context(), p, discard)
	if log.String() != "one\nERROR: two\n" || err == nil || !strings.Contains(err.Error(), "ERROR: two") {
		t.Errorf("log %q, error %v", log.String(), err)
	}
}
