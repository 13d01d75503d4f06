package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func startPostgres(t *testing.T, dir string) *Postgres {
	t.Helper()
	p, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func query(ctx context.Context, url, sql string) (string, error) {
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer db.Close(ctx)
	var s string
	return s, db.QueryRow(ctx, sql).Scan(&s)
}

// TestPostgresIsPrivate checks what the cluster promises.
func TestPostgresIsPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(room(t), "cluster")
	p, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for setting, want := range map[string]string{
		"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"data_checksums": "on", "server_encoding": "UTF8", "TimeZone": "UTC",
	} {
		if got, err := query(t.Context(), p.URL, "SHOW "+setting); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", setting, got, err, want)
		}
	}
	for _, folder := range []string{dir, filepath.Join(dir, "run"), filepath.Join(dir, "data")} {
		if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v; want mode 0700", folder, info.Mode(), err)
		}
	}
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestPostgresLog makes the server complain about a made-up name: its log must
// not repeat it.
func TestPostgresLog(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	handler := slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})
	p, err := StartPostgres(t.Context(), PostgresConfig{Dir: filepath.Join(room(t), "cluster"), NoSync: true, Log: slog.New(handler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"SELECT 'Canaryname'::int", "SELECT 1 FROM Canaryname", "SELECT Canaryname"} {
		if _, err := query(t.Context(), p.URL, wrong); err == nil {
			t.Errorf("%s was accepted", wrong)
		}
	}
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if text := log.String(); !strings.Contains(text, "server=postgres") || strings.Contains(strings.ToLower(text), "canaryname") {
		t.Errorf("the log:\n%s", text)
	}
}

// TestPostgresStaleFile gives the number in a forgotten postmaster.pid to an
// innocent process, which PostgreSQL by itself would take for its predecessor.
func TestPostgresStaleFile(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(room(t), "cluster")
	if err := startPostgres(t, dir).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner, err := accountFor(dir)
	if err != nil {
		t.Fatal(err)
	}
	innocent := exec.Command("cat")
	innocent.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential()}
	innocent.Dir = "/"
	stdin, err := innocent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := innocent.Start(); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%d\n%s\n1\n5432\n%s\n\n\nready   \n", innocent.Process.Pid, filepath.Join(dir, "data"), filepath.Join(dir, "run"))
	for _, file := range []string{"data/postmaster.pid", "run/.s.PGSQL.5432.lock"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := startPostgres(t, dir).Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := errors.Join(stdin.Close(), innocent.Wait()); err != nil {
		t.Errorf("the innocent process was disturbed: %v", err)
	}
}

// TestPostgresCutShort starts on a cluster whose making was interrupted.
func TestPostgresCutShort(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(room(t), "cluster")
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := startPostgres(t, dir).Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestPostgresLongPath uses folders the kernel would refuse a socket in, or that
// PostgreSQL would read as two.
func TestPostgresLongPath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("long ", 30), "a,b"} {
		p := startPostgres(t, filepath.Join(room(t), name))
		if _, err := query(t.Context(), p.URL, "SELECT 'here'"); err != nil {
			t.Error(err)
		}
		if !p.temp {
			t.Errorf("the socket is in %s", p.socket)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(p.socket); err == nil {
			t.Errorf("%s was left behind", p.socket)
		}
	}
}

func TestPostgresBadSetting(t *testing.T) {
	t.Parallel()
	_, err := StartPostgres(t.Context(), PostgresConfig{Dir: filepath.Join(room(t), "cluster"), NoSync: true, Settings: []string{"max_connections=many"}})
	if err == nil || !strings.Contains(err.Error(), "max_connections") {
		t.Errorf("%v; want the server's own words", err)
	}
}

func TestPostgresOtherVersion(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(room(t), "cluster")
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "made by PostgreSQL 8") {
		t.Error(err)
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.MkdirAll(filepath.Join(closed, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := &account{name: "stranger", uid: 54321, gid: 54321}
	err := stranger.take(filepath.Join(closed, "data"))
	if err == nil || !strings.Contains(err.Error(), "stranger") || !strings.Contains(err.Error(), "may not pass through") {
		t.Error(err)
	}
}

func TestMayPass(t *testing.T) {
	t.Parallel()
	uid, gid := uint32(os.Getuid()), uint32(os.Getgid())
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		who  account
		mode os.FileMode
		want bool
	}{
		{"owner", account{uid: uid}, 0o100, true},
		{"owner shut out", account{uid: uid}, 0o677, false},
		{"group", account{uid: uid + 1, gid: gid}, 0o010, true},
		{"second group", account{uid: uid + 1, gid: gid + 1, groups: []uint32{gid}}, 0o010, true},
		{"group shut out", account{uid: uid + 1, gid: gid}, 0o707, false},
		{"others", account{uid: uid + 1, gid: gid + 1}, 0o711, true},
		{"others shut out", account{uid: uid + 1, gid: gid + 1}, 0o770, false},
	} {
		if err := os.Chmod(dir, tt.mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.who.mayPass(info); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestMajorIn(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": "15",
		"postgres (PostgreSQL) 17.2\n":                           "17",
		"postgres (PostgreSQL) 18beta1\n":                        "18",
		"postgres (PostgreSQL) devel\n":                          "",
		"something else 15":                                      "",
		"":                                                       "",
	} {
		if got := majorIn(in); got != want {
			t.Errorf("majorIn(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestInstallHint(t *testing.T) {
	t.Parallel()
	want := "sudo apt-get install postgresql"
	if runtime.GOOS == "darwin" {
		want = "brew install postgresql@17"
	}
	if got := installHint("postgresql", "postgresql@17"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzParsePidFile(f *testing.F) {
	f.Add("4711\n/data\n1700000000\n5432\n/run\n\n  123 456\nready   \n")
	f.Add("4711\n/data\n1700000000\n5432\n/run\n\n  123 456\nstarting\n")
	f.Add("")
	f.Add("-1\n")
	f.Fuzz(func(t *testing.T, text string) {
		pid, status := parsePidFile(text)
		if pid < 0 || pid == 0 && status != "" {
			t.Errorf("process %d, status %q", pid, status)
		}
	})
}

func TestLines(t *testing.T) {
	t.Parallel()
	l := &lines{log: slog.New(slog.DiscardHandler)}
	for _, piece := range []string{"one\ntw", "o\n\n", "three", " more\nunfinished"} {
		if n, err := l.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Errorf("Write = %d, %v", n, err)
		}
	}
	if got := l.last(); got != "one\ntwo\nthree more" {
		t.Errorf("%q", got)
	}
	for i := range 20 {
		fmt.Fprintln(l, i)
	}
	if got := strings.Count(l.last(), "\n") + 1; got != tailLines {
		t.Errorf("%d lines kept", got)
	}
}
