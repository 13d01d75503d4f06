package web

import (
	"context"
	"net/http"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

func (s *Server) fhirEncounters(w http.ResponseWriter, r *http.Request) error {
	m := s.mapping(r)
	q, err := m.ParseQuery("Encounter", r.URL.Query())
	if err != nil {
		return err
	}
	if !q.Nothing && len(q.IDs)+len(q.Patients)+len(q.Numbers) == 0 {
		return pipeline.Errorf(pipeline.Invalid, "Search for visits by patient, identifier or _id.")
	}
	return search(s, w, r, m, q, finder[pipeline.Encounter, fhir.Encounter]{
		rows:     s.encounterRows(r.Context(), q),
		resource: m.Encounter,
		cursor:   encounterCursor,
		patient:  func(e pipeline.Encounter) string { return e.PatientID },
	})
}

func encounterCursor(e pipeline.Encounter) fhir.Cursor { return fhir.Cursor{At: e.Start, ID: e.ID} }

// encounterRows finds visits, the latest first.
func (s *Server) encounterRows(ctx context.Context, q fhir.Query) rows[pipeline.Encounter] {
	all := gather(s.encounterSearches(ctx, q), func(e pipeline.Encounter) string { return e.ID },
		func(a, b pipeline.Encounter) int { return newest(encounterCursor(a), encounterCursor(b)) })
	return only(all, func(e pipeline.Encounter) bool {
		return in(q.IDs, e.ID) && in(q.Patients, e.PatientID) && in(q.Numbers, e.Number) &&
			within(q.Updated, e.Updated) && behind(q.After, encounterCursor(e))
	})
}

func (s *Server) encounterSearches(ctx context.Context, q fhir.Query) (searches []rows[pipeline.Encounter]) {
	switch {
	case q.Nothing:
	case len(q.IDs) > 0:
		for _, id := range q.IDs {
			searches = append(searches, one(func() (pipeline.Encounter, error) { return s.Store.Encounter(ctx, id) }))
		}
	case len(q.Numbers) > 0:
		for _, n := range q.Numbers {
			searches = append(searches, one(func() (pipeline.Encounter, error) { return s.Store.EncounterByNumber(ctx, n) }))
		}
	default:
		for _, p := range q.Patients {
			searches = append(searches, s.visits(ctx, p))
		}
	}
	return searches
}

func (s *Server) visits(ctx context.Context, patient string) rows[pipeline.Encounter] {
	return func(yield func(pipeline.Encounter, error) bool) {
		list, err := s.Store.Encounters(ctx, patient)
		if err != nil {
			yield(pipeline.Encounter{}, err)
			return
		}
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}
