package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
	"dictation/transcript"
)

// unknownJS is what stands in the list of unknown words.
const unknownJS = "[...document.querySelectorAll('#words li > button:first-child')].map((b) => b.textContent).join()"

// TestSpelling: words on no list are underlined and listed, gone to, mended and
// left by keys; numbers, units, abbreviations and blanks never are.
func TestSpelling(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.held("CHEST: The pateint takes Metoprool 25 mg b.i.d. with zibrotakin. ECGs at ___ pH 7.4 <b>zibrotakin</b>")
	w := newBrowser(t).open(x, d)
	w.until(unknownJS + " === 'pateint,Metoprool,zibrotakin'")
	w.shows("3 words.")
	if got := eval[string](w, "[...document.querySelectorAll('.cm-unknown')].map((n) => n.textContent).join()"); got != "pateint,Metoprool,zibrotakin,zibrotakin" {
		t.Errorf("underlined: %s", got)
	}
	if got := eval[string](w, "getComputedStyle(document.querySelector('.cm-unknown')).textDecorationStyle + document.querySelector('#text').getAttribute('spellcheck')"); got != "wavyfalse" {
		t.Errorf("the underline and the browser's own check: %s", got)
	}
	for _, scheme := range []string{"light", "dark"} {
		w.scheme(scheme)
		if found := w.axe(everyRule); found != "" {
			t.Errorf("%s: %s", scheme, found)
		}
		w.shot("spelling-"+scheme, scheme)
	}

	w.focus("#text")
	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.keys(kb.F7, chromedp.ModifierShift)
	w.until("document.querySelector('#status').textContent.startsWith('“pateint” is not in the word list. Press 1 patient')")
	if got := w.chosen(); got != "pateint" {
		t.Errorf("went to %q", got)
	}
	w.press("1")
	x.keeps(w, d.ID, "CHEST: The patient takes Metoprool 25 mg b.i.d. with zibrotakin. ECGs at ___ pH 7.4 <b>zibrotakin</b>")
	w.until(unknownJS + " === 'Metoprool,zibrotakin'")
	if at, _ := seated(t, x.text(d.ID), 18); at[2] != "patient" {
		t.Errorf("the word's time is at %q", at[2])
	}

	// A typist leaves a word as it is; both places are left.
	w.keys(kb.F7, chromedp.ModifierShift)
	w.keys(kb.F7, chromedp.ModifierShift)
	w.until("document.querySelector('#status').textContent.includes('zibrotakin')")
	w.keys(kb.F7, chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.until(unknownJS + " === 'Metoprool'")
	w.shows("A QA editor or administrator can put it on")
	x.do("qa", "POST", "/api/v1/words/remove", map[string]any{"word": "zibrotakin"}).wantProblem(http.StatusNotFound, "")

	// What is typed is looked at when it is a word; undo brings the mark back.
	w.keys(kb.End, chromedp.ModifierCtrl)
	w.types(" and amlodipne")
	w.until(unknownJS + " === 'Metoprool,amlodipne'")
	eval[any](w, "document.querySelector('[aria-label=\"Write amlodipine for amlodipne\"]').click(); 0")
	w.until(unknownJS + " === 'Metoprool'")
	w.focused("#text")
	w.keys("z", chromedp.ModifierCtrl)
	w.until(unknownJS + " === 'Metoprool,amlodipne'")
}

// TestSpellingForTheSite: who may, puts a word on the site's list with a key.
func TestSpellingForTheSite(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	id := x.drafted("author").ID
	x.toQA(id)
	a := x.accounts["qa"]
	if _, err := x.Desk.Claim(t.Context(), a.User, a.actor(), id); err != nil {
		t.Fatal(err)
	}
	w := newBrowser(t).tab(x)
	w.signIn("qa", "/work")
	w.visit("/review/" + id)
	w.focused("#text")
	w.keys(kb.End, chromedp.ModifierCtrl)
	w.types(" Zibrotakin ")
	w.until(unknownJS + ".includes('Zibrotakin')")
	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.keys(kb.F7, chromedp.ModifierShift)
	w.keys(kb.F7, chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.shows("“Zibrotakin” is on the site's list now.")
	w.until(unknownJS + " === ''")
	x.do("qa", "GET", "/words", nil).want(http.StatusOK).has("zibrotakin")
}

// TestSpellingKnowsItsLimits: a text in another language is not marked all over.
func TestSpellingKnowsItsLimits(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.held(`Der Patient klagt seit mehreren Wochen über zunehmende Schmerzen im linken Kniegelenk, besonders beim Treppensteigen und nach
		längerem Sitzen. Eine Schwellung wurde nicht beobachtet, Fieber bestand zu keiner Zeit. Die körperliche Untersuchung ergab einen leichten Druckschmerz.`)
	w := newBrowser(t).open(x, d)
	w.shows("The spell check is off: the text does not look English")
	if n := eval[int](w, "document.querySelectorAll('.cm-unknown').length"); n != 0 {
		t.Errorf("%d words are underlined", n)
	}
	w.until("document.querySelector('#text').getAttribute('spellcheck') === 'true'")
	w.keys(kb.F7, chromedp.ModifierShift)
	w.until("document.querySelector('#status').textContent.startsWith('The spell check is off')")
}

// TestAcceptAllTheSame accepts every flag of the same words with one key.
func TestAcceptAllTheSame(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.heldUnsure("He takes aspirin daily and aspirin helps but he likes aspirin a lot and walks in the park with his dog", "aspirin", "likes")
	w := newBrowser(t).open(x, d)
	open := "[...document.querySelectorAll('#flags [data-words]')].filter((b) => !b.dataset.done).map((b) => b.dataset.words.toLowerCase()).sort().join()"
	if got := eval[string](w, open); !strings.Contains(got, "aspirin,aspirin") {
		t.Fatalf("the page has %s to check", got)
	}
	for range 5 {
		w.keys(kb.F9)
		if w.chosen() == "aspirin" {
			break
		}
	}
	w.keys(kb.F9, chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.shows("places were accepted.")
	if got := eval[string](w, open); strings.Contains(got, "aspirin") {
		t.Errorf("left: %s", got)
	}
	if found := w.axe(everyRule); found != "" {
		t.Error(found)
	}
	w.until(fmt.Sprintf("fetch('/api/v1/dictations/%s/text').then((r) => r.json()).then((v) => v.accepted.length >= 2)", d.ID))
}

// heldUnsure is held, with words that were not heard well.
func (x *site) heldUnsure(text string, unsure ...string) pipeline.Dictation {
	x.t.Helper()
	d := x.sounding(x.received("author"), "RIFF", 20_000)
	var words []transcript.Word
	for i, w := range strings.Fields(text) {
		c := 0.99
		if slices.Contains(unsure, w) {
			c = 0.05
		}
		words = append(words, transcript.Word{Text: w, StartMS: int64(i) * 500, EndMS: int64(i)*500 + 400, Confidence: &c})
	}
	d = x.work(d, pipeline.Result{Draft: &transcript.Draft{Engine: "test 1", Text: text, Words: words}})
	a := x.accounts["transcriptionist"]
	d, err := x.Desk.Claim(x.t.Context(), a.User, a.actor(), d.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// TestWithoutScripts types, saves and completes in a browser that runs no scripts.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	w := newBrowser(t).tab(x)
	w.signIn("transcriptionist", "/work")
	if _, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	w.visit("/review/" + d.ID)
	w.shows("runs no JavaScript")
	if eval[bool](w, "document.querySelector('#complete').checkVisibility() || !document.querySelector('#form-text').checkVisibility()") {
		t.Error("buttons that do nothing are shown, or the form is not")
	}
	w.shot("no-scripts", "light")
	w.focus("#form-text")
	w.keys("a", chromedp.ModifierCtrl)
	w.types("Typed without scripts.")
	w.do(chromedp.Submit(chromedp.CSS("#form-text")))
	w.shows("Saved.")
	x.save(d.ID, x.accounts["transcriptionist"].actor(), 2, "From elsewhere.")
	w.focus("#form-text")
	w.types(" More.")
	w.do(chromedp.Submit(chromedp.CSS("#form-text")))
	w.shows("What is saved (version 3)")
	w.expect("412")
	w.shot("no-scripts-both", "dark")
	if got := eval[string](w, "document.querySelector('#saved-text').value + '|' + document.querySelector('#form-text').value"); !strings.Contains(got, "From elsewhere.|") || !strings.Contains(got, "Typed without scripts.") {
		t.Errorf("shown: %s", got)
	}
}
