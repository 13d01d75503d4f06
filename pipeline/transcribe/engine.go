package transcribe

import (
	"context"
	"time"

	"dictation/transcript"
)

// Engine recognises speech. It is safe for concurrent use; how many run at a
// time is the caller's choice ([Router] keeps to Description.Parallel).
type Engine interface {
	// Describe says what the engine is and can do. It does not change.
	Describe() Description

	// Check reports whether the engine can work here and now. Its error is a
	// sentence naming what is missing and how to get it.
	Check(ctx context.Context) error

	// Transcribe recognises the whole of a. Silence gives a Transcript without
	// words and no error. Words are in the order of time and inside the sound;
	// a time that was not heard is marked Estimated, whatever Describe says,
	// and a confidence that was not given is absent. When ctx ends it stops at
	// once, leaves nothing running behind and returns an error that wraps
	// ctx.Err().
	Transcribe(ctx context.Context, a Audio, h Hints) (Transcript, error)
}

// Description is what an engine says of itself.
type Description struct {
	Name        string        // "pocketsphinx"
	Model       string        // what it was taught with; empty when there is no choice
	Words       bool          // it recognises; false: the draft stays empty for typing
	WordTimes   bool          // it hears when each word is said; false: every time is worked out
	Confidence  bool          // it says how sure it is of a word
	Vocabulary  bool          // it listens to Hints.Vocabulary and Hints.Prompt
	Languages   []string      // BCP 47 tags; empty: any
	MaxDuration time.Duration // longest sound it takes at once; 0: no limit
	Piece       time.Duration // length it wants longer recordings cut to, at silences; 0: whole
	LeadIn      time.Duration // sound before a piece that it adapts to; what it hears there is not used
	Parallel    int           // sounds it gains by doing at a time; 0: no limit of its own
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
	Prompt     string   // text as it is expected, for engines that take their style from one
}

// Transcript is what an engine heard, in the order it was spoken.
type Transcript struct {
	Utterances []Utterance

	// Second is what the engine made of the same sound when it listened again in
	// another way, for checks to compare; nil where it did not.
	Second []transcript.Word
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
