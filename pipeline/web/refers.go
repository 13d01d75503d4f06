package web

import (
	"context"
	"errors"
	"net/http"

	"dictation/pipeline"
)

// refers reads to which signed note a recording belongs, and checks that its
// sender may add to that note.
func (s *Server) refers(r *http.Request, number, relation, why string) (pipeline.Refers, error) {
	to, err := pipeline.ParseRefers(number, relation, why)
	if err != nil || to.To == "" {
		return to, err
	}
	d, err := s.Store.DictationByJob(r.Context(), to.To)
	if err != nil {
		return to, err
	}
	return to, s.mayAddTo(r, d)
}

func (s *Server) mayAddTo(r *http.Request, d pipeline.Dictation) error {
	err := pipeline.May(userOf(r), pipeline.AmendNote, &d)
	if err == nil {
		return nil
	}
	return errors.Join(err, s.Store.Refused(r.Context(), actor(r), string(pipeline.AmendNote), d.ID, "no right"))
}

// parent is the signed note that what is dictated now belongs to, as the pages to
// dictate on and to send files show it.
type parent struct {
	Note     pipeline.Note
	Relation pipeline.Relation
	Why      string // what was typed before, when the form was refused
	Amended  bool   // another note stands in its place already
	Patient  pipeline.Patient
	Visit    pipeline.Encounter
}

// parent reads what "?note=" of an address names: the dictation of a signed note.
// Without it there is none.
func (s *Server) parent(r *http.Request, id string, relation pipeline.Relation) (*parent, error) {
	if id == "" {
		return nil, nil
	}
	ctx := r.Context()
	d, err := s.Store.Dictation(ctx, id)
	if err == nil {
		err = s.mayAddTo(r, d)
	}
	if err != nil {
		return nil, err
	}
	if relation != pipeline.Amendment {
		relation = pipeline.Addendum
	}
	p := &parent{Relation: relation}
	if p.Note, err = s.Store.Note(ctx, d.ID); err != nil {
		return nil, err
	}
	if err := s.Store.Amendable(ctx, p.Note.ID); pipeline.KindOf(err) == pipeline.Conflict {
		p.Amended, p.Relation = true, pipeline.Addendum
	} else if err != nil {
		return nil, err
	}
	if p.Patient, err = s.Store.Patient(ctx, p.Note.PatientID); err != nil {
		return nil, err
	}
	if p.Note.EncounterID != "" {
		if p.Visit, err = s.Store.Encounter(ctx, p.Note.EncounterID); err != nil {
			return nil, err
		}
	}
	return p, s.Store.Accessed(ctx, actor(r), string(pipeline.ReadDictation), d.ID, d.PatientID)
}

// Choice is the one patient, with the one visit, that the dictation can be of.
func (p *parent) Choice() choice {
	c := choice{Patient: p.Patient}
	if p.Visit.ID != "" {
		c.Visits = []pipeline.Encounter{p.Visit}
	}
	return c
}

// reference is the signed note that a dictation adds to or amends, as its cards
// show it.
type reference struct {
	Relation  pipeline.Relation
	Why       string
	Title     string
	Number    string
	Dictation string // whose note it is; empty where the reader may not read it
}

func (c *cards) reference(ctx context.Context, d pipeline.Dictation) (*reference, error) {
	if d.RefersTo == "" {
		return nil, nil
	}
	n, err := c.s.Store.NoteByID(ctx, d.RefersTo)
	if err != nil {
		return nil, err
	}
	out := &reference{Relation: d.Relation, Why: d.Why, Title: n.Title, Number: n.DocumentNumber}
	of, err := c.s.Store.Dictation(ctx, n.DictationID)
	if err == nil && pipeline.May(c.user, pipeline.ReadText, &of) == nil {
		out.Dictation = of.ID
	}
	return out, err
}
