package transcribe

import (
	"time"

	"dictation/audio"
)

// Span is a stretch of a recording.
type Span struct {
	From, To time.Duration
}

// Length is how long the span is.
func (s Span) Length() time.Duration { return s.To - s.From }

// Plan cuts a recording into pieces of at most want that tile it. It cuts in
// silences, where they are farthest from the speech around, which is in their
// middle; where there is none within reach, at the place that quietest names.
// No want, or a recording not longer than it, gives one piece.
//
// Cuts are at whole milliseconds, so that the words' times of a piece are those
// of the recording less the piece's beginning. quietest gives a place between
// two times; segments are decode's speech map, in the order of time.
func Plan(segments []audio.Segment, duration, want time.Duration, quietest func(from, to time.Duration) time.Duration) []Span {
	want = want.Truncate(time.Millisecond)
	if want <= 0 || duration <= want {
		return []Span{{0, duration}}
	}
	window, last := reach, want
	if want >= longPiece {
		window, last = alike(duration, want)
	}
	var spans []Span
	at := time.Duration(0)
	for duration-at > last {
		from, to := window(duration-at, want)
		cut, ok := inSilence(segments, at+from, at+to)
		if !ok {
			cut = quietest(at+from, at+to)
		}
		cut = min(max(cut, at+from), at+to).Truncate(time.Millisecond)
		if cut <= at { // want is a few milliseconds
			cut = min(at+want, duration)
		}
		spans = append(spans, Span{at, cut})
		at = cut
	}
	if at < duration {
		spans = append(spans, Span{at, duration})
	}
	return spans
}

// reach is how far from its beginning a piece may end when there is more left
// than want: around the length that makes all pieces alike, since short ones
// cost accuracy, and never leaving a crumb behind.
func reach(left, want time.Duration) (from, to time.Duration) {
	pieces := (left + want - 1) / want
	even := left / pieces
	to = min(want, even+even/2, left-even/4)
	return min(even*2/3, to), to
}

// longPiece is the length from which on all pieces have silences enough to be
// of one length.
const longPiece = time.Minute

// alike is reach for pieces of one length, give or take a tenth, and even in
// number: an engine that wants minutes works on the processors of a machine, and
// none of them shall wait for the last piece. What is not longer than last is it.
func alike(duration, want time.Duration) (window func(left, want time.Duration) (from, to time.Duration), last time.Duration) {
	n := (11*duration + 10*want - 1) / (10 * want)
	n += n % 2
	even := duration / n
	return func(left, want time.Duration) (from, to time.Duration) {
		at := duration - left
		mark := ((at+even/2)/even+1)*even - at // the next one, from here
		return mark - even/10, min(want, mark+even/10)
	}, even * 3 / 2
}

// leastMargin is how far from speech a cut in a silence must be. The map gives
// speech a margin of its own already.
const leastMargin = 40 * time.Millisecond

// inSilence is the place between two times that is farthest from speech, with
// the middle of a silence before its edges.
func inSilence(segments []audio.Segment, from, to time.Duration) (best time.Duration, ok bool) {
	most := leastMargin - 1
	for _, s := range segments {
		if s.Speech || s.End <= from || s.Start >= to {
			continue
		}
		at := min(max((s.Start+s.End)/2, from), to)
		if margin := min(at-s.Start, s.End-at); margin > most {
			best, most, ok = at, margin, true
		}
	}
	return best, ok
}
