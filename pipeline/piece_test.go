package pipeline_test

import (
	"testing"

	"dictation/pipeline"
	"dictation/transcript"
)

// The beginning can be read up to the first piece that is not done.
func TestPieced(t *testing.T) {
	t.Parallel()
	word := func(text string) []transcript.Word { return []transcript.Word{{Text: text}} }
	engine, words := pipeline.Pieced([]pipeline.PieceResult{
		{Done: true, Engine: "a", Words: word("one")}, {Done: true, Engine: "b", Words: word("two")},
		{Engine: ""}, {Done: true, Engine: "a", Words: word("four")},
	})
	if engine != "a + b" || len(words) != 2 {
		t.Errorf("%s heard %v", engine, words)
	}
}
