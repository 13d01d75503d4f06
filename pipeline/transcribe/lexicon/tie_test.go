package lexicon_test

import (
	"slices"
	"strings"
	"testing"

	"dictation/pipeline/transcribe/lexicon"
)

func TestTiedWordsSoundAsTheirWords(t *testing.T) {
	t.Parallel()
	lx, err := lexicon.Open(lexicon.Config{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := lx.Pronounce(t.Context(), []string{"new_line", "new_", "_"})
	if err != nil {
		t.Fatal(err)
	}
	ways := found.Ways["new_line"]
	for _, want := range []lexicon.Phones{"N UW L AY N", "N UW SIL L AY N"} {
		if !slices.Contains(ways, want) {
			t.Errorf("%q lacks %q", ways, want)
		}
	}
	for i, p := range ways {
		if slices.Contains(ways[:i], p) {
			t.Errorf("%q is there twice", p)
		}
		if len(strings.Fields(string(p))) < 5 {
			t.Errorf("%q lacks a word", p)
		}
	}
	if !slices.Equal(found.Unknown, []string{"new_", "_"}) {
		t.Errorf("unknown: %q", found.Unknown)
	}
}
