package transcribe_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/transcript"
)

// show writes words as "text start-end", with ~ before what was worked out and
// the confidence behind, utterances parted by |.
func show(t transcribe.Transcript) string {
	var us []string
	for _, u := range t.Utterances {
		var ws []string
		for _, w := range u.Words {
			s := fmt.Sprintf("%s %d-%d", w.Text, w.StartMS, w.EndMS)
			if w.Estimated {
				s = "~" + s
			}
			if w.Confidence != nil {
				s += fmt.Sprintf(" (%v)", *w.Confidence)
			}
			ws = append(ws, s)
		}
		us = append(us, strings.Join(ws, ", "))
	}
	return strings.Join(us, " | ")
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	half := 0.5
	at := func(text string, start, end int) transcribe.Said {
		return transcribe.Said{Text: text, Start: time.Duration(start) * ms, End: time.Duration(end) * ms}
	}
	unsure := at("b", 500, 900)
	unsure.Confidence = &half
	untimed := transcribe.Said{Text: "b", Start: -1, End: -1, Confidence: &half}
	for name, tc := range map[string]struct {
		answer transcribe.Answer
		want   string
	}{
		"nothing":                   {transcribe.Answer{}, ""},
		"white space":               {transcribe.Answer{Text: " \n"}, ""},
		"text alone":                {transcribe.Answer{Text: "ab cd"}, "~ab 0-500, ~cd 500-1000"},
		"words":                     {transcribe.Answer{Words: []transcribe.Said{at("a", 100, 200), unsure}}, "a 100-200, b 500-900 (0.5)"},
		"words and text":            {transcribe.Answer{Text: "A, b.", Words: []transcribe.Said{at("a", 100, 200), unsure}}, "A, 100-200, b. 500-900 (0.5)"},
		"a word the text lacks":     {transcribe.Answer{Text: "A", Words: []transcribe.Said{at("a", 100, 200), unsure}}, "A 100-200"},
		"a word only the text has":  {transcribe.Answer{Text: "a b c", Words: []transcribe.Said{at("a", 0, 200), at("c", 800, 1000)}}, "a 0-200, ~b 200-800, c 800-1000"},
		"segments":                  {transcribe.Answer{Segments: []transcribe.Said{at(" ab cd", 0, 400), at("ef", 600, 1000)}}, "~ab 0-200, ~cd 200-400 | ~ef 600-1000"},
		"segments without times":    {transcribe.Answer{Segments: []transcribe.Said{{Text: "ab cd", Start: -1, End: -1}}}, "~ab 0-500, ~cd 500-1000"},
		"words in segments":         {transcribe.Answer{Words: []transcribe.Said{at("a", 100, 200), at("b", 600, 900)}, Segments: []transcribe.Said{at("a", 0, 300), at("b", 500, 1000)}}, "a 100-200 | b 600-900"},
		"a time is missing":         {transcribe.Answer{Words: []transcribe.Said{at("a", 100, 200), untimed, at("c", 600, 700)}}, "a 100-200, ~b 200-600 (0.5), c 600-700"},
		"the last time is missing":  {transcribe.Answer{Words: []transcribe.Said{at("a", 100, 200), untimed}}, "a 100-200, ~b 200-1000 (0.5)"},
		"all times are missing":     {transcribe.Answer{Words: []transcribe.Said{untimed, untimed}}, "~b 0-500 (0.5), ~b 500-1000 (0.5)"},
		"time runs back":            {transcribe.Answer{Words: []transcribe.Said{at("a", 500, 600), at("b", 100, 200)}}, "a 500-600, ~b 500-500"},
		"end a little past the end": {transcribe.Answer{Words: []transcribe.Said{at("a", 500, 1200)}}, "a 500-1000"},
		"far past the end":          {transcribe.Answer{Words: []transcribe.Said{at("a", 500, 9000), at("b", 9000, 9100)}}, "~a 500-1000, ~b 1000-1000"},
		"the end before the start":  {transcribe.Answer{Words: []transcribe.Said{at("a", 500, 400)}}, "~a 0-1000"},
	} {
		heard, err := tc.answer.Transcript(time.Second)
		if got := show(heard); got != tc.want || err != nil {
			t.Errorf("%s: got %q, want %q (%v)", name, got, tc.want, err)
		}
	}
}

// An engine in a loop writes without end.
func TestMoreWordsThanCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		words  int
		length time.Duration
		ok     bool
	}{{100, 0, true}, {101, 0, false}, {700, time.Minute, true}, {701, time.Minute, false}} {
		loop := strings.Repeat("on ", tc.words)
		for _, a := range []transcribe.Answer{{Text: loop}, {Words: []transcribe.Said{{Text: loop}}}, {Segments: []transcribe.Said{{Text: loop}}}} {
			_, err := a.Transcript(tc.length)
			if (err == nil) != tc.ok || err != nil && pipeline.KindOf(err) != pipeline.Unavailable {
				t.Errorf("%d words in %v: %v", tc.words, tc.length, err)
			}
		}
	}
}

// Whatever an engine answers, words lie in order inside the sound, none of the
// text's is lost, and no confidence appears that was not given.
func TestAnswerIsAlwaysUsable(t *testing.T) {
	t.Parallel()
	said := rapid.Custom(func(t *rapid.T) transcribe.Said {
		s := transcribe.Said{
			Text:  rapid.StringMatching(`[a-c .,]{0,4}`).Draw(t, "text"),
			Start: time.Duration(rapid.Int64Range(-2, 12_000).Draw(t, "start")) * time.Millisecond,
			End:   time.Duration(rapid.Int64Range(-2, 12_000).Draw(t, "end")) * time.Millisecond,
		}
		if rapid.Bool().Draw(t, "sure") {
			one := 1.0
			s.Confidence = &one
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		a := transcribe.Answer{
			Text:     rapid.StringMatching(`([a-c]{1,2}[.,]? ?){0,6}`).Draw(t, "text"),
			Words:    rapid.SliceOfN(said, 0, 6).Draw(t, "words"),
			Segments: rapid.SliceOfN(said, 0, 3).Draw(t, "segments"),
		}
		const length = 10 * time.Second
		heard, err := a.Transcript(length)
		if err != nil {
			t.Fatal(err)
		}
		words, last := heard.Words(), int64(0)
		if n := len(transcript.Tokens(a.Text)); n > 0 && n != len(words) {
			t.Fatalf("%d words of %d in the text", len(words), n)
		}
		for i, w := range words {
			if strings.TrimSpace(w.Text) == "" || w.StartMS < last || w.EndMS < w.StartMS || w.EndMS > length.Milliseconds() {
				t.Fatalf("word %d is %+v after %d", i, w, last)
			}
			last = w.StartMS
		}
		for _, u := range heard.Utterances {
			if len(u.Words) == 0 || u.StartMS > u.Words[0].StartMS || u.EndMS < u.Words[len(u.Words)-1].EndMS {
				t.Fatalf("utterance %+v", u)
			}
		}
	})
}

// Nobody says control characters, and the database refuses NUL.
func TestControlCharactersAreDropped(t *testing.T) {
	t.Parallel()
	said := []transcribe.Said{{Text: "f\x00ever", Start: 0, End: time.Second}, {Text: "\x00", Start: 0, End: time.Second}}
	for _, a := range []transcribe.Answer{{Text: "\x00fe\x1bver\x7f"}, {Words: said}, {Segments: said}} {
		heard, err := a.Transcript(time.Second)
		if words := heard.Words(); err != nil || len(words) != 1 || words[0].Text != "fever" {
			t.Errorf("%+v, %v", words, err)
		}
	}
}
