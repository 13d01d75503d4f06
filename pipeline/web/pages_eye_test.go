package web

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// faults looks at a page as somebody would who cannot see well or has no mouse,
// and lists what stands in the way (WCAG 2.2 AA: names, labels, target size,
// contrast, captions, one heading of the first level).
const faults = `(() => {
	const found = [], shown = n => n.checkVisibility({visibilityProperty: true}) && !n.closest(".hidden, .skip");
	const say = (what, n) => found.push(what + ": " + n.outerHTML.slice(0, 120));
	for (const n of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
		if (shown(n) && !n.labels?.length && !n.ariaLabel) say("no label", n);
	for (const n of document.querySelectorAll("button, a[href], summary"))
		if (shown(n) && !n.innerText.trim() && !n.ariaLabel && !n.querySelector("img[alt]")) say("no name", n);
	for (const n of document.querySelectorAll("button, .button, input:not([type=hidden]), select, summary, nav a")) {
		const box = n.getBoundingClientRect();
		if (shown(n) && !n.matches("[type=checkbox], [type=radio]") && (box.height < 24 || box.width < 24)) say("too small", n);
	}
	for (const n of document.querySelectorAll("table")) if (!n.caption) say("no caption", n);
	for (const n of document.querySelectorAll("img:not([alt])")) say("no alt", n);
	if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
	const ids = [...document.querySelectorAll("[id]")].map(n => n.id);
	for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push("id twice: " + id);
	for (const n of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
		for (const id of [n.getAttribute("aria-labelledby"), n.getAttribute("aria-describedby")])
			if (id && !document.getElementById(id)) say("refers to nothing", n);
	const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
	const paint = colours => {
		canvas.clearRect(0, 0, 1, 1);
		for (const c of colours) { canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); }
		return canvas.getImageData(0, 0, 1, 1).data;
	};
	const light = rgb => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => {
		const c = rgb[i] / 255;
		return sum + w * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
	}, 0);
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const n = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !shown(n) || n.closest(":disabled, noscript, option, optgroup")) continue;
		const under = [];
		for (let p = n; p; p = p.parentElement) under.unshift(getComputedStyle(p).backgroundColor);
		under.unshift("white");
		const back = light(paint(under)), front = light(paint([...under, getComputedStyle(n).color]));
		const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
		if (ratio < 4.5) say("contrast " + ratio.toFixed(2), n);
	}
	return found.join("\n");
})()`

// TestEveryPageForEveryEye visits all pages with things in them, light and dark,
// on a desk and on a phone.
func TestEveryPageForEveryEye(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Demo: true})
	d, doc := x.delivered("author")
	failing := x.received("author")
	x.failed(failing)
	waiting, drafted, held := x.typed("author"), x.drafted("author"), x.claimed("author")
	qa := x.drafted("author2").ID
	x.toQA(qa)
	b := newBrowser(t)
	for who, pages := range map[string][]string{
		"":                  {"/login"},
		"author":            {"/dictations", "/dictations/" + d.ID, "/dictations/" + failing.ID, "/sign", "/sign/" + waiting.ID, "/nowhere"},
		"transcriptionist":  {"/work", "/review/" + held.ID, "/review/" + drafted.ID},
		"transcriptionist2": {"/review/" + held.ID},
		"qa":                {"/work", "/review/" + qa},
		"clinician":         {"/sign", "/sign/" + waiting.ID, "/sign/" + d.ID, "/patients", "/patients/" + doc.Patient.ID, "/patients/" + x.patients[1].ID},
		"records":           {"/patients/" + doc.Patient.ID},
		"auditor":           {"/audit", "/audit?dictation=" + d.JobNumber},
		"admin":             {"/admin", "/admin/users", "/dictations/" + failing.ID},
	} {
		w := b.tab(x)
		if who != "" {
			w.signIn(who, start(x.accounts[who].User))
		}
		for _, path := range pages {
			w.visit(path)
			name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", d.ID, "done", failing.ID, "failed", waiting.ID, "waiting", held.ID, "held", drafted.ID, "free", qa, "qa", doc.Patient.ID, "full", x.patients[1].ID, "empty").Replace(who+path), "-")
			for _, scheme := range []string{"light", "dark"} {
				w.scheme(scheme)
				if found := eval[string](w, faults); found != "" {
					t.Errorf("%s as %s, %s:\n%s", path, who, scheme, found)
				}
				w.shot("eye-"+name+"-"+scheme, scheme)
			}
			w.phone(path, "phone-"+name)
		}
		w.expect("404") // asked for on purpose; peaks of the made-up sound are none
	}
}

