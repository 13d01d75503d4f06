package review

import (
	"context"
	"unicode/utf8"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// Limits of what a page may tell besides the text.
const (
	maxTextMarks = 2000
	maxReason    = 200 // characters
	maxAccepted  = 5000
	maxName      = 20 // bytes
)

// Edit is a text as a person's page has it.
type Edit struct {
	Text string

	// Words is where the draft's words stand in the text, counted as the tokens
	// of the draft's own text. Nil: the page kept no account of them.
	Words []transcript.Span

	// Marks are the blanks and doubtful words. Nil: the page knows no marks; those
	// of the version it began with are carried over.
	Marks []transcript.Mark

	// Accepted names the flags that the person has looked at. Nil as for Marks.
	Accepted []string
}

// SaveEdit stores a text as a new version, based on version base, with what is
// known besides it. disputed is in how many places the page's account of the
// words differs from what alignment finds; both are stored.
func (k *Desk) SaveEdit(ctx context.Context, by store.Actor, id string, base int, e Edit) (n, disputed int, err error) {
	if err := k.storable(e.Text); err != nil {
		return 0, 0, err
	}
	places, err := k.places(ctx, id, base, e)
	if err != nil {
		return 0, 0, err
	}
	n, err = k.store.SaveEdit(ctx, by, id, base, e.Text, places, k.opts.Lease)
	if err != nil {
		return 0, 0, k.lost(ctx, by.ID, id, err)
	}
	k.queue.Announce(id)
	return n, len(places.Disputed), nil
}

// storable refuses a text that is too long or has characters no note has.
func (k *Desk) storable(text string) error {
	if len(text) > k.opts.MaxText {
		return pipeline.Errorf(pipeline.TooLarge, "This text is longer than the limit of %d kB and was not saved. Shorten it, or ask an administrator to raise the limit.", k.opts.MaxText>>10)
	}
	if !clean(text) {
		return pipeline.Errorf(pipeline.Invalid, "The text holds characters that cannot be stored (a zero byte or broken UTF-8). It was not saved; remove them and save again.")
	}
	return nil
}

// places checks what the page told and adds what it did not.
func (k *Desk) places(ctx context.Context, id string, base int, e Edit) (p store.Places, err error) {
	if err := e.check(); err != nil {
		return p, err
	}
	p.Marks, p.Accepted = e.Marks, e.Accepted
	if e.Marks == nil || e.Accepted == nil {
		older, err := k.store.Text(ctx, id, base)
		if err != nil {
			return p, err
		}
		if e.Marks == nil {
			p.Marks = transcript.CarryMarks(older.Places.Marks, older.Text, e.Text)
		}
		if e.Accepted == nil {
			p.Accepted = older.Places.Accepted
		}
	}
	if e.Words == nil {
		return p, nil
	}
	v, err := k.store.Draft(ctx, id)
	if err != nil {
		return p, err
	}
	words := Timed(v)
	told, err := transcript.Seats(e.Words, e.Text, len(words))
	if err != nil {
		return p, pipeline.Wrap(pipeline.Invalid, err, "The places of the words do not fit the text (%v). Nothing was saved.", err)
	}
	derived := transcript.Seat(words, e.Text)
	p.Draft = v.N
	p.Told, p.Derived = transcript.Spans(told, e.Text), transcript.Spans(derived, e.Text)
	p.Disputed = transcript.Disputes(words, e.Text, told, derived)
	return p, nil
}

func (e Edit) check() error {
	if err := transcript.CheckMarks(e.Marks, e.Text); err != nil {
		return pipeline.Wrap(pipeline.Invalid, err, "The marks do not fit the text (%v). Nothing was saved.", err)
	}
	if len(e.Marks) > maxTextMarks || len(e.Accepted) > maxAccepted {
		return pipeline.Errorf(pipeline.TooLarge, "There are more marks than a text can have. Nothing was saved.")
	}
	for _, m := range e.Marks {
		if utf8.RuneCountInString(m.Reason) > maxReason || !clean(m.Reason) {
			return pipeline.Errorf(pipeline.Invalid, "Keep the reason of a mark under %d plain characters. Nothing was saved.", maxReason)
		}
	}
	for _, a := range e.Accepted {
		if len(a) > maxName || !clean(a) {
			return pipeline.Errorf(pipeline.Invalid, "A flag that was looked at has a name that no flag has. Nothing was saved.")
		}
	}
	return nil
}

// Timed are a draft's words as the places of later texts count them: one for
// each token of the draft's text.
func Timed(draft store.Version) []transcript.Word {
	return transcript.Draft{Engine: draft.Engine, Text: draft.Text, Words: draft.Words}.Timed(draft.Text)
}

// Seats gives each token of a version the draft's word it stands for: as its
// page told, or else by alignment. words are Timed of draft.
func Seats(v, draft store.Version, words []transcript.Word) []int {
	if v.Places.Draft == draft.N && draft.N > 0 {
		if seats, err := transcript.Seats(v.Places.Told, v.Text, len(words)); err == nil {
			return seats
		}
	}
	return transcript.Seat(words, v.Text)
}
