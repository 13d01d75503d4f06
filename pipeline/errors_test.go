package pipeline_test

import (
	"errors"
	"fmt"
	"testing"

	"dictation/pipeline"
)

// TestSentenceIn: the outermost sentence is said, with its values, and one that was
// only handed on is said as it was at first.
func TestSentenceIn(t *testing.T) {
	t.Parallel()
	german := map[string]string{"There is no room %d.": "Es gibt keinen Raum %d.", "Go %s.": "Gehen Sie %s.", "100 % full.": "100 % voll."}
	say := func(sentence string, values ...any) string {
		if other, ok := german[sentence]; ok {
			sentence = other
		}
		if len(values) == 0 {
			return sentence
		}
		return fmt.Sprintf(sentence, values...)
	}
	cause := errors.New("cause")
	room := pipeline.Errorf(pipeline.NotFound, "There is no room %d.", 7)
	for name, c := range map[string]struct {
		err             error
		english, spoken string
	}{
		"plain":          {room, "There is no room 7.", "Es gibt keinen Raum 7."},
		"under":          {fmt.Errorf("open: %w", room), "There is no room 7.", "Es gibt keinen Raum 7."},
		"wrapped":        {pipeline.Wrap(pipeline.Conflict, room, "Go %s.", "home"), "Go home.", "Gehen Sie home."},
		"handed on":      {pipeline.Wrap(pipeline.Invalid, room, "%s", pipeline.Sentence(room)), "There is no room 7.", "Es gibt keinen Raum 7."},
		"no catalogue":   {pipeline.Wrap(pipeline.Invalid, cause, "%s", "As it was said."), "As it was said.", "As it was said."},
		"a sign":         {pipeline.Errorf(pipeline.Invalid, "100 %% full."), "100 % full.", "100 % voll."},
		"no sentence":    {&pipeline.Error{Kind: pipeline.NotFound, Err: room}, "There is no room 7.", "Es gibt keinen Raum 7."},
		"made elsewhere": {&pipeline.Error{Kind: pipeline.Invalid, Message: "50% of it."}, "50% of it.", "50% of it."},
	} {
		if got := pipeline.Sentence(c.err); got != c.english {
			t.Errorf("%s: %q, want %q", name, got, c.english)
		}
		if got := pipeline.SentenceIn(c.err, say); got != c.spoken {
			t.Errorf("%s: %q, want %q", name, got, c.spoken)
		}
	}
}
