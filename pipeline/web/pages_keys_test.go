package web

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
)

// fakeHID stands in for navigator.hid, as there is no pedal on a test machine. A
// device that was chosen once is known to later pages, as in a browser.
const fakeHID = `(() => {
	class Device extends EventTarget {
		opened = false;
		constructor([vendorId, productId, usagePage, usage]) { super(); Object.assign(this, {vendorId, productId, collections: [{usagePage, usage}]}); }
		async open() { this.opened = true; }
		async close() { this.opened = false; }
		send(bytes) { const e = new Event("inputreport"); e.data = new DataView(new Uint8Array(bytes).buffer); this.dispatchEvent(e); }
	}
	class HID extends EventTarget {
		known = JSON.parse(sessionStorage.getItem("pedals") ?? "[]").map((d) => new Device(d));
		async getDevices() { return this.known; }
		async requestDevice({filters}) {
			this.filters = filters;
			if (!this.choice) return [];
			sessionStorage.setItem("pedals", JSON.stringify([this.choice]));
			this.known = [new Device(this.choice)];
			return this.known;
		}
		tell(type) { const e = new Event(type); e.device = this.known[0]; this.dispatchEvent(e); }
	}
	Object.defineProperty(navigator, "hid", {value: new HID(), configurable: true});
})()`

const noHID = `Object.defineProperty(navigator, "hid", {value: undefined, configurable: true})`

// before has a script run before each page's own.
func (w *tab) before(script string) {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		w.broken(err)
	}
}

// silence is a WAV file of so many seconds.
func silence(seconds int) string {
	const rate = 8000
	var b bytes.Buffer
	b.WriteString("RIFF")
	le := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a buffer never fails
	le(uint32(36 + 2*rate*seconds))
	b.WriteString("WAVEfmt ")
	le(uint32(16))
	le([]uint16{1, 1})
	le([]uint32{rate, 2 * rate})
	le([]uint16{2, 16})
	b.WriteString("data")
	le(uint32(2 * rate * seconds))
	b.Write(make([]byte, 2*rate*seconds))
	return b.String()
}

// desk opens the workstation of a dictation with a minute of sound.
func (x *site) desk(w *tab) (id string) {
	x.t.Helper()
	d := x.draftedFrom("author", silence(60), 60_000)
	typist := x.accounts["transcriptionist"]
	if _, err := x.Desk.Claim(x.t.Context(), typist.User, typist.actor(), d.ID); err != nil {
		x.t.Fatal(err)
	}
	w.signIn("transcriptionist", "/work")
	w.visit("/review/" + d.ID)
	w.until("document.querySelector('#heard')?.innerText.length > 0")
	return d.ID
}

// settings saves how the typist works.
func (x *site) settings(change func(*pipeline.Settings)) {
	x.t.Helper()
	set := pipeline.DefaultSettings()
	change(&set)
	x.do("transcriptionist", "PUT", "/api/v1/me/settings", set).want(http.StatusOK)
}

const (
	sound   = "document.querySelector('#player audio')"
	playing = "!" + sound + ".paused"
	resting = sound + ".paused"
)

// goTo puts the sound to a second, at rest.
func (w *tab) goTo(second int) {
	w.t.Helper()
	eval[any](w, fmt.Sprintf("%s.pause(); %s.currentTime = %d", sound, sound, second))
	w.until(resting + " && !" + sound + ".seeking")
}

// button presses or releases keys that the browser driver has no names for.
func (w *tab) button(typ input.DispatchKeyEventType, key string, repeat bool) {
	w.t.Helper()
	var n int
	if _, err := fmt.Sscanf(key, "F%d", &n); err != nil {
		w.t.Fatal(err)
	}
	p := input.DispatchKeyEventParams{Type: typ, Key: key, Code: key, WindowsVirtualKeyCode: int64(111 + n), AutoRepeat: &repeat}
	if _, err := chromedp.Call(w.ctx, input.DispatchKeyEvent, p); err != nil {
		w.broken(err)
	}
}

func (w *tab) down(key string) { w.button(input.DispatchKeyEventTypeRawKeyDown, key, false) }
func (w *tab) held(key string) { w.button(input.DispatchKeyEventTypeRawKeyDown, key, true) }
func (w *tab) up(key string)   { w.button(input.DispatchKeyEventTypeKeyUp, key, false) }

