package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"dictation/pipeline"
)

func TestReady(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Version: "1.2.3", Ready: func(context.Context) error { return nil }})
	x.do("", "GET", "/healthz", nil).want(http.StatusOK)
	var got readyView
	x.do("", "GET", "/readyz", nil).want(http.StatusOK, &got)
	if !got.Ready || len(got.Parts) != 4 || got.Parts["store"] != "ok" || got.Parts["work"] != "ok" {
		t.Errorf("ready %+v", got)
	}
	// Without the queue it is not, and says which part is away; the process lives on.
	x.nats.Close()
	x.do("", "GET", "/readyz", nil).want(http.StatusServiceUnavailable, &got)
	if got.Ready || got.Parts["queue"] == "ok" || got.Parts["store"] != "ok" || got.Parts["blob"] != "ok" {
		t.Errorf("without queue %+v", got)
	}
	x.do("", "GET", "/healthz", nil).want(http.StatusOK)
}

func TestNotReadyTellsNoSecrets(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Ready: func(context.Context) error { return errors.New("dial postgres://user:secret@db") }})
	var got readyView
	x.do("", "GET", "/readyz", nil).want(http.StatusServiceUnavailable, &got)
	if want := pipeline.Sentence(errors.New("any")); got.Parts["work"] != want {
		t.Errorf("work: %q", got.Parts["work"])
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "jobs 1\n") })})
	for name, tc := range map[string]struct {
		from, who string
		proxied   bool
		status    int
	}{
		"this machine":          {from: "127.0.0.1:5000", status: http.StatusOK},
		"this machine, IPv6":    {from: "[::1]:5000", status: http.StatusOK},
		"through a proxy here":  {from: "127.0.0.1:5000", proxied: true, status: http.StatusUnauthorized},
		"elsewhere":             {from: "192.0.2.7:5000", status: http.StatusUnauthorized},
		"elsewhere, clinician":  {from: "192.0.2.7:5000", who: "clinician", status: http.StatusForbidden},
		"elsewhere, admin":      {from: "192.0.2.7:5000", who: "admin", status: http.StatusOK},
		"proxied, admin":        {from: "127.0.0.1:5000", proxied: true, who: "admin", status: http.StatusOK},
		"no network address":    {from: "@", status: http.StatusUnauthorized},
		"elsewhere, bad tokens": {from: "192.0.2.7:5000", who: "nobody", status: http.StatusUnauthorized},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil)
		r.RemoteAddr = tc.from
		if tc.who != "" {
			r.Header.Set("Authorization", "Bearer "+x.accounts[tc.who].token)
		}
		if tc.proxied {
			r.Header.Set("X-Forwarded-For", "192.0.2.7")
		}
		w := httptest.NewRecorder()
		x.Handler().ServeHTTP(w, r)
		if w.Code != tc.status {
			t.Errorf("%s: %d, want %d", name, w.Code, tc.status)
		}
	}
	none := newSite(t, Options{})
	none.do("admin", "GET", "/metrics", nil).wantProblem(http.StatusNotFound, "no metrics")
}
