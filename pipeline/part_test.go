package pipeline_test

import (
	"testing"

	"dictation/pipeline"
)

func TestMustSplit(t *testing.T) {
	t.Parallel()
	part := pipeline.Part{Of: "tape", From: 0, To: 16000}
	for name, c := range map[string]struct {
		d    pipeline.Dictation
		want bool
	}{
		"ordinary":                  {pipeline.Dictation{Sound: pipeline.Sound{Parts: 3}}, false}, // long pauses alone
		"the sender says so":        {pipeline.Dictation{Several: true}, true},
		"somebody gave a signal":    {pipeline.Dictation{Sound: pipeline.Sound{Signals: 1}}, true},
		"a part that has a signal":  {pipeline.Dictation{Part: part, Sound: pipeline.Sound{Signals: 1}}, false},
		"a part of a part, as said": {pipeline.Dictation{Part: part, Several: true}, false},
	} {
		if got := c.d.MustSplit(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Only where there is sound that nobody works on can a recording be split, and
// what was split is at its end.
func TestSplitMoves(t *testing.T) {
	t.Parallel()
	from := 0
	asked := map[pipeline.Position]bool{}
	check := func(p pipeline.Position) {
		_, err := pipeline.Next(p, pipeline.Split)
		says := pipeline.Dictation{Position: p}.CheckSplit()
		if (err == nil) != (says == nil) || says != nil && pipeline.KindOf(says) != pipeline.Conflict {
			t.Errorf("%s: %v, %v", p, err, says)
		}
		asked[p] = true
	}
	pipeline.Moves(func(p pipeline.Position, on pipeline.Event, to pipeline.Position) {
		check(to)
		if on != pipeline.Split {
			if to.Parted() {
				t.Errorf("%s %s leads to %s", p, on, to)
			}
			return
		}
		from++
		if p.State == pipeline.InProgress || p.Stage == pipeline.Decode || !to.Parted() || !to.Terminal() {
			t.Errorf("%s is split to %s", p, to)
		}
	})
	if from != 5 || len(asked) < 20 {
		t.Errorf("split from %d of %d positions", from, len(asked))
	}
	if (pipeline.Position{Stage: pipeline.Deliver, State: pipeline.Finished}).Parted() {
		t.Error("what was delivered counts as split")
	}
}
