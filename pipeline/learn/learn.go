package learn

import (
	"context"
	"errors"
	"hash/fnv"
	"iter"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe/lexicon"
	"dictation/transcript"
)

// Signed is a signed note and what it was made from.
type Signed struct {
	DictationID string
	AuthorID    string
	Text        string // of the note
	Draft       string // what the engine wrote; empty where it was typed from scratch
	Sound       string // blob key of the canonical sound; empty where it is gone
}

// Source is where signed notes come from.
type Source struct {
	// Notes gives all signed notes, the newest first. It may be called several
	// times.
	Notes func(context.Context) iter.Seq2[Signed, error]
	// Sound brings the canonical sound of a note's dictation into a file, which
	// done removes.
	Sound func(context.Context, Signed) (path string, done func(), err error)
}

// Recogniser recognises a file with a model.
type Recogniser func(ctx context.Context, m Model, path string) ([]transcript.Word, error)

// Learner makes models better from signed notes.
type Learner struct {
	Shelf     *Shelf
	Lexicon   *lexicon.Lexicon
	Base      Texts // its Notes are not used
	Source    Source
	Recognise Recogniser
	Now       func() time.Time
	Say       func(string) // progress in words, without patient data

	// Bounds of a trial; zero: 20 dictations.
	MaxTrials int
}

// Trial is what a new model did against the one in use, on dictations it was
// not taught with.
type Trial struct {
	Dictations int `json:"dictations"`
	Words      int `json:"words"`

	Before     float64 `json:"wer_before"` // word error rate, written form
	After      float64 `json:"wer_after"`
	BeforeName string  `json:"before"` // version it was compared with
}

// Outcome is what came of learning.
type Outcome struct {
	Model  Model
	Used   bool
	Reason string // why, in a sentence
}

// Learn trains a model and uses it if it proves better. One that does not stays
// on the shelf, unused. Speech that was recognised meanwhile is not touched.
func (l *Learner) Learn(ctx context.Context) (Outcome, error) {
	before, err := l.Shelf.Ensure(ctx, l.Base, l.Lexicon, l.Now(), l.Say)
	if err != nil {
		return Outcome{}, err
	}
	after, err := l.train(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if after.Version == before.Version {
		return Outcome{Model: before, Reason: "Nothing was signed since the model in use was made."}, nil
	}
	trial, err := l.try(ctx, before, after)
	if err != nil {
		return Outcome{}, err
	}
	after.Trial = &trial
	if err := record(after); err != nil {
		return Outcome{}, err
	}
	o := Outcome{Model: after}
	o.Used, o.Reason = trial.verdict()
	if o.Used {
		err = l.Shelf.Use(after.Version)
	}
	return o, err
}

// train builds a model of all signed notes that are not held back.
func (l *Learner) train(ctx context.Context) (Model, error) {
	n := 0
	var failed error
	notes := func(yield func(string) bool) {
		for s, err := range l.Source.Notes(ctx) {
			if err != nil {
				failed = err
				return
			}
			if HeldBack(s.DictationID) {
				continue
			}
			n++
			if !yield(s.Text) {
				return
			}
		}
	}
	l.Say("Reading the signed notes.")
	m, err := Build(ctx, Texts{Base: l.Base.Base, BaseName: l.Base.BaseName, Notes: notes}, l.Lexicon, l.Shelf.Dir(), l.Now())
	if err := errors.Join(failed, err); err != nil {
		return Model{}, err
	}
	if n == 0 {
		return Model{}, pipeline.Errorf(pipeline.Conflict, "There are no signed notes to learn from yet.")
	}
	return m, nil
}

// heldBack is one in how many signed notes is never learned from.
const heldBack = 10

// HeldBack reports whether a dictation's note is kept for trials. It is always
// the same ones, so that no model was ever taught with them.
func HeldBack(dictation string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(dictation)) // never fails
	return h.Sum32()%heldBack == 0
}

const defaultTrials = 20

// try recognises dictations that were held back, with both models.
func (l *Learner) try(ctx context.Context, before, after Model) (Trial, error) {
	t := Trial{BeforeName: before.Version}
	var old, now transcript.Errors
	limit := l.MaxTrials
	if limit <= 0 {
		limit = defaultTrials
	}
	for s, err := range l.Source.Notes(ctx) {
		if err != nil {
			return t, err
		}
		if t.Dictations == limit {
			break
		}
		if s.Sound == "" || !HeldBack(s.DictationID) {
			continue
		}
		if t.Dictations == 0 {
			l.Say("Trying the new model on dictations it was not taught with.")
		}
		a, b, err := l.both(ctx, s, before, after)
		if err != nil {
			return t, err
		}
		old, now = old.Add(a), now.Add(b)
		t.Dictations++
	}
	t.Words, t.Before, t.After = old.Words, old.Rate(), now.Rate()
	return t, nil
}

// both counts the errors of two models against a signed note.
func (l *Learner) both(ctx context.Context, s Signed, before, after Model) (old, now transcript.Errors, err error) {
	path, done, err := l.Source.Sound(ctx, s)
	if err != nil {
		return old, now, err
	}
	defer done()
	for _, side := range []struct {
		m Model
		e *transcript.Errors
	}{{before, &old}, {after, &now}} {
		words, err := l.Recognise(ctx, side.m, path)
		if err != nil {
			return old, now, err
		}
		*side.e = transcript.WER(s.Text, transcript.Format(words).Text)
	}
	return old, now, nil
}

// fewWords is below what a trial says little.
const fewWords = 200

func (t Trial) verdict() (better bool, reason string) {
	switch {
	case t.Dictations == 0:
		return false, "No signed note with its sound was held back yet to try the model on; it is kept unused. It can be put to use by hand: dictation model use VERSION"
	case t.Words < fewWords:
		return false, "The signed notes held back are too short to judge by; the model is kept unused."
	case t.After >= t.Before:
		return false, "It makes no fewer errors than the model in use, which stays."
	}
	return true, "It makes fewer errors than the model before, on dictations neither was taught with."
}
