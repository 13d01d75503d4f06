package transcribe

import (
	"slices"
	"strings"
	"testing"

	"dictation/pipeline"
	"dictation/transcript"
	"dictation/transcript/check"
)

// A "no" that only the second hearing has is shown, and the text is that of the
// first.
func TestSecondHearingIsCompared(t *testing.T) {
	t.Parallel()
	spoken := func(text string) (words []transcript.Word) {
		sure := 0.99
		for i, w := range strings.Fields(text) {
			words = append(words, transcript.Word{Text: w, StartMS: int64(300 * i), EndMS: int64(300*i + 290), Confidence: &sure})
		}
		return words
	}
	h := New(nil, nobody{}, Options{})
	first := spoken("there was chest pain and the patient was sent home period")
	alone := h.result(pipeline.Job{}, About{}, nil, "e", Transcript{Utterances: []Utterance{{Words: first}}})
	both := h.result(pipeline.Job{}, About{}, nil, "e", Transcript{Utterances: []Utterance{{Words: first}}, Second: spoken("there was no chest pain and the patient was sent home period")})
	lost := func(r pipeline.Result) bool {
		return slices.ContainsFunc(r.Flags, func(f check.Flag) bool { return f.Kind == check.Negation && f.Severity == check.Critical })
	}
	if lost(alone) || !lost(both) {
		t.Errorf("critical for a negation: %v alone, %v with a second hearing", lost(alone), lost(both))
	}
	if alone.Draft.Text != both.Draft.Text {
		t.Errorf("the second hearing changed the text to %q", both.Draft.Text)
	}
}

// nobody is an engine that is never asked.
type nobody struct{ Engine }

func (nobody) Describe() Description { return Description{Name: "nobody", Words: true} }
