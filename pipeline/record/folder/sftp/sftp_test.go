package sftp_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"
	"pgregory.net/rapid"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/folder/sftp"
	"dictation/pipeline/record/recordtest"
)

// program finds OpenSSH's server of files.
func program(t testing.TB) string {
	t.Helper()
	for _, p := range []string{"/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/openssh/sftp-server"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	t.Fatal("OpenSSH's sftp-server is missing: install it with deploy/setup.sh --test")
	return ""
}

func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func signer(t testing.TB, n byte) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromKey(key(n))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// server is an SSH server whose files OpenSSH's own sftp-server keeps. The line to
// it can be cut after so many bytes.
type server struct {
	t    testing.TB
	at   string
	dir  string
	cut  atomic.Int64 // bytes until the next connections break; 0: never
	busy sync.WaitGroup
}

func serve(t testing.TB, dir string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &server{t: t, at: l.Addr().String(), dir: dir}
	files := program(t)
	cfg := &ssh.ServerConfig{
		PublicKeyCallback: func(m ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
			if m.User() == "notes" && bytes.Equal(k.Marshal(), signer(t, 2).PublicKey().Marshal()) {
				return nil, nil
			}
			return nil, errors.New("not known")
		},
		PasswordCallback: func(m ssh.ConnMetadata, p []byte) (*ssh.Permissions, error) {
			if m.User() == "notes" && string(p) == "pass" {
				return nil, nil
			}
			return nil, errors.New("not known")
		},
	}
	cfg.AddHostKey(signer(t, 1))
	ctx, cancel := context.WithCancel(context.Background())
	x.busy.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			x.busy.Go(func() { x.talk(ctx, &cable{Conn: conn, left: x.cut.Load()}, cfg, files) })
		}
	})
	t.Cleanup(func() { l.Close(); cancel(); x.busy.Wait() })
	return x
}

// cable breaks when so many bytes have come over it.
type cable struct {
	net.Conn
	left int64
}

func (c *cable) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.left > 0 {
		if c.left -= int64(n); c.left <= 0 {
			c.Conn.Close()
			return 0, io.ErrUnexpectedEOF
		}
	}
	return n, err
}

func (x *server) talk(ctx context.Context, conn net.Conn, cfg *ssh.ServerConfig, files string) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, channels, requests, err := ssh.NewServerConn(conn, cfg)
	if err != nil {
		return
	}
	defer c.Close()
	go ssh.DiscardRequests(requests)
	for next := range channels {
		channel, requests, err := next.Accept()
		if err != nil {
			return
		}
		x.busy.Go(func() {
			for r := range requests {
				sub := r.Type == "subsystem" && strings.HasSuffix(string(r.Payload), "sftp")
				_ = r.Reply(sub, nil)
				if sub {
					cmd := exec.CommandContext(ctx, files)
					cmd.Stdin, cmd.Stdout = channel, channel
					if err := cmd.Run(); err != nil && ctx.Err() == nil && x.cut.Load() == 0 {
						x.t.Log(err)
					}
					channel.Close()
				}
			}
		})
	}
}

func config(t testing.TB, x *server) sftp.Config {
	block, err := ssh.MarshalPrivateKey(key(2), "")
	if err != nil {
		t.Fatal(err)
	}
	return sftp.Config{
		Name: "test", Address: x.at, HostKey: string(ssh.MarshalAuthorizedKey(signer(t, 1).PublicKey())), User: "notes",
		Key: pem.EncodeToMemory(block), Dir: x.dir,
	}
}

