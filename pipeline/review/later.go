package review

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// Later is what somebody adds to a signed note, or puts in its place.
type Later struct {
	Relation pipeline.Relation
	Text     string
	Reason   string // of an amendment: what was wrong
}

// Later writes and signs an addendum or amendment to the note of a dictation in
// one act; it is a document of its own and is delivered as such. The caller has
// just confirmed the signer's password. The signed note does not change.
func (k *Desk) Later(ctx context.Context, u pipeline.User, by store.Actor, id string, l Later) (pipeline.Note, error) {
	d, err := k.store.Dictation(ctx, id)
	if err != nil {
		return pipeline.Note{}, err
	}
	if err := pipeline.May(u, pipeline.AmendNote, &d); err != nil {
		return pipeline.Note{}, err
	}
	if u.AttendingID != "" { // else one signature would replace two
		return pipeline.Note{}, pipeline.Errorf(pipeline.Forbidden, "Your notes need the signature of your attending as well, so you cannot add to one or amend it by yours alone. Dictate an addendum, or ask your attending. Nothing was signed.")
	}
	if err := k.laterFits(&l); err != nil {
		return pipeline.Note{}, err
	}
	parent, err := k.store.Note(ctx, id)
	if err != nil {
		return pipeline.Note{}, err
	}
	if l.Relation == pipeline.Amendment && l.Text == parent.Text {
		return pipeline.Note{}, pipeline.Errorf(pipeline.Conflict, "The text is the one that was signed: there is nothing to amend.")
	}
	next := pipeline.Dictation{
		ID: uuid.Must(uuid.NewV7()).String(), AuthorID: u.ID, PatientID: parent.PatientID, EncounterID: parent.EncounterID,
		Worktype: parent.Worktype, Priority: pipeline.Routine, Due: k.opts.Now(), Facility: d.Facility, Source: "written",
		RefersTo: parent.ID, Relation: l.Relation,
	}
	how := signing{author: u, signer: u, meaning: pipeline.MeansAuthor}
	note, next, err := k.store.Later(ctx, by, next, l.Text, func(d pipeline.Dictation, n *pipeline.Note) error {
		n.Reason = l.Reason
		return k.seal(d, n, how)
	})
	if err == nil {
		k.queue.Announce(next.ID)
		k.queue.Announce(id)
	}
	return note, err
}

// laterFits checks what was typed.
func (k *Desk) laterFits(l *Later) error {
	if _, err := pipeline.ParseRelation(string(l.Relation)); err != nil {
		return err
	}
	l.Text, l.Reason = strings.TrimSpace(l.Text), strings.TrimSpace(l.Reason)
	switch {
	case l.Text == "":
		return pipeline.Errorf(pipeline.Invalid, "There is no text yet. Nothing was signed.")
	case strings.Contains(l.Text, transcript.BlankText):
		return pipeline.Errorf(pipeline.Conflict, "The text has a blank (%s). Fill it in before you sign.", transcript.BlankText)
	case l.Relation == pipeline.Amendment && l.Reason == "":
		return pipeline.Errorf(pipeline.Invalid, "Say why the note is amended: readers of the old one see the reason.")
	case len(l.Reason) > 1000:
		return pipeline.Errorf(pipeline.TooLarge, "Keep the reason under 1000 characters.")
	case !clean(l.Reason):
		return pipeline.Errorf(pipeline.Invalid, "The reason holds characters that cannot be stored. Nothing was signed.")
	}
	return k.storable(l.Text)
}
