package web

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/transcript"
	"dictation/transcript/check"
)

// held is in the transcriptionist's hands with a draft of that text, a word each
// half second.
func (x *site) held(text string) pipeline.Dictation {
	x.t.Helper()
	return x.heldFrom("RIFF", text, 500)
}

// heldFrom is held and has that sound, with a word every so many milliseconds.
func (x *site) heldFrom(wav, text string, each int64) pipeline.Dictation {
	x.t.Helper()
	d := x.received("author")
	d = x.sounding(d, wav, int64(len(strings.Fields(text)))*each)
	var words []transcript.Word
	for i, w := range strings.Fields(text) {
		words = append(words, transcript.Word{Text: w, StartMS: int64(i) * each, EndMS: int64(i)*each + each*4/5})
	}
	d = x.work(d, pipeline.Result{Draft: &transcript.Draft{Engine: "test 1", Text: text, Words: words}})
	a := x.accounts["transcriptionist"]
	d, err := x.Desk.Claim(x.t.Context(), a.User, a.actor(), d.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// sounding gives a dictation a sound of that length.
func (x *site) sounding(d pipeline.Dictation, wav string, ms int64) pipeline.Dictation {
	x.t.Helper()
	canonical, err := x.Blob.Put(x.t.Context(), blob.CanonicalKey(d.ID), strings.NewReader(wav), -1, "audio/wav")
	if err != nil {
		x.t.Fatal(err)
	}
	peaks, err := x.Blob.Put(x.t.Context(), blob.PeaksKey(d.ID), strings.NewReader("peaks"), -1, "")
	if err != nil {
		x.t.Fatal(err)
	}
	return x.work(d, pipeline.Result{Sound: &pipeline.Sound{Canonical: canonical, PeaksKey: peaks.Key, DurationMS: ms, Format: "WAV"}})
}

// text reads the newest version of a dictation.
func (x *site) text(id string) (v textView) {
	x.t.Helper()
	x.do("transcriptionist", "GET", "/api/v1/dictations/"+id+"/text", nil).want(http.StatusOK, &v)
	return v
}

// open signs the transcriptionist in and opens a dictation of hers.
func (b *browser) open(x *site, d pipeline.Dictation) *tab {
	b.t.Helper()
	w := b.tab(x)
	w.signIn("transcriptionist", "/work")
	w.visit("/review/" + d.ID)
	w.focused("#text")
	return w
}

// saved waits until the text is stored as the page shows it, and reads it.
func (x *site) saved(w *tab, id string, has string) textView {
	x.t.Helper()
	w.until(fmt.Sprintf("fetch('/api/v1/dictations/%s/text').then((r) => r.json()).then((v) => v.text.includes(%q))", id, has))
	w.until("document.querySelector('#status').textContent.startsWith('Saved')")
	return x.text(id)
}

// seated gives the token that each of the draft's words stands on, and how many do.
func seated(t *testing.T, v textView, words int) (at map[int]string, tokens []transcript.Token) {
	t.Helper()
	seats, err := transcript.Seats(v.Spans, v.Text, words)
	if err != nil {
		t.Fatal(err)
	}
	tokens = transcript.Tokens(v.Text)
	at = make(map[int]string)
	for i, w := range seats {
		if w >= 0 {
			at[w] = tokens[i].Text
		}
	}
	return at, tokens
}

// TestWordsKeepTheirTime types, replaces, types over a blank, cuts, pastes, moves
// and takes back in a text of ten thousand words: every word keeps its time.
func TestWordsKeepTheirTime(t *testing.T) {
	t.Parallel()
	const n, blank = 10_000, 5
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("word%d", i)
	}
	words[blank] = "___"
	x := newSite(t, Options{})
	d := x.held(strings.Join(words, " "))
	w := newBrowser(t).open(x, d)

	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.types("Three new words, ")
	w.keys(kb.ArrowRight, chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.keys("replaced")
	w.keys(kb.F8)
	w.shows("Blank 1 of 1.")
	w.keys("aspirin")
	v := x.saved(w, d.ID, "aspirin")
	check := func(what string, changed map[int]string) {
		t.Helper()
		at, _ := seated(t, v, n)
		if len(at) != n {
			t.Fatalf("%s: %d of %d words keep their time", what, len(at), n)
		}
		for i, word := range words {
			if c, ok := changed[i]; ok {
				word = c
			}
			if at[i] != word {
				t.Fatalf("%s: word %d, %q, stands on %q", what, i, word, at[i])
			}
		}
	}
	typed := map[int]string{0: "replaced", blank: "aspirin"}
	check("typed", typed)
	if got := v.Words[2+1+blank]; got.Text != "aspirin" || got.StartMS != blank*500 || !got.Estimated {
		t.Errorf("the blank's word is %+v", got)
	}

	// Undo goes on after saves, to the very beginning and forward again.
	for range 12 {
		w.keys("z", chromedp.ModifierCtrl)
	}
	w.until(noteJS + ".startsWith('word0 word1')")
	v = x.saved(w, d.ID, "word4 ___ word6")
	check("taken back", nil)
	for range 12 {
		w.keys("y", chromedp.ModifierCtrl)
	}
	v = x.saved(w, d.ID, "aspirin")
	check("done again", typed)

	// All of it away and back.
	w.keys("a", chromedp.ModifierCtrl)
	w.types("gone")
	if v = x.saved(w, d.ID, "gone"); len(v.Spans) != 1 {
		t.Errorf("one word stands for %v", v.Spans)
	}
	w.keys("z", chromedp.ModifierCtrl)
	v = x.saved(w, d.ID, "aspirin")
	check("everything back", typed)
	if got := eval[string](w, "document.querySelector('#disputed').textContent"); got != "" {
		t.Errorf("the server's account is another one: %s", got)
	}
}

// TestMovingKeepsTime: sections change places, words are cut and put in elsewhere,
// and their times go along; the case of words changes and nothing else.
func TestMovingKeepsTime(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.held("alpha beta gamma delta epsilon zeta")
	w := newBrowser(t).open(x, d)
	w.keys("a", chromedp.ModifierCtrl)
	w.types("FIRST:\nalpha beta\nSECOND:\ngamma delta\nepsilon zeta\n")
	x.saved(w, d.ID, "SECOND")
	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.keys(kb.ArrowDown, chromedp.ModifierAlt, chromedp.ModifierShift)
	v := x.saved(w, d.ID, "SECOND:\ngamma delta\nepsilon zeta\nFIRST:\nalpha beta\n")
	names := []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta"}
	check := func(what string, fold bool) {
		t.Helper()
		at, _ := seated(t, v, len(names))
		for i, name := range names {
			if at[i] != name && (!fold || !strings.EqualFold(at[i], name)) {
				t.Errorf("%s: %q stands on %q; %q %v", what, name, at[i], v.Text, v.Spans)
			}
		}
	}
	check("moved", false)
	if got := v.Words[slices.IndexFunc(v.Words, func(w transcript.Word) bool { return w.Text == "alpha" })]; got.StartMS != 0 {
		t.Errorf("alpha is heard at %d", got.StartMS)
	}
	w.keys("z", chromedp.ModifierCtrl)
	v = x.saved(w, d.ID, "FIRST:\nalpha beta\nSECOND:")
	check("moved back", false)

	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.keys(kb.ArrowDown)
	w.keys(kb.F3, chromedp.ModifierShift)
	v = x.saved(w, d.ID, "Alpha beta")
	w.keys(".", chromedp.ModifierCtrl)
	v = x.saved(w, d.ID, "ALPHA beta")
	w.keys(",", chromedp.ModifierCtrl)
	v = x.saved(w, d.ID, "alpha beta")
	w.keys("/", chromedp.ModifierCtrl)
	v = x.saved(w, d.ID, "Alpha beta")
	check("in other cases", true)

	w.keys(kb.Tab)
	w.until("document.activeElement.id !== 'text'") // it does not hold the focus fast
}

// TestBlanksHaveReasons inserts a blank with the sound's place and a reason, marks
// doubtful words, and finds both again after a reload.
func TestBlanksHaveReasons(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.held("The patient takes five milligrams daily .")
	w := newBrowser(t).open(x, d)
	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.keys(kb.ArrowRight, chromedp.ModifierCtrl)
	w.keys(kb.F10)
	w.shows("A blank was inserted")
	w.keys(kb.F10)
	w.focused("#marks input")
	w.types("a door slams")
	w.keys(kb.Enter)
	w.focused("#text")
	for range 3 {
		w.keys(kb.ArrowRight, chromedp.ModifierCtrl)
	}
	w.keys(kb.F10, chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.focused("#marks li:nth-child(2) input")
	w.types("five or nine?")
	w.keys(kb.Enter)
	w.until("fetch('/api/v1/dictations/" + d.ID + "/text').then((r) => r.json()).then((v) => v.marks.length === 2 && v.marks[1].reason === 'five or nine?')")
	v := x.text(d.ID)
	if m := v.Marks[0]; m.Kind != transcript.Blank || m.Reason != "a door slams" || v.Text[m.Offset:][:3] != "___" {
		t.Errorf("the blank is %+v in %q", m, v.Text)
	}
	if m := v.Marks[1]; m.Kind != transcript.QAMark || v.Text[m.Offset:][:m.Length] != "takes" && v.Text[m.Offset:][:m.Length] != "five" || m.AudioMS == 0 {
		t.Errorf("the doubtful words are %+v in %q", m, v.Text)
	}
	w.until("document.querySelector('#status').textContent.startsWith('Saved')")
	w.visit("/review/" + d.ID)
	w.shows("2 places are open")
	if got := eval[string](w, "[...document.querySelectorAll('#marks input')].map((i) => i.value).join()"); got != "a door slams,five or nine?" {
		t.Errorf("after a reload the reasons are %q", got)
	}
	w.shot("marks", "light")
	w.focus("#text")
	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.keys(kb.F8)
	w.shows("a door slams")
	w.types("also")
	w.shows("One place is open")
	w.keys("z", chromedp.ModifierCtrl)
	w.until("[...document.querySelectorAll('#marks input')].some((i) => i.value === 'a door slams')")
}

// TestBothTogether: two editors change the same text in different places and in
// one; what does not touch is put together, the rest is chosen.
func TestBothTogether(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.held("one two three four five six seven eight")
	by := x.accounts["transcriptionist"].actor()
	w := newBrowser(t).open(x, d)
	x.save(d.ID, by, d.TextN, "one 2 three four five six SEVEN eight")
	w.keys(kb.End, chromedp.ModifierCtrl)
	w.types(" nine")
	w.until("document.querySelector('#conflict-dialog').open")
	w.shows("do not touch each other")
	w.focused("#conflict-dialog button[value=both]")
	w.keys(kb.Enter)
	v := x.saved(w, d.ID, "one 2 three four five six SEVEN eight nine")
	if at, _ := seated(t, v, 8); at[1] != "2" || at[6] != "SEVEN" || at[7] != "eight" {
		t.Errorf("after the merge the words stand on %v", at)
	}

	x.save(d.ID, by, v.Version, "one 2 three <b>theirs</b> five six SEVEN eight nine")
	w.until("document.activeElement.id === 'text'")
	w.keys(kb.Home, chromedp.ModifierCtrl)
	for range 3 {
		w.keys(kb.ArrowRight, chromedp.ModifierCtrl)
	}
	w.keys(kb.ArrowRight, chromedp.ModifierCtrl, chromedp.ModifierShift)
	w.types(" mine")
	w.until("document.querySelector('#conflict-dialog').open")
	w.shows("One place was changed in both")
	w.shows("<b>theirs</b>")
	w.shot("merge", "light")
	w.focus("#merge input[value=both]")
	w.keys(" ")
	w.focus("#conflict-dialog button[value=both]")
	w.keys(kb.Enter)
	x.saved(w, d.ID, "three <b>theirs</b> mine five")
	w.expect("412")
}

// TestOfflineComesBack types while nothing can be saved, loads the page again and
// has the words; nothing readable lies in the browser, and nothing at all once
// they are saved.
func TestOfflineComesBack(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.held("spoken words")
	w := newBrowser(t).open(x, d)
	w.keys(kb.Home, chromedp.ModifierCtrl)
	eval[any](w, `void ((real) => { window.fetch = (to, o) => o?.method === "PUT" ? Promise.reject(new TypeError("away")) : real(to, o); })(window.fetch)`)
	w.types("Typed alone. ")
	w.shows("kept on this device")
	w.until(keptTexts + ".then((n) => n === 1)")
	if got := eval[string](w, "JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)])"); strings.Contains(got, "alone") {
		t.Errorf("readable in the browser: %s", got)
	}
	eval[any](w, "void setTimeout(() => location.reload())")
	w.leave()
	v := x.saved(w, d.ID, "Typed alone. spoken words")
	if at, _ := seated(t, v, 2); at[0] != "spoken" || at[1] != "words" {
		t.Errorf("the words stand on %v", at)
	}
	w.until(keptTexts + ".then((n) => n === 0)")
}

// leave waits until the browser asks whether to leave the page, and does.
func (w *tab) leave() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			w.t.Fatalf("the page was left without a question: %v", err)
		}
	}
}

