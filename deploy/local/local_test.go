package local

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/nats-io/nats.go"
)

func TestStart(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	data := filepath.Join(room(t), "data")
	s, err := Start(ctx, Config{Data: data, NATSListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(put(ctx, s), check(ctx, s), s.Health(ctx)); err != nil {
		t.Error(err)
	}
	if _, err := Start(ctx, Config{Data: data}); err == nil || !strings.Contains(err.Error(), data+" is in use") {
		t.Errorf("a second Start on the folder: %v", err)
	}
	info, err := os.Stat(filepath.Join(data, "secrets", "servers.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secrets: %v, %v; want mode 0600", info, err)
	}
	checkStrangers(t, s)
	children := []*process{s.S3.child, s.Postgres.child}
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
	for _, c := range children {
		if err := syscall.Kill(c.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("%s is still there after Close: %v", c.cmd.Path, err)
		}
		if c.err != nil {
			t.Errorf("%s ended badly: %v", c.cmd.Path, c.err)
		}
	}
	if s.Health(ctx) == nil {
		t.Error("closed servers are called healthy")
	}

	s, err = Start(ctx, Config{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(check(ctx, s), s.Close(ctx)); err != nil {
		t.Error("second start: ", err)
	}
}

// checkStrangers tries the doors without the keys.
func checkStrangers(t *testing.T, s *Servers) {
	t.Helper()
	own, err := nats.Connect(s.NATS.URL)
	if err != nil {
		t.Fatalf("with the token: %v", err)
	}
	own.Close()
	if _, err := nats.Connect("nats://" + strings.SplitN(s.NATS.URL, "@", 2)[1]); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("NATS without token: %v", err)
	}
	c, err := minio.New(s.S3.Endpoint, &minio.Options{Creds: credentials.NewStaticV4("dictation", "guessed it", ""), Region: s.S3.Region})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ListBuckets(t.Context()); minio.ToErrorResponse(err).Code != "SignatureDoesNotMatch" {
		t.Errorf("S3 with a wrong key: %v", err)
	}
}

func TestStartPortTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().String()
	_, port, err := net.SplitHostPort(taken)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(room(t), "data")
	for name, cfg := range map[string]Config{
		"nats": {Data: data, NATSListen: taken},
		"s3":   {Data: data, S3Listen: taken},
	} {
		_, err := Start(t.Context(), cfg)
		if err == nil || !strings.Contains(err.Error(), port) {
			t.Errorf("%s: %v; want an error that names port %s", name, err, port)
		}
	}
	if pids, err := processesIn(filepath.Join(data, "postgres", "data")); err != nil || len(pids) > 0 {
		t.Errorf("a failed start left %v, %v", pids, err)
	}
	s, err := Start(t.Context(), Config{Data: data})
	if err != nil {
		t.Fatalf("start after failed ones: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFailed(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{Data: room(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.S3.child.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-s.Failed(); !strings.Contains(err.Error(), "S3 server stopped by itself") {
		t.Error(err)
	}
	if err := s.Health(t.Context()); err == nil || !strings.Contains(err.Error(), "S3") {
		t.Errorf("health without S3 server: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOpenData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", file, filepath.Join(file, "below")} {
		if got, err := openData(bad); err == nil {
			t.Errorf("openData(%q) = %q; want an error", bad, got)
		}
	}
	got, err := openData(filepath.Join(dir, "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(got)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o066 != 0 {
		t.Errorf("mode %v: others can read", info.Mode())
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	first, err := loadSecrets(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := loadSecrets(path); err != nil || again != first {
		t.Errorf("second time: other secrets, %v", err)
	}
	if other, err := loadSecrets(filepath.Join(path, "other")); err != nil || other.S3SecretKey == first.S3SecretKey {
		t.Errorf("two folders share a secret, %v", err)
	}
	for _, damaged := range []string{"", "{}", "x", `{"s3_access_key":"a"}`} {
		if err := os.WriteFile(filepath.Join(path, "servers.json"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadSecrets(path); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%q: %v", damaged, err)
		}
	}
}

func TestListenAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		host string
		port int
		ok   bool
	}{
		{"127.0.0.1:4222", "127.0.0.1", 4222, true},
		{"127.0.0.1:0", "127.0.0.1", -1, true},
		{"[::1]:1", "::1", 1, true},
		{"127.0.0.1", "", 0, false},
		{"127.0.0.1:x", "", 0, false},
		{"127.0.0.1:70000", "", 0, false},
		{"", "", 0, false},
	} {
		host, port, err := listenAddress(tt.in)
		if (err == nil) != tt.ok || host != tt.host || port != tt.port {
			t.Errorf("listenAddress(%q) = %q, %d, %v", tt.in, host, port, err)
		}
	}
}