// pedals are the devices with the reports they send.
var pedals = []struct {
	name                        string
	device                      string // vendor, product, usage page, usage
	play, back, forward, fourth string // bytes of the report while it is down
	none                        string
}{
	{"Infinity", "0x05f3, 0xff, 0x0c, 3", "2, 0", "1, 0", "4, 0", "", "0, 0"},
	{"Philips ACC2310, ACC2320, ACC2330", "0x0911, 0x1844, 1, 4", "2", "1", "4", "8", "0"},
	{"Philips ACC2310, ACC2320, ACC2330", "0x0911, 0x091a, 1, 4", "2, 0", "1, 0", "4, 0", "8, 0", "0, 0"},
	{"Philips SpeechMike", "0x0911, 0x0c1c, 65440, 1", mike(1 << 10), mike(1 << 12), mike(1 << 11), mike(1 << 13), mike(0)},
	{"Philips SpeechMike", "0x0911, 0x0c1d, 65440, 1", mike(1 << 10), mike(1 << 12), mike(1 << 11), mike(1 << 13), mike(0)},
	{"Philips SpeechMike", "0x0911, 0x0c1e, 65440, 1", mike(1 << 10), mike(1 << 12), mike(1 << 11), mike(1 << 13), mike(0)},
	{"PowerMic III", "0x0554, 0x1001, 1, 0", "0, 0x40, 0", "0, 0x10, 0", "0, 0x20, 0", "", "0, 0, 0"},
	{"PowerMic 4", "0x0554, 0x0064, 65440, 1", mike(1 << 10), mike(1 << 13), mike(1 << 14), "", mike(0)},
	{"Grundig", "0x15d8, 0x0024, 0xffff, 1", "2", "4", "1", "", "0"},
}

// mike is a report of buttons as SpeechMikes send it.
func mike(mask int) string { return fmt.Sprintf("0x80, 0, 0, 0, 0, 0, 0, %d, %d", mask&255, mask>>8) }

// TestPedals connects each device, presses and releases each of its buttons, and
// finds it again when the page is loaded anew.
func TestPedals(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := newBrowser(t).tab(x)
	w.before(fakeHID)
	x.desk(w)
	for _, p := range pedals {
		send := func(report string) {
			t.Helper()
			eval[any](w, "navigator.hid.known[0].send(["+report+"])")
		}
		eval[any](w, "navigator.hid.choice = ["+p.device+"]")
		w.do(chromedp.Click(chromedp.CSS("#pedal-connect")))
		w.shows("Pedal connected: " + p.name + ".")
		offered := fmt.Sprintf("((d) => navigator.hid.filters.some((f) => f.vendorId === d[0] && f.productId === d[1]))([%s])", p.device)
		if !eval[bool](w, offered) {
			t.Errorf("%s is not offered", p.name)
		}
		w.goTo(30)
		send(p.play)
		w.until(playing)
		send(p.none)
		w.until(resting)
		send(p.forward)
		w.until(sound + ".currentTime > 32.5") // more than two seconds: it goes on while held
		send(p.none)
		send(p.back)
		w.until(sound + ".currentTime < 31")
		send(p.none)
		if p.fourth != "" {
			eval[any](w, "document.querySelector('#status').textContent = ''")
			send(p.fourth)
			send(p.none)
			w.until("document.querySelector('#status').textContent.includes('Blank 1 of 1.')")
		}
		send("1, 2, 3, 4, 5, 6, 7, 8, 9") // nothing a device sends breaks the page
		send("")
		send(p.none)

		w.do(chromedp.Reload())
		w.shows("Pedal connected: " + p.name + ".")
		w.goTo(30)
		send(p.play)
		w.until(playing)
		eval[any](w, "navigator.hid.tell('disconnect')") // in mid-press
		w.until(resting)
		w.shows("The pedal " + p.name + " was unplugged.")
		eval[any](w, "navigator.hid.tell('connect')")
		w.shows("Pedal connected: " + p.name + ".")
		eval[any](w, "navigator.hid.tell('disconnect')")
	}
}

