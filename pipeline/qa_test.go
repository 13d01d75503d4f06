package pipeline_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"dictation/pipeline"
	"dictation/transcript"
)

func TestScore(t *testing.T) {
	t.Parallel()
	gentle := pipeline.Scale{Critical: 1, Noncritical: 0.25, Feedback: 0.1, Pass: 98.5}
	for _, c := range []struct {
		scale pipeline.Scale
		marks pipeline.Marks
		score float64
		pass  bool
	}{
		{pipeline.DefaultScale, pipeline.Marks{}, 100, true},
		{pipeline.DefaultScale, pipeline.Marks{Feedback: 9}, 100, true},
		{pipeline.DefaultScale, pipeline.Marks{Noncritical: 2}, 98, true},
		{pipeline.DefaultScale, pipeline.Marks{Noncritical: 3}, 97, false},
		{pipeline.DefaultScale, pipeline.Marks{Critical: 1}, 97, false},
		{pipeline.DefaultScale, pipeline.Marks{Critical: 30, Noncritical: 20}, -10, false},
		{gentle, pipeline.Marks{Critical: 1}, 99, true},
		{gentle, pipeline.Marks{Critical: 1, Noncritical: 2, Feedback: 5}, 98, false},
		{pipeline.Scale{Critical: 1, Pass: 98, CriticalFails: true}, pipeline.Marks{Critical: 1}, 99, false},
	} {
		if score, pass := c.scale.Score(c.marks); score != c.score || pass != c.pass {
			t.Errorf("%+v by %+v: %v, %v; want %v, %v", c.marks, c.scale, score, pass, c.score, c.pass)
		}
	}
}

func TestMarkTypes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range pipeline.MarkTypes {
		for _, by := range []string{m.Key, m.Code} {
			if got, err := pipeline.ParseMarkType(by); err != nil || got != m || seen[by] {
				t.Errorf("%q: %+v, %v", by, got, err)
			}
			seen[by] = true
		}
	}
	if _, err := pipeline.ParseMarkType(""); pipeline.KindOf(err) != pipeline.Invalid {
		t.Error(err)
	}
}

func TestWithdrawnMarksDoNotCount(t *testing.T) {
	t.Parallel()
	critical, _ := pipeline.ParseMarkType("C1")
	a := pipeline.Assessment{Scale: pipeline.DefaultScale, Findings: []pipeline.Finding{{Type: critical}}}
	if a.Count(); a.Score != 97 || a.Pass {
		t.Errorf("%+v", a)
	}
	a.Findings[0].Answer = pipeline.Withdrawn
	if a.Count(); a.Score != 100 || !a.Pass {
		t.Errorf("%+v", a)
	}
}

// The first rule that fits decides, also where it says no.
func TestRules(t *testing.T) {
	t.Parallel()
	rules := pipeline.QARules{
		{ID: "1", Name: "trusted", TypistID: "old hand", AuthorID: "clear"},
		{ID: "2", Name: "new", NewBelow: 3, OneIn: 1},
		{ID: "3", Name: "operations", Worktype: pipeline.OperativeReport, OneIn: 1},
		{ID: "4", Name: "blanks", HasBlanks: true, OneIn: 1},
		{ID: "5", Name: "flags", HasFlags: true, OneIn: 1},
	}
	for name, c := range map[string]struct {
		about pipeline.QACase
		rule  string
		toQA  bool
	}{
		"exempt before all":  {pipeline.QACase{TypistID: "old hand", AuthorID: "clear", Blanks: 1}, "trusted", false},
		"half of conditions": {pipeline.QACase{TypistID: "old hand", AuthorID: "x", Blanks: 1, Assessed: 9}, "blanks", true},
		"new":                {pipeline.QACase{TypistID: "n", Assessed: 2}, "new", true},
		"no longer new":      {pipeline.QACase{TypistID: "n", Assessed: 3}, "", false},
		"worktype":           {pipeline.QACase{Worktype: pipeline.OperativeReport, Assessed: 9}, "operations", true},
		"flags":              {pipeline.QACase{Flags: 2, Assessed: 9}, "flags", true},
	} {
		rule, toQA, ok := rules.Decide(c.about)
		if rule.Name != c.rule || toQA != c.toQA || ok != (c.rule != "") {
			t.Errorf("%s: %q, %v, %v", name, rule.Name, toQA, ok)
		}
	}
}