func system(t testing.TB, cfg sftp.Config) *sftp.System {
	t.Helper()
	s, err := sftp.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func held(dir, number string) []string {
	if _, err := os.Stat(filepath.Join(dir, number+".json")); err != nil {
		return nil
	}
	return []string{number}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	recordtest.Run(t, func(t *testing.T) recordtest.Harness {
		x := serve(t, t.TempDir())
		return recordtest.Harness{
			System:      system(t, config(t, x)),
			NewDocument: func(*testing.T) record.Document { return recordtest.NewDocument(int(n.Add(1))) },
			Held:        func(_ *testing.T, number string) []string { return held(x.dir, number) },
		}
	})
}

// A letter comes as pages and manifest; a password opens as well.
func TestLetter(t *testing.T) {
	t.Parallel()
	x := serve(t, t.TempDir())
	cfg := config(t, x)
	cfg.Key, cfg.Password = nil, "pass"
	cfg.Print = func(d record.Document) ([]byte, error) { return []byte("%PDF-\nto " + d.To.Name), nil }
	doc := recordtest.NewDocument(1)
	doc.Key += "_cc7"
	doc.To = &record.Addressee{Name: "Dr. Outside"}
	if _, err := system(t, cfg).Attach(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(x.dir, doc.Note.DocumentNumber+"_cc7")
	pages, err := os.ReadFile(name + ".pdf")
	manifest, err2 := os.ReadFile(name + ".json")
	if _, text := os.Stat(name + ".txt"); err != nil || err2 != nil || text == nil || string(pages) != "%PDF-\nto Dr. Outside" ||
		!strings.Contains(string(manifest), `"recipient":{"name":"Dr. Outside"}`) || !strings.Contains(string(manifest), `"pdf":{"bytes":20,`) {
		t.Errorf("%q (%v), %s (%v)", pages, err, manifest, err2)
	}
}

// A server that is another one, or does not let us in, stops the link; one that is
// away is waited for. Nothing was sent in any case.
func TestStrangers(t *testing.T) {
	t.Parallel()
	x := serve(t, t.TempDir())
	other := config(t, x)
	other.HostKey = string(ssh.MarshalAuthorizedKey(signer(t, 9).PublicKey()))
	shut := config(t, x)
	shut.User = "somebody"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	away := config(t, x)
	away.Address = l.Addr().String()
	l.Close()
	for name, c := range map[string]struct {
		cfg  sftp.Config
		kind pipeline.Kind
		says string
	}{
		"another key": {other, pipeline.Invalid, "another host key"}, "shut": {shut, pipeline.Invalid, "let us in"},
		"away": {away, pipeline.Unavailable, "cannot be reached"},
	} {
		_, err := system(t, c.cfg).Attach(t.Context(), recordtest.NewDocument(1))
		if pipeline.KindOf(err) != c.kind || !strings.Contains(pipeline.Sentence(err), c.says) || !errors.Is(err, record.ErrNotSent) ||
			errors.Is(err, record.ErrLink) != (c.kind == pipeline.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, spoil := range map[string]func(*sftp.Config){
		"no host key": func(c *sftp.Config) { c.HostKey = "" }, "no folder": func(c *sftp.Config) { c.Dir = "notes" },
		"key and password": func(c *sftp.Config) { c.Password = "pass" }, "no key": func(c *sftp.Config) { c.Key = []byte("x") },
	} {
		cfg := config(t, x)
		spoil(&cfg)
		if _, err := sftp.New(cfg); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Wherever the line breaks, and however often, with a restart in between and the
// reader taking files away as they come: each file is put there once.
func TestOnce(t *testing.T) {
	t.Parallel()
	x := serve(t, t.TempDir())
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		doc := recordtest.NewDocument(n)
		number := doc.Note.DocumentNumber
		taken := map[string]int{}
		collect := func() {
			files, _ := filepath.Glob(filepath.Join(x.dir, number+".*"))
			for _, f := range files {
				taken[filepath.Ext(f)]++
				if err := os.Remove(f); err != nil {
					rt.Fatal(err)
				}
			}
		}
		for _, cut := range rapid.SliceOfN(rapid.Int64Range(1000, 9000), 0, 4).Draw(rt, "cuts") {
			x.cut.Store(cut)
			s := system(t, config(t, x))
			if _, err := s.Attach(t.Context(), doc); err != nil && pipeline.OutcomeOf(err) != pipeline.Again {
				rt.Fatal(err)
			}
			s.Close()
			collect()
		}
		x.cut.Store(0)
		for range 2 {
			s := system(t, config(t, x))
			if _, err := s.Attach(t.Context(), doc); err != nil {
				rt.Fatal(err)
			}
			s.Close()
			collect()
		}
		if fmt.Sprint(taken) != "map[.json:1 .txt:1]" {
			rt.Fatalf("came: %v", taken)
		}
	})
}