// TestPedalModes: one press starts and the next stops, back and forward go by steps.
func TestPedalModes(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.settings(func(s *pipeline.Settings) { s.PedalToggle, s.PedalSteps, s.StepMS, s.RewindMS = true, true, 4000, 0 })
	w := newBrowser(t).tab(x)
	w.before(fakeHID)
	x.desk(w)
	eval[any](w, "navigator.hid.choice = ["+pedals[0].device+"]")
	w.do(chromedp.Click(chromedp.CSS("#pedal-connect")))
	w.shows("Pedal connected: Infinity.")
	w.goTo(30)
	press := func(report string) {
		eval[any](w, "navigator.hid.known[0].send(["+report+"]); navigator.hid.known[0].send([0, 0])")
	}
	press("4, 0")
	w.until(sound + ".currentTime === 34")
	press("1, 0")
	press("1, 0")
	w.until(sound + ".currentTime === 26")
	press("2, 0")
	w.until(playing + " && " + sound + ".currentTime > 26")
	press("2, 0")
	w.until(resting)
}

// TestPedalThatSendsKeys: F13 to F16, held and released, in every browser.
func TestPedalThatSendsKeys(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := newBrowser(t).tab(x)
	w.before(noHID)
	x.desk(w)
	w.focus("#pedal-connect")
	w.keys(kb.Enter)
	w.shows("Use Chrome or Edge")
	w.goTo(30)
	w.down("F14")
	w.held("F14")
	w.until(playing)
	w.up("F14")
	w.until(resting)
	w.down("F15")
	w.until(sound + ".currentTime > 33")
	w.up("F15")
	w.down("F13")
	w.until(sound + ".currentTime < 30")
	w.up("F13")
	w.down("F14")
	w.until(playing)
	eval[any](w, "dispatchEvent(new Event('blur'))") // another window takes the focus: the pedal's end is not told
	w.until(resting)
	w.down("F16")
	w.up("F16")
	w.shows("Blank 1 of 1.")
}

