package web

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/transcript"
)

// TestDictatingAnAddendum goes from a signed note to the microphone, and on to a
// signed document that is the same as if it had been typed.
func TestDictatingAnAddendum(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	note, _ := x.delivered("author")
	w := recorder(t, t.TempDir()).dictating(x, "author")
	w.visit("/sign/" + note.ID)
	w.focus("a[href^='/record?note=']")
	w.keys(kb.Enter)
	w.at("/record")
	w.until("document.querySelector('#record').dataset.ready === 'true'")
	w.shows("Addendum to")
	w.shows("Consultation " + note.JobNumber)
	w.until("!document.querySelector('#talk').disabled && document.querySelector('#worktype').disabled && document.querySelector('#whose button') === null")
	w.shot("record-addendum", "light")
	w.speak("append", 0, 1)
	w.until(safe)

	// Closed and opened again without the note in the address: it knows what it is.
	w.visit("/record")
	w.until("document.querySelector('#record').dataset.ready === 'true' && document.querySelector('#refers').hidden")
	w.focus("#waiting button")
	w.keys(kb.Enter)
	w.until("document.activeElement.id === 'talk' && !document.querySelector('#refers').hidden")
	w.shows("Consultation " + note.JobNumber)
	d := w.send(x)
	w.until("document.querySelector('#refers').hidden && !document.querySelector('#worktype').disabled")

	signed := x.throughTo(d, "Also: no smoking.")
	if signed.Relation != pipeline.Addendum || signed.Seal.RefersTo != note.JobNumber || signed.Title != "Addendum: Consultation" ||
		signed.PatientID != note.PatientID || signed.EncounterID != note.EncounterID || signed.Seal.AudioSHA256 != d.Original.SHA256 {
		t.Errorf("%+v", signed)
	}
	x.do("author", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).has("It adds to", note.JobNumber)
	x.do("author", "GET", "/sign/"+note.ID, nil).want(http.StatusOK).has("Addendum: Consultation", "Dictate an amendment")
}

// safe is true when the browser would not ask before it leaves the page.
const safe = `dispatchEvent(new Event("beforeunload", { cancelable: true }))`

// throughTo does what the machine and the typist do with a dictation, and signs it.
func (x *site) throughTo(d pipeline.Dictation, text string) pipeline.Note {
	x.t.Helper()
	ctx, typist, author := x.t.Context(), x.accounts["transcriptionist"], x.accounts["author"]
	d = x.prepare(d)
	d = x.work(d, pipeline.Result{Draft: &transcript.Draft{Engine: "test 1"}})
	x.do("author", "GET", "/dictations/"+d.ID, nil).want(http.StatusOK).has(`class="note"><strong>`)
	d, err := x.Desk.Claim(ctx, typist.User, typist.actor(), d.ID)
	if err == nil {
		d.TextN, err = x.Desk.Save(ctx, typist.actor(), d.ID, d.TextN, text)
	}
	if err == nil {
		d, err = x.Desk.Complete(ctx, typist.actor(), d.ID, d.TextN)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	n, err := x.Desk.Sign(ctx, author.User, author.actor(), d.ID, d.TextN)
	if err != nil {
		x.t.Fatal(err)
	}
	return n
}

// TestSendingAnAmendment sends a file for a signed note; its reason is asked for.
func TestSendingAnAmendment(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	note, _ := x.delivered("author")
	path := filepath.Join(t.TempDir(), "again.wav")
	if err := os.WriteFile(path, wav(voice(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newBrowser(t).tab(x)
	w.signIn("author", "/dictations")
	w.visit("/dictations?note=" + note.ID + "&as=amendment")
	w.shows("Amendment of")
	if found := w.axe(everyRule); found != "" {
		t.Error(found)
	}
	w.phone("/dictations?note="+note.ID+"&as=amendment", "phone-amendment")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#audio"), []string{path}))
	w.until("!document.querySelector('#send-button').disabled")
	w.focus("#send-button")
	w.keys(kb.Enter)
	w.focused("#why") // the browser asks for it
	w.types("The dose was wrong.")
	w.focus("#send-button")
	w.keys(kb.Enter)
	w.until("document.querySelector('#files a') !== null")
	d, err := x.Store.DictationByJob(t.Context(), eval[string](w, "document.querySelector('#files a').textContent"))
	if err != nil {
		t.Fatal(err)
	}
	n := x.throughTo(d, "Take no aspirin.")
	if n.Relation != pipeline.Amendment || n.Reason != "The dose was wrong." || n.Seal.Reason != n.Reason || n.Seal.RefersTo != note.JobNumber {
		t.Errorf("%+v", n)
	}
	x.do("author", "GET", "/sign/"+note.ID, nil).want(http.StatusOK).has("This note was amended").lacks("Dictate an amendment")

	// A note is amended once; who is nobody to it adds nothing.
	refers := func(to, relation, why string) func(*beginRequest) {
		return func(b *beginRequest) { b.RefersTo, b.Relation, b.Reason = to, relation, why }
	}
	begin := func(who string, change func(*beginRequest)) answer {
		in := beginRequest{ID: uuid.NewString(), PatientMRN: x.patients[0].MRN, Worktype: "consultation", Format: pipeline.PCM}
		change(&in)
		return x.do(who, "POST", "/api/v1/recordings", in)
	}
	begin("author", refers(note.JobNumber, "amendment", "Why.")).wantProblem(http.StatusConflict, "amended already")
	begin("author", refers(note.JobNumber, "amendment", "")).wantProblem(http.StatusBadRequest, "why")
	begin("author2", refers(note.JobNumber, "", "")).want(http.StatusForbidden)
	begin("author", refers("D0000000000", "", "")).want(http.StatusNotFound)
	begin("author", func(b *beginRequest) { b.RefersTo, b.PatientMRN = note.JobNumber, x.patients[1].MRN }).wantProblem(http.StatusBadRequest, "another patient")
	x.do("author2", "GET", "/record?note="+note.ID, nil).want(http.StatusForbidden)
	x.do("author", "GET", "/record?note="+uuid.NewString(), nil).want(http.StatusNotFound)
	if x.audited("author2", "note.amend", note.ID, "") != 2 {
		t.Error("the refusals are not in the audit")
	}
}
