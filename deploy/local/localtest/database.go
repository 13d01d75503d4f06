package localtest

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dictation/deploy/local"
)

// template is the test binary's cluster; its database "dictation" is prepared
// and then only copied.
type template struct {
	server *local.Postgres
	url    *url.URL
}

// Database makes a database for the test alone, a copy of the prepared one, and
// returns its URL. It is dropped when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	r := theRun(t)
	tmpl, err := r.database()
	if err != nil {
		t.Fatal(err)
	}
	name := strings.ReplaceAll(r.name(t), "-", "_")
	if err := tmpl.tool("createdb", "--template=dictation", name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tmpl.tool("dropdb", "--force", name); err != nil {
			t.Error(err)
		}
	})
	u := *tmpl.url
	u.Path = "/" + name
	return u.String()
}

// tool runs one of PostgreSQL's own client programs. It has no context on
// purpose: it also runs when a test's is over.
func (tmpl *template) tool(name string, args ...string) error {
	socket := tmpl.url.Query().Get("host")
	args = append([]string{"--host=" + socket, "--username=dictation", "--maintenance-db=postgres"}, args...)
	cmd := exec.Command(filepath.Join(tmpl.server.Binaries, name), args...)
	cmd.Env = []string{"LC_ALL=C"}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

func (r *run) startDatabase() (*template, error) {
	dir, err := r.folder()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	server, err := local.StartPostgres(ctx, local.PostgresConfig{
		Dir:    filepath.Join(dir, "postgres"),
		NoSync: true,
		Settings: []string{
			"max_connections=300", "shared_buffers=32MB", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0",
		},
	})
	if err != nil {
		return nil, err
	}
	r.atEnd(func() error { return server.Close(ctx) })
	u, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	for _, prepare := range r.prepare {
		if err := prepare(ctx, server.URL); err != nil {
			return nil, fmt.Errorf("prepare the template database: %w", err)
		}
	}
	return &template{server: server, url: u}, nil
}
