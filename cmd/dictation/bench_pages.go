package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/deploy/local"
	"dictation/pipeline"
	"dictation/pipeline/intake"
	"dictation/pipeline/store"
	"dictation/pipeline/web"
	"dictation/transcript"
)

const (
	pageWords = 10_000
	pageKeys  = 60 // in a round, in each field
)

// benchPages weighs the pages' scripts, and types into the workstation's editor
// and, in turn, into a bare text field with the same text in the same browser.
func benchPages(ctx context.Context, o benchOptions) (_ []figure, err error) {
	list, err := bundleFigures()
	if err != nil {
		return nil, err
	}
	dir, remove, err := benchFolder(o)
	if err != nil {
		return nil, err
	}
	defer remove()
	srv, err := local.Start(ctx, local.Config{Data: filepath.Join(dir, "data")})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeServers(ctx, srv)) }()
	cfg, err := loadConfig()
	if err != nil {
		return nil, err
	}
	cfg.SigningKey, cfg.Engine = newSigningKey(), "none"
	a, err := openApp(ctx, cfg, embedded(srv, cfg), slog.New(slog.DiscardHandler), true)
	if err != nil {
		return nil, err
	}
	defer a.close()
	l, err := listen(ctx, cfg, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- a.serve(serving, l) }()
	defer func() { stop(); err = errors.Join(err, <-served) }()
	desk, err := newTypist(ctx, a, pageURL(cfg, l))
	if err != nil {
		return nil, err
	}
	typed, err := desk.measure(ctx, max(o.rounds, 1))
	return append(list, typed...), err
}

// bundleFigures holds every bundle against its limit.
func bundleFigures() ([]figure, error) {
	sizes, err := web.BundleSizes()
	if err != nil {
		return nil, err
	}
	var list []figure
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		limit := 15.0
		if name == "review.js" {
			limit = 110
		}
		kb := float64(sizes[name]) / 1000
		list = append(list, aim(name, kb, "kB compressed", fmt.Sprintf("≤ %g kB", limit), kb <= limit))
	}
	return list, nil
}

// typist is an account with a dictation of ten thousand words in hand.
type typist struct {
	url, id, password string
	words             []string
}

func newTypist(ctx context.Context, a *app, url string) (*typist, error) {
	t := &typist{url: url, password: newSigningKey(), words: make([]string, pageWords)}
	var heard []transcript.Word
	for i := range t.words {
		t.words[i] = fmt.Sprintf("word%d", i)
		if i == pageWords/2 {
			t.words[i] = transcript.BlankText
		}
		heard = append(heard, transcript.Word{Text: t.words[i], StartMS: int64(i) * 500, EndMS: int64(i)*500 + 400})
	}
	author, err := a.auth.AddUser(ctx, console, pipeline.User{Username: "author", Name: "Author", Roles: []pipeline.Role{pipeline.RoleAuthor}}, newSigningKey())
	if err != nil {
		return nil, err
	}
	u, err := a.auth.AddUser(ctx, console, pipeline.User{Username: "typist", Name: "Typist", Roles: []pipeline.Role{pipeline.RoleTranscriptionist}}, t.password)
	if err != nil {
		return nil, err
	}
	patient := pipeline.Patient{MRN: "BENCH1", Family: "Bench", Given: "Mark", BirthDate: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), Sex: "unknown"}
	if _, err := a.store.PutPatient(ctx, patient); err != nil {
		return nil, err
	}
	d, err := a.intake.Receive(ctx, store.Actor{ID: author.ID}, intake.Request{
		Author: author.ID, PatientMRN: patient.MRN, Worktype: string(pipeline.ProgressNote), Source: "api",
	}, strings.NewReader("no sound"))
	if err != nil {
		return nil, err
	}
	for _, result := range []pipeline.Result{
		{Sound: &pipeline.Sound{DurationMS: pageWords * 500, Format: "WAV"}},
		{Draft: &transcript.Draft{Engine: "bench 1", Text: strings.Join(t.words, " "), Words: heard}},
	} {
		if d, err = a.store.Claim(ctx, d.ID, d.Stage, "bench", time.Minute); err != nil {
			return nil, err
		}
		if d, err = a.store.Complete(ctx, pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "bench", result); err != nil {
			return nil, err
		}
	}
	desk, err := a.desk()
	if err != nil {
		return nil, err
	}
	t.id = d.ID
	_, err = desk.Claim(ctx, u, store.Actor{ID: u.ID}, d.ID)
	return t, err
}

