package pocketsphinx

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dictation/pipeline/transcribe"
)

// heardWith reads what the program wrote and logged of one recording.
func heardWith(t *testing.T, out, log string) transcribe.Transcript {
	t.Helper()
	heard, tokens, err := parse(strings.NewReader(out), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	l := &scoreLog{}
	fmt.Fprint(l, log)
	weigh(heard, tokens, l.scores)
	return heard
}

const said = "a b c\n<s> 0.00 0.09 1\na 0.10 0.19 0.98\nb(2) 0.20 0.29 0.98\nc 0.30 0.39 0.98\n</s> 0.40 0.50 1\n"

// A word the language model does not expect, one that sounds like another, and
// one whose neighbour does not follow from it are doubted more.
func TestDoubt(t *testing.T) {
	t.Parallel()
	table := func(b, c string) string {
		return "INFO: text\nword start end pprob ascr lscr lback\na 10 19 0.98 -400000 -100 2\n" + b + "\n" + c + "\n"
	}
	const goodB, goodC = "b(2) 20 29 0.98 -400000 -100 3", "c 30 39 0.98 -400000 -100 3"
	of := func(b, c string) float64 { return *heardWith(t, said, table(b, c)).Words()[1].Confidence }
	usual := of(goodB, goodC)
	for name, worse := range map[string]float64{
		"unexpected": of("b(2) 20 29 0.98 -400000 -800 1", goodC),
		"unlike":     of("b(2) 20 29 0.98 -700000 -100 3", goodC),
		"broken":     of(goodB, "c 30 39 0.98 -400000 -100 1"),
	} {
		if worse >= usual-0.001 {
			t.Errorf("%s: confidence %v, as usual %v", name, worse, usual)
		}
	}
}

func TestConfidenceWithoutScores(t *testing.T) {
	t.Parallel()
	for _, w := range heardWith(t, said, "").Words() {
		if c := *w.Confidence; c <= 0.5 || c >= 1 {
			t.Errorf("%s: confidence %v", w.Text, c)
		}
	}
}

// Confidence is a probability, and never falls when a posterior rises.
func TestConfidenceFollowsPosteriors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 6).Draw(t, "posteriors")
		tokens := make([]token, len(p))
		for i := range p {
			tokens[i] = token{name: "a", frames: 10, startFrame: int64(10 * i), words: 1, posterior: p[i]}
		}
		i, k := rapid.IntRange(0, len(p)-1).Draw(t, "word"), rapid.IntRange(0, len(p)-1).Draw(t, "raised")
		scores := map[place]score{tokens[i].place(): {
			acoustic: rapid.Float64Range(-1e7, 0).Draw(t, "acoustic"), language: rapid.Float64Range(-1000, 0).Draw(t, "language"),
			order: rapid.IntRange(1, 3).Draw(t, "order"),
		}}
		before := gather(tokens, scores)[i].confidence()
		tokens[k].posterior = rapid.Float64Range(p[k], 1).Draw(t, "to")
		if after := gather(tokens, scores)[i].confidence(); before < 0 || after > 1 || after < before-1e-5 {
			t.Fatalf("%v: word %d had %v, then %v", p, i, before, after)
		}
	})
}

func TestTiedWordsAreApart(t *testing.T) {
	t.Parallel()
	words := heardWith(t, "rest\n<s> 0.0 0.1 1\nrest 0.10 0.49 0.9\nnew_paragraph(2) 0.50 1.69 0.8\n</s> 1.7 1.8 1\n", "").Words()
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

// The log is written in pieces of any size; only tables are taken from it.
func TestScoreLog(t *testing.T) {
	t.Parallel()
	log := "INFO: cmn.c(88): Update from < 48.01 -2.91 9.75 >\n" + strings.Repeat("said ", 300) + "word start end pprob ascr lscr lback\n" +
		"<s> 0 9 1.001 -259072 0 1\nand(2) 10 22 0.452 -1137664 -228 2\nx y z a b c d\nand(2) 1 2 3 NaN 5 6\nlast 30 40 1 -5 -6 3\nunended 50 60 1 -5 -6 3"
	for size := 1; size < 100; size += 7 {
		l := &scoreLog{}
		for rest := log; rest != ""; {
			n := min(size, len(rest))
			if wrote, err := l.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			rest = rest[n:]
		}
		want := map[place]score{{"<s>", 0}: {-259072, 0, 1}, {"and(2)", 10}: {-1137664, -228, 2}, {"last", 30}: {-5, -6, 3}}
		if fmt.Sprint(l.scores) != fmt.Sprint(want) {
			t.Fatalf("pieces of %d: %v, want %v", size, l.scores, want)
		}
	}
}

func FuzzScoreLog(f *testing.F) {
	f.Add("a 10 19 0.98 -400000 -100 2\n", said)
	f.Add("a 10 19 0 -4e300 1e9 99\n", "a 0.10 0.19 0.98\n")
	f.Fuzz(func(t *testing.T, log, out string) {
		heard, tokens, err := parse(strings.NewReader(out), time.Minute)
		if err != nil {
			return
		}
		l := &scoreLog{}
		fmt.Fprint(l, log)
		weigh(heard, tokens, l.scores)
		for _, w := range heard.Words() {
			if c := *w.Confidence; !(c >= 0 && c <= 1) {
				t.Fatalf("confidence %v", c)
			}
		}
	})
}
