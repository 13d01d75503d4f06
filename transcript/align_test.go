package transcript

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// timed gives each word of the text 100 ms and a pause of 20 ms after it.
func timed(text string) []Word {
	conf := 0.5
	var ws []Word
	for i, t := range Tokens(text) {
		start := int64(i) * 120
		ws = append(ws, Word{Text: t.Text, StartMS: start, EndMS: start + 100, Confidence: &conf})
	}
	return ws
}

func TestRetime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, new, want string }{
		"same":            {"a b", "a b", "a@0-100 b@120-220"},
		"case and marks":  {"the patient period", "The patient.", "The@0-100 patient.@120-220"},
		"replaced":        {"a b c", "a x c", "a@0-100 x@120-220~ c@240-340"},
		"two for two":     {"a b c d", "a x yyy d", "a@0-100 x@120-220~ yyy@240-340~ d@360-460"},
		"two for one":     {"a b c", "a x yyy c", "a@0-100 x@120-145~ yyy@145-220~ c@240-340"},
		"one for two":     {"a b c d", "a x d", "a@0-100 x@120-340~ d@360-460"},
		"inserted":        {"a b", "a x b", "a@0-100 x@100-120~ b@120-220"},
		"at the start":    {"a", "x a", "x@0-0~ a@0-100"},
		"at the end":      {"a", "a x", "a@0-100 x@100-100~"},
		"from nothing":    {"", "a b", "a@0-0~ b@0-0~"},
		"to nothing":      {"a b", "", ""},
		"number is value": {"2 5", "25", "25@0-220~"},
		"percent counts":  {"5", "5%", "5%@0-100~"},
	} {
		var got []string
		for _, w := range Retime(timed(tc.old), tc.new) {
			s := fmt.Sprintf("%s@%d-%d", w.Text, w.StartMS, w.EndMS)
			if w.Estimated {
				s += "~"
			}
			if w.Estimated == (w.Confidence != nil) {
				t.Errorf("%s: %q: confidence %v with estimated %v", name, w.Text, w.Confidence, w.Estimated)
			}
			got = append(got, s)
		}
		if g := strings.Join(got, " "); g != tc.want {
			t.Errorf("%s: got %q, want %q", name, g, tc.want)
		}
	}
}

func TestRetimeKeepsEveryTokenAndOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		old, text := timed(anyText().Draw(t, "old")), anyText().Draw(t, "new")
		got := Retime(old, text)
		tokens := Tokens(text)
		if len(got) != len(tokens) {
			t.Fatalf("%d words for %d tokens", len(got), len(tokens))
		}
		var last, end int64
		if len(old) > 0 {
			end = old[len(old)-1].EndMS
		}
		for i, w := range got {
			if w.Text != tokens[i].Text || w.StartMS < last || w.EndMS < w.StartMS || w.EndMS > end {
				t.Fatalf("word %d: %+v after %d, token %q, sound until %d", i, w, last, tokens[i].Text, end)
			}
			last = w.StartMS
		}
		if again := Retime(got, text); !slices.Equal(again, got) {
			t.Fatalf("a second alignment moved words: %v, then %v", got, again)
		}
	})
}

// A day's dictation with edits all over it: every untouched word keeps its time.
func TestRetimeOfALongText(t *testing.T) {
	t.Parallel()
	old, edited, touched := longEdit(10_000, 300)
	got := Retime(old, edited)
	kept := 0
	for i, w := range got {
		if !touched[i] {
			if w.Estimated || w.StartMS != old[i].StartMS {
				t.Fatalf("word %d %q was not edited and moved from %d to %d", i, w.Text, old[i].StartMS, w.StartMS)
			}
			kept++
		}
	}
	if want := len(old) - len(touched); kept != want {
		t.Errorf("%d words kept their time, want %d", kept, want)
	}
}

// longEdit makes n timed words and a text in which some are replaced.
func longEdit(n, edits int) (old []Word, edited string, touched map[int]bool) {
	rnd := rand.New(rand.NewPCG(1, 2))
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("w%d", rnd.IntN(n/10))
	}
	old = timed(strings.Join(words, " "))
	touched = map[int]bool{}
	for range edits {
		i := rnd.IntN(n)
		words[i], touched[i] = "typed", true
	}
	return old, strings.Join(words, " "), touched
}

func BenchmarkRetime10k(b *testing.B) {
	for name, edits := range map[string]int{"few": 10, "many": 1000, "all": 1 << 20} {
		old, edited, _ := longEdit(10_000, edits)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Retime(old, edited)
			}
		})
	}
}
