package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"dictation/deploy/local"
	"dictation/pipeline/decode/ffmpeg"
)

// The test binary is the program when it is called "dictation", as the scripts
// and the end-to-end tests call it.
func TestMain(m *testing.M) {
	if local.IsChild() {
		os.Exit(local.ChildMain())
	}
	if ffmpeg.IsChild() {
		os.Exit(ffmpeg.ChildMain())
	}
	testscript.Main(m, map[string]func(){
		"dictation": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// system is a "dictation run" as a user starts it.
type system struct {
	t    *testing.T
	data string
	env  []string
	url  string
	cmd  *exec.Cmd
	log  *buffer // what it wrote to stderr
	out  *buffer // what it wrote to stdout
	end  chan struct{}
}

// buffer collects output while others read it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// program prepares a command of the program; args[0] is its verb.
func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{"dictation"}, args...)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// dataDir is a folder that PostgreSQL's own user can reach, in memory where
// that can be written.
func dataDir(t *testing.T) string {
	t.Helper()
	base := ""
	if f, err := os.CreateTemp("/dev/shm", "probe"); err == nil {
		base = "/dev/shm"
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	dir, err := os.MkdirTemp(base, "dictation-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "data")
}

// start runs "dictation run --demo" until it says ready. stages are those it
// works on itself; nil leaves the default, empty leaves none.
func start(t *testing.T, data string, env []string, flags ...string) *system {
	t.Helper()
	s := &system{t: t, data: data, env: env, log: &buffer{}, out: &buffer{}, end: make(chan struct{})}
	args := append([]string{"run", "--demo", "--data", data, "--listen", "127.0.0.1:0"}, flags...)
	s.cmd = program(t, env, args...)
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan string, 1)
	go func() {
		defer close(s.end)
		defer close(ready)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			_, _ = io.WriteString(s.out, lines.Text()+"\n")
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- url
			}
		}
	}()
	t.Cleanup(func() { s.kill() })
	if s.url = <-ready; s.url == "" {
		t.Fatalf("run did not get ready:\n%s", s.log)
	}
	return s
}

// stop ends the system as Ctrl-C does and fails the test unless it ends well.
func (s *system) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	<-s.end
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("run ended with %v:\n%s", err, s.log)
	}
	s.cmd = nil
}

// kill ends it without warning.
func (s *system) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGKILL)
	<-s.end
	_ = s.cmd.Wait()
	s.cmd = nil
}

// accounts reads the demonstration's accounts.
func (s *system) accounts() *demoAccounts {
	s.t.Helper()
	d, err := readDemo(filepath.Join(s.data, demoFile))
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *system) password(role string) string {
	s.t.Helper()
	for _, a := range s.accounts().Accounts {
		if a.Role == role {
			return a.Password
		}
	}
	s.t.Fatalf("there is no demo account for %s", role)
	return ""
}

// as gives an API client of a role.
func (s *system) as(role string) *client {
	s.t.Helper()
	return &client{server: s.url, token: s.accounts().token(role), http: localClient()}
}

// command runs a command of the program as a role and gives its output.
func (s *system) command(role string, args ...string) (string, error) {
	s.t.Helper()
	cmd := program(s.t, append(s.env, "DICTATION_SERVER="+s.url, "DICTATION_TOKEN="+s.accounts().token(role)), args...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must runs a command that has to succeed.
func (s *system) must(role string, args ...string) string {
	s.t.Helper()
	out, err := s.command(role, args...)
	if err != nil {
		s.t.Fatalf("dictation %s: %v\n%s\nlog:\n%s", strings.Join(args, " "), err, out, s.log)
	}
	return out
}

// send makes an API call with a JSON body that has to succeed.
func (c *client) must(t *testing.T, method, path string, body, out any, header ...string) {
	t.Helper()
	if err := c.try(t.Context(), method, path, body, out, header...); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
}

func (c *client) try(ctx context.Context, method, path string, body, out any, header ...string) error {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r = bytes.NewReader(b)
	}
	return c.call(ctx, method, path, r, h, out)
}

// wait polls until the dictation is as wanted.
func (s *system) wait(id string, want func(dictation) bool) dictation {
	s.t.Helper()
	return s.waitAs(s.as("author"), id, want)
}

func (s *system) waitAs(c *client, id string, want func(dictation) bool) dictation {
	s.t.Helper()
	for limit := time.Now().Add(2 * time.Minute); ; {
		d, err := c.dictation(s.t.Context(), id)
		if err == nil && want(d) {
			return d
		}
		if time.Now().After(limit) {
			s.t.Fatalf("still at %s (%s), %v\nlog:\n%s", d.position(), d.Reason, err, s.log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
