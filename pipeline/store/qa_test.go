package store_test

import (
	"errors"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// completed has the typist send a text on and gives where it went.
func (b bench) completed(t *testing.T, id, text string) pipeline.Dictation {
	t.Helper()
	d, err := b.ClaimReview(t.Context(), b.typist, id, pipeline.Typing, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	n, err := b.SaveText(t.Context(), b.typist, id, d.TextN, text, time.Minute)
	if err == nil {
		d, err = b.CompleteReview(t.Context(), b.typist, id, pipeline.Completed, n, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (b bench) rules(t *testing.T, rules ...pipeline.QARule) {
	t.Helper()
	_, rev, err := b.QARules(t.Context())
	if err == nil {
		_, err = b.SetQARules(t.Context(), b.author, rev, rules, "test")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// found is an assessment with one critical mark.
func found(typed store.Typed) (pipeline.Assessment, error) {
	critical, err := pipeline.ParseMarkType("C1")
	a := pipeline.Assessment{
		Verdict: pipeline.SentOn, Comment: "Listen again.", Scale: pipeline.DefaultScale,
		Findings: []pipeline.Finding{{N: 1, Type: critical, Was: "5 mg", Now: "50 mg", AudioMS: 1200, Timed: true}},
	}
	a.Count()
	return a, err
}

func TestRulesSendToQA(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all := pipeline.QARule{ID: "r", Name: "Every letter", OneIn: 1}
	for name, c := range map[string]struct {
		rule pipeline.QARule
		text string
		step pipeline.Step
	}{
		"none":           {pipeline.QARule{ID: "r", Name: "n", OneIn: 0}, "x", pipeline.Signature},
		"all":            {all, "x", pipeline.QA},
		"typist":         {pipeline.QARule{ID: "r", Name: "n", TypistID: b.typist.ID, OneIn: 1}, "x", pipeline.QA},
		"other typist":   {pipeline.QARule{ID: "r", Name: "n", TypistID: b.other.ID, OneIn: 1}, "x", pipeline.Signature},
		"author":         {pipeline.QARule{ID: "r", Name: "n", AuthorID: b.author.ID, OneIn: 1}, "x", pipeline.QA},
		"worktype":       {pipeline.QARule{ID: "r", Name: "n", Worktype: pipeline.Letter, OneIn: 1}, "x", pipeline.Signature},
		"blanks":         {pipeline.QARule{ID: "r", Name: "n", HasBlanks: true, OneIn: 1}, "x ___", pipeline.QA},
		"blanks, filled": {pipeline.QARule{ID: "r", Name: "n", HasBlanks: true, OneIn: 1}, "x y", pipeline.Signature},
		"flags":          {pipeline.QARule{ID: "r", Name: "n", HasFlags: true, OneIn: 1}, "x", pipeline.Signature},
		"new":            {pipeline.QARule{ID: "r", Name: "n", NewBelow: 1, OneIn: 1}, "x", pipeline.QA},
	} {
		b.rules(t, c.rule)
		d := b.completed(t, b.drafted(t, pipeline.Routine).ID, c.text)
		if d.Step != c.step || d.State != pipeline.Pending || d.Step == pipeline.QA && d.Reason != c.rule.Name {
			t.Errorf("%s: %s %q", name, d.Position, d.Reason)
		}
	}
	b.whole(t)
}

func TestRulesAreSetOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	errs := race(5, func(i int) error {
		_, err := b.SetQARules(t.Context(), b.author, 0, pipeline.QARules{{ID: "r", Name: "n", OneIn: i}}, "test")
		if err != nil && pipeline.KindOf(err) != pipeline.Stale {
			t.Error(err)
		}
		return err
	})
	rules, rev, err := b.QARules(t.Context())
	if successes(errs) != 1 || rev != 1 || len(rules) != 1 || err != nil {
		t.Errorf("%v, revision %d, %v, %v", errs, rev, rules, err)
	}
	b.whole(t)
}

// Two QA editors at once: one holds it, one assessment stands.
func TestTwoEditors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.rules(t, pipeline.QARule{ID: "r", Name: "n", OneIn: 1})
	d := b.completed(t, b.drafted(t, pipeline.Routine).ID, "5 mg")
	editors := []store.Actor{b.other, b.author}
	errs := race(8, func(i int) error {
		by := editors[i%2]
		if _, err := b.ClaimReview(t.Context(), by, d.ID, pipeline.QA, time.Minute); err != nil {
			return err
		}
		_, _, err := b.Assess(t.Context(), by, d.ID, pipeline.Completed, d.TextN, "", found)
		return err
	})
	if successes(errs) != 1 {
		t.Errorf("assessed %d times: %v", successes(errs), errs)
	}
	list, err := b.TypistAssessments(t.Context(), b.typist.ID, store.Cursor{}, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	a := list[0]
	if a.Score != 97 || a.Pass || a.Typist != b.typist.ID || a.TypedN != 2 || len(a.Findings) != 1 || a.Findings[0].AudioMS != 1200 || a.JobNumber != d.JobNumber {
		t.Errorf("%+v", a)
	}
	b.whole(t)
}

// What the judge refuses, and what another saved meanwhile, leaves no trace.
func TestAssessmentAndMoveAreOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.rules(t, pipeline.QARule{ID: "r", Name: "n", OneIn: 1})
	d := b.completed(t, b.drafted(t, pipeline.Routine).ID, "5 mg")
	if _, err := b.ClaimReview(t.Context(), b.other, d.ID, pipeline.QA, time.Minute); err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	if _, _, err := b.Assess(t.Context(), b.other, d.ID, pipeline.Completed, d.TextN, "", func(store.Typed) (pipeline.Assessment, error) {
		return pipeline.Assessment{}, no
	}); !errors.Is(err, no) {
		t.Error(err)
	}
	n, err := b.SaveText(t.Context(), b.other, d.ID, d.TextN, "50 mg", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = b.Assess(t.Context(), b.other, d.ID, pipeline.Completed, d.TextN, "", found)
	wantKind(t, err, pipeline.Stale)
	_, _, err = b.Assess(t.Context(), b.typist, d.ID, pipeline.Completed, n, "", found)
	wantKind(t, err, pipeline.Locked)
	if list, err := b.TypistAssessments(t.Context(), b.typist.ID, store.Cursor{}, 10); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	d, a, err := b.Assess(t.Context(), b.other, d.ID, pipeline.Returned, n, "Listen again.", found)
	if err != nil || d.Step != pipeline.Typing || d.Reason != "Listen again." || a.EditedN != 3 {
		t.Errorf("%s %q %+v, %v", d.Position, d.Reason, a, err)
	}
	b.whole(t)
}

func TestQAReport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.rules(t, pipeline.QARule{ID: "r", Name: "n", OneIn: 1})
	for i := range 3 {
		d := b.completed(t, b.drafted(t, pipeline.Routine).ID, "5 mg")
		if _, err := b.ClaimReview(t.Context(), b.other, d.ID, pipeline.QA, time.Minute); err != nil {
			t.Fatal(err)
		}
		_, a, err := b.Assess(t.Context(), b.other, d.ID, pipeline.Completed, d.TextN, "", found)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			_, err = b.ChangeAssessment(t.Context(), b.other, a.ID, "qa.withdrawn", func(a *pipeline.Assessment) error {
				a.Findings[0].Answer = pipeline.Withdrawn
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	for by, group := range map[store.QABy]string{
		store.QAByTypist: b.typist.ID, store.QAByAuthor: b.author.ID, store.QAByWorktype: string(pipeline.ProgressNote), store.QAByMonth: "",
	} {
		lines, err := b.QAReport(t.Context(), by, "", from, to)
		if err != nil || len(lines) != 1 && by != store.QAByMonth {
			t.Fatalf("%s: %+v, %v", by, lines, err)
		}
		l := lines[0]
		if by != store.QAByMonth && (l.Group != group || l.Assessed != 3 || l.Mean != 98 || l.Passed != 1 || l.Marks.Critical != 2 || l.Types["terminology"] != 2) {
			t.Errorf("%s: %+v", by, l)
		}
	}
	if lines, err := b.QAReport(t.Context(), store.QAByTypist, b.other.ID, from, to); err != nil || len(lines) != 0 {
		t.Errorf("%+v, %v", lines, err)
	}
	_, err := b.QAReport(t.Context(), "typist; drop", "", from, to)
	wantKind(t, err, pipeline.Invalid)
	b.whole(t)
}

func TestUndo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.completed(t, b.drafted(t, pipeline.Routine).ID, "typed")
	_, err := b.UndoTyping(t.Context(), b.other, d.ID, time.Minute, time.Minute)
	wantKind(t, err, pipeline.Conflict)
	if list, err := b.Undoable(t.Context(), b.typist.ID, time.Minute); err != nil || len(list) != 1 || list[0].ID != d.ID {
		t.Errorf("%+v, %v", list, err)
	}
	_, err = b.UndoTyping(t.Context(), b.typist, d.ID, 0, time.Minute)
	wantKind(t, err, pipeline.Conflict)
	d, err = b.UndoTyping(t.Context(), b.typist, d.ID, time.Minute, time.Minute)
	if err != nil || d.Step != pipeline.Typing || d.State != pipeline.InProgress || d.HolderID != b.typist.ID {
		t.Fatalf("%s held by %q, %v", d.Position, d.HolderID, err)
	}
	if d, err = b.CompleteReview(t.Context(), b.typist, d.ID, pipeline.ToQA, d.TextN, "Please hear."); err != nil {
		t.Fatal(err)
	}
	if _, err := b.ClaimReview(t.Context(), b.other, d.ID, pipeline.QA, time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err = b.UndoTyping(t.Context(), b.typist, d.ID, time.Minute, time.Minute)
	wantKind(t, err, pipeline.Conflict)
	if _, err := b.CompleteReview(t.Context(), b.other, d.ID, pipeline.Completed, d.TextN, ""); err != nil {
		t.Fatal(err)
	}
	// It waits again, but somebody had it meanwhile.
	_, err = b.UndoTyping(t.Context(), b.typist, d.ID, time.Minute, time.Minute)
	wantKind(t, err, pipeline.Conflict)
	b.whole(t)
}

// Typist and QA editor reach for it at once: one has it.
func TestUndoOrTaken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.rules(t, pipeline.QARule{ID: "r", Name: "n", OneIn: 1})
	for range 5 {
		d := b.completed(t, b.drafted(t, pipeline.Routine).ID, "typed")
		errs := race(2, func(i int) (err error) {
			if i == 0 {
				_, err = b.UndoTyping(t.Context(), b.typist, d.ID, time.Minute, time.Minute)
			} else {
				_, err = b.ClaimReview(t.Context(), b.other, d.ID, pipeline.QA, time.Minute)
			}
			return err
		})
		if successes(errs) != 1 {
			t.Errorf("%v", errs)
		}
	}
	b.whole(t)
}

// Every query that a page of QA makes has an index.
func TestQAIndexes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, sql := range map[string]string{
		"qa_assessments_typist": "select from qa_assessments a where typist_id = gen_random_uuid() order by at desc, id desc limit 50",
		"qa_assessments_at":     "select from qa_assessments a where at >= now() - interval '1 day' and at < now()",
		"qa_findings_open":      "select assessment_id from qa_findings where dispute <> '' and answer = '' order by disputed_at limit 50",
		"qa_findings_pkey":      "select from qa_findings where assessment_id = gen_random_uuid() order by n",
		"dictations_typed":      "select from dictations where typed_by = gen_random_uuid() and typed_at > now() order by typed_at desc limit 10",
	} {
		if plan := b.plan(t, sql); !plan[name] {
			t.Errorf("%s uses %v, not %s", sql, plan, name)
		}
	}
}

// What the signer has changed is no longer the typist's to take back.
func TestUndoAfterTheSignersChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.completed(t, b.drafted(t, pipeline.Routine).ID, "typed")
	if _, err := b.Mend(t.Context(), b.other, d.ID, d.TextN, "mended", store.Places{}); err != nil {
		t.Fatal(err)
	}
	_, err := b.UndoTyping(t.Context(), b.typist, d.ID, time.Minute, time.Minute)
	wantKind(t, err, pipeline.Conflict)
	if list, err := b.Undoable(t.Context(), b.typist.ID, time.Minute); err != nil || len(list) != 0 {
		t.Errorf("%d can be taken back, %v", len(list), err)
	}
	b.whole(t)
}
