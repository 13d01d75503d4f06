package check_test

import (
	"strings"
	"testing"

	"dictation/transcript"
	"dictation/transcript/check"
)

// longNote is a note of at least so many words, with everything known of it.
func longNote(words int) check.Input {
	n := makeNote(5, "")
	for seed := uint64(6); len(strings.Fields(n.text)) < words; seed++ {
		more := makeNote(seed, "")
		n.text += "\n\n" + more.text
		n.truth, n.pieces = n.text, append(n.pieces, more.pieces...)
	}
	n.in.Text = n.text
	n.perform(5, "", withSecond)
	return n.in
}

func BenchmarkDraft(b *testing.B) {
	in := longNote(1000)
	b.Logf("%d words", len(transcript.Tokens(in.Text)))
	for b.Loop() {
		check.Draft(in)
	}
}

func BenchmarkDraftAlone(b *testing.B) {
	in := longNote(1000)
	in.Second = ""
	for b.Loop() {
		check.Draft(in)
	}
}
