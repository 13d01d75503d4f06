package pocketsphinx

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestConfidence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		posterior []float64
		want      float64 // of the second, or the only one
	}{
		{[]float64{0.7}, 0.7},
		{[]float64{1, 1, 1}, 1},
		{[]float64{0.064, 1, 0.064}, 0.4},
		{[]float64{0, 1, 0}, 0},
		{[]float64{1, 0, 1}, 0},
		{[]float64{1, 0.125}, 0.25},
	} {
		if got := confidence(c.posterior, min(1, len(c.posterior)-1)); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: %v, want %v", c.posterior, got, c.want)
		}
	}
}

// Confidence stays between 0 and 1, and never falls when a posterior rises.
func TestConfidenceFollowsPosteriors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 6).Draw(t, "posteriors")
		i, k := rapid.IntRange(0, len(p)-1).Draw(t, "word"), rapid.IntRange(0, len(p)-1).Draw(t, "raised")
		before := confidence(p, i)
		p[k] = rapid.Float64Range(p[k], 1).Draw(t, "to")
		if after := confidence(p, i); before < 0 || after > 1 || after < before-1e-5 {
			t.Fatalf("%v: word %d had %v, then %v", p, i, before, after)
		}
	})
}

func TestTiedWordsAreApart(t *testing.T) {
	t.Parallel()
	heard, err := parse(strings.NewReader("rest\n<s> 0.0 0.1 1\nrest 0.10 0.49 0.9\nnew_paragraph(2) 0.50 1.69 0.8\n</s> 1.7 1.8 1\n"), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	words := heard.Words()
	if len(words) != 3 {
		t.Fatalf("%d words, want 3: %v", len(words), words)
	}
	for i, want := range []struct {
		text       string
		start, end int64
	}{{"rest", 100, 500}, {"new", 500, 800}, {"paragraph", 800, 1700}} {
		if w := words[i]; w.Text != want.text || w.StartMS != want.start || w.EndMS != want.end || w.Confidence == nil {
			t.Errorf("word %d is %+v, want %v", i, w, want)
		}
	}
}
