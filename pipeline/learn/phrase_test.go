package learn

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPhrasesAreOneWord(t *testing.T) {
	t.Parallel()
	p := commandPhrases()
	for sentence, want := range map[string]string{
		"none period new paragraph plan":       "none period new_paragraph plan",
		"open paren left close paren":          "open_paren left close_paren",
		"it was scratch that she was":          "it was scratch_that she was",
		"a new line of new":                    "a new_line of new",
		"send a copy to doctor smith":          "send a copy to doctor smith",
		"next number gout":                     "next_number gout",
		"the paren paragraph scratch that new": "the paren paragraph scratch_that new",
	} {
		if got := strings.Join(p.join(strings.Fields(sentence)), " "); got != want {
			t.Errorf("%q: %q, want %q", sentence, got, want)
		}
	}
	if words := p.words(); !slices.Contains(words, "new_paragraph") || slices.Contains(words, "period") {
		t.Errorf("tied words are %q", words)
	}
}

// Tied words are those of the sentence, all of them.
func TestPhrasesKeepAllWords(t *testing.T) {
	t.Parallel()
	p := commandPhrases()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom(strings.Fields("new next paragraph line open close paren scratch that period a question mark number"))
		s := rapid.SliceOf(word).Draw(t, "sentence")
		if got := strings.ReplaceAll(strings.Join(p.join(s), " "), "_", " "); got != strings.Join(s, " ") {
			t.Fatalf("%q became %q", s, got)
		}
	})
}
