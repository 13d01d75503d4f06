package web

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
)

// dictated is made-up sound that the browser takes for a microphone: soft noise
// below 2 kHz, never the same twice.
func dictated(seconds int) []int16 {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]int16, seconds*16000)
	var a, b, c float64
	for i := range out {
		a += 0.25 * (random.NormFloat64() - a)
		b += 0.25 * (a - b)
		c += 0.25 * (b - c)
		out[i] = int16(max(-30000, min(30000, 20000*c)))
	}
	return out
}

// recorder is a browser with a microphone that speaks; profile is the folder of
// what it keeps, and outlives it.
func recorder(t testing.TB, profile string) *browser {
	t.Helper()
	program, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	sound := filepath.Join(t.TempDir(), "spoken.wav")
	if err := os.WriteFile(sound, wav(dictated(60)), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1360, 900), chromedp.UserDataDir(profile),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-audio-capture", sound), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
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

// kill ends the browser as a power cut would.
func (b *browser) kill() {
	b.t.Helper()
	p := chromedp.FromContext(b.ctx).Browser.Process()
	if err := p.Kill(); err != nil {
		b.t.Fatal(err)
	}
	_, _ = p.Wait() // the allocator may have waited for it
}

// tapped keeps what the worklet hands to the page, and how much it has taken from
// the microphone.
const tapped = `window.tapped = []; window.taken = 0; if (window.AudioWorkletNode) window.AudioWorkletNode = class extends AudioWorkletNode {
	constructor(...a) { super(...a); this.port.addEventListener("message", (e) => { if (e.data.samples) window.tapped.push(e.data.samples.slice()); window.taken = Math.max(window.taken, e.data.total ?? 0); }); }
};`

// dictating opens the page to dictate on for the first patient.
func (b *browser) dictating(x *site, who string) *tab {
	b.t.Helper()
	w := &tab{t: b.t, ctx: b.ctx, site: x.url}
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: tapped}); err != nil {
		b.t.Fatal(err)
	}
	w.signIn(who, "/dictations")
	w.visit("/record")
	w.until("document.querySelector('#record').dataset.ready === 'true'")
	return w
}

// choose finds the first patient by keyboard.
func (w *tab) choose() {
	w.t.Helper()
	w.focus("#q")
	w.keys("rosen")
	w.until("document.querySelector('#hits button') !== null")
	w.keys(kb.ArrowDown)
	w.keys(kb.Enter)
	w.until("document.activeElement.id === 'visit'")
}

// speak records until this device has that many seconds more, and pauses.
func (w *tab) speak(mode string, at, seconds float64) {
	w.t.Helper()
	if mode != "append" {
		w.until(fmt.Sprintf("((p) => { p.value = %q; p.dispatchEvent(new Event('input')); return p.value === %q; })(document.querySelector('#place'))", fmt.Sprint(at), fmt.Sprint(at)))
		w.focus(fmt.Sprintf("input[name=mode][value=%s]", mode))
		w.keys(" ")
	}
	before := w.onDevice()
	w.keys(kb.F8)
	w.until(onDevice + fmt.Sprintf(" >= %f", before+seconds))
	w.keys(kb.F8)
	w.until("document.querySelector('#said').textContent === 'Paused.'")
}

// onDevice and onServer are the seconds that the page says.
const (
	onDevice = `Number(document.querySelector('#state').textContent.match(/on this device ([\d.]+)/)?.[1] ?? 0)`
	onServer = `Number(document.querySelector('#state').textContent.match(/on the server ([\d.]+)/)?.[1] ?? 0)`
)

func (w *tab) onDevice() float64 { w.t.Helper(); return eval[float64](w, onDevice) }

