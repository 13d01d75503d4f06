package transcribe_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dictation/audio"
	"dictation/pipeline/transcribe"
	"dictation/transcript"
)

// speechMap draws a map of a recording: stretches of speech and silence in turn.
func speechMap(t *rapid.T) (segments []audio.Segment, duration time.Duration) {
	speech := rapid.Bool().Draw(t, "begins with speech")
	for _, ms := range rapid.SliceOfN(rapid.IntRange(1, 40_000), 1, 60).Draw(t, "lengths") {
		end := duration + time.Duration(ms)*time.Millisecond
		segments = append(segments, audio.Segment{Start: duration, End: end, Speech: speech})
		duration, speech = end, !speech
	}
	return segments, duration
}

func TestPlanTilesTheRecording(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		segments, duration := speechMap(t)
		// The map's end and the sound's differ by parts of a millisecond.
		duration += time.Duration(rapid.IntRange(0, 999).Draw(t, "µs")) * time.Microsecond
		want := time.Duration(rapid.IntRange(0, 150_000).Draw(t, "want")) * time.Millisecond
		asked := 0
		spans := transcribe.Plan(segments, duration, want, func(from, to time.Duration) time.Duration {
			asked++
			if to < from {
				t.Fatalf("asked for a place from %v to %v", from, to)
			}
			return from + (to-from)/2
		})
		at := time.Duration(0)
		for i, s := range spans {
			if s.From != at || s.To <= s.From {
				t.Fatalf("piece %d is %v, the one before ends at %v", i, s, at)
			}
			if want > 0 && s.Length() > want {
				t.Fatalf("piece %d is %v long, more than %v", i, s.Length(), want)
			}
			at = s.To
			if s.To == duration {
				continue
			}
			if s.To%time.Millisecond != 0 {
				t.Fatalf("the cut at %v is not at a millisecond", s.To)
			}
			if inSpeech(segments, s.To) {
				asked--
			}
		}
		if at != duration {
			t.Fatalf("the pieces end at %v of %v", at, duration)
		}
		if asked < 0 {
			t.Fatalf("%d cuts in speech that nobody was asked for", -asked)
		}
	})
}

// Pieces of minutes are alike and even in number.
func TestPlanLongPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		segments, duration := speechMap(t)
		want := time.Duration(rapid.IntRange(60_000, 300_000).Draw(t, "want")) * time.Millisecond
		spans := transcribe.Plan(segments, duration, want, func(from, to time.Duration) time.Duration {
			return from + (to-from)/2
		})
		if len(spans) > 1 && len(spans)%2 > 0 {
			t.Fatalf("%v in pieces of %v gives %d", duration, want, len(spans))
		}
		even := duration / time.Duration(len(spans))
		for i, s := range spans {
			if d := (s.Length() - even).Abs(); d > even/5+2*time.Millisecond {
				t.Fatalf("piece %d of %d is %v long, %v on average", i, len(spans), s.Length(), even)
			}
		}
	})
}

func inSpeech(segments []audio.Segment, at time.Duration) bool {
	for _, s := range segments {
		if s.Start < at && at < s.End {
			return s.Speech
		}
	}
	return true // at an edge
}

