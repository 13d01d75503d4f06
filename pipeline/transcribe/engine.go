package transcribe

import (
	"context"
	"time"

	"dictation/transcript"
)

// Engine recognises speech. It is safe for concurrent use; how many run at a
// time is the caller's choice.
type Engine interface {
	// Describe says what the engine is and can do. It does not change.
	Describe() Description

	// Check reports whether the engine can work here and now. Its error is a
	// sentence naming what is missing and how to get it.
	Check(ctx context.Context) error

	// Transcribe recognises the whole of a. Silence gives a Transcript without
	// words and no error. When ctx ends it stops at once, leaves nothing
	// running behind and returns an error that wraps ctx.Err().
	Transcribe(ctx context.Context, a Audio, h Hints) (Transcript, error)
}

// Description is what an engine says of itself.
type Description struct {
	Name        string        // "pocketsphinx"
	Model       string        // what it was taught with; empty when there is no choice
	Words       bool          // it recognises; false: the draft stays empty for typing
	WordTimes   bool          // each word's time is heard, not worked out
	Confidence  bool          // each word has a confidence
	Vocabulary  bool          // it listens to Hints.Vocabulary
	Languages   []string      // BCP 47 tags; empty: any
	MaxDuration time.Duration // longest recording it takes; 0: no limit
}

// String names engine and model as drafts and the error study record them.
func (d Description) String() string {
	if d.Model == "" {
		return d.Name
	}
	return d.Name + " " + d.Model
}

// Hints is what is known before listening. An engine uses what it can.
type Hints struct {
	Language   string   // BCP 47; empty: the engine's first
	Vocabulary []string // words that are likely
}

// Transcript is what an engine heard, in the order it was spoken.
type Transcript struct {
	Utterances []Utterance
}

// Utterance is speech between two pauses, as the engine cut it.
type Utterance struct {
	StartMS int64
	EndMS   int64
	Words   []transcript.Word
}

// Words gives the words of all utterances.
func (t Transcript) Words() []transcript.Word {
	n := 0
	for _, u := range t.Utterances {
		n += len(u.Words)
	}
	words := make([]transcript.Word, 0, n)
	for _, u := range t.Utterances {
		words = append(words, u.Words...)
	}
	return words
}
