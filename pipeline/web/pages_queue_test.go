package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"pgregory.net/rapid"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

func TestQueuePage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	for range queuePage + 3 {
		x.drafted("author")
	}
	first := x.do("transcriptionist", "GET", "/work", nil).want(http.StatusOK).page()
	if n := strings.Count(first, "Dr author</td>"); n != queuePage {
		t.Errorf("%d rows on the first page", n)
	}
	if !strings.Contains(first, "53 waiting") {
		t.Error("the page does not say how many wait")
	}
	_, rest, _ := strings.Cut(first, `<a class="button" href="/work?after=`)
	next, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatal("there is no next page")
	}
	second := x.do("transcriptionist", "GET", "/work?after="+strings.ReplaceAll(next, "&amp;", "&"), nil).want(http.StatusOK).page()
	if n := strings.Count(second, "Dr author</td>"); n != 3 {
		t.Errorf("%d rows on the second page", n)
	}
	for query, want := range map[string]int{
		"worktype=letter": 0, "priority=stat": 0, "author=" + x.accounts["author"].ID: queuePage, "author=" + x.accounts["author2"].ID: 0, "age=8": 0, "pool=*": queuePage, "pool=-": queuePage, "pool=Nowhere": 0,
	} {
		page := x.do("transcriptionist", "GET", "/work?"+query, nil).want(http.StatusOK).page()
		if n := strings.Count(page, "Dr author</td>"); n != want {
			t.Errorf("%s: %d rows, want %d", query, n, want)
		}
	}
	for _, query := range []string{"step=qa", "step=signature", "state=failed", "worktype=song", "priority=soon", "author=me", "age=old", "after=1", "after=1.2.3"} {
		x.do("transcriptionist", "GET", "/work?"+query, nil).want(http.StatusBadRequest)
	}
}

func TestPlaceInTheQueueSurvivesTheAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := store.QueueCursor{
			Priority: rapid.SampledFrom([]pipeline.Priority{pipeline.STAT, pipeline.Routine}).Draw(t, "priority"),
			At:       time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "at")), ID: "0192b6ae-0000-7000-8000-0123456789ab",
		}
		if got, err := parseAfter(after(c)); err != nil || got.ID != c.ID || !got.At.Equal(c.At) || got.Priority != c.Priority {
			t.Fatalf("%+v became %+v, %v", c, got, err)
		}
	})
}

func FuzzPlaceInTheQueue(f *testing.F) {
	f.Add("1.1700000000000000.0192b6ae-0000-7000-8000-0123456789ab")
	f.Add("..")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseAfter(s)
		if err == nil && s != "" && (c.ID == "" || c.At.IsZero()) {
			t.Errorf("%q gives %+v", s, c)
		}
	})
}

// TestPools makes a pool by its page and sees who gets what.
func TestPools(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	do := func(pairs ...string) answer {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return x.form("lead", "/pools", v)
	}
	do("do", "add", "pool", "Visits").to("/pools?said=pools")
	do("do", "add", "pool", "Visits").want(http.StatusConflict)
	do("do", "add", "pool", " ").want(http.StatusBadRequest)
	do("do", "add-rule", "pool", "Visits").want(http.StatusBadRequest)
	do("do", "add-rule", "pool", "Visits", "author", x.accounts["author"].ID).to("/pools?said=pools")
	do("do", "join", "pool", "Visits", "user", x.accounts["transcriptionist"].ID).to("/pools?said=pools")
	do("do", "join", "pool", "Visits", "user", "nobody").want(http.StatusBadRequest)
	if page := x.do("lead", "GET", "/pools", nil).want(http.StatusOK).page(); !strings.Contains(page, "Dr transcriptionist") {
		t.Error("the page does not name who types")
	}
	d := x.drafted("author")
	if d.Pool != "Visits" {
		t.Errorf("it went to the pool %q", d.Pool)
	}
	do("do", "add", "pool", "Other").to("/pools?said=pools")
	do("do", "join", "pool", "Other", "user", x.accounts["transcriptionist2"].ID).to("/pools?said=pools")
	x.form("transcriptionist2", "/work/next", nil).to("/work?said=none")
	x.form("transcriptionist", "/work/next", nil).to("/review/" + d.ID)
	do("do", "drop", "pool", "Visits").to("/pools?said=pools")
}

// TestTakenFromTheHands: a lead takes a job over; who had it is told by whom and why.
func TestTakenFromTheHands(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	page := x.do("lead", "GET", "/work?step=typing&state=in_progress", nil).want(http.StatusOK).page()
	if !strings.Contains(page, "Dr transcriptionist has had it for 0 min.") || !strings.Contains(page, "Take it over") {
		t.Error("the queue does not say who has it, or offers no way to take it")
	}
	x.form("transcriptionist2", "/review/"+d.ID+"/take-over", nil).want(http.StatusForbidden)
	x.form("lead", "/review/"+d.ID+"/take-over", url.Values{"reason": {"Sofia went <home>."}}).to("/review/" + d.ID)
	x.do("transcriptionist", "POST", "/api/v1/dictations/"+d.ID+"/keep", nil).wantProblem(http.StatusLocked, "Dr lead took this dictation over")
	x.do("transcriptionist", "PUT", "/api/v1/dictations/"+d.ID+"/text", map[string]string{"text": "x"}, "If-Match", `"1"`).wantProblem(http.StatusLocked, "is kept")
	page = x.do("transcriptionist", "GET", "/work", nil).want(http.StatusOK).page()
	for _, want := range []string{"Dr lead took it over 0 min ago.", "Sofia went <home>.", "What you had saved is kept."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of who lost it does not say %q", want)
		}
	}
	_, rest, _ := strings.Cut(page, `name="read" value="`)
	read, _, _ := strings.Cut(rest, `"`)
	x.form("transcriptionist", "/work/noted", url.Values{"read": {read}}).to("/work")
	if page = x.do("transcriptionist", "GET", "/work", nil).page(); strings.Contains(page, "Dr lead took it over") {
		t.Error("what was read is told again")
	}
	if n := x.audited("lead", "dictation.taken_over", d.ID, ""); n != 1 {
		t.Errorf("%d entries of the taking", n)
	}
	x.form("lead", "/review/"+d.ID+"/take-over", nil).want(http.StatusConflict)
}

// TestTakingAwayIsNotInterrupted: the queue keeps up to date around a form that is
// being filled, and does not close it.
func TestTakingAwayIsNotInterrupted(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	before := x.nats.NumSubscriptions()
	go func() { stopped <- x.events.run(ctx, x.Queue) }()
	t.Cleanup(func() {
		cancel()
		<-stopped
	})
	for tick := time.NewTicker(time.Millisecond); x.nats.NumSubscriptions() == before; <-tick.C {
	}
	d := x.claimed("author")
	w := newBrowser(t).tab(x)
	w.signIn("lead", "/work")
	w.visit("/work?step=typing&state=in_progress")
	w.shows("0 waiting")
	w.until("document.querySelector('#queue details').open = true")
	w.focus("#why-" + d.ID)
	w.types("Sofia went home.")
	following := func() int {
		x.events.mu.Lock()
		defer x.events.mu.Unlock()
		return len(x.events.streams)
	}
	for tick := time.NewTicker(time.Millisecond); following() == 0; <-tick.C {
	}
	x.drafted("author")
	w.shows("1 waiting")
	if got := eval[string](w, "document.activeElement.value + document.querySelector('#queue details').open"); got != "Sofia went home.true" {
		t.Errorf("after the page was brought up to date the reason is %q", got)
	}
	w.keys(kb.Enter)
	w.at("/review/" + d.ID)
}