func TestPlan(t *testing.T) {
	t.Parallel()
	s := time.Second
	speech := func(from, to time.Duration) audio.Segment {
		return audio.Segment{Start: from, End: to, Speech: true}
	}
	quiet := func(from, to time.Duration) audio.Segment { return audio.Segment{Start: from, End: to} }
	for name, tc := range map[string]struct {
		segments       []audio.Segment
		duration, want time.Duration
		cuts           []time.Duration
	}{
		"short enough":            {[]audio.Segment{speech(0, 10*s)}, 10 * s, 10 * s, nil},
		"whole":                   {[]audio.Segment{speech(0, 4*s), quiet(4*s, 6*s), speech(6*s, 10*s)}, 10 * s, 0, nil},
		"middle of the silence":   {[]audio.Segment{speech(0, 4*s), quiet(4*s, 6*s), speech(6*s, 10*s)}, 10 * s, 7 * s, []time.Duration{5 * s}},
		"the longest silence":     {[]audio.Segment{speech(0, 4*s), quiet(4*s, 5*s), speech(5*s, 6*s), quiet(6*s, 8*s), speech(8*s, 12*s)}, 12 * s, 9 * s, []time.Duration{7 * s}},
		"none: the quietest":      {[]audio.Segment{speech(0, 10*s)}, 10 * s, 8 * s, []time.Duration{7500 * time.Millisecond}},
		"too short a silence":     {[]audio.Segment{speech(0, 5*s), quiet(5*s, 5*s+50*time.Millisecond), speech(5*s+50*time.Millisecond, 10*s)}, 10 * s, 8 * s, []time.Duration{7500 * time.Millisecond}},
		"a silence of its own":    {[]audio.Segment{quiet(0, 20*s)}, 20 * s, 10 * s, []time.Duration{10 * s}},
		"no map: quietest places": {nil, 20 * s, 10 * s, []time.Duration{10 * s}},
	} {
		spans := transcribe.Plan(tc.segments, tc.duration, tc.want, func(_, to time.Duration) time.Duration { return to })
		var cuts []time.Duration
		for _, sp := range spans[1:] {
			cuts = append(cuts, sp.From)
		}
		if len(cuts) != len(tc.cuts) {
			t.Errorf("%s: cuts at %v, want %v", name, cuts, tc.cuts)
			continue
		}
		for i := range cuts {
			if cuts[i] != tc.cuts[i] {
				t.Errorf("%s: cuts at %v, want %v", name, cuts, tc.cuts)
			}
		}
	}
}

// What an engine hears in a piece is numbered, so that loss, doubling and
// disorder show.
func TestJoinKeepsEveryWordOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		segments, duration := speechMap(t)
		want := time.Duration(rapid.IntRange(500, 60_000).Draw(t, "want")) * time.Millisecond
		spans := transcribe.Plan(segments, duration, want, func(from, _ time.Duration) time.Duration { return from })
		var pieces []transcribe.Piece
		n := 0
		for _, s := range spans {
			p := transcribe.Piece{Span: s}
			at := int64(0)
			for range rapid.IntRange(0, 4).Draw(t, "utterances") {
				u := transcribe.Utterance{StartMS: at}
				for range rapid.IntRange(1, 5).Draw(t, "words") {
					// Engines claim times past the end.
					end := at + rapid.Int64Range(0, 10_000).Draw(t, "length")
					u.Words = append(u.Words, transcript.Word{Text: strconv.Itoa(n), StartMS: at, EndMS: end})
					at, u.EndMS = end, end
					n++
				}
				p.Heard.Utterances = append(p.Heard.Utterances, u)
			}
			pieces = append(pieces, p)
		}
		order := rapid.Permutation(pieces).Draw(t, "order")
		whole, err := transcribe.Join(order, duration)
		if err != nil {
			t.Fatal(err)
		}
		words := whole.Words()
		if len(words) != n {
			t.Fatalf("%d words of %d", len(words), n)
		}
		last := int64(0)
		for i, w := range words {
			if w.Text != strconv.Itoa(i) {
				t.Fatalf("word %d is %s", i, w.Text)
			}
			if w.StartMS < last || w.EndMS < w.StartMS || w.EndMS > duration.Milliseconds() {
				t.Fatalf("word %d lies at [%d, %d] after %d", i, w.StartMS, w.EndMS, last)
			}
			last = w.StartMS
		}
		missing := rapid.IntRange(0, len(order)-1).Draw(t, "missing")
		if _, err := transcribe.Join(append(order[:missing:missing], order[missing+1:]...), duration); err == nil {
			t.Fatal("a piece is missing and nobody is told")
		}
		if _, err := transcribe.Join(append(order, order[missing]), duration); err == nil {
			t.Fatal("a piece is there twice and nobody is told")
		}
	})
}

func TestJoinShiftsTimes(t *testing.T) {
	t.Parallel()
	heard := transcribe.Transcript{Utterances: []transcribe.Utterance{{StartMS: 100, EndMS: 700, Words: []transcript.Word{{Text: "a", StartMS: 100, EndMS: 700}}}}}
	whole, err := transcribe.Join([]transcribe.Piece{
		{Span: transcribe.Span{To: time.Second}, Heard: heard},
		{Span: transcribe.Span{From: time.Second, To: 1500 * time.Millisecond}, Heard: heard},
	}, 1500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	w := whole.Words()
	if len(w) != 2 || w[0].StartMS != 100 || w[0].EndMS != 700 || w[1].StartMS != 1100 || w[1].EndMS != 1500 {
		t.Errorf("words %+v", w)
	}
}