// TestCaretFollowsSound: while the sound plays, its word is marked and the caret
// goes along until somebody moves it; the caret's word gives its sound.
func TestCaretFollowsSound(t *testing.T) {
	t.Parallel()
	sound, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	x := newSite(t, Options{})
	d := x.heldFrom(string(sound), "one two three four five six seven eight", 150)
	w := newBrowser(t).open(x, d)
	const caret = `((s) => { const r = document.createRange(); r.setStart(document.querySelector("#text"), 0); r.setEnd(s.focusNode, s.focusOffset); return r.toString().length; })(getSelection())`
	w.keys(kb.Escape)
	w.until("document.querySelector('.cm-spoken') !== null")
	w.until(caret + " > 3")
	w.keys(kb.ArrowLeft)
	w.until("document.querySelector('[data-key=voiceCursor]').textContent === 'Caret stays'")
	w.until("document.querySelector('#player audio').paused") // to the end
	w.keys(kb.Home, chromedp.ModifierCtrl)
	w.keys(kb.F12, chromedp.ModifierShift)
	w.until("document.querySelector('.cm-spoken').textContent !== 'eight'")
	if got := eval[int](w, caret); got != 0 {
		t.Errorf("the caret went along to %d, though it was moved", got)
	}
	w.keys(kb.F12)
	w.until("document.querySelector('[data-key=voiceCursor]').textContent === 'Caret follows the sound'")
	w.until(caret + " > 0")
	if got := x.texts(d.ID); len(got) != 1 {
		t.Errorf("listening made versions: %q", got)
	}
}

