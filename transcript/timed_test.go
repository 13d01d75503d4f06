package transcript

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func times(words []Word) string {
	var s []string
	for _, w := range words {
		s = append(s, fmt.Sprintf("%s@%d-%d", w.Text, w.StartMS, w.EndMS))
	}
	return strings.Join(s, " ")
}

func TestFormattedWords(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"":                               "",
		"no fever period":                "No@0-100 fever.@120-220",
		"well hyphen known case":         "Well-known@0-340 case@360-460",
		"seen open paren twice":          "Seen@0-100 (twice@360-460",
		"open paren new line a":          "(@0-220 A@480-580",
		"a b scratch that a c":           "A@480-580 c@600-700",
		"at seven a. m. period he":       "At@0-100 7@120-220 a.m.@240-460 He@600-700",
		"a new paragraph new line so it": "A@0-100 So@600-700 it@720-820",
	} {
		words := timed(said)
		if got := times(Format(words).Words(words)); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

func TestFormattedWordsKeepTheLowestConfidence(t *testing.T) {
	t.Parallel()
	low, high := 0.2, 0.9
	words := []Word{{Text: "well", Confidence: &high}, {Text: "hyphen"}, {Text: "known", Confidence: &low}, {Text: "slash"}, {Text: "new"}}
	got := Format(words[:3]).Words(words[:3])
	if len(got) != 1 || got[0].Confidence == nil || *got[0].Confidence != low {
		t.Errorf("got %+v, want confidence %v", got, low)
	}
	if got = Format(words).Words(words); got[0].Confidence != nil {
		t.Errorf("got %v, want none: one part has none", *got[0].Confidence)
	}
}

func TestDraftTimed(t *testing.T) {
	t.Parallel()
	words := timed("come in two days scratch that come in one week period")
	d := Draft{Text: Format(words).Text, Words: words}
	want := "Come@720-820 in@840-940 one@960-1060 week.@1080-1180"
	if got := times(d.Timed(d.Text)); got != want {
		t.Errorf("the draft: got %q, want %q", got, want)
	}
	want = strings.Replace(want, "one@", "1@", 1)
	if got := times(d.Timed("Come in 1 week.")); got != want {
		t.Errorf("an edit: got %q, want %q", got, want)
	}
	d.Text = "Come in: one week."
	if got := d.Timed(d.Text); len(got) != 4 {
		t.Errorf("formatted by other rules: %q", times(got))
	}
}

func TestFormattedWordsOfWrittenForms(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"then five milligrams b i d":                 "Then@0-100 5@120-220 mg@240-340 b.i.d.@360-700",
		"on march third two thousand seven comma so": "On@0-100 March@120-220 3,@240-340 2007,@360-700 so@840-940",
		"then um rest":                        "Then@0-100 rest@240-340",
		"plan colon new line number one rest": "PLAN:@0-100 1.@480-700 Rest@720-820",
	} {
		words := timed(said)
		if got := times(Format(words).Words(words)); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

func TestTimedByASitesFormatter(t *testing.T) {
	t.Parallel()
	f := NewFormatter(append(EnglishCommands(), Command{Say: "exam normal", Write: "Unremarkable.", Ends: true}))
	words := timed("exam normal two days")
	d := Draft{Text: f.Format(words).Text, Words: words}
	if got, want := times(f.Timed(d, d.Text)), "Unremarkable.@0-220 2@240-340 days@360-460"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMarksTellWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	words := timed("well period two days scratch that one week")
	got := Format(words).Marks(words)
	want := []Mark{{Kind: QAMark, Offset: len("Well."), AudioMS: 240, Reason: "taken back by voice: two days"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFormattedWordsFollowTheTokens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := spoken().Draw(t, "words")
		f := Format(words)
		tokens, got := Tokens(f.Text), f.Words(words)
		if len(got) != len(tokens) {
			t.Fatalf("%d words for %d tokens", len(got), len(tokens))
		}
		for i, w := range got {
			if w.Text != tokens[i].Text || w.EndMS <= w.StartMS || i > 0 && w.StartMS < got[i-1].StartMS {
				t.Fatalf("word %d %+v for %q", i, w, tokens[i].Text)
			}
		}
	})
}
