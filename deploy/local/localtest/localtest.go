package localtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"

	"dictation/deploy/local"
)

// Prepare brings the template database, named by its URL, into the state every
// test's database starts from: usually the migrations.
type Prepare func(ctx context.Context, url string) error

// run is what one test binary shares. There is one, made by Main.
type run struct {
	prepare []Prepare
	folder  func() (string, error)
	lock    *os.File
	dir     string

	database func() (*template, error)
	s3       func() (*local.S3, error)
	cleanup  []func() error // last first
	mu       sync.Mutex
	names    atomic.Int64
}

// current is set by Main before any test runs and not changed afterwards.
var current *run

// Main runs the tests of a package and stops the servers they used. It does not
// return. The functions prepare the template database, in this order.
func Main(m *testing.M, prepare ...Prepare) {
	if local.IsChild() {
		os.Exit(local.ChildMain())
	}
	r := &run{prepare: prepare}
	r.folder = sync.OnceValues(r.makeFolder)
	r.database = sync.OnceValues(r.startDatabase)
	r.s3 = sync.OnceValues(r.startS3)
	current = r
	code := m.Run()
	if err := r.close(); err != nil {
		fmt.Fprintln(os.Stderr, "localtest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func theRun(t testing.TB) *run {
	t.Helper()
	if current == nil {
		t.Fatal("the package's TestMain must call localtest.Main")
	}
	return current
}

// atEnd has f called when all tests are over.
func (r *run) atEnd(f func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanup = append(r.cleanup, f)
}

func (r *run) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for i := len(r.cleanup) - 1; i >= 0; i-- {
		errs = append(errs, r.cleanup[i]())
	}
	return errors.Join(errs...)
}

// name is a name no other test of this binary has: lower case letters, digits
// and dashes, as buckets want it, with the test's name in it.
func (r *run) name(t testing.TB) string {
	clean := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return -1
	}, t.Name())
	return fmt.Sprintf("t%d-%.40s", r.names.Add(1), clean)
}

// Dir is a fresh folder for the test, in memory where possible, that ordinary
// users may pass through. It is removed when the test ends.
func Dir(t testing.TB) string {
	t.Helper()
	r := theRun(t)
	base, err := r.folder()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, r.name(t))
	if err := os.Mkdir(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// NATS starts a NATS server with JetStream for the test alone and returns a
// connection to it. Both end with the test.
func NATS(t testing.TB, opts ...nats.Option) *nats.Conn {
	t.Helper()
	server, err := local.StartNATS(t.Context(), local.NATSConfig{Dir: filepath.Join(Dir(t), "nats")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	conn, err := server.Connect(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// Bucket is an S3 server and names of buckets nobody else uses. The buckets do
// not exist yet.
type Bucket struct {
	Endpoint, Region, AccessKey, SecretKey string
	Work, Intake                           string
}

// S3 returns the test binary's S3 server with bucket names for this test.
func S3(t testing.TB) Bucket {
	t.Helper()
	r := theRun(t)
	s, err := r.s3()
	if err != nil {
		t.Fatal(err)
	}
	name := r.name(t)
	return Bucket{
		Endpoint: s.Endpoint, Region: s.Region, AccessKey: s.AccessKey, SecretKey: s.SecretKey,
		Work: name + "-work", Intake: name + "-intake",
	}
}

func (r *run) startS3() (*local.S3, error) {
	dir, err := r.folder()
	if err != nil {
		return nil, err
	}
	s, err := local.StartS3(context.Background(), local.S3Config{Dir: filepath.Join(dir, "s3"), AccessKey: "test", SecretKey: "for tests only"})
	if err != nil {
		return nil, err
	}
	r.atEnd(func() error { return s.Close(context.Background()) })
	return s, nil
}

// makeFolder makes the folder of this test binary and removes those of binaries
// that were killed: the kernel has given their locks back.
func (r *run) makeFolder() (string, error) {
	base := "/dev/shm"
	if !roomy(base) {
		base = os.TempDir()
	}
	prefix := fmt.Sprintf("dictation-test-%d-", os.Geteuid())
	// One at a time, so that a folder without its lock yet is not taken for one
	// left behind.
	gate, err := lock(filepath.Join(base, prefix+"gate"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer gate.Close()
	old, err := filepath.Glob(filepath.Join(base, prefix+"run-*"))
	if err != nil {
		return "", err
	}
	for _, dir := range old {
		if l, err := lock(filepath.Join(dir, "lock"), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			_ = errors.Join(os.RemoveAll(dir), l.Close()) // next time, else
		}
	}
	if r.dir, err = os.MkdirTemp(base, prefix+"run-"); err != nil {
		return "", err
	}
	if r.lock, err = lock(filepath.Join(r.dir, "lock"), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return "", err
	}
	r.atEnd(func() error { return errors.Join(os.RemoveAll(r.dir), r.lock.Close()) })
	return r.dir, os.Chmod(r.dir, 0o711)
}

// roomy reports whether dir can be written and has room for a few test binaries;
// containers often have a very small /dev/shm.
func roomy(dir string) bool {
	var fs syscall.Statfs_t
	return syscall.Access(dir, 2|1) == nil && syscall.Statfs(dir, &fs) == nil &&
		fs.Bavail*uint64(fs.Bsize) >= 1<<30
}

func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