// timing notes how long the page is busy with a key: from the key's event until
// what it changed is in the text and laid out.
const timing = `globalThis.keyTimes = []; (() => {
	let began = 0;
	const end = () => {
		const c = new MessageChannel();
		c.port1.onmessage = () => { document.activeElement.getBoundingClientRect(); keyTimes.push(performance.now() - began); };
		c.port2.postMessage(0);
	};
	addEventListener("keydown", (e) => { began = performance.now(); if (e.ctrlKey && e.key === "z") end(); }, { capture: true });
	addEventListener("input", end, { capture: true });
})()`

// bare puts a plain field with the draft into any page.
const bare = `((words) => { const f = document.createElement("textarea"); f.value = words; f.style = "width: 60rem; height: 30rem; line-height: 1.65";
	document.body.prepend(f); f.focus(); f.setSelectionRange(words.length >> 1, words.length >> 1); })(%s)`

// measure types in turn and gives the figures.
func (t *typist) measure(ctx context.Context, rounds int) ([]figure, error) {
	ctx, stop, err := startBrowser(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	p := page{ctx: ctx}
	p.do(chromedp.Navigate(t.url + "/login"))
	p.until("document.activeElement.id === 'username'")
	p.do(chromedp.KeyEvent("typist" + kb.Tab + t.password + kb.Enter))
	p.until("location.pathname === '/work' && document.readyState === 'complete'")
	var key, undo, plain []float64
	for range rounds {
		p.do(chromedp.Navigate(t.url + "/work"))
		p.until("document.readyState === 'complete'")
		p.script(fmt.Sprintf(bare, quoted(strings.Join(t.words, " "))))
		plain = append(plain, p.times(pageKeys, chromedp.KeyEvent("x"))...)

		p.do(chromedp.Navigate(t.url + "/review/" + t.id))
		p.until("document.activeElement.id === 'text'")
		p.do(chromedp.KeyEvent(kb.F8)) // to the blank, in the middle
		key = append(key, p.times(pageKeys, chromedp.KeyEvent("x"))...)
		p.do(chromedp.KeyEvent(" ", chromedp.KeyModifiers()))
		undo = append(undo, p.times(1, chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))...)
		for range pageKeys / 6 {
			p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent("y"))
			undo = append(undo, p.times(1, chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))...)
		}
		p.do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		p.until("document.querySelector('#status').textContent.startsWith('Saved')")
	}
	kept := p.kept(t)
	if p.err != nil {
		return nil, p.err
	}
	key95, plain95 := quantile(key, 0.95), quantile(plain, 0.95)
	undo50, key50 := quantile(undo, 0.5), quantile(key, 0.5)
	return []figure{
		{Name: "key in 10,000 timed words, p50", Value: key50, Unit: "ms"},
		{Name: "key in a bare text field, p50", Value: quantile(plain, 0.5), Unit: "ms"},
		{Name: "key in 10,000 timed words, p95", Value: key95, Unit: "ms"},
		{Name: "key in a bare text field, p95", Value: plain95, Unit: "ms"},
		aim("key, ratio of p95", key95/plain95, "", "≤ 1.5", key95 <= 1.5*plain95),
		aim("undo, p50", undo50, "ms", "≤ 2 keys", undo50 <= 2*key50),
		aim("words that lost their time", float64(pageWords-kept), "of 10,000", "none", kept == pageWords),
	}, nil
}

