package check_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dictation/transcript"
	"dictation/transcript/check"
)

// answer is what an engine gives for a made-up note.
func answer(seed uint64) check.Answer {
	n := makeNote(seed, "")
	n.perform(seed, "", withSound)
	return check.Answer{Words: n.in.Spoken, Speech: n.in.Speech, DurationMS: n.in.DurationMS}
}

// faults are the ways in which an engine's answer is broken.
var faults = map[string]func(*rand.Rand, check.Answer) []transcript.Word{
	"empty": func(r *rand.Rand, a check.Answer) []transcript.Word {
		if r.IntN(2) == 0 {
			return nil
		}
		return []transcript.Word{{Text: " ", EndMS: 100}}
	},
	"cut": func(r *rand.Rand, a check.Answer) []transcript.Word {
		n := len(a.Words)
		switch r.IntN(3) {
		case 0: // the tail is missing
			return a.Words[:n-4-r.IntN(n/2)]
		case 1: // the beginning is
			return a.Words[4+r.IntN(n/2):]
		}
		from := 5 + r.IntN(n/2)
		return slices.Concat(a.Words[:from], a.Words[min(n-1, from+5+r.IntN(40)):])
	},
	"doubled": func(r *rand.Rand, a check.Answer) []transcript.Word {
		from := r.IntN(len(a.Words) / 2)
		to := from + 5 + r.IntN(len(a.Words)-from-5)
		again := slices.Clone(a.Words[from:to])
		if r.IntN(2) == 0 {
			return slices.Concat(a.Words[:to], again, a.Words[to:])
		}
		late := again[len(again)-1].EndMS - again[0].StartMS
		return slices.Concat(a.Words[:to], moved(again, late, 1), moved(a.Words[to:], late, 1))
	},
	"shifted": func(r *rand.Rand, a check.Answer) []transcript.Word {
		by := 500 + r.Int64N(20_000)
		if r.IntN(2) == 0 {
			by = -by
		}
		switch r.IntN(4) {
		case 0: // from some word on
			at := len(a.Words)/8 + r.IntN(len(a.Words)/2)
			return slices.Concat(a.Words[:at], moved(a.Words[at:], by, 1))
		case 1: // another clock
			return moved(a.Words, 0, 1+0.02*float64(1+r.IntN(5)))
		case 2: // another unit
			return moved(a.Words, 0, []float64{1000, 0.001, 0.01, 1e6}[r.IntN(4)])
		}
		return moved(a.Words, by, 1)
	},
	"invented": func(r *rand.Rand, a check.Answer) []transcript.Word {
		said := strings.Fields(strings.ToLower(strings.Trim(inventions[r.IntN(len(inventions))], ".")))
		at := 3 + r.IntN(len(a.Words)-3)
		begin, each := a.Words[at-1].EndMS, int64(200+r.IntN(200))
		switch r.IntN(3) {
		case 0: // after the end
			at, begin = len(a.Words), a.Words[len(a.Words)-1].EndMS+200
		case 1: // squeezed in
			each = 10 + r.Int64N(40)
		}
		var made []transcript.Word
		for i, w := range said {
			from := begin + int64(i)*each
			made = append(made, transcript.Word{Text: w, StartMS: from, EndMS: from + each})
		}
		return slices.Concat(a.Words[:at], made, a.Words[at:])
	},
}

func moved(words []transcript.Word, by int64, scale float64) []transcript.Word {
	out := slices.Clone(words)
	for i := range out {
		out[i].StartMS = int64(float64(out[i].StartMS)*scale) + by
		out[i].EndMS = int64(float64(out[i].EndMS)*scale) + by
	}
	return out
}