// heard is all that the worklet handed over since the page was opened.
func (w *tab) heard() string {
	w.t.Helper()
	b, err := base64.StdEncoding.DecodeString(eval[string](w, `(() => { let s = ""; for (const part of window.tapped)
		for (const b of new Uint8Array(part.buffer)) s += String.fromCharCode(b); return btoa(s); })()`))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// send confirms the patient, says that the recording is complete, and gives the
// dictation of the receipt.
func (w *tab) send(x *site) pipeline.Dictation {
	w.t.Helper()
	w.focus("#checked")
	w.keys(" ")
	w.until("!document.querySelector('#send').disabled")
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.until("document.querySelector('#receipts a') !== null")
	d, err := x.Store.DictationByJob(x.t.Context(), eval[string](w, "document.querySelector('#receipts a').textContent"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.shows(d.Original.SHA256)
	return d
}

// TestDictating is the page by keyboard: what was spoken, inserted, spoken over
// and appended stands in the object store as it was meant, sample by sample.
func TestDictating(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := recorder(t, t.TempDir()).dictating(x, "author")
	w.shot("record-empty", "light")
	w.keys(kb.F8) // nobody speaks into a recorder that does not run
	w.shows("Nothing is recorded yet: find and choose the patient first.")
	w.focused("#q")
	w.choose()
	w.keys(kb.F8)
	w.until(onDevice + " >= 2.5 && " + onServer + " > 0")
	w.shot("record", "light")
	w.keys(kb.F8)
	w.until("document.querySelector('#said').textContent === 'Paused.'")
	w.speak("insert", 1.2, 1)
	w.speak("overwrite", 0.5, 1)
	w.speak("append", 0, 1)
	w.until(onDevice + " === " + onServer) // without saying that it is complete
	w.keys(kb.F7)
	w.keys(kb.F9)
	w.until("document.querySelector('#listen').textContent === 'Stop'")
	w.until("document.querySelector('#said').textContent === 'The end.'")
	w.shot("record-done-dark", "dark")
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.shows("Not sent yet: check name and date of birth and tick the box.")
	w.focused("#checked")
	w.do(chromedp.EmulateViewport(375, 740, chromedp.EmulateMobile))
	if over := eval[int](w, "document.documentElement.scrollWidth - 375"); over > 0 {
		w.t.Errorf("with a recording in hand the page is %d pixels too wide for a phone", over)
	}
	w.do(chromedp.EmulateViewport(1360, 900))

	all := w.heard()
	d := w.send(x)
	rec, err := x.Store.RecordingOf(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Takes) != 4 || rec.Bytes != int64(len(all)) || rec.About.PatientMRN != "MRN-1001" {
		t.Errorf("%+v, %d bytes were handed over", rec, len(all))
	}
	stretches, err := pipeline.Edit(rec.Takes, int64(len(all)/2))
	if err != nil {
		t.Fatal(err)
	}
	meant := ""
	for _, s := range stretches {
		meant += all[2*s.From : 2*s.To]
	}
	if got := x.original(d.ID); got != asWAV(meant) {
		t.Errorf("%d bytes landed in the store, %d were meant", len(got), len(asWAV(meant)))
	}
	if like := correlation(all[:2*rec.Takes[1].From], dictated(60)); like < 0.9 {
		t.Errorf("what was recorded is like what was spoken by %.3f", like)
	}
	w.until("indexedDB.databases !== undefined")
	w.focused("#q") // ready for the next patient
	if left := onDisk(w); left != "0 0" {
		t.Errorf("after the receipt %s recordings and chunks are on the device", left)
	}
}

// TestDeviceWithoutRoom: the page that says that it records does, and what it could
// keep nowhere reaches the server with its edits.
func TestDeviceWithoutRoom(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := recorder(t, t.TempDir()).dictating(x, "author")
	w.choose()
	w.speak("append", 0, 1)
	eval[bool](w, `(IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); }, true)`)
	w.speak("overwrite", 0.2, 1)
	w.shows("This device has no room left")
	all := w.heard()
	d := w.send(x)
	rec, err := x.Store.RecordingOf(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if rec.Bytes != int64(len(all)) || len(rec.Takes) != 2 || rec.Takes[1].Mode != pipeline.Overwrite {
		t.Errorf("%d bytes came in, %d were spoken, takes %+v", rec.Bytes, len(all), rec.Takes)
	}
}

// killed dictates, kills the browser, goes on in another one of the same profile,
// and gives how much sound was lost, in milliseconds.
func killed(t testing.TB) float64 {
	t.Helper()
	x := newSite(t, Options{})
	profile := t.TempDir()
	b := recorder(t, profile)
	w := b.dictating(x, "author")
	w.choose()
	w.keys(kb.F8)
	w.until(onDevice + " >= 2")
	before := w.heard()
	taken := eval[int64](w, "window.taken")
	b.kill()

	w = recorder(t, profile).dictating(x, "author")
	w.until("document.querySelector('#waiting button') !== null")
	w.focus("#waiting button")
	w.keys(kb.Enter)
	w.until("document.activeElement.id === 'talk' && " + onDevice + " > 0")
	w.shows("Rosenfeld, Ada Maria")
	w.speak("append", 0, 1)
	after := w.heard()
	d := w.send(x)
	rec, err := x.Store.RecordingOf(t.Context(), d.ID)
	if err != nil || len(rec.Takes) != 2 {
		t.Fatalf("%+v, %v", rec, err)
	}
	got := x.original(d.ID)[44:]
	kept := rec.Takes[1].From
	if known := min(len(before), int(2*kept)); got[:known] != before[:known] || got[2*kept:] != after {
		t.Error("what was spoken before and after is not what landed in the store")
	}
	return float64(taken-kept) / 16
}

func TestBrowserIsKilledWhileDictating(t *testing.T) {
	t.Parallel()
	if lost := killed(t); lost > 1000 {
		t.Errorf("%.0f ms of sound were lost", lost)
	}
}

// BenchmarkAudioLost says how much sound is lost when the browser is killed.
func BenchmarkAudioLost(b *testing.B) {
	worst := 0.0
	for b.Loop() {
		worst = max(worst, killed(b))
	}
	b.ReportMetric(worst, "ms-lost")
}

// TestServerAndNetworkAreAwayWhileDictating: nothing is lost, and the page says
// where the sound is.
func TestServerAndNetworkAreAwayWhileDictating(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve := func(l net.Listener) *httptest.Server {
		srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: x.Handler()}}
		srv.Start()
		return srv
	}
	srv := serve(l)
	x.url = srv.URL
	w := recorder(t, t.TempDir()).dictating(x, "author")
	w.choose()
	w.keys(kb.F8)
	w.until(onServer + " >= 1")
	srv.CloseClientConnections()
	srv.Close()
	w.until(onDevice + " >= " + onServer + " + 2")
	w.shows("The server does not answer.")
	if l, err = net.Listen("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	srv = serve(l)
	t.Cleanup(func() { srv.Close() })
	w.until(onServer + " >= 3")
	w.offline(true)
	w.until(onDevice + " >= " + onServer + " + 1.5")
	w.keys(kb.F8)
	w.until("document.querySelector('#said').textContent === 'Paused.'")

	// Nobody signs out while something is on this device only.
	w.do(chromedp.Evaluate[chromedp.Void]("document.querySelector('form[action=\"/logout\"] button').click()"))
	w.shows("is not sent yet")
	w.offline(false)
	all := w.heard()
	d := w.send(x)
	if x.original(d.ID) != asWAV(all) {
		t.Errorf("%d bytes landed in the store, %d were spoken", d.Original.Size, len(asWAV(all)))
	}
}

// onDisk counts the recordings and chunks that the browser keeps.
func onDisk(w *tab) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[string](`new Promise((resolve, reject) => {
		const open = indexedDB.open("dictation-recordings");
		open.onerror = () => reject(open.error);
		open.onsuccess = () => {
			const tx = open.result.transaction(["recordings", "chunks"]);
			const a = tx.objectStore("recordings").count(), b = tx.objectStore("chunks").count();
			tx.oncomplete = () => { open.result.close(); resolve(a.result + " " + b.result); };
		};
	})`, chromedp.EvalAwaitPromise))
	if err != nil {
		w.broken(err)
	}
	return v
}

// correlation is how like the beginning of a recording is to some place of what
// was spoken: 1 for the same.
func correlation(recorded string, source []int16) float64 {
	const n, lead = 8000, 4000
	part := make([]float64, n)
	for i := range part {
		part[i] = float64(int16(binary.LittleEndian.Uint16([]byte(recorded[2*(lead+i):]))))
	}
	best := 0.0
	for lag := 0; lag+n < len(source); lag++ {
		var ab, aa, bb float64
		for i := 0; i < n; i += 4 { // every fourth is enough to find the place
			a, b := part[i], float64(source[lag+i])
			ab, aa, bb = ab+a*b, aa+a*a, bb+b*b
		}
		best = max(best, ab/math.Sqrt(aa*bb+1))
	}
	return best
}

// TestUploadGoesOnAfterReload: what came in of a file before the page was closed
// is not sent again.
func TestUploadGoesOnAfterReload(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	file := noise(5<<20 + 100)
	path := filepath.Join(t.TempDir(), "ward.wav")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	at := x.begun("author", func(b *beginRequest) {
		b.Format, b.FileName, b.Length = pipeline.File, "ward.wav", int64(len(file))
	})
	for _, n := range []int{0, 2} {
		x.put("author", at, n, file[n<<20:(n+1)<<20]).want(http.StatusOK)
	}
	w := newBrowser(t).tab(x)
	w.signIn("author", "/dictations")
	w.shows("Not finished")
	w.choose()
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#audio"), []string{path}))
	w.until("!document.querySelector('#send-button').disabled")
	w.focus("#send-button")
	w.keys(kb.Enter)
	w.shows(sum(file))
	w.until("!document.body.innerText.includes('Not finished')")
	rec, err := x.Store.Recording(t.Context(), at[len("/api/v1/recordings/"):])
	if err != nil || rec.DictationID == "" || x.count() != 1 || x.original(rec.DictationID) != file {
		t.Errorf("%+v, %v", rec, err)
	}
}