// page does steps in the browser until one fails.
type page struct {
	ctx context.Context
	err error
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	if p.err == nil {
		p.err = chromedp.Do(p.ctx, steps...)
	}
}

func (p *page) script(js string) { evaluated[any](p, js) }

func evaluated[T any](p *page, js string) (v T) {
	if p.err == nil {
		v, p.err = chromedp.Run(p.ctx, chromedp.Evaluate[T](js))
	}
	return v
}

// until asks again until a script is true; a page that is just being left counts
// as not yet.
func (p *page) until(js string) {
	for range 600 {
		if p.err != nil {
			return
		}
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](js)); err == nil && ok {
			return
		}
		p.err = pause(p.ctx, 50*time.Millisecond)
	}
	p.err = errors.Join(p.err, fmt.Errorf("the page never was: %s", js))
}

// times presses a key n times and gives how long the page took, ms.
func (p *page) times(n int, press chromedp.Action[chromedp.Void]) []float64 {
	p.script("globalThis.keyTimes ? void (keyTimes.length = 0) : " + timing)
	for i := range n {
		p.do(press)
		p.until(fmt.Sprintf("keyTimes.length > %d", i))
	}
	return evaluated[[]float64](p, "keyTimes")
}

// kept inserts words, replaces one, types over the blank and counts the words of
// the draft that stand in the saved text with their own time.
func (p *page) kept(t *typist) (n int) {
	ctrl, shift := chromedp.ModifierCtrl, chromedp.ModifierShift
	p.do(chromedp.KeyEvent(kb.Home, chromedp.KeyModifiers(ctrl)), chromedp.KeyEvent("New words "),
		chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(ctrl, shift)), chromedp.KeyEvent("replaced"),
		chromedp.KeyEvent(kb.F8), chromedp.KeyEvent("aspirin"))
	read := fmt.Sprintf("fetch('/api/v1/dictations/%s/text').then((r) => r.text())", t.id)
	for range 100 {
		if p.err != nil {
			return 0
		}
		var body string
		body, p.err = chromedp.Run(p.ctx, chromedp.Evaluate[string](read, chromedp.EvalAwaitPromise))
		var v struct {
			Text  string            `json:"text"`
			Spans []transcript.Span `json:"spans"`
		}
		if p.err = errors.Join(p.err, json.Unmarshal([]byte(body), &v)); p.err != nil {
			return 0
		}
		if !strings.Contains(v.Text, "aspirin") {
			p.err = pause(p.ctx, 100*time.Millisecond)
			continue
		}
		var seats []int
		if seats, p.err = transcript.Seats(v.Spans, v.Text, pageWords); p.err == nil {
			n = t.right(seats, v.Text)
		}
		return n
	}
	p.err = errors.New("the text was not saved")
	return 0
}

// right counts the words that stand where they should.
func (t *typist) right(seats []int, text string) (n int) {
	for i, token := range transcript.Tokens(text) {
		w := seats[i]
		if w < 0 {
			continue
		}
		if token.Text == t.words[w] || w == 0 && token.Text == "replaced" || w == pageWords/2 && strings.HasPrefix(token.Text, "aspirin") {
			n++
		}
	}
	return n
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}

// startBrowser starts Chromium without a window.
func startBrowser(ctx context.Context) (context.Context, context.CancelFunc, error) {
	const packaged = "/usr/lib/chromium/chromium" // Debian's /usr/bin/chromium adds flags
	program := packaged
	if _, err := os.Stat(packaged); err != nil {
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if program, err = exec.LookPath(name); err == nil {
				break
			}
		}
		if err != nil {
			return nil, nil, errors.New("the browser chromium is missing; install it with: deploy/setup.sh --test")
		}
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1360, 900),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	ctx, cancel := chromedp.NewContext(ctx)
	return ctx, func() { cancel(); stop() }, chromedp.Do(ctx)
}
