package web

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
	"dictation/pipeline/decode"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/store"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/pocketsphinx"
	"dictation/pipeline/worker"
)

// shots is where pictures of the pages go, for people to look at.
var shots = flag.String("shots", "", "folder for pictures of the pages")

// patience is how long a page may take to show what a test waits for.
const patience = 60 * time.Second

// chromium is the browser's program. Debian's /usr/bin/chromium is a shell
// script around it that adds flags of its own.
var chromium = sync.OnceValues(func() (string, error) {
	const packaged = "/usr/lib/chromium/chromium"
	if _, err := os.Stat(packaged); err == nil {
		return packaged, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", errors.New("the browser chromium is missing; install it with: apt-get install -y chromium")
})

// browser is one running chromium; each of its tabs is a person of its own.
type browser struct {
	t   testing.TB
	ctx context.Context
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1360, 900),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
	)
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &browser{t, ctx}
}

// tab is a window with cookies of its own.
type tab struct {
	t    testing.TB
	ctx  context.Context
	site string

	mu   sync.Mutex
	told []string // errors and warnings of the console
}

func (b *browser) tab(x *site) *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	w := &tab{t: b.t, ctx: ctx, site: x.url}
	console := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for m, err := range console {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				w.mu.Lock()
				w.told = append(w.told, m.String())
				w.mu.Unlock()
			}
		}
	}()
	b.t.Cleanup(func() {
		cancel()
		<-read
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, m := range w.told {
			b.t.Errorf("console: %s", m)
		}
	})
	return w
}

// expect takes console messages that hold part away: a test made them happen.
func (w *tab) expect(part string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := w.told[:0]
	for _, m := range w.told {
		if !strings.Contains(m, part) {
			kept = append(kept, m)
		}
	}
	w.told = kept
}

func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.broken(err)
	}
}

// broken ends the test with what the page shows.
func (w *tab) broken(err error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	shown, _ := chromedp.Run(ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
	w.t.Fatalf("%v\nthe page shows: %s\nconsole: %s", err, shown, w.told)
}

// eval gives the value of a script.
func eval[T any](w *tab, js string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		w.broken(fmt.Errorf("%s: %w", js, err))
	}
	return v
}

// until waits for a script to be true.
func (w *tab) until(js string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(patience)))
		switch {
		case err == nil:
			return
		case ctx.Err() == nil && moved(err):
		default:
			w.broken(fmt.Errorf("waiting for %s: %w", js, err))
		}
	}
}

// moved reports whether a question failed because the page changed under it.
func moved(err error) bool {
	return strings.Contains(err.Error(), "context") || strings.Contains(err.Error(), "navigated")
}

// shows waits until the page shows a text.
func (w *tab) shows(text string) {
	w.t.Helper()
	w.until(fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// at waits until the page's path is path.
func (w *tab) at(path string) {
	w.t.Helper()
	w.until(fmt.Sprintf("document.readyState === 'complete' && location.pathname === %q", path))
}

func (w *tab) visit(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.site + path))
}

// keys types text or presses keys on what has the focus.
func (w *tab) keys(keys string, mods ...chromedp.Modifier) {
	w.t.Helper()
	w.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(mods...)))
}

// types puts a text in at once, so that no pause in the middle is taken for one of the typist's.
func (w *tab) types(text string) {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		w.broken(err)
	}
}

// focus puts the focus on the first element that fits.
func (w *tab) focus(css string) {
	w.t.Helper()
	w.until(fmt.Sprintf("document.querySelector(%q) !== null", css))
	w.do(chromedp.Focus(chromedp.CSS(css)))
}

// focused waits until the page itself has put the focus where it should be.
func (w *tab) focused(css string) {
	w.t.Helper()
	w.until(fmt.Sprintf("document.activeElement.matches(%q)", css))
}

// signIn does it by keyboard and waits for the start page.
func (w *tab) signIn(who, start string) {
	w.t.Helper()
	w.visit("/")
	w.at("/login")
	w.focused("#username")
	w.keys(who + kb.Tab + password + kb.Enter)
	w.at(start)
}

// shot takes a picture of the whole page, light or dark.
func (w *tab) shot(name, scheme string) {
	w.t.Helper()
	if *shots == "" {
		return
	}
	w.scheme(scheme)
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *tab) scheme(scheme string) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// offline takes the network away from the tab, or gives it back.
func (w *tab) offline(away bool) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: away, DownloadThroughput: -1, UploadThroughput: -1}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// save stores a version past the browser.
func (x *site) save(id string, by store.Actor, base int, text string) {
	x.t.Helper()
	if _, err := x.Desk.Save(x.t.Context(), by, id, base, text); err != nil {
		x.t.Fatal(err)
	}
}

// texts lists the versions' texts, oldest first.
func (x *site) texts(id string) []string {
	x.t.Helper()
	versions, err := x.Store.Versions(x.t.Context(), id)
	if err != nil {
		x.t.Fatal(err)
	}
	var out []string
	for _, v := range versions {
		out = append(out, v.Text)
	}
	return out
}

func absolute(t testing.TB, path string) string {
	t.Helper()
	p, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// phone makes the window a phone's and checks that nothing sticks out sideways.
func (w *tab) phone(path, shot string) {
	w.t.Helper()
	w.phoneOn(path, shot, func() {})
}

// phoneOn is phone, with more to look at there.
func (w *tab) phoneOn(path, shot string, more func()) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	w.visit(path)
	wide := eval[string](w, `[...document.querySelectorAll("body *")].filter(n => !n.closest(".scroll, .hidden, .skip") &&
		n.getBoundingClientRect().right > 376).map(n => n.tagName + "." + n.className).join(" ")`)
	if over := eval[int](w, "document.documentElement.scrollWidth - 375"); over > 0 || wide != "" {
		w.t.Errorf("%s is %d pixels too wide for a phone: %s", path, over, wide)
	}
	w.shot(shot, "light")
	more()
	w.do(chromedp.EmulateViewport(1360, 900))
}

// run starts what a whole system has besides the server: the fan-out of events
// and a worker for all machine stages, with the real recogniser.
func (x *site) run() {
	x.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(x.t.Context()))
	var parts sync.WaitGroup
	parts.Go(func() {
		if err := x.events.run(ctx, x.Queue); err != nil {
			x.t.Error(err)
		}
	})
	parts.Go(func() { worker.Relay(ctx, x.Store, x.Queue, x.opts.Log) })
	w := worker.New(x.Store, x.Queue, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode:     decode.New(x.Blob, decode.Options{}),
		pipeline.Transcribe: transcribe.New(x.Blob, pocketsphinx.New(pocketsphinx.Config{}), transcribe.Options{}),
		pipeline.Deliver:    deliver.New(x.Store, record.NewChart(x.Store), "en-US"),
	}, worker.Options{})
	parts.Go(func() { w.Run(ctx) })
	x.t.Cleanup(func() {
		cancel()
		parts.Wait()
	})
}

// note is the text in the workstation, as far as it is on the screen.
func (w *tab) note() string {
	w.t.Helper()
	return eval[string](w, noteJS)
}

// noteJS reads the editor, or the simple field.
const noteJS = `((n) => n.value ?? [...n.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n"))(document.querySelector("#text"))`

// chosen is what is selected in the workstation.
func (w *tab) chosen() string {
	w.t.Helper()
	return eval[string](w, `((n) => n.value === undefined ? getSelection().toString() : n.value.slice(n.selectionStart, n.selectionEnd))(document.querySelector("#text"))`)
}