// failed ends the dictation's decode with a reason.
func (x *site) failed(d pipeline.Dictation) {
	x.t.Helper()
	ctx := x.t.Context()
	d, err := x.Store.Claim(ctx, d.ID, d.Stage, "worker", patience)
	if err == nil {
		_, err = x.Store.Fail(ctx, pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "worker", "The file holds no sound: it is 19 bytes of something else.")
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

// TestSecondPerson is told who has a dictation, and loses nothing.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	b := newBrowser(t)
	other := b.tab(x)
	other.signIn("transcriptionist2", "/work")
	other.visit("/review/" + d.ID)
	other.shows("Dr transcriptionist has this dictation")

	first := b.tab(x)
	first.signIn("transcriptionist", "/work")
	first.visit("/review/" + d.ID)
	first.focus("#text")
	first.keys("One. ")
	first.shows("Saved as version 2.")

	// The lease is lost while words are typed: read-only, with the name, words kept.
	typist2 := x.accounts["transcriptionist2"]
	if _, err := x.Desk.Release(t.Context(), x.accounts["transcriptionist"].actor(), d.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Desk.Claim(t.Context(), typist2.User, typist2.actor(), d.ID); err != nil {
		t.Fatal(err)
	}
	first.keys("Two.")
	first.shows("Dr transcriptionist2 has this dictation")
	first.shows("Read-only")
	if !eval[bool](first, "document.querySelector('#text').readOnly && document.querySelector('#text').value.startsWith('One. Two.')") {
		t.Error("the words typed last are gone, or can be typed over")
	}
	first.expect("423")
	first.shot("locked", "light")
}

// TestTwoWindows edits the same text twice: both texts are shown, one is chosen,
// and no version is lost.
func TestTwoWindows(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	by := x.accounts["transcriptionist"].actor()
	w := newBrowser(t).tab(x)
	w.signIn("transcriptionist", "/work")
	w.visit("/review/" + d.ID)
	w.focus("#text")
	x.save(d.ID, by, d.TextN, "From the other window.")
	w.keys("Mine. ")
	w.until("document.querySelector('#conflict-dialog').open")
	w.shot("conflict", "light")
	if got := eval[string](w, "document.querySelector('#theirs').value"); got != "From the other window." {
		t.Errorf("the saved text reads %q", got)
	}
	w.focus("#conflict-dialog button[value=mine]")
	w.keys(kb.Enter)
	w.shows("Saved as version 3.")

	x.save(d.ID, by, 3, "Again from the other window.")
	w.focus("#text")
	w.keys("More. ")
	w.until("document.querySelector('#conflict-dialog').open")
	w.focus("#conflict-dialog button[value=theirs]")
	w.keys(kb.Enter)
	w.shows("You go on with version 4.")
	if got := eval[string](w, "document.querySelector('#text').value"); got != "Again from the other window." {
		t.Errorf("the text reads %q", got)
	}
	if got := eval[string](w, "document.querySelector('#aside-text').value"); !strings.Contains(got, "More.") {
		t.Errorf("the text set aside reads %q", got)
	}
	w.expect("412")
	texts := x.texts(d.ID)
	if want := "From the other window."; !slices.Contains(texts, want) {
		t.Errorf("version %q is gone: %q", want, texts)
	}
}

// TestServerAway types on while the server is away; the words wait in the
// browser and are saved when it is back.
func TestServerAway(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	w := newBrowser(t).tab(x)
	w.signIn("transcriptionist", "/work")
	w.visit("/review/" + d.ID)
	w.focus("#text")
	w.offline(true)
	w.keys("Typed alone. ")
	w.shows("kept on this device")
	if got := eval[string](w, "sessionStorage.getItem('dictation.unsaved."+d.ID+"')"); !strings.Contains(got, "Typed alone.") {
		t.Errorf("the browser keeps %q", got)
	}
	w.shot("away", "light")
	w.offline(false)
	w.shows("Saved as version 2.")
	w.expect("ERR_INTERNET_DISCONNECTED")
	if texts := x.texts(d.ID); !strings.HasPrefix(texts[len(texts)-1], "Typed alone.") {
		t.Errorf("versions: %q", texts)
	}
}

// TestUploadAgain loses the connection in the middle and sends once more: one
// dictation, one receipt.
func TestUploadAgain(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := newBrowser(t).tab(x)
	w.signIn("author", "/dictations")
	w.focus("#q")
	w.keys("MRN-1002")
	w.until("document.querySelector('#hits button') !== null")
	w.keys(kb.ArrowDown + kb.Enter)
	w.until("document.activeElement.id === 'visit'")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#audio"), []string{absolute(t, recording), absolute(t, "pages_day_test.go")}))
	w.until("!document.querySelector('#send-button').disabled")
	w.offline(true)
	w.focus("#send-button")
	w.keys(kb.Enter)
	w.until("document.querySelectorAll('#files .tag.bad').length === 2")
	w.shows("still on this device")
	w.shot("upload-failed", "light")
	w.offline(false)
	eval[any](w, "for (const b of document.querySelectorAll('#files button')) if (b.textContent === 'Try again') b.click()")
	w.until("document.querySelectorAll('#files .tag.good').length === 2")
	w.expect("ERR_INTERNET_DISCONNECTED")
	ds, err := x.Store.Dictations(t.Context(), store.Filter{AuthorID: x.accounts["author"].ID})
	if err != nil || len(ds) != 2 {
		t.Errorf("%d dictations, %v", len(ds), err)
	}
}
