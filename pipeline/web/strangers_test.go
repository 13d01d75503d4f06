package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"dictation/pipeline/audit"
)

func TestStrangersLeaveFewEntries(t *testing.T) {
	t.Parallel()
	var s strangers
	now := time.Now()
	if !s.first("a", now) || s.first("a", now.Add(strangerRest-1)) || !s.first("a", now.Add(strangerRest)) {
		t.Error("an address leaves one entry a minute")
	}
	for i := range 2 * maxStrangers {
		s.first(fmt.Sprint(i), now.Add(strangerRest))
	}
	if len(s.seen) != maxStrangers || s.first("new", now.Add(strangerRest)) {
		t.Errorf("%d addresses are remembered", len(s.seen))
	}
	if !s.first("new", now.Add(3*strangerRest)) || len(s.seen) != 1 {
		t.Errorf("%d addresses are remembered after a rest", len(s.seen))
	}
}

// TestStrangersAreAudited: each kind once; who presents nothing is no entry.
func TestStrangersAreAudited(t *testing.T) {
	t.Parallel()
	for action, header := range map[string][]string{
		"token":      {"Authorization", "Bearer wrong"},
		"session":    {"Cookie", "dictation=wrong"},
		"cross-site": {"Sec-Fetch-Site", "cross-site"},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			x := newSite(t, Options{})
			x.do("", "POST", "/api/v1/worklist/next", nil).want(http.StatusUnauthorized)
			for range 3 {
				x.do("", "POST", "/api/v1/worklist/next", nil, header...)
			}
			entries, err := x.Store.Audit(t.Context(), "", 0, 500)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, e := range entries {
				if e.Actor != "unknown" {
					continue
				}
				n++
				if e.Action != action || e.Outcome != audit.Refused || e.Remote != "127.0.0.1" {
					t.Errorf("entry %+v", e)
				}
			}
			if n != 1 {
				t.Errorf("%d entries", n)
			}
		})
	}
}
