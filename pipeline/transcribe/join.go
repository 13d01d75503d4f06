package transcribe

import (
	"fmt"
	"slices"
	"time"

	"dictation/pipeline"
	"dictation/transcript"
)

// Piece is what was heard in a span of a recording; times count from the
// span's beginning.
type Piece struct {
	Span  Span
	Heard Transcript
}

// Join makes one transcript of the pieces of a recording, in any order. Every
// word of every piece is in it once, at its time in the whole. Pieces that do
// not tile the recording are an Internal error: something would be lost or
// doubled.
func Join(pieces []Piece, duration time.Duration) (Transcript, error) {
	pieces = slices.Clone(pieces)
	slices.SortFunc(pieces, func(a, b Piece) int { return int(a.Span.From - b.Span.From) })
	at := time.Duration(0)
	for _, p := range pieces {
		if p.Span.From != at || p.Span.To < p.Span.From {
			return Transcript{}, untiled(at, p.Span)
		}
		at = p.Span.To
	}
	if at != duration {
		return Transcript{}, untiled(at, Span{duration, duration})
	}
	return joined(pieces), nil
}

func untiled(at time.Duration, s Span) error {
	return pipeline.Wrap(pipeline.Internal, fmt.Errorf("a piece from %v to %v follows at %v", s.From, s.To, at),
		"The pieces of the recording do not fit together after recognition. The recording is kept; ask for it to be recognised again.")
}

// joined puts pieces one after the other, as they are.
func joined(pieces []Piece) Transcript {
	var whole Transcript
	if len(pieces) == 1 {
		whole.Second = pieces[0].Heard.Second
	}
	for _, p := range pieces {
		for _, u := range p.Heard.Utterances {
			whole.Utterances = append(whole.Utterances, p.Span.place(u))
		}
	}
	return whole
}

// place gives an utterance of a piece its time in the whole. What an engine
// claims beyond the piece's end stays inside it, so that time never runs back.
func (s Span) place(u Utterance) Utterance {
	from, to := s.From.Milliseconds(), s.To.Milliseconds()
	at := func(ms int64) int64 { return min(max(from+ms, from), to) }
	words := make([]transcript.Word, len(u.Words))
	for i, w := range u.Words {
		w.StartMS, w.EndMS = at(w.StartMS), at(w.EndMS)
		words[i] = w
	}
	return Utterance{StartMS: at(u.StartMS), EndMS: at(u.EndMS), Words: words}
}
