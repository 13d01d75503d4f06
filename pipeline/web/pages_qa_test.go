package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jackc/pgx/v5"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/review"
)

// inQA is a text that the transcriptionist sent to QA, with the QA editor's
// changes, held by him.
func (x *site) inQA(typed, edited string) pipeline.Dictation {
	x.t.Helper()
	ctx, d := x.t.Context(), x.claimed("author")
	typist, qa := x.accounts["transcriptionist"].actor(), x.accounts["qa"]
	n, err := x.Desk.Save(ctx, typist, d.ID, d.TextN, typed)
	if err == nil {
		_, err = x.Desk.SendToQA(ctx, typist, d.ID, n, "Please hear the dose.")
	}
	if err == nil {
		d, err = x.Desk.Claim(ctx, qa.User, qa.actor(), d.ID)
	}
	if err == nil && edited != typed {
		d.TextN, err = x.Desk.Save(ctx, qa.actor(), d.ID, d.TextN, edited)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// assessedText has one critical mark, which the typist disputes.
func (x *site) assessedText() pipeline.Assessment {
	x.t.Helper()
	d := x.inQA("patient has fever ___ take aspirin", "patient has no fever ___ take aspirin")
	_, a, err := x.Desk.Assess(x.t.Context(), x.accounts["qa"].actor(), d.ID, review.Judgement{
		Version: d.TextN, Verdict: pipeline.SentOn, Comment: "Mind the negations.", Marks: []review.Mark{{Change: 1, Type: "C2", Note: "It is said clearly."}},
	})
	typist := x.accounts["transcriptionist"]
	if err == nil {
		a, err = x.Desk.Dispute(x.t.Context(), typist.User, typist.actor(), a.ID, 1, "I cannot hear it.")
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return a
}

// heldSound puts a real recording under a dictation, for pages that play it.
func (x *site) heldSound(d pipeline.Dictation) {
	x.t.Helper()
	b, err := os.ReadFile(recording)
	if err != nil {
		x.t.Fatal(err)
	}
	var canonical memory
	if _, err := audio.Convert(x.t.Context(), strings.NewReader(string(b)), audio.Options{Canonical: &canonical}); err != nil {
		x.t.Fatal(err)
	}
	if _, err := x.Blob.Put(x.t.Context(), blob.CanonicalKey(d.ID), strings.NewReader(string(canonical.b)), -1, "audio/wav"); err != nil {
		x.t.Fatal(err)
	}
}

// TestQAEditorsDay is done by keyboard only: take a text, mend it, go through the
// changes with their sound, choose what kinds of error they were, complete; the
// typist reads it and answers, a second editor decides.
func TestQAEditorsDay(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	x.heldSound(d)
	typist := x.accounts["transcriptionist"].actor()
	n, err := x.Desk.Save(t.Context(), typist, d.ID, d.TextN, "patient has fever. take asprin "+hostile)
	if err == nil {
		_, err = x.Desk.SendToQA(t.Context(), typist, d.ID, n, "What is the drug?")
	}
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	w := b.tab(x)
	w.signIn("qa", "/work")
	w.focused("#next-job")
	w.keys(kb.Enter)
	w.at("/review/" + d.ID)
	w.shows("What is the drug?")
	x.assess(w, d)

	x.reads(b, d)
	x.settles(b)
	w.expect("404") // the made-up sound has no peaks
	got, err := x.Store.Dictation(t.Context(), d.ID)
	if err != nil || got.Step != pipeline.Signature || got.State != pipeline.Pending {
		t.Errorf("%s, %v", got.Position, err)
	}
}

// assess does the editor's part.
func (x *site) assess(w *tab, d pipeline.Dictation) {
	x.t.Helper()
	w.focus("#text")
	w.keys("a", chromedp.ModifierCtrl)
	w.types("patient has no fever. take aspirin " + hostile)
	w.shows("Saved as version 3.")
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.at("/assess/" + d.ID)
	w.shows("2 changes of yours")
	w.shows("Score 96 of 100, not passed") // proposed: an omission and a misspelling
	w.keys(kb.F8)
	w.focused("#mark-1")
	w.until("!document.querySelector('#player audio').paused")
	w.keys("c1")
	w.until("document.querySelector('#mark-1').value === 'terminology'")
	w.keys(kb.F8)
	w.focused("#mark-2")
	w.keys("F1")
	w.until("document.querySelector('#mark-2').value === 'grammar'")
	w.shows("Score 97 of 100, not passed")
	w.keys(kb.F8, chromedp.ModifierShift)
	w.focused("#mark-1")
	w.keys(kb.Tab)
	w.focused("#note-1")
	w.types("He says no.")
	w.shot("assess", "light")
	w.keys(kb.Enter, chromedp.ModifierCtrl)
	w.at("/work")
	w.shows("the typist sees what you found")
	if title := eval[string](w, "document.title"); title == "owned" {
		x.t.Error("text became script")
	}
}

// reads does the typist's part.
func (x *site) reads(b *browser, d pipeline.Dictation) {
	x.t.Helper()
	w := b.tab(x)
	w.signIn("transcriptionist", "/work")
	w.focus("nav a[href='/feedback']")
	w.keys(kb.Enter)
	w.at("/feedback")
	for _, part := range []string{d.JobNumber, "97 · not passed", "He says no.", "Wrong medical word"} {
		w.shows(part)
	}
	w.shot("feedback", "light")
	w.focus("audio")
	w.do(chromedp.Evaluate[chromedp.Void]("void document.querySelector('audio').play()"))
	w.until("document.querySelector('audio').currentTime > 0 && document.querySelector('audio').duration < 4.1")
	w.focus(".marks summary")
	w.keys(kb.Enter)
	w.focus(".marks textarea")
	w.types("I hear nothing there.")
	w.keys(kb.Tab)
	w.keys(kb.Enter)
	w.shows("Your answer is with the lead.")
	w.shows("You answered: I hear nothing there.")
	if eval[bool](w, "document.querySelector('form[action$=\"/read\"]') !== null") {
		x.t.Error("an answer did not count as read")
	}
}

// settles does the second editor's part.
func (x *site) settles(b *browser) {
	x.t.Helper()
	first := b.tab(x)
	first.signIn("qa", "/work")
	first.visit("/qa/disputes")
	first.shows("I hear nothing there.")
	if eval[bool](first, "document.querySelector('button[value=upheld]') !== null") {
		x.t.Error("who gave the mark may uphold it")
	}
	w := b.tab(x)
	w.signIn("lead", start(x.accounts["lead"].User))
	w.focus("nav a[href='/qa/disputes']")
	w.keys(kb.Enter)
	w.at("/qa/disputes")
	w.shot("disputes", "light")
	w.focus("button[value=withdrawn]")
	w.keys(kb.Enter)
	w.shows("No dispute waits for an answer.")
	typist := b.tab(x)
	typist.signIn("transcriptionist", "/work")
	typist.visit("/feedback")
	typist.shows("100 · passed")
	typist.shows("Dr lead: the mark is withdrawn and does not count.")
}

// Without a script the same is done by plain forms.
func TestAssessByForm(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.inQA("patient has fever take asprin", "patient has no fever take aspirin")
	path, version := "/assess/"+d.ID, fmt.Sprint(d.TextN)
	x.do("qa", "GET", path, nil).want(http.StatusOK).has("Please hear the dose.", "2 changes of yours", "/audio#t=", "Score 96 of 100")
	x.form("qa", path, url.Values{"version": {version}, "verdict": {"returned"}, "mark-1": {"omission"}}).want(http.StatusBadRequest).has("Say why")
	x.form("qa", path, url.Values{"version": {version}, "verdict": {"completed"}, "mark-9": {"omission"}}).want(http.StatusBadRequest).has("no change number 9")
	x.form("qa", path, url.Values{"version": {version}, "verdict": {"completed"}, "words-1": {"fever"}}).want(http.StatusBadRequest).has("what kind of error")
	x.form("qa", path, url.Values{"version": {"1"}, "verdict": {"completed"}}).want(http.StatusPreconditionFailed).has("changed meanwhile")
	x.form("transcriptionist", path, url.Values{"version": {version}, "verdict": {"completed"}}).want(http.StatusForbidden)
	x.form("qa", path, url.Values{
		"version": {version}, "verdict": {"returned"}, "reason": {"Hear it again."}, "comment": {"Mind the negations."},
		"mark-1": {"omission"}, "note-1": {"said clearly"}, "mark-2": {""}, "other-1": {"identity"}, "why-1": {"the visit"}, "at-1": {"0:02.5"},
	}).to("/work?said=returned")
	var out assessmentsView
	x.do("transcriptionist", "GET", "/api/v1/qa/feedback", nil).want(http.StatusOK, &out)
	if len(out.Assessments) != 1 {
		t.Fatalf("%+v", out)
	}
	a := out.Assessments[0]
	if a.Score != 94 || a.Passed || a.Critical != 2 || len(a.Findings) != 2 || a.Findings[0].Now != "no" || *a.Findings[0].AudioMS != 2000 || *a.Findings[1].AudioMS != 2500 {
		t.Errorf("%+v", a)
	}
	if got, err := x.Store.Dictation(t.Context(), d.ID); err != nil || got.Step != pipeline.Typing || got.Reason != "Hear it again." {
		t.Errorf("%s %q, %v", got.Position, got.Reason, err)
	}
	x.form("transcriptionist", "/feedback/"+a.ID+"/read", nil).to("/feedback?said=feedback-read")
	x.form("transcriptionist2", "/feedback/"+a.ID+"/read", nil).want(http.StatusForbidden)
	x.form("transcriptionist", "/feedback/"+a.ID+"/9/dispute", url.Values{"comment": {"x"}}).want(http.StatusNotFound)
}

func TestOwnTypingIsNotAssessed(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.account("both", pipeline.RoleTranscriptionist, pipeline.RoleQA)
	both := x.accounts["both"]
	d := x.drafted("author")
	ctx := t.Context()
	if _, err := x.Desk.Claim(ctx, both.User, both.actor(), d.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Desk.SendToQA(ctx, both.actor(), d.ID, d.TextN, "Check."); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Desk.Claim(ctx, both.User, both.actor(), d.ID); err != nil {
		t.Fatal(err)
	}
	x.do("both", "GET", "/assess/"+d.ID, nil).want(http.StatusOK).has("You typed this text yourself", "Complete without an assessment")
	x.do("both", "POST", "/api/v1/dictations/"+d.ID+"/assess", map[string]any{"verdict": "completed"}).wantProblem(http.StatusConflict, "typed this text yourself")
	x.form("both", "/assess/"+d.ID, url.Values{"version": {fmt.Sprint(d.TextN)}, "verdict": {"unassessed"}}).to("/work?said=assessed")
}

func TestRulesByForm(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.form("admin", "/qa/rules", url.Values{"rev": {"0"}, "name": {" "}, "one_in": {"1"}}).want(http.StatusBadRequest).has("Give the rule a name")
	x.form("admin", "/qa/rules", url.Values{"rev": {"0"}, "name": {"Some"}, "one_in": {"often"}}).want(http.StatusBadRequest).has("in figures")
	typist := x.accounts["transcriptionist"].ID
	x.form("admin", "/qa/rules", url.Values{"rev": {"0"}, "name": {"New typist"}, "typist": {typist}, "one_in": {"1"}}).to("/qa/rules?said=rule-added")
	x.form("admin", "/qa/rules", url.Values{"rev": {"0"}, "name": {"Late"}, "one_in": {"1"}}).want(http.StatusPreconditionFailed).has("Somebody else changed")
	x.form("admin", "/qa/rules", url.Values{"rev": {"1"}, "name": {"Sample"}, "one_in": {"20"}}).to("/qa/rules?said=rule-added")
	var rules qaRulesView
	x.do("admin", "GET", "/api/v1/qa/rules", nil).want(http.StatusOK, &rules)
	x.form("admin", "/qa/rules/up", url.Values{"rev": {"2"}, "rule": {rules.Rules[1].ID}}).to("/qa/rules?said=rules-changed")
	x.form("admin", "/qa/rules/remove", url.Values{"rev": {"3"}, "rule": {rules.Rules[0].ID}}).to("/qa/rules?said=rules-changed")
	x.do("admin", "GET", "/qa/rules", nil).want(http.StatusOK).has("1. Sample", "one in 20")
	x.do("admin", "PUT", "/api/v1/qa/rules", qaRulesView{Revision: 3}).wantProblem(http.StatusPreconditionFailed, "Somebody else")
	x.do("admin", "PUT", "/api/v1/qa/rules", qaRulesView{4, pipeline.QARules{{Name: "x", OneIn: 1, TypistID: x.accounts["author"].ID}}}).wantProblem(http.StatusBadRequest, "does not type")
	x.do("admin", "PUT", "/api/v1/qa/rules", qaRulesView{4, pipeline.QARules{{Name: "New typist", OneIn: 1, TypistID: typist}}}).want(http.StatusOK, &rules)
	if rules.Revision != 5 || rules.Rules[0].ID == "" {
		t.Errorf("%+v", rules)
	}
	if n := x.audited("admin", "qa.rules_changed", "", ""); n != 5 {
		t.Errorf("%d entries of the changes", n)
	}
	// A completed text takes the way that the rule says, and its answer tells.
	d := x.claimed("author")
	x.do("transcriptionist", "POST", "/api/v1/dictations/"+d.ID+"/complete", map[string]any{}).want(http.StatusOK).has(`"step":"qa"`, "New typist")
	x.do("transcriptionist", "GET", "/work", nil).want(http.StatusOK).has("Just sent on", d.JobNumber)
	x.form("transcriptionist", "/review/"+d.ID+"/undo", nil).to("/review/" + d.ID + "?said=undone")
	x.form("transcriptionist", "/review/"+d.ID+"/undo", nil).to("/work?said=not-undone")
}

func TestQAReportPages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	a := x.assessedText()
	for _, by := range []string{"transcriptionist", "author", "worktype", "month"} {
		x.do("qa", "GET", "/qa/report?by="+by, nil).want(http.StatusOK).has("Together", "97")
		var out qaReportView
		x.do("admin", "GET", "/api/v1/qa/report?by="+by, nil).want(http.StatusOK, &out)
		if len(out.Lines) != 1 || out.Lines[0].Assessed != 1 || out.Lines[0].Mean != 97 || out.Lines[0].Types["omission"] != 1 {
			t.Errorf("%s: %+v", by, out)
		}
		rows, err := csv.NewReader(strings.NewReader(string(x.do("qa", "GET", "/api/v1/qa/report.csv?by="+by, nil).want(http.StatusOK).body))).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][1] != "1" || rows[1][2] != "97.00" || len(rows[0]) != len(rows[1]) {
			t.Errorf("%s: %v, %v", by, rows, err)
		}
	}
	x.do("qa", "GET", "/qa/report?by=patient", nil).want(http.StatusBadRequest)
	x.do("qa", "GET", "/qa/report?from=2026-13-01", nil).want(http.StatusBadRequest)
	x.do("qa", "GET", "/qa/report?from=2026-02-01&to=2026-01-01", nil).want(http.StatusBadRequest)
	x.do("transcriptionist", "GET", "/api/v1/qa/disputes", nil).want(http.StatusForbidden)
	x.do("qa", "POST", "/api/v1/qa/assessments/"+a.ID+"/marks/1/answer", map[string]any{"answer": "upheld"}).wantProblem(http.StatusForbidden, "You gave this mark")
	var out assessmentView
	x.do("lead", "POST", "/api/v1/qa/assessments/"+a.ID+"/marks/1/answer", map[string]any{"answer": "upheld", "note": "It is there."}).want(http.StatusOK, &out)
	if out.Findings[0].Answer != pipeline.Upheld || out.Score != 97 {
		t.Errorf("%+v", out)
	}
	x.do("lead", "POST", "/api/v1/qa/assessments/"+a.ID+"/marks/1/answer", map[string]any{"answer": "withdrawn"}).wantProblem(http.StatusConflict, "No dispute")
}

// The clip of a mark is some seconds of the recording, for those whom it concerns,
// and hearing it is audited.
func TestMarkSound(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	a := x.assessedText()
	path := "/api/v1/qa/assessments/" + a.ID + "/marks/1/sound"
	x.do("transcriptionist", "GET", path, nil).want(http.StatusNotFound) // the made-up sound has no samples
	x.heldSound(pipeline.Dictation{ID: a.Dictation})
	clip := x.do("transcriptionist", "GET", path, nil).want(http.StatusOK)
	if n := len(samples(clip.body)); n == 0 || n > 4*audio.CanonicalRate {
		t.Errorf("%d samples", n)
	}
	x.do("qa", "GET", path, nil).want(http.StatusOK)
	x.do("transcriptionist2", "GET", path, nil).wantProblem(http.StatusForbidden, "not of your typing")
	x.do("admin", "GET", path, nil).wantProblem(http.StatusForbidden, "may not")
	x.do("transcriptionist", "GET", "/api/v1/qa/assessments/"+a.ID+"/marks/2/sound", nil).want(http.StatusNotFound)
	if n := x.audited("transcriptionist", string(pipeline.ReadSound), a.Dictation, ""); n != 2 {
		t.Errorf("%d entries of hearing", n)
	}
}

// TestVersionsPage goes from change to change by key, and does without a script.
func TestVersionsPage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.inQA("patient has fever ___ take asprin "+hostile, "patient has no fever ___ take aspirin "+hostile)
	x.heldSound(d)
	path := "/dictations/" + d.ID + "/versions"
	plain := x.do("qa", "GET", path, nil).want(http.StatusOK)
	plain.has("/audio#t=1.7", "2 Typed", "3 QA", "Speech recognition", "&lt;script&gt;")
	x.do("qa", "GET", path+"?from=1&to=3", nil).want(http.StatusOK).has("The whole way")
	x.do("qa", "GET", path+"?from=1&to=9", nil).want(http.StatusNotFound)
	x.do("transcriptionist", "GET", path, nil).want(http.StatusForbidden)

	w := newBrowser(t).tab(x)
	w.signIn("qa", "/work")
	w.visit(path)
	w.until("document.querySelectorAll('.diff').length === 2")
	w.keys(kb.F8)
	w.until("document.querySelector('.diff [aria-current]') !== null && !document.querySelector('#player audio').paused")
	first := eval[string](w, "document.activeElement.textContent")
	w.keys(kb.F8)
	w.until(fmt.Sprintf("document.querySelectorAll('.diff [aria-current]').length === 1 && document.activeElement.textContent !== %q", first))
	w.keys(kb.F8, chromedp.ModifierShift)
	w.until(fmt.Sprintf("document.activeElement.textContent === %q", first))
	w.keys(kb.Escape)
	w.until("document.querySelector('#player audio').paused")
	w.shot("versions", "light")
	w.shot("versions-dark", "dark")
	w.expect("404")
	if title := eval[string](w, "document.title"); title == "owned" {
		t.Error("text became script")
	}
	db, err := pgx.Connect(t.Context(), x.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	var n int
	if err := db.QueryRow(t.Context(), "select count(*) from versions where dictation_id = $1", d.ID).Scan(&n); err != nil || n != 3 {
		t.Errorf("%d versions, %v", n, err)
	}
}
