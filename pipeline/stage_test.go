package pipeline_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"dictation/pipeline"
)

var events = []pipeline.Event{
	pipeline.Received, pipeline.Claimed, pipeline.Released, pipeline.Suspend, pipeline.Completed, pipeline.ToQA,
	pipeline.Returned, pipeline.Signed, pipeline.FailedEv, pipeline.Retried, pipeline.ByHand, pipeline.Hold, pipeline.Unhold,
	pipeline.Split, pipeline.Undone, pipeline.FirstSign, pipeline.Written,
}

// Whatever happens, a dictation is somewhere that is named, is signed at most
// once, never leaves delivery again, and can always still reach its end.
func TestAnyHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at, signed := pipeline.Position{}, 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			on := rapid.SampledFrom(events).Draw(t, "event")
			to, err := pipeline.Next(at, on)
			if err != nil {
				if pipeline.KindOf(err) != pipeline.Conflict {
					t.Fatalf("refused as %s", pipeline.KindOf(err))
				}
				continue
			}
			if at.Terminal() {
				t.Fatalf("%s leads on to %s", at, to)
			}
			if at.Stage == pipeline.Deliver && to.Stage != pipeline.Deliver {
				t.Fatalf("%s goes back to %s: signed text never changes", at, to)
			}
			if on == pipeline.Signed {
				signed++
			}
			at = to
		}
		if signed > 1 {
			t.Fatalf("signed %d times", signed)
		}
		if at != (pipeline.Position{}) && !reaches(at, map[pipeline.Position]bool{}) {
			t.Fatalf("%s leads nowhere", at)
		}
	})
}

// reaches reports whether finished can be reached.
func reaches(at pipeline.Position, seen map[pipeline.Position]bool) bool {
	if at.Terminal() {
		return true
	}
	if seen[at] {
		return false
	}
	seen[at] = true
	for _, on := range events {
		if to, err := pipeline.Next(at, on); err == nil && reaches(to, seen) {
			return true
		}
	}
	return false
}

func TestMovesAreDistinct(t *testing.T) {
	t.Parallel()
	type key struct {
		from pipeline.Position
		on   pipeline.Event
	}
	seen := map[key]pipeline.Position{}
	pipeline.Moves(func(from pipeline.Position, on pipeline.Event, to pipeline.Position) {
		if other, ok := seen[key{from, on}]; ok {
			t.Errorf("%s on %s leads to %s and to %s", from, on, other, to)
		}
		seen[key{from, on}] = to
	})
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at     pipeline.Position
		blanks bool
		want   string
	}{
		{pipeline.Position{Stage: pipeline.Decode, State: pipeline.Pending}, false, "DI"},
		{pipeline.Position{Stage: pipeline.Review, Step: pipeline.Typing, State: pipeline.InProgress}, true, "IP"},
		{pipeline.Position{Stage: pipeline.Review, Step: pipeline.Typing, State: pipeline.Held}, false, "IN"},
		{pipeline.Position{Stage: pipeline.Review, Step: pipeline.Signature, State: pipeline.Pending}, false, "DO"},
		{pipeline.Position{Stage: pipeline.Review, Step: pipeline.Signature, State: pipeline.Pending}, true, "IN"},
		{pipeline.Position{Stage: pipeline.Review, Step: pipeline.Cosignature, State: pipeline.Pending}, false, "PA"},
		{pipeline.Position{Stage: pipeline.Review, Step: pipeline.Cosignature, State: pipeline.Held}, false, "IN"},
		{pipeline.Position{Stage: pipeline.Deliver, State: pipeline.Finished}, false, "AU"},
		{pipeline.Position{Stage: pipeline.Review, Step: pipeline.Typing, State: pipeline.Finished}, false, "DI"},
	} {
		if got := c.at.Completion(c.blanks); got != c.want {
			t.Errorf("%s, blanks %v: %s, want %s", c.at, c.blanks, got, c.want)
		}
	}
}

func TestErrorsKeepKindAndSentence(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk on fire")
	err := pipeline.Wrap(pipeline.Unavailable, cause, "Please try again.")
	outer := errors.Join(errors.New("outer"), err)
	if k := pipeline.KindOf(outer); k != pipeline.Unavailable {
		t.Errorf("kind %s", k)
	}
	if s := pipeline.Sentence(outer); s != "Please try again." {
		t.Errorf("sentence %q", s)
	}
	if !errors.Is(outer, cause) {
		t.Error("the cause is lost")
	}
	if s := pipeline.Sentence(cause); s == "" || s == cause.Error() {
		t.Errorf("a person is shown %q", s)
	}
	if pipeline.Wrap(pipeline.Internal, nil, "x") != nil {
		t.Error("wrapping nothing made an error")
	}
}