// TestFlagsAccepted: the least certain words are underlined and listed, critical
// ones first and few; one key accepts, and they stay accepted.
func TestFlagsAccepted(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.poorlyHeard("Give five milligrams of aspirin daily and no more than that.")
	w := newBrowser(t).open(x, d)
	lines := "[...document.querySelectorAll('#flags li')].length"
	n := eval[int](w, lines)
	if marks := eval[int](w, "document.querySelectorAll('.cm-look, .cm-critical').length"); n == 0 || marks == 0 {
		t.Fatalf("%d lines and %d underlined places", n, marks)
	}
	w.shot("flags", "light")
	w.keys(kb.F9)
	w.shows("1 of ")
	w.keys(kb.F9, chromedp.ModifierCtrl)
	w.shows("(accepted)")
	w.until("fetch('/api/v1/dictations/" + d.ID + "/text').then((r) => r.json()).then((v) => v.accepted.length === 1)")
	name := x.text(d.ID).Done[0]
	w.until("document.querySelector('#status').textContent.startsWith('Saved')")
	w.visit("/review/" + d.ID)
	w.focused("#text")
	if eval[bool](w, fmt.Sprintf("document.querySelector('#flags [data-flag=%q]:not([data-critical])') !== null", name)) {
		t.Error("what was accepted is asked for again")
	}
}

