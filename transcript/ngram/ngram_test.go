package ngram_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dictation/transcript/ngram"
)

// sentences makes a text of a small made-up language.
func sentences(seed uint64, n int) [][]string {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(of ...string) string { return of[min(r.IntN(len(of)), r.IntN(len(of)))] }
	var text [][]string
	for range n {
		s := []string{pick("the", "a", "this"), pick("patient", "chart", "lung", "knee", "scar")}
		s = append(s, pick("is", "was", "remains"), pick("clear", "stable", "tender", "clean", "dry", "intact"))
		for r.IntN(3) == 0 {
			s = append(s, "and", pick("clear", "stable", "tender", "clean", "dry", "intact"))
		}
		if r.IntN(40) == 0 {
			s = append(s, "word"+strconv.Itoa(r.IntN(1000)))
		}
		text = append(text, append(s, "period"))
	}
	return text
}

func estimate(t testing.TB, text [][]string, o ngram.Options) *ngram.Model {
	t.Helper()
	c := ngram.NewCounter()
	for _, s := range text {
		c.Add(s)
	}
	m, err := c.Estimate(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sum adds the probabilities of everything that can follow a history.
func sum(m *ngram.Model, history ...string) float64 {
	p := m.Probability(history, ngram.End) + m.Probability(history, ngram.Unknown)
	for _, w := range m.Vocabulary() {
		p += m.Probability(history, w)
	}
	return p
}

func TestProbabilitiesSumToOne(t *testing.T) {
	t.Parallel()
	a := estimate(t, sentences(1, 3000), ngram.Options{})
	b := estimate(t, sentences(2, 400), ngram.Options{MinWord: 2, Vocabulary: []string{"hypomastia"}})
	mixed, err := ngram.Mix(a, b, 0.3)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*ngram.Model{
		"all":     a,
		"cut":     b,
		"pruned":  estimate(t, sentences(1, 3000), ngram.Options{MinWord: 2, MinTrigram: 2}),
		"tiny":    estimate(t, [][]string{{"stat"}}, ngram.Options{}),
		"regular": estimate(t, [][]string{{"a", "b"}, {"a", "b"}, {"a", "b"}}, ngram.Options{}),
		"mixed":   mixed,
	} {
		histories := [][]string{nil, {ngram.Begin}, {"the"}, {"never", "said"}, {ngram.Begin, "the"}, {"period", "period"}}
		words := m.Vocabulary()
		for i := range 200 {
			histories = append(histories, []string{words[i*7%len(words)], words[i*13%len(words)]})
		}
		for _, h := range histories {
			if got := sum(m, h...); math.Abs(got-1) > 1e-9 {
				t.Errorf("%s: after %q the probabilities sum to %v", name, h, got)
			}
		}
	}
}

// By hand. Text: "a b", "a b", "a c". The counts of counts are too few for
// modified discounts, so each count loses a half.
//
// Unigrams count the words before: a 1 (<s>), b 1, c 1, </s> 2 (b, c): in all 5.
// Freed: 4 halves of 5, shared by 5 words that can be foreseen (a, b, c, </s>,
// <UNK>): 2/5/5 = 0.08 each. p(b) = 0.5/5 + 0.08 = 0.18.
// Bigrams after a: "a b" follows one word (<s>), "a c" one: 2 in all, freed 1.
// p(b|a) = 0.5/2 + 1/2 × 0.18 = 0.34.
// Trigrams after <s> a: b 2, c 1: 3 in all, freed 1.
// p(b|<s> a) = 1.5/3 + 1/3 × 0.34 = 0.61333.
func TestByHand(t *testing.T) {
	t.Parallel()
	m := estimate(t, [][]string{{"a", "b"}, {"a", "b"}, {"a", "c"}}, ngram.Options{})
	for _, c := range []struct {
		history string
		word    string
		want    float64
	}{
		{"", "b", 0.18},
		{"", ngram.Unknown, 0.08},
		{"a", "b", 0.34},
		{"<s> a", "b", 0.5 + 0.34/3},
		{"x a", "b", 0.34},           // backs off without a loss
		{"a", "a", 0.5 * 0.18},       // freed half, times p(a)
		{"<s> a", "a", 0.09 / 3},     // freed third, times that
		{"b a", ngram.Unknown, 0.04}, // half of 0.08
	} {
		if got := m.Probability(strings.Fields(c.history), c.word); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("p(%s | %s) = %v, want %v", c.word, c.history, got, c.want)
		}
	}
}

// With enough text the discounts are those of Chen and Goodman's equation 17.
// Every bigram here begins a sentence, so its count is its own:
// 8 occur once, 4 twice, 2 three times, 1 four times: Y = 8/(8+2×4) = 0.5,
// D1 = 1 - 2Y×4/8 = 0.5, D2 = 2 - 3Y×2/4 = 1.25, D3 = 3 - 4Y×1/2 = 2.
func TestModifiedDiscounts(t *testing.T) {
	t.Parallel()
	var text [][]string
	for times, words := range map[int]int{1: 8, 2: 4, 3: 2, 4: 1} {
		for i := range words {
			for range times {
				text = append(text, []string{fmt.Sprintf("w%d.%d", times, i)})
			}
		}
	}
	// After every word comes </s>: 15 more bigrams, each following one word.
	// Bigrams of count one are thus 8+15 = 23: Y = 23/31.
	y := 23.0 / 31
	d := []float64{1 - 2*y*4/23, 2 - 3*y*2/4, 3 - 4*y*1/2}
	freed := (8*d[0] + 4*d[1] + 3*d[2]) / 26
	m := estimate(t, text, ngram.Options{})
	for times, word := range map[int]string{1: "w1.0", 2: "w2.0", 3: "w3.0", 4: "w4.0"} {
		want := (float64(times)-d[min(times, 3)-1])/26 + freed*m.Probability(nil, word)
		if got := m.Probability([]string{ngram.Begin}, word); math.Abs(got-want) > 1e-12 {
			t.Errorf("a word that begins %d sentences: %v, want %v", times, got, want)
		}
	}
}

func TestHeldOutText(t *testing.T) {
	t.Parallel()
	held := slices.Values(sentences(9, 500))
	small, large := estimate(t, sentences(1, 50), ngram.Options{}), estimate(t, sentences(2, 5000), ngram.Options{MinWord: 2})
	few, many := small.Fit(held), large.Fit(held)
	if few.Perplexity() <= many.Perplexity() {
		t.Errorf("more text foresees worse: %.2f and %.2f", few.Perplexity(), many.Perplexity())
	}
	if many.Perplexity() > 8 || many.Perplexity() < 2 {
		t.Errorf("perplexity %.2f for a text of little choice", many.Perplexity())
	}
	if many.Unknown == 0 || many.Words <= many.Unknown {
		t.Errorf("%d of %d words unknown", many.Unknown, many.Words)
	}
}

func TestMixIsBetweenItsParts(t *testing.T) {
	t.Parallel()
	a := estimate(t, sentences(1, 2000), ngram.Options{})
	b := estimate(t, [][]string{{"the", "fracture", "is", "displaced", "period"}, {"no", "fracture", "period"}}, ngram.Options{})
	text := slices.Values(append(sentences(3, 200), []string{"no", "fracture", "period"}))
	weight := ngram.Weight(a, b, text)
	if weight < 0.8 || weight > 0.999 {
		t.Errorf("a text almost all like the first wants %.3f of it", weight)
	}
	m, err := ngram.Mix(a, b, weight)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Has("fracture") || !m.Has("knee") {
		t.Error("the mixture lacks words of one of its parts")
	}
	want := weight*a.Probability([]string{"the"}, "knee") + (1-weight)*b.Probability([]string{"the"}, ngram.Unknown)*0
	if got := m.Probability([]string{"the"}, "knee"); math.Abs(got-want) > 1e-12 {
		t.Errorf("p(knee | the) = %v, want %v", got, want)
	}
	if p, q := m.Fit(text).Perplexity(), a.Fit(text).Perplexity(); p > q*1.2 {
		t.Errorf("perplexity of the mixture %.2f, of its main part %.2f", p, q)
	}
	if _, err := ngram.Mix(a, b, 1.1); err == nil {
		t.Error("a weight above 1 was taken")
	}
}

func TestNoText(t *testing.T) {
	t.Parallel()
	c := ngram.NewCounter()
	c.Add(nil)
	c.Add([]string{"", ngram.Begin, ngram.End})
	if _, err := c.Estimate(ngram.Options{}); err == nil {
		t.Error("a model was made of nothing")
	}
}

// The file gives every probability again, by the rules of the format.
func TestARPA(t *testing.T) {
	t.Parallel()
	m := estimate(t, sentences(4, 800), ngram.Options{MinWord: 2})
	var file, again bytes.Buffer
	if err := m.WriteARPA(&file); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteARPA(&again); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Fatalf("the same model gave two files (%v)", err)
	}
	read := readARPA(t, &file)
	for _, s := range sentences(5, 100) {
		h := []string{ngram.Begin}
		for _, w := range append(s, ngram.End) {
			if !m.Has(w) && w != ngram.End {
				w = ngram.Unknown
			}
			if got, want := read.probability(h, w), m.Probability(h, w); math.Abs(math.Log10(got/want)) > 1e-5 {
				t.Fatalf("p(%s | %v): the file says %v, the model %v", w, h, got, want)
			}
			h = append(h, w)
			h = h[max(0, len(h)-2):]
		}
	}
}

