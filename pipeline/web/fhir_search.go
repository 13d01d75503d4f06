package web

import (
	"cmp"
	"iter"
	"net/http"
	"slices"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

// rows yields what a search finds, in the order of its pages, from behind the
// query's cursor on.
type rows[T any] = iter.Seq2[T, error]

// finder is how one type of resource is searched.
type finder[T any, R fhir.Resource] struct {
	rows     rows[T]
	resource func(T) R
	cursor   func(T) fhir.Cursor
	patient  func(T) string // whose it is
}

// bundle is a page of answers. R4 lets a server leave out the total; counting
// all matches for every page would read the whole record each time.
type bundle struct {
	fhir.Bundle
	Total *int `json:"total,omitempty"`
}

// search answers with one page.
func search[T any, R fhir.Resource](s *Server, w http.ResponseWriter, r *http.Request, m fhir.Mapping, q fhir.Query, f finder[T, R]) error {
	first := q.After == (fhir.Cursor{})
	exact := first && (q.Count == 0 || r.URL.Query().Get("_total") == "accurate")
	var found []R
	var patients []string
	var next fhir.Cursor
	n := 0
	for row, err := range f.rows {
		if err != nil {
			return err
		}
		if n++; n <= q.Count {
			found = append(found, f.resource(row))
			patients = append(patients, f.patient(row))
			next = f.cursor(row)
		} else if !exact {
			break
		}
	}
	b := bundle{}
	if n <= q.Count {
		next = fhir.Cursor{} // the last page
	}
	if first && (exact || n <= q.Count) {
		b.Total = &n
	}
	b.Bundle = fhir.Searchset(m, q, n, next, found)
	if err := s.disclosed(r, about(q, patients)...); err != nil {
		return err
	}
	return writeFHIR(w, http.StatusOK, b)
}

// about lists the patients whose records an answer shows; an answer about
// nobody, and one that only lists several patients, is written down once.
func about(q fhir.Query, patients []string) []string {
	slices.Sort(patients)
	patients = slices.Compact(patients)
	switch {
	case len(patients) == 0 && len(q.Patients) == 1:
		return q.Patients
	case len(patients) == 0, q.Resource == "Patient" && len(patients) > 1:
		return []string{""}
	}
	return patients
}

// gather walks several searches whose results may overlap and gives all that
// was found once, sorted, from behind the row that skip tells.
func gather[T any](searches []rows[T], id func(T) string, order func(a, b T) int) rows[T] {
	return func(yield func(T, error) bool) {
		var all []T
		seen := make(map[string]bool)
		for _, found := range searches {
			for row, err := range found {
				if err != nil {
					yield(row, err)
					return
				}
				if !seen[id(row)] {
					seen[id(row)] = true
					all = append(all, row)
				}
			}
		}
		slices.SortFunc(all, order)
		for _, row := range all {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// only keeps the rows that match.
func only[T any](all rows[T], match func(T) bool) rows[T] {
	return func(yield func(T, error) bool) {
		for row, err := range all {
			if (err != nil || match(row)) && !yield(row, err) {
				return
			}
		}
	}
}

// one is a search that finds a single row or, by a NotFound error, none.
func one[T any](load func() (T, error)) rows[T] {
	return func(yield func(T, error) bool) {
		row, err := load()
		if err == nil || pipeline.KindOf(err) != pipeline.NotFound {
			yield(row, err)
		}
	}
}

// newest orders cursors as pages do: the latest time first, then the highest id.
func newest(a, b fhir.Cursor) int {
	return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID))
}

// behind reports whether a row comes after the page that ended at last.
func behind(last, row fhir.Cursor) bool {
	return last == (fhir.Cursor{}) || newest(last, row) < 0
}

// in reports whether v is in list; an empty list does not narrow.
func in[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }
