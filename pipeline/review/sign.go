package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// signing is what a signature is made of, once it is known that it may be.
type signing struct {
	author, signer pipeline.User
	attending      string // whose signature has to follow; empty when this one decides
	meaning        string
}

// Sign makes the note of version base. The caller has just confirmed the
// signer's password. What is open, blanks and what must be heard, refuses it as
// [*Unresolved]: a signed note has no holes.
//
// After the first of two signatures there is no note yet: its ID is empty, its
// Seal is the first signature.
func (k *Desk) Sign(ctx context.Context, u pipeline.User, by store.Actor, id string, base int) (pipeline.Note, error) {
	d, err := k.store.Dictation(ctx, id)
	if err != nil {
		return pipeline.Note{}, err
	}
	if err := pipeline.May(u, pipeline.SignNote, &d); err != nil {
		return pipeline.Note{}, err
	}
	how, err := k.signing(ctx, u, d)
	if err != nil {
		return pipeline.Note{}, err
	}
	// Of another version the store says that it is not the newest.
	if base == d.TextN {
		open, err := k.Open(ctx, u, d, base)
		if err != nil {
			return pipeline.Note{}, err
		}
		if err := open.err(); err != nil {
			return pipeline.Note{}, err
		}
	}
	seal := func(now pipeline.Dictation, n *pipeline.Note) error {
		if now.Step != d.Step || now.AuthorID != d.AuthorID {
			return pipeline.Errorf(pipeline.Conflict, "The dictation was changed while you signed. Nothing was signed; read it again.")
		}
		return k.seal(now, n, how)
	}
	var note pipeline.Note
	if how.attending != "" {
		note, d, err = k.store.FirstSign(ctx, by, id, base, how.attending, seal)
	} else {
		note, d, err = k.store.Sign(ctx, by, id, base, seal)
	}
	if err == nil {
		k.queue.Announce(d.ID)
	}
	return note, err
}

// As says what u's signature on d would mean, and the id of who signs after him.
func (k *Desk) As(ctx context.Context, u pipeline.User, d pipeline.Dictation) (means, second string, err error) {
	how, err := k.signing(ctx, u, d)
	return how.meaning, how.attending, err
}

// signing finds out as what u signs d, and whether somebody signs after him.
func (k *Desk) signing(ctx context.Context, u pipeline.User, d pipeline.Dictation) (signing, error) {
	how := signing{author: u, signer: u}
	if d.AuthorID == "" {
		return how, pipeline.Errorf(pipeline.Conflict, "Nobody knows who dictated this. An administrator must name the author before it can be signed.")
	}
	var err error
	if d.AuthorID != u.ID {
		if how.author, err = k.store.User(ctx, d.AuthorID); err != nil {
			return how, err
		}
	}
	if d.Step == pipeline.Cosignature {
		how.meaning = pipeline.MeansAttending
		if d.CosignerID != u.ID {
			how.meaning = pipeline.MeansAttendingProxy
		}
		return how, nil
	}
	// The attending answers for the note: his signature needs no second.
	if how.author.AttendingID == u.ID {
		how.meaning = pipeline.MeansAttending
		return how, nil
	}
	how.attending = how.author.AttendingID
	how.meaning = meaning(u, d, how.attending != "")
	return how, nil
}

func meaning(u pipeline.User, d pipeline.Dictation, first bool) string {
	means := [2]string{pipeline.MeansReviewed, pipeline.MeansReviewedFirst}
	switch {
	case d.AuthorID == u.ID:
		means = [2]string{pipeline.MeansAuthor, pipeline.MeansFirst}
	case slices.Contains(u.ProxyFor, d.AuthorID):
		means = [2]string{pipeline.MeansProxy, pipeline.MeansProxyFirst}
	}
	if first {
		return means[1]
	}
	return means[0]
}

// seal fills in the note's seal and signs it. The store has said already which
// document it refers to.
func (k *Desk) seal(d pipeline.Dictation, n *pipeline.Note, how signing) error {
	if strings.TrimSpace(n.Text) == "" {
		return pipeline.Errorf(pipeline.Conflict, "There is no text to sign.")
	}
	n.Seal = pipeline.Seal{
		DocumentNumber: n.DocumentNumber,
		TextSHA256:     pipeline.TextHash(n.Text),
		AudioSHA256:    d.Original.SHA256,
		AuthorID:       how.author.ID,
		AuthorName:     how.author.Name,
		SignerID:       how.signer.ID,
		SignerName:     how.signer.Name,
		Meaning:        how.meaning,
		SignedAt:       k.opts.Now().UTC().Truncate(time.Millisecond),
		RefersTo:       n.Seal.RefersTo,
		Relation:       n.Relation,
		Reason:         n.Reason,
	}
	if len(n.Earlier) > 0 {
		first := n.Earlier[len(n.Earlier)-1]
		if first.SignerID == n.Seal.SignerID { // an attending's proxy may be the author himself
			return pipeline.Errorf(pipeline.Forbidden, "You gave the first signature; the second must be somebody else's. Nothing was signed.")
		}
		if first.TextSHA256 != n.Seal.TextSHA256 {
			return pipeline.Errorf(pipeline.Conflict, "The first signature is not over this text. Return the note and have it signed again.")
		}
		n.Seal.First = hashOf(first.Signature)
	}
	n.Seal.Sign(k.key)
	return nil
}

func hashOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Mend saves what the signer changed in the text of version base before he signs.
func (k *Desk) Mend(ctx context.Context, u pipeline.User, by store.Actor, id string, base int, text string) (int, error) {
	d, err := k.store.Dictation(ctx, id)
	if err != nil {
		return 0, err
	}
	if err := pipeline.May(u, pipeline.SignNote, &d); err != nil {
		return 0, err
	}
	if err := k.storable(text); err != nil {
		return 0, err
	}
	if strings.TrimSpace(text) == "" {
		return 0, pipeline.Errorf(pipeline.Invalid, "The text would be empty. It was not saved.")
	}
	if base != d.TextN { // of which the store says that it is not the newest
		return k.store.Mend(ctx, by, id, base, text, store.Places{})
	}
	places, err := k.mended(ctx, id, base, text)
	if err != nil {
		return 0, err
	}
	n, err := k.store.Mend(ctx, by, id, base, text, places)
	if err == nil {
		k.queue.Announce(id)
	}
	return n, err
}

// mended are the places of a text that was changed in a plain field: those of the
// version it was made of, carried along.
func (k *Desk) mended(ctx context.Context, id string, base int, text string) (p store.Places, err error) {
	older, err := k.store.Text(ctx, id, base)
	if err != nil {
		return p, err
	}
	draft, err := k.store.Draft(ctx, id)
	if err != nil {
		return p, err
	}
	p.Marks, p.Accepted = transcript.CarryMarks(older.Places.Marks, older.Text, text), older.Places.Accepted
	words := Timed(draft)
	told := transcript.Reseat(Seats(older, draft, words), older.Text, text)
	derived := transcript.Seat(words, text)
	p.Draft = draft.N
	p.Told, p.Derived = transcript.Spans(told, text), transcript.Spans(derived, text)
	p.Disputed = transcript.Disputes(words, text, told, derived)
	return p, nil
}

// Attest signs all that is in a sealed note, the site's names of things too.
func (k *Desk) Attest(n *pipeline.SealedNote) { n.Attest(k.key) }
