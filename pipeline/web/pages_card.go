package web

import (
	"context"
	"net/http"

	"dictation/pipeline"
)

// card is a dictation with the names around it, as lists and heads show it.
type card struct {
	pipeline.Dictation
	Patient pipeline.Patient
	Visit   pipeline.Encounter
	Author  string
	Holder  string
	Mine    bool // the reader holds it
	AddsTo  *reference
}

// cards makes cards for one request and remembers what it looked up.
type cards struct {
	s        *Server
	user     pipeline.User
	patients map[string]pipeline.Patient
	visits   map[string]pipeline.Encounter
	names    map[string]string
}

func (s *Server) cards(u pipeline.User) *cards {
	return &cards{
		s: s, user: u, patients: make(map[string]pipeline.Patient),
		visits: make(map[string]pipeline.Encounter), names: make(map[string]string),
	}
}

// of makes the cards of a list.
func (c *cards) of(ctx context.Context, ds []pipeline.Dictation) ([]card, error) {
	out := make([]card, len(ds))
	for i, d := range ds {
		var err error
		if out[i], err = c.one(ctx, d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *cards) one(ctx context.Context, d pipeline.Dictation) (card, error) {
	out := card{Dictation: d, Mine: d.HolderID != "" && d.HolderID == c.user.ID}
	var err error
	if out.Patient, err = remembered(ctx, c.patients, d.PatientID, c.s.Store.Patient); err != nil {
		return out, err
	}
	if out.Visit, err = remembered(ctx, c.visits, d.EncounterID, c.s.Store.Encounter); err != nil {
		return out, err
	}
	if out.Author, err = remembered(ctx, c.names, d.AuthorID, c.name); err != nil {
		return out, err
	}
	if out.Holder, err = remembered(ctx, c.names, d.HolderID, c.name); err != nil {
		return out, err
	}
	out.AddsTo, err = c.reference(ctx, d)
	return out, err
}

func (c *cards) name(ctx context.Context, id string) (string, error) {
	u, err := c.s.Store.User(ctx, id)
	return u.Name, err
}

// remembered gives what load finds under id, once; no id is nothing.
func remembered[T any](ctx context.Context, known map[string]T, id string, load func(context.Context, string) (T, error)) (T, error) {
	var none T
	if id == "" {
		return none, nil
	}
	if v, ok := known[id]; ok {
		return v, nil
	}
	v, err := load(ctx, id)
	if err != nil {
		return none, err
	}
	known[id] = v
	return v, nil
}

// withDictation puts a dictation into the request, as the guard does.
func withDictation(r *http.Request, d pipeline.Dictation) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), dictationKey, d))
}
