package pipeline_test

import (
	"testing"

	"dictation/pipeline"
)

func TestScoreText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		was, signed string
		want        pipeline.Score
	}{
		"nothing":            {"", "", pipeline.Score{}},
		"untouched":          {"No pain. Take 5 mg.", "No pain. Take 5 mg.", pipeline.Score{Words: 5, Criticals: 2}},
		"a plain word":       {"The pane is gone.", "The pain is gone.", pipeline.Score{Words: 4, Errors: 1}},
		"a dose":             {"Take 50 mg daily.", "Take 5 mg daily.", pipeline.Score{Words: 4, Errors: 1, Criticals: 2, CriticalErrors: 1}},
		"a lost negation":    {"There is pain.", "There is no pain.", pipeline.Score{Words: 4, Errors: 1, Criticals: 1, CriticalErrors: 1}},
		"an invented number": {"It hurts for 3 weeks now.", "It hurts now.", pipeline.Score{Words: 3, Errors: 3, CriticalErrors: 1}},
		"no draft":           {"", "The left knee.", pipeline.Score{Words: 3, Errors: 3, Criticals: 1, CriticalErrors: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := pipeline.ScoreText(c.was, c.signed); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestScoreRates(t *testing.T) {
	t.Parallel()
	s := pipeline.Score{Words: 100, Errors: 7, Criticals: 10, CriticalErrors: 1}
	s = s.Add(pipeline.Score{Words: 100, Errors: 3})
	if s.WordErrorRate() != 0.05 || s.CriticalErrorRate() != 0.1 || (pipeline.Score{}).WordErrorRate() != 0 {
		t.Errorf("rates %v and %v", s.WordErrorRate(), s.CriticalErrorRate())
	}
}