// TestKeysOfAnotherProgram takes a preset and remaps a command by pressing keys.
func TestKeysOfAnotherProgram(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := newBrowser(t).tab(x)
	id := x.desk(w)
	w.visit("/settings")
	w.do(chromedp.SetValue(chromedp.CSS("#preset"), "express-scribe"))
	w.focus("form[action='/settings/preset'] button")
	w.keys(kb.Enter)
	w.shows("Your settings are saved.")

	capture := func(command string) {
		t.Helper()
		w.focus("button[data-for=key-" + command + "]")
		w.keys(kb.Enter)
		w.shows("Press the keys for")
	}
	capture("loop")
	w.keys("w", chromedp.ModifierCtrl)
	w.shows("belongs to the browser")
	w.expect("400")
	capture("loop")
	w.keys("x")
	w.shows("types a character")
	w.expect("400")
	capture("loop")
	w.keys(kb.F9)
	w.shows("F9 already does “Play, pause”.")
	capture("loop")
	w.keys("k", chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.shows("Ctrl+Shift+K is set for “Loop the last 3 s, again to end”.")
	w.shot("settings", "light")
	w.shot("settings-dark", "dark")
	w.focus("#keys button.primary")
	w.keys(kb.Enter)
	w.shows("Your settings are saved.")
	w.phone("/settings", "settings-phone")

	w.visit("/review/" + id)
	w.until("document.querySelector('#heard')?.innerText.length > 0")
	if help := eval[string](w, "document.querySelector('dl.keys').innerText"); !strings.Contains(help, "F9 or F4 or Esc") || !strings.Contains(help, "F6 or Ctrl Shift K") {
		t.Errorf("the help reads %s", help)
	}
	w.keys(kb.F9)
	w.until(playing)
	w.keys(kb.F4)
	w.until(resting)
	w.keys("k", chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.until("document.querySelector('[data-key=loop]').getAttribute('aria-pressed') === 'true'")
	if got := eval[string](w, "document.querySelector('#rate').value"); got != "1×" {
		t.Errorf("a key of the old keymap still works: %s", got)
	}
}

// TestPlayer: speeds, the rewind, and the place where one left off.
func TestPlayer(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.settings(func(s *pipeline.Settings) { s.RewindMS, s.StepMS, s.Slow = 5000, 2000, 0.625 })
	w := newBrowser(t).tab(x)
	id := x.desk(w)
	rate := func(want string) {
		t.Helper()
		w.until(fmt.Sprintf("document.querySelector('#rate').value === '%s×' && String(%s.playbackRate) === '%s' && %s.preservesPitch", want, sound, want, sound))
	}
	for range 9 {
		w.keys(kb.F4)
	}
	rate("2")
	w.keys(kb.F6)
	rate("0.625")
	w.until("document.querySelector('[data-key=slowNormal]').getAttribute('aria-pressed') === 'true'")
	w.keys(kb.F6)
	rate("2")
	for range 13 {
		w.keys(kb.F3)
	}
	rate("0.5")

	w.goTo(20)
	w.keys(kb.F2)
	w.until(sound + ".currentTime === 22")
	for range 3 {
		w.held("F1") // a key held down goes on and on
	}
	w.until(sound + ".currentTime === 16")
	w.keys(kb.Escape)
	w.until(playing)
	w.keys(kb.Escape)
	w.until(resting)
	left := eval[float64](w, sound+".currentTime")
	w.keys(kb.Escape)
	w.until(playing)
	if at := eval[float64](w, sound+".currentTime"); at > left-4 {
		t.Errorf("paused at %.2f s, went on at %.2f s", left, at)
	}
	w.keys(kb.Escape)
	w.until(resting)
	left = eval[float64](w, sound+".currentTime")

	w.focus("#text")
	w.keys(kb.Home, chromedp.ModifierCtrl)
	for range len("patient") {
		w.keys(kb.ArrowRight)
	}
	w.do(chromedp.Reload())
	w.until(fmt.Sprintf("document.querySelector('#heard')?.innerText.length > 0 && Math.abs(%s.currentTime - %f) < 0.01", sound, left))
	w.focused("#text")
	w.types(" Jane")
	w.shows("Saved as version 2.")
	if texts := x.texts(id); !slices.Contains(texts, strings.Replace(draftText, "patient", "patient Jane", 1)) {
		t.Errorf("the caret was not where it was left: %q", texts)
	}
	if kept := eval[string](w, "JSON.stringify(localStorage)"); strings.Contains(kept, "patient has") || strings.Contains(kept, "Rosenfeld") {
		t.Errorf("the browser keeps %s", kept)
	}
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.until("document.querySelector('#blanks-dialog').open")
}

// TestPauseWhileTyping: the sound waits for the typist, and goes on by itself.
func TestPauseWhileTyping(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.settings(func(s *pipeline.Settings) { s.PauseTyping, s.ResumeMS = true, 600 })
	w := newBrowser(t).tab(x)
	x.desk(w)
	w.goTo(10)
	w.keys(kb.Escape)
	w.until(playing)
	eval[any](w, "globalThis.paused = 0; "+sound+".addEventListener('pause', () => globalThis.paused++)")
	w.focus("#text")
	w.types("One")
	w.until("globalThis.paused === 1 && " + playing)
	w.keys(kb.Escape)
	w.until(resting)
	w.types("Two") // at rest typing starts nothing
	// One saving or two: the sound came between.
	w.until("fetch('/api/v1/dictations/' + document.querySelector('#review').dataset.id + '/text').then((r) => r.json()).then((v) => v.text.includes('OneTwo'))")
	if eval[bool](w, playing) {
		t.Error("typing started the sound")
	}
}

// TestFocusStaysInSight: the player at the top covers nothing that has the focus.
func TestFocusStaysInSight(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := newBrowser(t).tab(x)
	x.desk(w)
	w.do(chromedp.EmulateViewport(1000, 420))
	eval[any](w, `globalThis.covered = null; void (async () => {
		const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		await frame();
		const hidden = [];
		scrollTo(0, document.body.scrollHeight);
		for (const n of [...document.querySelectorAll(".bench button, .bench a, .bench [tabindex]")].reverse()) {
			if (!n.checkVisibility() || n.disabled) continue;
			n.focus();
			await frame();
			const desk = document.querySelector(".desk").getBoundingClientRect();
			if (n.getBoundingClientRect().bottom <= desk.bottom && desk.top <= 0) hidden.push(n.outerHTML);
		}
		globalThis.covered = hidden.join(" ");
	})()`)
	w.until("globalThis.covered !== null")
	if covered := eval[string](w, "globalThis.covered"); covered != "" {
		t.Errorf("the player covers %s", covered)
	}
}
