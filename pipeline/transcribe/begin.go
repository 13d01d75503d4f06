package transcribe

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"dictation/pipeline"
	"dictation/transcript"
)

// Engines that adapt to the voice are led astray by a silent beginning: seconds
// of dither before the first word cost the first sentence. What is fainter than
// anybody speaks is therefore not given to them, but for a margin.
const (
	beginMargin = 300 * time.Millisecond
	longSilence = 500 * time.Millisecond // less does no harm
)

// hear has an engine recognise a file without its silent beginning. Times are
// those of the file.
func hear(ctx context.Context, e Engine, a Audio, h Hints, dir string) (Transcript, error) {
	silent, err := a.silentStart()
	if err != nil {
		return Transcript{}, pipeline.Wrap(pipeline.Internal, err, "The sound prepared for recognition could not be read. The recording is kept.")
	}
	if silent < longSilence {
		return e.Transcribe(ctx, a, h)
	}
	from := silent - beginMargin
	path := filepath.Join(dir, "begun-"+filepath.Base(a.Path))
	defer os.Remove(path)
	if err := cutTo(path, a, Span{from, a.Duration}); err != nil {
		return Transcript{}, pipeline.Wrap(pipeline.Unavailable, err, "The recording could not be prepared for recognition. It is kept and recognition is tried again.")
	}
	heard, err := e.Transcribe(ctx, Audio{Path: path, Duration: a.Duration - from, Part: a.Part}, h)
	return heard.later(from), err
}

// silentStart is how long the recording is silent at its beginning, in whole
// frames; 0 where all of it is.
func (a Audio) silentStart() (time.Duration, error) {
	f, err := os.Open(a.Path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := readHeader(f)
	if err != nil {
		return 0, nil // the engine says what is wrong with it
	}
	r := bufio.NewReaderSize(io.LimitReader(f, n), 64<<10)
	var frame [2 * frameSamples]byte
	for at := time.Duration(0); ; at += frameTime {
		if _, err := io.ReadFull(r, frame[:]); err != nil {
			return 0, nil
		}
		if level(frame[:]) > faintestDBFS {
			return at, nil
		}
	}
}

// later counts time from a moment that lies so much earlier.
func (t Transcript) later(by time.Duration) Transcript {
	ms := by.Milliseconds()
	var whole Transcript
	for _, u := range t.Utterances {
		whole.Utterances = append(whole.Utterances, Utterance{StartMS: u.StartMS + ms, EndMS: u.EndMS + ms, Words: wordsLater(u.Words, ms)})
	}
	whole.Second = wordsLater(t.Second, ms)
	return whole
}

func wordsLater(words []transcript.Word, ms int64) []transcript.Word {
	var later []transcript.Word
	for _, w := range words {
		w.StartMS, w.EndMS = w.StartMS+ms, w.EndMS+ms
		later = append(later, w)
	}
	return later
}
