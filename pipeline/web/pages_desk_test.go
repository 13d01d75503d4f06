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

// TestQA passes a text on with a reason, and back, by keyboard.
func TestQA(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	b := newBrowser(t)
	typist := b.tab(x)
	typist.signIn("transcriptionist", "/work")
	typist.visit("/review/" + d.ID)
	typist.focus("#text")
	typist.keys(kb.Enter, chromedp.ModifierCtrl) // a blank is left: the page asks
	typist.focused("#blanks-dialog button[value=cancel]")
	typist.shot("blanks", "light")
	typist.keys(kb.Enter) // back to the text, at the blank
	typist.shows("Blank 1 of 1.")
	typist.keys(kb.Enter, chromedp.ModifierCtrl, chromedp.ModifierShift)
	typist.focused("#reason")
	typist.keys(kb.Escape)
	typist.focused("#text")
	typist.keys(kb.Enter, chromedp.ModifierCtrl, chromedp.ModifierShift)
	typist.focused("#reason")
	typist.types("What is the dose?")
	typist.keys(kb.Enter, chromedp.ModifierCtrl)
	typist.at("/work")
	typist.shows("Sent to QA")
	// Second thoughts: nobody has it yet.
	typist.focus("#undo button")
	typist.keys(kb.Enter)
	typist.at("/review/" + d.ID)
	typist.shows("Taken back")
	typist.focus("#text")
	typist.keys(kb.Enter, chromedp.ModifierCtrl, chromedp.ModifierShift)
	typist.focused("#reason")
	typist.types("What is the dose?")
	typist.keys(kb.Enter, chromedp.ModifierCtrl)
	typist.at("/work")
	typist.shows("Sent to QA")

	editor := b.tab(x)
	editor.signIn("qa", "/work")
	editor.focused("#next-job")
	editor.keys(kb.Enter)
	editor.at("/review/" + d.ID)
	editor.shows("What is the dose?")
	editor.focus("#text")
	editor.keys(kb.Enter, chromedp.ModifierCtrl, chromedp.ModifierShift)
	editor.at("/assess/" + d.ID)
	editor.focused("#reason")
	editor.types("81 mg, listen at the end.")
	editor.keys(kb.Enter, chromedp.ModifierCtrl, chromedp.ModifierShift)
	editor.at("/work")
	editor.shows("Returned")
	got, err := x.Store.Dictation(t.Context(), d.ID)
	if err != nil || got.Step != pipeline.Typing || got.Reason != "81 mg, listen at the end." {
		t.Errorf("%s %q, %v", got.Position, got.Reason, err)
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
	first.types("One. ")
	first.shows("Saved as version 2.")

	// The lease is lost while words are typed: read-only, with the name, words kept.
	typist2 := x.accounts["transcriptionist2"]
	if _, err := x.Desk.Release(t.Context(), x.accounts["transcriptionist"].actor(), d.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Desk.Claim(t.Context(), typist2.User, typist2.actor(), d.ID); err != nil {
		t.Fatal(err)
	}
	first.types("Two.")
	first.shows("Dr transcriptionist2 has this dictation")
	first.shows("Read-only")
	if !strings.HasPrefix(first.note(), "One. Two.") || !eval[bool](first, "document.querySelector('#text').ariaReadOnly === 'true'") {
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
	w.types("Mine. ")
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
	w.types("More. ")
	w.until("document.querySelector('#conflict-dialog').open")
	w.focus("#conflict-dialog button[value=theirs]")
	w.keys(kb.Enter)
	w.shows("You go on with version 4.")
	if got := w.note(); got != "Again from the other window." {
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
	w.types("Typed alone. ")
	w.shows("kept on this device")
	w.until(keptTexts + ".then((n) => n === 1)")
	w.shot("away", "light")
	w.offline(false)
	w.shows("Saved as version 2.")
	w.expect("ERR_INTERNET_DISCONNECTED")
	if texts := x.texts(d.ID); !strings.HasPrefix(texts[len(texts)-1], "Typed alone.") {
		t.Errorf("versions: %q", texts)
	}
}

// TestUploadAgain loses the connection in the middle; when it is back the files go
// on by themselves: one dictation, one receipt each.
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
	w.until("document.querySelector('#files').innerText.split('It goes on by itself.').length === 3")
	w.shot("upload-waiting", "light")
	w.offline(false)
	w.until("document.querySelectorAll('#files .tag.good').length === 2")
	w.expect("ERR_INTERNET_DISCONNECTED")
	ds, err := x.Store.Dictations(t.Context(), store.Filter{AuthorID: x.accounts["author"].ID})
	if err != nil || len(ds) != 2 {
		t.Errorf("%d dictations, %v", len(ds), err)
	}
}