// No broken answer passes without a critical flag, and whole ones rarely have
// one.
func TestScreen(t *testing.T) {
	t.Parallel()
	for kind, fault := range faults {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for i := range uint64(200) {
				a := answer(i)
				a.Words = fault(rand.New(rand.NewPCG(i, 5)), a)
				if !critical(check.Screen(a)) {
					t.Errorf("%s: answer %d passes unmarked", kind, i)
				}
			}
		})
	}
	t.Run("whole", func(t *testing.T) {
		t.Parallel()
		marked := 0
		reasons := map[string]int{}
		for i := range uint64(1000) {
			flags := check.Screen(answer(i))
			if critical(flags) {
				marked++
				reasons[flags[0].Reason]++
			}
		}
		t.Logf("%d of 1000 whole answers are marked: %v", marked, reasons)
		if marked > 20 {
			t.Errorf("%d of 1000 whole answers are marked", marked)
		}
	})
}

func critical(flags []check.Flag) bool {
	return slices.ContainsFunc(flags, func(f check.Flag) bool { return f.Severity == check.Critical })
}

func TestScreenPlaces(t *testing.T) {
	t.Parallel()
	conf := 0.95
	words := func(text string, from, each int64) (out []transcript.Word) {
		for i, w := range strings.Fields(text) {
			at := from + int64(i)*each
			out = append(out, transcript.Word{Text: w, StartMS: at, EndMS: at + each, Confidence: &conf})
		}
		return out
	}
	tests := map[string]struct {
		answer check.Answer
		want   string // text under the first critical flag, or its reason where it has no text
	}{
		"silence needs no words": {check.Answer{Speech: []check.Span{}, DurationMS: 5000}, ""},
		"speech does":            {check.Answer{Speech: []check.Span{{StartMS: 0, EndMS: 900}}, DurationMS: 5000}, "The engine heard no words in 0.9 seconds of speech."},
		"no map, no words":       {check.Answer{DurationMS: 5000}, "The engine heard no words."},
		"words over silence": {check.Answer{Words: append(words("clear lungs", 0, 400), words("see you soon", 3000, 400)...),
			Speech: []check.Span{{StartMS: 0, EndMS: 800}}, DurationMS: 6000}, "see you soon"},
		"a loop":                  {check.Answer{Words: words("the end of the end of the end of the end of it", 0, 400)}, "the end of the end of the end of the end of"},
		"a word of half a minute": {check.Answer{Words: words("lungs", 0, 30_000)}, "lungs"},
		"backwards":               {check.Answer{Words: append(words("first", 4000, 400), words("second", 1000, 400)...)}, "second"},
		"behind the end":          {check.Answer{Words: words("lungs clear", 900, 400), DurationMS: 1000}, "lungs"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := firstCritical(tt.answer); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// firstCritical gives the text under the first critical flag, or its reason.
func firstCritical(a check.Answer) string {
	var texts []string
	for _, w := range a.Words {
		texts = append(texts, w.Text)
	}
	for _, f := range check.Screen(a) {
		switch {
		case f.Severity != check.Critical:
		case f.Length > 0:
			return strings.Join(texts, " ")[f.Offset : f.Offset+f.Length]
		default:
			return f.Reason
		}
	}
	return ""
}

// Times that were worked out from segments may fall into pauses.
func TestScreenEstimated(t *testing.T) {
	t.Parallel()
	a := answer(4)
	for i := 0; i < len(a.Words); i += 12 { // segments of a dozen words
		end := min(i+12, len(a.Words))
		from, to := a.Words[i].StartMS, a.Words[end-1].EndMS
		for k := i; k < end; k++ {
			a.Words[k].StartMS = from + (to-from)*int64(k-i)/int64(end-i)
			a.Words[k].EndMS = from + (to-from)*int64(k-i+1)/int64(end-i)
			a.Words[k].Estimated, a.Words[k].Confidence = true, nil
		}
	}
	if flags := check.Screen(a); critical(flags) {
		t.Errorf("got %+v, want no critical flag", flags)
	}
}

func ExampleScreen() {
	flags := check.Screen(check.Answer{Speech: []check.Span{{StartMS: 0, EndMS: 4000}}, DurationMS: 5000})
	fmt.Println(flags[0].Severity, flags[0].Reason)
	// Output: critical The engine heard no words in 4.0 seconds of speech.
}
