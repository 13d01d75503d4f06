package transcribe

import (
	"strings"
	"testing"

	"dictation/transcript"
)

func TestProposals(t *testing.T) {
	t.Parallel()
	by := newProposals([]Proposal{
		{Heard: "hyper cabinet", Signed: "hypercapnic", Times: 5, Kept: 1}, {Heard: "end", Signed: "and", Times: 9},
	})
	text := "He was hyper cabinet. Hyper active, end-stage."
	var words []transcript.Word
	for i, token := range transcript.Tokens(text) {
		words = append(words, transcript.Word{Text: token.Text, StartMS: int64(i) * 100, EndMS: int64(i)*100 + 90})
	}
	var got []string
	for _, f := range by.in(text, words) {
		got = append(got, text[f.Offset:f.Offset+f.Length]+": "+f.Reason)
	}
	want := "hyper cabinet.: “hyper cabinet” was signed as “hypercapnic” 5 of 6 times.; end-stage.: “end” was signed as “and” 9 of 9 times."
	if strings.Join(got, "; ") != want {
		t.Errorf("proposed %q", got)
	}
	if none := newProposals(nil).in(text, words); none != nil {
		t.Errorf("proposed %v without anything learned", none)
	}
}
