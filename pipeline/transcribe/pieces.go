package transcribe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/transcript"
)

// Listen has an engine recognise a span of a canonical recording. The piece is
// cut to a file in dir, which is removed at the end; a span of the whole needs
// none. It knows nothing of other pieces, so that each can be a job of its own.
func Listen(ctx context.Context, e Engine, a Audio, s Span, h Hints, dir string) (Piece, error) {
	if s.From == 0 && s.To >= a.Duration {
		heard, err := hear(ctx, e, a, h, dir)
		return Piece{s, heard}, err
	}
	cut := Span{max(0, s.From-e.Describe().LeadIn), s.To}
	path := filepath.Join(dir, fmt.Sprintf("piece-%d-%d.wav", s.From.Milliseconds(), s.To.Milliseconds()))
	defer os.Remove(path)
	if err := cutTo(path, a, cut); err != nil {
		return Piece{}, pipeline.Wrap(pipeline.Unavailable, err, "A piece of the recording could not be prepared for recognition. The recording is kept and recognition is tried again.")
	}
	heard, err := hear(ctx, e, Audio{Path: path, Duration: cut.Length(), Part: true}, h, dir)
	return Piece{s, heard.from(s.From - cut.From)}, err
}

// from drops what was heard in the lead-in, and counts time from its end. The
// piece before ends there, in a silence: a word belongs to the side that most
// of it is on.
func (t Transcript) from(begin time.Duration) Transcript {
	if begin == 0 {
		return t
	}
	ms := begin.Milliseconds()
	var rest Transcript
	for _, u := range t.Utterances {
		var words []transcript.Word
		for _, w := range u.Words {
			if w.StartMS+w.EndMS >= 2*ms {
				w.StartMS, w.EndMS = max(0, w.StartMS-ms), w.EndMS-ms
				words = append(words, w)
			}
		}
		if len(words) > 0 {
			rest.Utterances = append(rest.Utterances, Utterance{StartMS: max(0, u.StartMS-ms), EndMS: u.EndMS - ms, Words: words})
		}
	}
	return rest
}

// cutTo writes a span of a recording to a file of its own.
func cutTo(path string, a Audio, s Span) (err error) {
	whole, err := os.Open(a.Path)
	if err != nil {
		return err
	}
	defer whole.Close()
	samples, err := readHeader(whole)
	if err != nil {
		return err
	}
	if _, err := whole.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	to := samples / 2
	if s.To < a.Duration {
		to = audio.SampleAt(s.To)
	}
	return audio.CopyPart(f, whole, audio.SampleAt(s.From), to)
}

// quietFrames is over how many frames of 20 ms loudness is taken when a cut has
// to be made in speech: shorter dips are inside words.
const quietFrames = 6

// quietest finds the softest place of the recording between two times. A file
// that cannot be read gives the first: cutting it will tell.
func (a Audio) quietest(from, to time.Duration) time.Duration {
	f, err := os.Open(a.Path)
	if err != nil {
		return from
	}
	defer f.Close()
	if _, err := f.Seek(headerLength+2*audio.SampleAt(from), io.SeekStart); err != nil {
		return from
	}
	r := bufio.NewReader(f)
	var ring [quietFrames]int
	sum, best, least := 0, from, 0
	for i := 0; from+time.Duration(i+1)*frameTime <= to; i++ {
		var frame [2 * frameSamples]byte
		if _, err := io.ReadFull(r, frame[:]); err != nil {
			break
		}
		l := level(frame[:])
		sum += l - ring[i%quietFrames]
		ring[i%quietFrames] = l
		if i+1 >= quietFrames && sum < least {
			best, least = from+time.Duration(i+1-quietFrames/2)*frameTime, sum
		}
	}
	return best
}
