package pocketsphinx

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dictation/transcript"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The inputs are what the program wrote for real recordings.
func TestParseGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(inputs) == 0 {
		t.Fatal("no inputs in testdata", err)
	}
	for _, in := range inputs {
		t.Run(filepath.Base(in), func(t *testing.T) {
			t.Parallel()
			f, err := os.Open(in)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			heard, _, err := parse(f, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(heard, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(in, ".txt") + ".json"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("differs from %s; if that is right, run with -update\n%s", golden, got)
			}
		})
	}
}

func TestParseLines(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		out  string
		last time.Duration
		want string // utterances | words
	}{
		"nothing":              {"", time.Hour, ""},
		"only fillers":         {"\n<s> 0.0 0.1 1.0\n<sil> 0.1 0.2 1.0\n</s> 0.2 0.3 1.0\n", time.Hour, ""},
		"fillers dropped":      {"a b\n<s> 0 0 1\na 0.1 0.2 1\n++UM++ 0.2 0.3 1\n[NOISE] 0.3 0.4 1\nb 0.5 0.6 1\n</s> 0.7 0.8 1\n", time.Hour, "a b"},
		"variants":             {"a\n<s> 0 0 1\nand(2) 0.1 0.2 1\n</s> 0.7 0.8 1\n", time.Hour, "and"},
		"brackets not variant": {"a\n<s> 0 0 1\nand(x) 0.1 0.2 1\n</s> 0.7 0.8 1\n", time.Hour, "and(x)"},
		"two utterances":       {"a\n<s> 0 0 1\na 0.1 0.2 1\n</s> 0.3 0.3 1\nb\n<s> 1 1 1\nb 1.1 1.2 1\n</s> 1.3 1.3 1\n", time.Hour, "a|b"},
		"no end marks":         {"a\na 0.1 0.2 1\nb\nb 1.1 1.2 1", time.Hour, "a|b"},
		"no text line":         {"<s> 0 0 1\na 0.1 0.2 1\n<s> 1 1 1\nb 1.1 1.2 1", time.Hour, "a|b"},
		"text of four words":   {"go forward ten meters\n<s> 0 0 1\ngo 0.1 0.2 1\n</s> 1 1 1\n", time.Hour, "go"},
		"not numbers":          {"x NaN 1 1\nx 1e99 1 1\n", time.Hour, ""},
	} {
		heard, _, err := parse(strings.NewReader(tc.out), tc.last)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var us []string
		for _, u := range heard.Utterances {
			us = append(us, texts(u.Words))
		}
		if got := strings.Join(us, "|"); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func texts(words []transcript.Word) string {
	s := make([]string, len(words))
	for i, w := range words {
		s[i] = w.Text
	}
	return strings.Join(s, " ")
}

func TestParseBounds(t *testing.T) {
	t.Parallel()
	heard, _, err := parse(strings.NewReader("<s> 0 0 1\na -0.5 0.49 1.0003\nb 0.5 0.99 1\nc 1.0 2.5 -0.2\n"), 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	w := heard.Words()
	if w[0].StartMS != 0 || w[0].EndMS != 500 || *w[0].Confidence != 1 {
		t.Errorf("first word %+v, confidence %v", w[0], *w[0].Confidence)
	}
	if w[2].StartMS != 1000 || w[2].EndMS != 2000 || *w[2].Confidence != 0 {
		t.Errorf("last word %+v, confidence %v", w[2], *w[2].Confidence)
	}
}

func TestParseRefusesEndlessLine(t *testing.T) {
	t.Parallel()
	if _, _, err := parse(strings.NewReader(strings.Repeat("a", maxLine+1)), time.Second); err == nil {
		t.Error("a line over the limit was accepted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("go\n<s> 0.390 0.460 1.000100\ngo(2) 0.470 0.640 0.997303\n<sil> 0.7 0.8 0.1\n</s> 2.130 2.610 1.0\n", int64(3000))
	f.Add("a\na 1 -1 2\nb 5 6 7\n", int64(0))
	f.Add("a 1 -1 2", int64(18))
	f.Add("_a__b_ 1 2 0.5\n_ 2 3 1", int64(5000))
	f.Fuzz(func(t *testing.T, out string, lastMS int64) {
		lastMS = min(max(lastMS, 0), 1<<40)
		heard, tokens, err := parse(strings.NewReader(out), time.Duration(lastMS)*time.Millisecond)
		if err != nil {
			return
		}
		weigh(heard, tokens, nil)
		for _, u := range heard.Utterances {
			if len(u.Words) == 0 || cmp.Compare(u.StartMS, u.EndMS) > 0 {
				t.Fatalf("utterance %+v", u)
			}
		}
		for _, w := range heard.Words() {
			if w.Text == "" || w.StartMS < 0 || w.EndMS < w.StartMS || w.EndMS > lastMS || *w.Confidence < 0 || *w.Confidence > 1 {
				t.Fatalf("word %+v, confidence %v, %d ms of sound", w, *w.Confidence, lastMS)
			}
			if slices.Contains([]string{"<s>", "</s>", "<sil>"}, w.Text) {
				t.Fatalf("mark %q passed for a word", w.Text)
			}
		}
	})
}
