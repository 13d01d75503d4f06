package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
)

// recording is a spoken dictation of some seconds.
const recording = "../decode/testdata/speech.wav"

// hostile is text that a page must show and never obey.
const hostile = `<script>document.title="owned"</script> <img src=x onerror="document.title='owned'"> & </textarea>`

// TestDay is the main job by keyboard: a recording is sent, typed, signed and
// stands in the chart.
func TestDay(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Demo: true, Version: "test"})
	x.run()
	b := newBrowser(t)

	author := b.tab(x)
	author.signIn("author", "/dictations")
	author.shot("dictations-empty", "light")
	job := upload(t, author)
	author.shows("Waiting for the transcriptionist") // live, without loading again
	author.shot("dictations", "light")
	author.shot("dictations-dark", "dark")

	typist := b.tab(x)
	typist.signIn("transcriptionist", "/work")
	typist.shows(job)
	typist.shot("work", "light")
	typist.focused("#next-job")
	typist.keys(kb.Enter)
	id := typing(t, typist)

	author.visit("/dictations/" + id)
	author.shows("Waiting for signature")
	author.shot("dictation", "light")

	doctor := b.tab(x)
	doctor.signIn("clinician", "/sign")
	doctor.shot("tosign", "light")
	signing(t, doctor, id)

	doctor.visit("/patients")
	doctor.focused("#q")
	doctor.keys("Rosen" + kb.Enter)
	doctor.shows("MRN-1001")
	doctor.shot("patients", "light")
	doctor.focus("td a")
	doctor.keys(kb.Enter)
	doctor.shows("Seal holds")
	doctor.focus("summary")
	doctor.keys(kb.Enter)
	doctor.shows(hostile)
	for _, part := range []string{"11488-4", "Consult note", "Dr clinician (reviewed)", "Dr author", job} {
		doctor.shows(part)
	}
	doctor.shot("chart", "light")
	doctor.shot("chart-dark", "dark")
	for _, w := range []*tab{author, typist, doctor} {
		if title := eval[string](w, "document.title"); title == "owned" {
			t.Error("text became script")
		}
	}
	author.shows("In the patient's record") // its page followed all the way
}

// upload sends the recording for the first patient and gives its job number.
func upload(t *testing.T, w *tab) string {
	t.Helper()
	w.focus("#q")
	w.keys("rosen")
	w.until("document.querySelector('#hits button') !== null")
	w.keys(kb.ArrowDown)
	w.keys(kb.Enter)
	w.until("document.activeElement.id === 'visit'")
	if got := eval[string](w, "document.querySelector('#whose').innerText"); !strings.Contains(got, "MRN-1001") {
		t.Errorf("the chosen patient reads %q", got)
	}
	w.do(chromedp.SetValue(chromedp.CSS("#worktype"), string(pipeline.Consultation)))
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#audio"), []string{absolute(t, recording)}))
	w.until("!document.querySelector('#send-button').disabled")
	w.shot("upload-ready", "light")
	w.focus("#send-button")
	w.keys(kb.Enter)
	w.shows("SHA-256")
	sound, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(sound)
	w.shows(hex.EncodeToString(sum[:]))
	return eval[string](w, "document.querySelector('#files a').innerText")
}

// typing does the transcriptionist's part and gives the dictation's id.
func typing(t *testing.T, w *tab) string {
	t.Helper()
	w.until("document.querySelector('#heard')?.innerText.length > 0")
	id := eval[string](w, "document.querySelector('#review').dataset.id")
	w.focused("#text")
	w.keys("a", chromedp.ModifierCtrl)
	w.types("The patient feels ___ today. " + hostile)
	w.shows("Saved as version 2.")
	w.shot("review", "light")
	w.shot("review-dark", "dark")

	w.keys(kb.F8)
	w.shows("Blank 1 of 1.")
	if got := w.chosen(); got != "___" {
		t.Errorf("F8 selected %q", got)
	}
	w.types("well")
	w.shows("Saved as version 3.")

	w.until("document.querySelector('#player audio').paused")
	w.keys(kb.Escape)
	w.until("!document.querySelector('#player audio').paused && document.querySelector('#player audio').currentTime > 0")
	w.keys(kb.F4)
	w.until("document.querySelector('#rate').value === '1.125×'")
	w.keys(kb.Escape)
	w.until("document.querySelector('#player audio').paused")
	if got := eval[string](w, "document.activeElement.id"); got != "text" {
		t.Errorf("the player's keys took the focus to %q", got)
	}
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.at("/work")
	w.shows("on its way to the signature")
	w.until(keptTexts + ".then((n) => n === 0)")
	return id
}

// keptTexts counts the unsaved texts that the browser keeps.
const keptTexts = `new Promise((resolve) => {
	const r = indexedDB.open("dictation-unsaved", 1);
	r.onupgradeneeded = () => { r.result.createObjectStore("keys"); r.result.createObjectStore("texts"); };
	r.onsuccess = () => { const c = r.result.transaction("texts").objectStore("texts").count(); c.onsuccess = () => { r.result.close(); resolve(c.result); }; };
})`

// signing reads the changes and signs.
func signing(t *testing.T, w *tab, id string) {
	t.Helper()
	w.focus(fmt.Sprintf("a[href^='/sign/%s']", id))
	w.keys(kb.Enter)
	w.at("/sign/" + id)
	if n := eval[int](w, "document.querySelectorAll('#diff ins').length"); n == 0 {
		t.Error("the page shows nothing as added")
	}
	w.shot("sign", "light")
	w.shot("sign-dark", "dark")
	w.focus("#diff a[data-ms]")
	w.keys(kb.Enter)
	w.until("!document.querySelector('#player audio').paused")
	w.focus("#password")
	w.keys("not it" + kb.Enter)
	w.shows("The password is not right")
	w.expect("403")
	w.until("document.readyState === 'complete'")
	w.focus("#password")
	w.keys(password + kb.Enter)
	w.shows("Signed by Dr clinician")
	w.shot("signed", "light")
}
