package ffmpeg

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// attempts tries what a program that was taken over would.
func attempts() map[string]string {
	out := map[string]string{}
	try := func(what string, err error) {
		out[what] = "done"
		if err != nil {
			out[what] = err.Error()
		}
	}
	_, err := os.ReadFile("/etc/passwd")
	try("read a file", err)
	_, err = os.ReadDir("/")
	try("list a folder", err)
	try("write a file", os.WriteFile(filepath.Join(os.TempDir(), "dictation-escape"), []byte("x"), 0o600))
	try("write the recording", func() error { _, err := unix.Write(3, []byte("x")); return err }())
	_, err = unix.Open("/dev/fd/3", unix.O_RDWR, 0)
	try("open the recording for writing", err)
	_, err = os.ReadFile("/proc/1/environ")
	try("read another process", err)
	_, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	try("open a socket", err)
	_, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	try("open a local socket", err)
	_, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	try("fork", failed(errno))
	_, _, errno = unix.RawSyscall(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0)
	try("trace", failed(errno))
	try("execute a shell", unix.Exec("/bin/sh", []string{"sh", "-c", ":"}, nil))
	try("signal the parent", unix.Kill(unix.Getppid(), 0))
	try("signal itself", unix.Kill(unix.Getpid(), 0))
	try("limit the parent", unix.Prlimit(unix.Getppid(), unix.RLIMIT_CORE, &unix.Rlimit{}, nil))
	try("raise a limit", unix.Prlimit(0, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 4096, Max: 4096}, nil))
	try("mount", unix.Mount("none", "/tmp", "tmpfs", 0, ""))
	_, err = unix.MemfdCreate("x", 0)
	try("make a file in memory", err)
	_, _, errno = unix.RawSyscall(unix.SYS_BPF, 0, 0, 0)
	try("bpf", failed(errno))
	_, _, errno = unix.RawSyscall(unix.SYS_IO_URING_SETUP, 1, 0, 0)
	try("io_uring", failed(errno))
	if env := os.Environ(); len(env) > 0 {
		out["environment"] = strings.Join(env, " ")
	}
	return out
}

func failed(errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

// What a program in ffmpeg's place can do: nothing of all this, also as root.
func TestInside(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := New(Config{})
	in, err := r.Store(strings.NewReader("a recording"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, said, err := run(t, Config{Path: self, MaxMemory: 8 << 30}, in, insideArg)
	if err != nil {
		t.Fatal(err, said)
	}
	var got map[string]string
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err, out)
	}
	for what, how := range got {
		if !strings.HasSuffix(how, "permission denied") && !strings.HasSuffix(how, "operation not permitted") &&
			!(what == "write the recording" && strings.Contains(how, "bad file descriptor")) {
			t.Errorf("%s: %s", what, how)
		}
	}
	if len(got) < 15 {
		t.Errorf("only %d attempts: %v", len(got), got)
	}
}

// Even without the lists of formats and protocols ffmpeg finds no neighbour.
func TestConcatIsRefusedByLandlock(t *testing.T) {
	t.Parallel()
	list, secret := neighbour(t)
	if out, err := exec.Command("ffmpeg", bare(list)...).Output(); err != nil || len(out) < 8000 {
		t.Fatalf("outside the sandbox the playlist should work: %d bytes, %v", len(out), err)
	}
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	in, err := New(Config{}).Store(strings.NewReader(strings.Replace(string(text), filepath.Base(secret), secret, 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for name, args := range map[string][]string{
		"the list":        append([]string{"-safe", "0"}, bare(inputPath)...),
		"the list's name": bare(list),
		"the neighbour":   bare(secret),
	} {
		out, said, err := run(t, Config{}, in, args...)
		if err == nil || len(out) > 0 || !strings.Contains(said, "Permission denied") {
			t.Errorf("%s: %d bytes, %q, %v", name, len(out), said, err)
		}
	}
}

func TestNetworkIsRefused(t *testing.T) {
	t.Parallel()
	address, visited := listener(t)
	for _, url := range []string{"http://" + address + "/x.wav", "tcp://" + address} {
		out, said, err := run(t, Config{}, nil, bare(url)...)
		if err == nil || len(out) > 0 || !strings.Contains(said, "not permitted") {
			t.Errorf("%s: %d bytes, %q, %v", url, len(out), said, err)
		}
	}
	if visited() {
		t.Error("ffmpeg reached the network")
	}
}

func TestLimitsAreSet(t *testing.T) {
	t.Parallel()
	r := New(Config{})
	in, err := r.Store(bytes.NewReader(tone(44100, 2, 60*44100)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	// ffmpeg plays in real time and so can be looked at.
	p, err := r.start(t.Context(), defaultMinTime, in, append([]string{"-re"}, bare(inputPath)...)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.stdout.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	pid := p.cmd.Process.Pid
	for _, want := range []struct {
		name     string
		resource int
		most     uint64
	}{
		{"CPU", unix.RLIMIT_CPU, 60}, {"AS", unix.RLIMIT_AS, defaultMaxMemory}, {"FSIZE", unix.RLIMIT_FSIZE, 0},
		{"NOFILE", unix.RLIMIT_NOFILE, 64}, {"CORE", unix.RLIMIT_CORE, 0},
	} {
		var l unix.Rlimit
		if err := unix.Prlimit(pid, want.resource, nil, &l); err != nil || l.Cur != want.most || l.Max != want.most {
			t.Errorf("%s is %+v, %v", want.name, l, err)
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000"} {
		if !strings.Contains(string(status), line) {
			t.Errorf("no %q", line)
		}
	}
	if group, err := unix.Getpgid(pid); err != nil || group != pid {
		t.Errorf("process group %d of %d, %v", group, pid, err)
	}
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	if err := unix.Kill(pid, 0); err != unix.ESRCH {
		t.Errorf("the process is still there: %v", err)
	}
}
