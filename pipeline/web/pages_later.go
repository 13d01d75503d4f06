package web

import (
	"context"
	"net/http"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
)

// later is what somebody typed to add to a note, kept when it is refused.
type later struct {
	Relation pipeline.Relation
	Text     string
	Reason   string
}

func typedLater(r *http.Request) later {
	return later{
		Relation: pipeline.Relation(r.PostFormValue("relation")), Reason: r.PostFormValue("reason"),
		Text: strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"),
	}
}

// Refused is the text that a signer changed and that was not saved.
func (d signData) Refused() string {
	if d.Typing.Relation != "" {
		return ""
	}
	return d.Typing.Text
}

// ReturnWhy is the reason of a return that was refused.
func (d signData) ReturnWhy() string {
	if d.Typing.Relation != "" {
		return ""
	}
	return d.Typing.Reason
}

// signedNote gathers what the page shows of a note that was signed.
func (s *Server) signedNote(ctx context.Context, u pipeline.User, d pipeline.Dictation, data *signData) error {
	note, err := s.Store.Note(ctx, d.ID)
	if err != nil {
		return err
	}
	data.Note = &note
	data.Dictate = pipeline.May(u, pipeline.AmendNote, &d) == nil && pipeline.May(u, pipeline.CreateDictation, nil) == nil
	data.May = pipeline.May(u, pipeline.AmendNote, &d) == nil && u.AttendingID == ""
	if data.Later, err = s.Store.LaterNotes(ctx, note.ID); err != nil {
		return err
	}
	if note.RefersTo != "" {
		parent, err := s.Store.NoteByID(ctx, note.RefersTo)
		if err != nil {
			return err
		}
		data.Parent = &parent
	}
	data.Factor, _, err = s.Auth.HasSecondFactor(ctx, u.ID)
	return err
}

// Amended reports whether an amendment stands in this note's place.
func (d signData) Amended() bool {
	for _, l := range d.Later {
		if l.Relation == pipeline.Amendment {
			return true
		}
	}
	return false
}

// Signatures are all that the note has, the first one first.
func (d signData) Signatures() []pipeline.Seal {
	if d.Note == nil {
		return nil
	}
	return signatures(*d.Note)
}

func signatures(n pipeline.Note) []pipeline.Seal {
	return append(n.Earlier[:len(n.Earlier):len(n.Earlier)], n.Seal)
}

// postLater adds to the note or amends it.
func (s *Server) postLater(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4*int64(s.opts.MaxText)+maxFields)
	typed := typedLater(r)
	if refused, err := s.proven(w, r, typed); refused || err != nil {
		return err
	}
	note, err := s.Desk.Later(r.Context(), userOf(r), actor(r), dictationOf(r).ID,
		review.Later{Relation: typed.Relation, Text: typed.Text, Reason: typed.Reason})
	if err != nil {
		return s.signTrouble(w, r, err)
	}
	return goTo(w, r, "/sign/"+note.DictationID, string(typed.Relation))
}

// printData is a note on paper.
type printData struct {
	Title   string
	Number  string
	Text    string
	Patient pipeline.Patient
	Visit   pipeline.Encounter
	Author  string
	Signed  []pipeline.Seal
	Parent  string // document number of what it refers to
	Amended string // document number of what stands in its place
	Relates pipeline.Relation
	Reason  string
}

// pagePrint is the note for paper: no marks, and no doubt whether it is signed.
func (s *Server) pagePrint(w http.ResponseWriter, r *http.Request) error {
	ctx, d := r.Context(), dictationOf(r)
	c, err := s.cards(userOf(r)).one(ctx, d)
	if err != nil {
		return err
	}
	data := printData{Title: s.speech(r).t(d.Worktype.Info().Title), Number: d.JobNumber, Patient: c.Patient, Visit: c.Visit, Author: c.Author}
	// The right to the chart opens the route, too; it is one to signed notes only.
	if d.Stage == pipeline.Deliver {
		err = s.printSigned(ctx, d, &data)
	} else if err = pipeline.May(userOf(r), pipeline.ReadText, &d); err == nil {
		var v store.Version
		v, err = s.Store.Text(ctx, d.ID, 0)
		data.Text = v.Text
	}
	if err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "print", title: data.Number, data: data})
}

func (s *Server) printSigned(ctx context.Context, d pipeline.Dictation, data *printData) error {
	n, err := s.Store.Note(ctx, d.ID)
	if err != nil {
		return err
	}
	data.Text, data.Signed, data.Author = n.Text, signatures(n), n.Seal.AuthorName
	data.Parent, data.Relates, data.Reason = n.Seal.RefersTo, n.Relation, n.Reason
	after, err := s.Store.LaterNotes(ctx, n.ID)
	for _, l := range after {
		if l.Relation == pipeline.Amendment {
			data.Amended = l.DocumentNumber
		}
	}
	return err
}
