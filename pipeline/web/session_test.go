package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline/auth"
)

// TestOpenPagesKeepNobodySignedIn: what a page asks for by itself needs the
// session and does not prolong it.
func TestOpenPagesKeepNobodySignedIn(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	token, _, err := x.Auth.SignIn(t.Context(), "transcriptionist", password, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	db, err := pgx.Connect(t.Context(), x.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	keep := "/api/v1/dictations/" + d.ID + "/keep"
	cookie := []string{"Cookie", "dictation=" + token}
	for _, c := range []struct {
		method, path string
		header       []string
		seen         bool
	}{
		{"POST", keep, nil, false},
		{"GET", "/work", []string{liveHeader, "1"}, false},
		{"GET", "/login", nil, false},
		{"GET", "/work", nil, true},
		{"POST", "/work/next", []string{liveHeader, "1"}, true}, // nothing that a page does by itself
	} {
		if _, err := db.Exec(t.Context(), "update sessions set seen_at = now() - interval '5 minutes'"); err != nil {
			t.Fatal(err)
		}
		if a := x.do("", c.method, c.path, nil, append(cookie, c.header...)...); a.status >= http.StatusBadRequest {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
		}
		var seen bool
		if err := db.QueryRow(t.Context(), "select bool_and(seen_at > now() - interval '1 minute') from sessions").Scan(&seen); err != nil {
			t.Fatal(err)
		}
		if seen != c.seen {
			t.Errorf("%s %s %v: seen %v", c.method, c.path, c.header, seen)
		}
	}
	// An idle session is none for them either.
	x.Auth = auth.New(x.Store, auth.Options{Idle: time.Nanosecond})
	x.do("", "POST", keep, nil, cookie...).wantProblem(http.StatusUnauthorized, "session has ended")
	x.do("", "GET", "/api/v1/events", nil, cookie...).wantProblem(http.StatusUnauthorized, "session has ended")
}
