package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
)

// phrase makes one through the API, for everybody when who may.
func (x *site) phrase(who string, p newPhrase) {
	x.t.Helper()
	x.do(who, "POST", "/api/v1/phrases", p).want(http.StatusCreated)
}

// keeps waits until the text is stored so; a page may have saved it in several versions.
func (x *site) keeps(w *tab, id, text string) {
	x.t.Helper()
	w.until(fmt.Sprintf("fetch('/api/v1/dictations/%s/text').then((r) => r.json()).then((v) => v.text === %q)", id, text))
}

// openText opens a dictation in the workstation with that text, the caret at its end.
func (x *site) openText(w *tab, text string) (id string) {
	x.t.Helper()
	d := x.claimed("author")
	x.save(d.ID, x.accounts["transcriptionist"].actor(), d.TextN, text)
	w.visit("/review/" + d.ID)
	w.until("document.querySelector('#heard')?.innerText.length > 0")
	w.focus("#text")
	w.keys(kb.End, chromedp.ModifierCtrl)
	return d.ID
}

// press is a key as a keyboard sends it: when a page keeps the key for itself, no
// character comes after it. The driver's own keys send the character all the same.
func (w *tab) press(key string) {
	w.t.Helper()
	p := map[string]input.DispatchKeyEventParams{
		" ":     {Key: " ", Code: "Space", Text: " ", WindowsVirtualKeyCode: 32},
		"Enter": {Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13},
		"Tab":   {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9},
		"1":     {Key: "1", Code: "Digit1", Text: "1", WindowsVirtualKeyCode: 49},
		"2":     {Key: "2", Code: "Digit2", Text: "2", WindowsVirtualKeyCode: 50},
	}[key]
	for _, p.Type = range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if p.Type == input.DispatchKeyEventTypeKeyUp {
			p.Text = ""
		}
		if _, err := chromedp.Call(w.ctx, input.DispatchKeyEvent, p); err != nil {
			w.broken(err)
		}
	}
}

const preview = "document.querySelector('#phrase').innerText"

// TestExpanders: what is typed shows what it stands for, Space, Tab and Enter put
// it in, one undo takes it back.
func TestExpanders(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.phrase("transcriptionist", newPhrase{Kind: pipeline.Expander, Trigger: "sob", Text: "shortness of breath"})
	x.phrase("qa", newPhrase{Kind: pipeline.Expander, Site: true, Trigger: "sobb", Text: hostile})
	x.phrase("qa", newPhrase{Kind: pipeline.Expander, Site: true, Worktype: pipeline.Letter, Trigger: "dear", Text: "Dear colleague"})
	w := newBrowser(t).tab(x)
	w.signIn("transcriptionist", "/work")
	id := x.openText(w, "No")

	w.keys(" so")
	w.until(preview + ".includes('sob: shortness of breath – type on.')")
	w.keys("b")
	w.until(preview + ".includes('Space, Tab or Enter puts it in')")
	if !eval[bool](w, "document.activeElement.closest('.editor') !== null") {
		t.Error("the preview took the focus")
	}
	if found := w.axe(everyRule); found != "" {
		t.Error(found)
	}
	w.shot("phrase", "light")
	w.press(" ")
	w.until(preview + " === ''")
	w.keys("today")
	x.keeps(w, id, "No shortness of breath today")
	w.keys(". Sob")
	w.press("Tab")
	w.keys(", dear")
	w.press(" ")
	x.keeps(w, id, "No shortness of breath today. Shortness of breath, dear ")

	// Undone in one step, it is left alone there, and Tab leaves the text.
	w.keys(" sob")
	w.press("Enter")
	x.keeps(w, id, "No shortness of breath today. Shortness of breath, dear  shortness of breath")
	w.keys("z", chromedp.ModifierCtrl)
	w.press(" ")
	x.keeps(w, id, "No shortness of breath today. Shortness of breath, dear  sob ")
	w.keys("sobb")
	w.until(preview + ".includes('<script>')")
	w.press("Enter")
	x.keeps(w, id, "No shortness of breath today. Shortness of breath, dear  sob "+hostile)
	w.keys(" plain")
	w.press("Tab")
	w.until("document.activeElement.closest('.editor') === null || document.activeElement.tagName === 'BUTTON' || document.activeElement.type === 'checkbox'")
	if title := eval[string](w, "document.title"); title == "owned" {
		t.Error("text became script")
	}
}

// TestNormals: fields are gone to with a key, typed over or chosen by number.
func TestNormals(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.phrase("qa", newPhrase{Kind: pipeline.Normal, Site: true, Trigger: "nabd", Text: "Abdomen [size] cm, [sounds: normal|decreased], [who]."})
	w := newBrowser(t).tab(x)
	w.signIn("transcriptionist", "/work")
	id := x.openText(w, "Exam:")
	w.keys(" nabd")
	w.until(preview + ".includes('Space, Tab or Enter')")
	w.press("Enter")
	w.shows("Field 1 of 3: size. Type over it.")
	w.keys("12")
	w.keys(".", chromedp.ModifierAlt)
	w.shows("Field 1 of 2: sounds. Press 1 normal, 2 decreased, or type over it.")
	w.shot("fields", "light")
	w.press("2")
	w.shows("Field: who. Type over it.")
	w.keys("Jan")
	x.keeps(w, id, "Exam: Abdomen 12 cm, decreased, Jan.")
	w.keys(".", chromedp.ModifierAlt)
	w.shows("There is no field in the text.")
}

// TestTemplateForAnEmptyText is offered, and gone once there is text.
func TestTemplateForAnEmptyText(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.phrase("qa", newPhrase{Kind: pipeline.Template, Site: true, Worktype: pipeline.Consultation, Title: "Our consultation", Text: "HISTORY:\n[history]\n\nPLAN:\n[plan]"})
	x.phrase("qa", newPhrase{Kind: pipeline.Template, Site: true, Worktype: pipeline.Letter, Title: "Our letter", Text: "Dear [name],"})
	w := newBrowser(t).tab(x)
	w.signIn("transcriptionist", "/work")
	id := x.openText(w, "")
	w.shows("Begin with a template")
	if shown := eval[string](w, "document.querySelector('#templates').innerText"); strings.Contains(shown, "letter") {
		t.Errorf("offered: %s", shown)
	}
	if found := w.axe(everyRule); found != "" {
		t.Error(found)
	}
	w.shot("template", "light")
	w.focus("#templates button")
	w.keys(kb.Enter)
	w.shows("Field 1 of 2: history.")
	w.until("document.querySelector('#templates').hidden")
	w.keys("Cough")
	x.keeps(w, id, "HISTORY:\nCough\n\nPLAN:\n[plan]")

	// A field that is left is told once, and gone to.
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.shows("One field is not filled.")
	w.until("getSelection().toString() === '[plan]'")
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.at("/work")
	w.shows("Completed.")
}