// TestHarmfulPlacesAreAskedAbout: completing asks while a place that can harm is
// neither changed nor accepted.
func TestHarmfulPlacesAreAskedAbout(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.harmful("Metoprolol 50 mg daily.", "50 mg")
	w := newBrowser(t).open(x, d)
	open := "document.querySelector('#harmful-dialog').open"
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.until(open)
	w.shows("One place that can harm is neither changed nor accepted.")
	w.keys(kb.Enter) // look at it
	w.until("!" + open)
	w.shows("1 of ")
	w.keys(kb.F9, chromedp.ModifierCtrl)
	w.shows("(accepted)")
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.at("/work")
}

// harmful is held, and a check calls some of its words critical.
func (x *site) harmful(text, words string) pipeline.Dictation {
	x.t.Helper()
	d := x.received("author")
	d = x.sounding(d, "RIFF", 10_000)
	at := strings.Index(text, words)
	d = x.work(d, pipeline.Result{
		Draft: &transcript.Draft{Engine: "test 1", Text: text},
		Flags: []check.Flag{{Kind: check.Dose, Severity: check.Critical, Reason: "The dose is unusual.", Place: check.Place{Offset: at, Length: len(words)}}},
	})
	a := x.accounts["transcriptionist"]
	d, err := x.Desk.Claim(x.t.Context(), a.User, a.actor(), d.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// poorlyHeard is held, and its words were not heard well.
func (x *site) poorlyHeard(text string) pipeline.Dictation {
	x.t.Helper()
	d := x.received("author")
	d = x.sounding(d, "RIFF", 10_000)
	low := 0.2
	var words []transcript.Word
	for i, w := range strings.Fields(text) {
		words = append(words, transcript.Word{Text: w, StartMS: int64(i) * 500, EndMS: int64(i)*500 + 400, Confidence: &low})
	}
	d = x.work(d, pipeline.Result{Draft: &transcript.Draft{Engine: "test 1", Text: text, Words: words}})
	a := x.accounts["transcriptionist"]
	d, err := x.Desk.Claim(x.t.Context(), a.User, a.actor(), d.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// TestSimpleField: who wants a plain field has one, with the same keys; it is
// remembered.
func TestSimpleField(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.held("The patient feels ___ today.")
	w := newBrowser(t).open(x, d)
	w.focus("#simple")
	w.keys(" ")
	w.until("document.querySelector('textarea#text') !== null")
	w.focus("#text")
	w.keys(kb.F8)
	w.shows("Blank 1 of 1.")
	if got := w.chosen(); got != "___" {
		t.Errorf("F8 selected %q", got)
	}
	w.types("well")
	v := x.saved(w, d.ID, "feels well today")
	if at, _ := seated(t, v, 5); at[3] != "well" {
		t.Errorf("worked out on the server: %v", at)
	}
	w.keys(".", chromedp.ModifierCtrl)
	x.saved(w, d.ID, "feels WELL today")
	w.visit("/review/" + d.ID)
	w.until("document.querySelector('textarea#text')?.value === 'The patient feels WELL today.'")
}

// TestUseWithheldDraft: a draft that was kept back comes with its times when
// somebody asks for it.
func TestUseWithheldDraft(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Withhold: Withhold{Above: 0.3, Notes: 1}})
	signed, _ := x.delivered("author")
	err := x.Store.SaveScores(t.Context(), []pipeline.Studied{{
		Dictation: signed.ID, Compared: pipeline.ComparedDraft, Engine: "e", Score: pipeline.Score{Words: 100, Errors: 45},
	}})
	if err != nil {
		t.Fatal(err)
	}
	d := x.held("heard as it was")
	w := newBrowser(t).open(x, d)
	if got := w.note(); got != "" {
		t.Errorf("the editor begins with %q", got)
	}
	w.types("Typed by hand.")
	x.saved(w, d.ID, "Typed by hand.")
	w.focus("#use-draft")
	w.keys(kb.Enter)
	v := x.saved(w, d.ID, "Typed by hand.\nheard as it was")
	if at, _ := seated(t, v, 4); at[0] != "heard" || at[3] != "was" {
		t.Errorf("the words stand on %v", at)
	}
}