type arpaFile map[string][2]float64 // n-gram → logarithms of probability and weight

func (f arpaFile) probability(h []string, w string) float64 {
	if e, ok := f[strings.Join(append(slices.Clone(h), w), " ")]; ok {
		return math.Pow(10, e[0])
	}
	if len(h) == 0 {
		return 0
	}
	return math.Pow(10, f[strings.Join(h, " ")][1]) * f.probability(h[1:], w)
}

func readARPA(t *testing.T, file *bytes.Buffer) arpaFile {
	t.Helper()
	f, counts, order := arpaFile{}, map[string]int{}, 0
	declared := map[string]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "ngram "):
			k, v, _ := strings.Cut(line[len("ngram "):], "=")
			declared[k], _ = strconv.Atoi(v)
		case strings.HasSuffix(line, "-grams:"):
			order, _ = strconv.Atoi(line[1:2])
		case order > 0 && strings.Contains(line, "\t"):
			p := strings.Split(line, "\t")
			var e [2]float64
			e[0], _ = strconv.ParseFloat(p[0], 64)
			if len(p) > 2 {
				e[1], _ = strconv.ParseFloat(p[2], 64)
			}
			if n := len(strings.Fields(p[1])); n != order {
				t.Fatalf("%q among the %d-grams", line, order)
			}
			f[p[1]] = e
			counts[strconv.Itoa(order)]++
		}
	}
	for k, n := range declared {
		if counts[k] != n {
			t.Errorf("%d %s-grams declared, %d written", n, k, counts[k])
		}
	}
	return f
}

func TestAnyTextGivesAProperModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", ngram.Unknown, ngram.Begin})
		text := rapid.SliceOfN(rapid.SliceOfN(word, 1, 8), 1, 30).Draw(t, "text")
		c := ngram.NewCounter()
		for _, s := range text {
			c.Add(s)
		}
		o := ngram.Options{MinWord: rapid.IntRange(0, 3).Draw(t, "least"), MinTrigram: rapid.IntRange(0, 3).Draw(t, "trigram")}
		m, err := c.Estimate(o)
		if err != nil {
			if c.Words() > 0 {
				t.Fatal(err)
			}
			return
		}
		for _, h := range [][]string{nil, {ngram.Begin}, {"a"}, {"a", "b"}, {ngram.Begin, "c"}, {"d", "d"}} {
			if got := sum(m, h...); math.Abs(got-1) > 1e-9 {
				t.Fatalf("after %q: %v", h, got)
			}
		}
	})
}

func BenchmarkEstimate(b *testing.B) {
	text := sentences(1, 30_000)
	for b.Loop() {
		m := estimate(b, text, ngram.Options{})
		if err := m.WriteARPA(new(bytes.Buffer)); err != nil {
			b.Fatal(err)
		}
	}
}
