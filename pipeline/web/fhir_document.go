package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
	"dictation/pipeline/store"
)

func (s *Server) fhirDocuments(w http.ResponseWriter, r *http.Request) error {
	m := s.mapping(r)
	q, err := m.ParseQuery("DocumentReference", r.URL.Query())
	if err != nil {
		return err
	}
	notes := func(yield func(shown, error) bool) {
		for d, err := range s.documentRows(r.Context(), q) {
			if !yield(shown{m.DocumentReference(d), d.Note.PatientID, documentCursor(d)}, err) {
				return
			}
		}
	}
	return search(s, w, r, m, q, shownFinder(zip2(notes, s.entryRows(r.Context(), m, q))))
}

// fhirProvenances searches who made documents, as documents are searched.
func (s *Server) fhirProvenances(w http.ResponseWriter, r *http.Request) error {
	m := s.mapping(r)
	q, err := m.ParseQuery("Provenance", r.URL.Query())
	if err != nil {
		return err
	}
	return search(s, w, r, m, q, finder[pipeline.ChartDocument, fhir.Provenance]{
		rows:     s.documentRows(r.Context(), q),
		resource: m.Provenance,
		cursor:   documentCursor,
		patient:  func(d pipeline.ChartDocument) string { return d.Note.PatientID },
	})
}

func documentCursor(d pipeline.ChartDocument) fhir.Cursor {
	return fhir.Cursor{At: d.AttachedAt, ID: d.ID}
}

// documentRows finds documents, newest in the record first.
func (s *Server) documentRows(ctx context.Context, q fhir.Query) rows[pipeline.ChartDocument] {
	var searches []rows[pipeline.ChartDocument]
	for _, f := range documentFilters(q) {
		searches = append(searches, s.walkDocuments(ctx, f))
	}
	all := gather(searches, func(d pipeline.ChartDocument) string { return d.ID },
		func(a, b pipeline.ChartDocument) int { return newest(documentCursor(a), documentCursor(b)) })
	if len(searches) == 1 {
		all = searches[0] // in order already, and never whole in memory
	}
	return only(all, func(d pipeline.ChartDocument) bool { return documentMatches(q, d) })
}

// documentFilters says how to look: by the narrowest thing that is asked for.
// documentMatches then sees to the rest.
func documentFilters(q fhir.Query) []store.DocumentFilter {
	if q.Nothing || q.NoNotes {
		return nil
	}
	base := store.DocumentFilter{From: q.Date.From, To: q.Date.To, Since: q.Updated.From, After: documentStart(q), Limit: 500}
	if q.Count > 0 && q.Count < base.Limit {
		base.Limit = q.Count + 1
	}
	for _, t := range q.Types {
		base.Worktypes = append(base.Worktypes, string(t))
	}
	by := func(values []string, set func(*store.DocumentFilter, string)) []store.DocumentFilter {
		fs := make([]store.DocumentFilter, len(values))
		for i, v := range values {
			fs[i] = base
			set(&fs[i], v)
		}
		return fs
	}
	switch {
	case len(q.IDs) > 0:
		return by(q.IDs, func(f *store.DocumentFilter, v string) { f.ID = v })
	case len(q.Numbers) > 0 && len(q.NoteIDs) == 0:
		return by(q.Numbers, func(f *store.DocumentFilter, v string) { f.Number = v })
	case len(q.Patients) > 0:
		return by(q.Patients, func(f *store.DocumentFilter, v string) { f.PatientID = v })
	}
	return []store.DocumentFilter{base}
}

// documentStart is where the walk begins: behind the cursor and below the upper
// end of _lastUpdated, which is the same order.
func documentStart(q fhir.Query) store.Cursor {
	if to := q.Updated.To; !to.IsZero() && (q.After.At.IsZero() || to.Before(q.After.At)) {
		return store.Cursor{At: to, ID: uuid.Nil.String()}
	}
	return store.Cursor(q.After)
}

// walkDocuments reads page after page.
func (s *Server) walkDocuments(ctx context.Context, f store.DocumentFilter) rows[pipeline.ChartDocument] {
	return func(yield func(pipeline.ChartDocument, error) bool) {
		for {
			page, err := s.Store.Documents(ctx, f)
			if err != nil {
				yield(pipeline.ChartDocument{}, err)
				return
			}
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			f.After = store.Cursor(documentCursor(page[len(page)-1]))
		}
	}
}

func documentMatches(q fhir.Query, d pipeline.ChartDocument) bool {
	named := len(q.Numbers)+len(q.NoteIDs) == 0 ||
		slices.Contains(q.Numbers, d.Note.DocumentNumber) || slices.Contains(q.NoteIDs, d.Note.ID)
	return named && in(q.IDs, d.ID) && in(q.Patients, d.Note.PatientID) && in(q.Types, d.Note.Worktype) &&
		within(q.Date, d.Note.Seal.SignedAt) && within(q.Updated, d.AttachedAt)
}

func within(r fhir.Range, t time.Time) bool {
	return !t.Before(r.From) && (r.To.IsZero() || t.Before(r.To))
}
