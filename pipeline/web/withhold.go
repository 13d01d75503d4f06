package web

import (
	"context"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// Withhold says when a draft is kept from the typist: typing from scratch is
// faster than mending one that is mostly wrong.
type Withhold struct {
	Above float64 // word error rate of the author's newest drafts, 0 to 1; 0: never
	Notes int     // least signed notes to judge by; default 5
}

// withheldNotes is how many of an author's newest signed notes decide.
const withheldNotes = 20

// withheld is why a draft is kept back, with the figure.
type withheld struct {
	Percent int // word errors of the author's drafts
	Notes   int // they were measured on
	Limit   int // percent
}

// withheld reports whether the typist begins with an empty page: nobody has
// typed yet, and the author's drafts are measured to be worse than the limit.
func (s *Server) withheld(ctx context.Context, d pipeline.Dictation, newest store.Version) (*withheld, error) {
	limit := s.opts.Withhold
	if limit.Above <= 0 || newest.Kind != pipeline.DraftVersion || newest.Text == "" || d.AuthorID == "" {
		return nil, nil
	}
	score, notes, err := s.Store.DraftScore(ctx, d.AuthorID, withheldNotes)
	if err != nil || notes < max(1, limit.Notes) || score.WordErrorRate() <= limit.Above {
		return nil, err
	}
	return &withheld{Percent: percent(score.WordErrorRate()), Notes: notes, Limit: percent(limit.Above)}, nil
}

func percent(share float64) int { return int(share*100 + 0.5) }