// A dictation's place in a sample never changes, nested nowhere, and the samples
// of a rule come near to what it asks for.
func TestSamples(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := pipeline.QARule{ID: rapid.String().Draw(t, "rule"), OneIn: rapid.IntRange(0, 50).Draw(t, "one in")}
		n, hit := 4000, 0
		seed := rapid.Uint64().Draw(t, "seed")
		for i := range n {
			id := fmt.Sprint(seed, "-", i)
			first := r.Samples(id)
			if first != r.Samples(id) {
				t.Fatalf("%s changed its mind", id)
			}
			if first {
				hit++
			}
		}
		want := 0.0
		if r.OneIn > 0 {
			want = float64(n) / float64(r.OneIn)
		}
		// Seven standard deviations of a fair draw.
		if d := float64(hit) - want; d*d > 49*(want+1) {
			t.Fatalf("1 in %d took %d of %d", r.OneIn, hit, n)
		}
	})
}

// No rule that fits later overrules one that fits before it.
func TestFirstRuleWins(t *testing.T) {
	t.Parallel()
	rule := rapid.Custom(func(t *rapid.T) pipeline.QARule {
		return pipeline.QARule{
			ID: rapid.StringMatching("[a-z]{8}").Draw(t, "id"), Name: "r",
			AuthorID: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "author"), TypistID: rapid.SampledFrom([]string{"", "t", "u"}).Draw(t, "typist"),
			Worktype: rapid.SampledFrom([]pipeline.Worktype{"", pipeline.Letter}).Draw(t, "worktype"),
			NewBelow: rapid.IntRange(0, 3).Draw(t, "new"), HasBlanks: rapid.Bool().Draw(t, "blanks"), HasFlags: rapid.Bool().Draw(t, "flags"),
			OneIn: rapid.IntRange(0, 3).Draw(t, "one in"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		rules := pipeline.QARules(rapid.SliceOfN(rule, 0, 8).Draw(t, "rules"))
		c := pipeline.QACase{
			Dictation: rapid.StringMatching("[0-9a-f]{12}").Draw(t, "dictation"),
			AuthorID:  rapid.SampledFrom([]string{"a", "b"}).Draw(t, "author"), TypistID: rapid.SampledFrom([]string{"t", "u"}).Draw(t, "typist"),
			Worktype: rapid.SampledFrom([]pipeline.Worktype{pipeline.Letter, pipeline.ProgressNote}).Draw(t, "worktype"),
			Assessed: rapid.IntRange(0, 4).Draw(t, "assessed"), Blanks: rapid.IntRange(0, 1).Draw(t, "blanks"), Flags: rapid.IntRange(0, 1).Draw(t, "flags"),
		}
		got, toQA, ok := rules.Decide(c)
		for _, r := range rules {
			if !r.Fits(c) {
				continue
			}
			if !ok || got != r || toQA != r.Samples(c.Dictation) {
				t.Fatalf("decided by %+v (%v), first that fits is %+v", got, ok, r)
			}
			return
		}
		if ok || toQA {
			t.Fatalf("decided by %+v though none fits", got)
		}
	})
}

func TestProposals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ was, now, want string }{
		{"5 mg ", "50 mg ", "C1"},
		{"", "no ", "C2"},
		{"left ", "right ", "C1"},
		{"pneumonia ", "pnuemonia ", "N1"},
		{"he walked ", "the man went ", "N2"},
		{"today", "today,", "F2"},
		{"the ", "The ", "F2"},
		{"___ ", "aspirin ", ""},
	} {
		got, ok := pipeline.ProposeMark(pipeline.Change{Was: c.was, Now: c.now})
		if got.Code != c.want || ok != (c.want != "") {
			t.Errorf("%q to %q: %q, want %q", c.was, c.now, got.Code, c.want)
		}
	}
}

// What Compare gives is both texts, whole.
func TestCompareIsBothTexts(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`([a-d]{1,2}[ .,\n]){0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		said := text.Draw(t, "said")
		was, now := text.Draw(t, "was"), text.Draw(t, "now")
		draft := transcript.Draft{Text: said}
		for i, tok := range transcript.Tokens(said) {
			draft.Words = append(draft.Words, transcript.Word{Text: tok.Text, StartMS: int64(i) * 100, EndMS: int64(i)*100 + 90})
		}
		a, b := "", ""
		for _, c := range pipeline.Compare(draft, was, now) {
			a += c.Kept + c.Was
			b += c.Kept + c.Now
			if c.Changed() && len(draft.Words) > 0 && (!c.Timed || c.AudioMS < 0) {
				t.Fatalf("no place in the sound: %+v", c)
			}
		}
		if a != was || b != now {
			t.Fatalf("%q and %q came out as %q and %q", was, now, a, b)
		}
	})
}
