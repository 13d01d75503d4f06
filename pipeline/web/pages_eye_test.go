package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"dictation/pipeline"
)

// axe is the program that looks at a page as people do who cannot see well or have
// no mouse.
var axe = sync.OnceValues(func() (string, error) {
	b, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		return "", fmt.Errorf("axe-core is missing; install it with: make assets (%w)", err)
	}
	return string(b), nil
})

// look runs axe on the page and lists what it finds: WCAG 2.2 A and AA, and what is
// good practice. only narrows it to rules about colour.
const look = `axe.run(document, {
	runOnly: %s, rules: {"target-size": {enabled: true}}, resultTypes: ["violations"],
}).then(r => r.violations.map(v => v.id + ": " + v.help + v.nodes.slice(0, 4).map(n => "\n    " + n.html.slice(0, 160) + " " +
	(n.any.concat(n.all)[0]?.message ?? "")).join("")).join("\n"))`

const (
	everyRule  = `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	colourRule = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

// strict tells what the page's content security policy stopped.
const strict = `addEventListener("securitypolicyviolation", e => (globalThis.stopped ??= []).push(e.violatedDirective + " " + e.blockedURI + " " + e.sample))`

// watched makes the tab remember what its content security policy stops.
func (w *tab) watched() {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: strict})
	if err != nil {
		w.t.Fatal(err)
	}
}

// axe looks at the page as it is shown just now.
func (w *tab) axe(rules string) string {
	w.t.Helper()
	program, err := axe()
	if err != nil {
		w.t.Fatal(err)
	}
	if !eval[bool](w, "Boolean(globalThis.axe)") {
		eval[any](w, program+"; 0")
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(look, rules), chromedp.EvalAwaitPromise))
	if err != nil {
		w.broken(err)
	}
	return found
}

// eye is a page as somebody sees it.
type eye struct{ who, path, name string }

// eyes are the pages that need something in them; those of the routes' table that
// need nothing are found by themselves.
func (x *site) eyes() []eye {
	x.t.Helper()
	d, doc := x.delivered("author")
	failing := x.received("author")
	x.failed(failing)
	waiting, drafted, held, tape := x.typed("author"), x.drafted("author"), x.claimed("author"), x.tape("author")
	qa := x.drafted("author2").ID
	x.toQA(qa)
	lost := x.claimed("author2")
	if _, err := x.Desk.TakeOver(x.t.Context(), x.accounts["lead"].User, x.accounts["lead"].actor(), lost.ID, "Away"); err != nil {
		x.t.Fatal(err)
	}
	pool := x.form("lead", "/pools", url.Values{"do": {"add"}, "pool": {"Letters"}})
	pool.to("/pools?said=pools")
	x.form("lead", "/pools", url.Values{"do": {"join"}, "pool": {"Letters"}, "user": {x.accounts["lead"].ID}}).to("/pools?said=pools")
	x.form("lead", "/pools", url.Values{"do": {"add-rule"}, "pool": {"Letters"}, "worktype": {"letter"}}).to("/pools?said=pools")
	x.assessedText()
	assess := x.inQA("patient has fever, take asprin", "patient has no fever, take aspirin").ID
	x.dispatched("ehr")
	x.phrase("qa", newPhrase{Kind: pipeline.Normal, Site: true, Trigger: "nlung", Title: "Lungs", Text: "Clear on the [side: left|right] side."})
	return []eye{
		{"qa", "/phrases", "phrases"}, {"transcriptionist", "/phrases", "phrases-own"}, {"transcriptionist", "/settings", "settings"},
		{"qa", "/assess/" + assess, "assess"}, {"qa", "/dictations/" + assess + "/versions", "versions"}, {"transcriptionist", "/feedback", "feedback"},
		{"lead", "/qa/disputes", "disputes"}, {"lead", "/qa/report", "qa-report"}, {"admin", "/qa/rules", "qa-rules"},
		{"", "/login", "login"}, {"author", "/nowhere", "nowhere"},
		{"author", "/dictations", "dictations"}, {"author", "/dictations/" + d.ID, "done"}, {"author", "/dictations/" + failing.ID, "failed"},
		{"author", "/dictations/" + tape.ID + "/split", "split"},
		{"author", "/sign", "to-sign"}, {"author", "/sign/" + waiting.ID, "sign"},
		{"transcriptionist", "/work", "work"}, {"transcriptionist", "/review/" + held.ID, "review"}, {"transcriptionist", "/review/" + drafted.ID, "review-free"},
		{"transcriptionist2", "/review/" + held.ID, "review-held"},
		{"lead", "/work?step=typing&state=in_progress&priority=routine", "work-lead"}, {"lead", "/pools", "pools"},
		{"qa", "/work", "work-qa"}, {"qa", "/review/" + qa, "review-qa"},
		{"clinician", "/sign/" + d.ID, "signed"}, {"clinician", "/sign/" + d.ID + "/print", "print"}, {"clinician", "/patients", "patients"}, {"clinician", "/patients/" + doc.Patient.ID, "chart"},
		{"clinician", "/patients/" + x.patients[1].ID, "chart-empty"},
		{"records", "/coding/" + x.codedNote(), "coding"}, {"records", "/patients/" + doc.Patient.ID + "/disclosures", "disclosures"},
		{"records", "/patients/" + doc.Patient.ID + "?worktype=consultation", "chart-kind"}, {"records", "/completeness?sign=admission-note", "completeness-stays"},
		{"auditor", "/audit", "audit"}, {"auditor", "/audit?dictation=" + d.JobNumber, "audit-one"},
		{"records", "/deliveries?state=waiting", "deliveries"}, {"admin", "/admin", "jobs"}, {"admin", "/admin/users", "accounts"}, {"admin", "/admin/users/transcriptionist/close", "close-account"}, {"admin", "/dictations/" + failing.ID, "failed-admin"},
	}
}

// noPages are files to keep, which no eye is on.
var noPages = []string{"GET /sign/{id}/sealed", "GET /sign/{id}/pdf", "GET /coding/{note}/codes.json", "GET /assets/{name}", "GET /favicon.ico", "GET /{$}"}

// others are the pages of the routes' table that no eye is on. One whose address
// names something has to be listed in eyes.
func (x *site) others(seen []eye) (more []eye) {
	x.t.Helper()
	on := make(map[string]bool)
	for _, e := range seen {
		r := httptest.NewRequestWithContext(x.t.Context(), http.MethodGet, e.path, nil)
		_, pattern := x.mux.Handler(r)
		on[pattern] = true
	}
	for _, rt := range x.routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		if rt.style != pageStyle || method != http.MethodGet || on[rt.pattern] || slices.Contains(noPages, rt.pattern) {
			continue
		}
		found := false
		for _, role := range pipeline.Roles {
			if a := x.do(string(role), method, path, nil); a.status == http.StatusOK {
				found = found || strings.HasPrefix(a.header.Get("Content-Type"), "text/html")
				if found {
					more = append(more, eye{string(role), path, strings.Trim(strings.ReplaceAll(path, "/", "-"), "-")})
				}
				break
			}
		}
		if !found {
			x.t.Errorf("no eye is on %s: list it in eyes", rt.pattern)
		}
	}
	return more
}

// TestEveryPageForEveryEye visits all pages with things in them, light and dark,
// on a desk and on a phone: axe finds nothing, the console stays empty, and the
// content security policy stops nothing.
func TestEveryPageForEveryEye(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Demo: true})
	all := x.eyes()
	all = append(all, x.others(all)...)
	b := newBrowser(t)
	tabs := make(map[string]*tab)
	for _, e := range all {
		w := tabs[e.who]
		if w == nil {
			w = b.tab(x)
			w.watched()
			tabs[e.who] = w
			if e.who != "" {
				w.signIn(e.who, start(x.accounts[e.who].User))
			}
		}
		w.seen(e)
		w.expect("404") // asked for on purpose; peaks of the made-up sound are none
	}
}

// seen looks at one page in all ways.
func (w *tab) seen(e eye) {
	w.t.Helper()
	check := func(how, rules string) {
		w.t.Helper()
		if found := w.axe(rules); found != "" {
			w.t.Errorf("%s as %s, %s:\n%s", e.path, e.who, how, found)
		}
		if stopped := eval[string](w, "(globalThis.stopped ?? []).join()"); stopped != "" {
			w.t.Errorf("%s as %s, %s: the content security policy stopped %s", e.path, e.who, how, stopped)
		}
	}
	w.visit(e.path)
	w.scheme("light")
	check("light", everyRule)
	w.shot(e.name, "light")
	w.scheme("dark")
	check("dark", colourRule)
	w.shot(e.name+"-dark", "dark")
	w.scheme("light")
	w.phoneOn(e.path, e.name+"-phone", func() {
		check("phone", everyRule)
		w.scheme("dark")
		check("phone, dark", colourRule)
		w.scheme("light")
	})
}

// TestFaultsAreSeen plants faults and looks whether the eye above sees them.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := newBrowser(t).tab(x)
	w.watched()
	for plant, want := range map[string]string{
		"document.querySelector('label').remove()":                                                                   "label",
		"document.querySelector('h1').style.color = '#999'":                                                          "color-contrast",
		"document.querySelector('button').textContent = ''":                                                          "button-name",
		"document.querySelector('h1').remove()":                                                                      "page-has-heading-one",
		"document.querySelector('main').append(Object.assign(document.createElement('img'), {src: '/favicon.ico'}))": "image-alt",
	} {
		w.visit("/login")
		eval[any](w, plant+"; 0")
		if found := w.axe(everyRule); !strings.Contains(found, want) {
			t.Errorf("%s is not seen: %q", want, found)
		}
	}
	w.visit("/login")
	eval[any](w, "document.head.append(Object.assign(document.createElement('style'), {textContent: 'p{}'})); 0")
	w.until("globalThis.stopped?.length > 0")
	w.expect("style")
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
