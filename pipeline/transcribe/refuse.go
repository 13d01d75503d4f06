package transcribe

import (
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

// enoughSpeech is how much of it an engine may not pass over.
const enoughSpeech = 1500 * time.Millisecond

// refuseIfSpeech is the error for an engine that heard no word in a. Decode's
// map of the speech decides; without one the levels do.
func refuseIfSpeech(a Audio, segments []audio.Segment) error {
	speech := speechWithin(segments, Span{0, a.Duration})
	if len(segments) == 0 {
		var err error
		if speech, err = speechIn(a.Path); err != nil {
			return err
		}
	}
	if speech < enoughSpeech {
		return nil
	}
	return heardNothing("The speech engine found no words although about %.0f seconds of the recording sound like speech.", speech)
}

// heardNothing is about the recording: the engine works, and would hear nothing
// in it the next time either. Another engine may.
func heardNothing(says string, speech time.Duration) error {
	return pipeline.Errorf(pipeline.Unreadable, says+" The recording is kept; have it typed from the sound.", speech.Seconds())
}

// pieceShare is which part of a piece must be speech for its silence to be a
// failure: a cough and a slammed door are no dictation.
const pieceShare = 4

// refuseSilentPiece is the error for an engine that heard no word in one piece
// of a recording: the words of the others would hide it.
func refuseSilentPiece(p Piece, segments []audio.Segment) error {
	speech := speechWithin(segments, p.Span)
	if len(p.Heard.Words()) > 0 || speech < max(enoughSpeech, p.Span.Length()/pieceShare) {
		return nil
	}
	return heardNothing("The speech engine found no words in a piece of the recording that has about %.0f seconds of speech.", speech)
}

// speechWithin is how much of a span is speech.
func speechWithin(segments []audio.Segment, s Span) (sum time.Duration) {
	for _, seg := range segments {
		if seg.Speech {
			sum += max(0, min(seg.End, s.To)-max(seg.Start, s.From))
		}
	}
	return sum
}
