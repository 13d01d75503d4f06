package ffmpeg

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dictation/pipeline"
)

// insideArg has the test binary run in the sandbox in ffmpeg's place and tell
// what it can do there.
const insideArg = "look-around"

// lookAround prints what the sandbox lets through.
func lookAround() int {
	if err := json.NewEncoder(os.Stdout).Encode(attempts()); err != nil {
		return 1
	}
	return 0
}

// run executes a program in the sandbox and gives what it wrote and how it ended.
func run(t *testing.T, cfg Config, in *Input, args ...string) (string, string, error) {
	t.Helper()
	p, err := New(cfg).start(t.Context(), defaultMinTime, in, args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(p.stdout)
	if err != nil {
		t.Error(err)
	}
	err = p.finish()
	return string(out), string(p.said.text), err
}

// A program whose main does not know the child ends with a word, instead of
// doing its work a second time.
func TestForgottenHook(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Args = []string{"another name", orderFlag + "{}"}
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || step(exit.ExitCode()) != stepHook {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	s, err := New(Config{}).Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Version == "" || !filepath.IsAbs(s.Path) || !strings.Contains(s.Sandbox, "rlimits") {
		t.Errorf("got %+v", s)
	}
	t.Logf("%+v", s)
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for path, says := range map[string]string{
		"/nowhere/ffmpeg":     installHint(),
		"testdata/no-program": installHint(),
		"no-such-decoder":     installHint(),
	} {
		_, err := New(Config{Path: path}).Check(t.Context())
		if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), says) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	// A program that is no program.
	text := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(text, []byte("not a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]Config{"a text": {Path: text}, "too little memory": {MaxMemory: 16 << 20}} {
		_, err := New(cfg).Check(t.Context())
		if pipeline.KindOf(err) != pipeline.Unavailable || strings.Contains(err.Error(), "%!") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// neighbour is a playlist and the recording it wants to steal, with names.
func neighbour(t *testing.T) (list, secret string) {
	t.Helper()
	dir := t.TempDir()
	secret = filepath.Join(dir, "secret.wav")
	list = filepath.Join(dir, "list.wav")
	for path, b := range map[string][]byte{
		secret: tone(8000, 1, 8000),
		list:   []byte("ffconcat version 1.0\nfile " + filepath.Base(secret) + "\n"),
	} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return list, secret
}

// bare are arguments that leave out every precaution of ours.
func bare(input string) []string {
	return []string{"-nostdin", "-v", "error", "-i", input, "-f", "wav", "pipe:1"}
}

// listener is a server that tells whether anybody came.
func listener(t *testing.T) (address string, visited func() bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came, gone := make(chan struct{}, 16), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			came <- struct{}{}
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-gone })
	return l.Addr().String(), func() bool { return len(came) > 0 }
}
