package web

import (
	"context"
	"iter"
	"net/http"
	"strconv"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
	"dictation/pipeline/store"
)

// clinicalRoutes serve what other systems write into charts. Documents are read by
// the routes of notes.
func (s *Server) clinicalRoutes() (table []route) {
	for _, kind := range append(fhir.ClinicalTypes[:len(fhir.ClinicalTypes):len(fhir.ClinicalTypes)], "DocumentReference") {
		at := "/fhir/" + kind
		if kind != "DocumentReference" {
			table = append(table,
				route{pattern: "GET " + at, handle: s.fhirEntries(kind)},
				route{pattern: "GET " + at + "/{fhir}", handle: s.fhirEntry(kind)})
		}
		table = append(table,
			route{pattern: "GET " + at + "/_history", handle: s.fhirHistory(kind)},
			route{pattern: "GET " + at + "/{fhir}/_history", handle: s.fhirHistory(kind)},
			route{pattern: "GET " + at + "/{fhir}/_history/{n}", handle: s.fhirVersion(kind)})
	}
	return table
}

// shown is a resource as a search shows it.
type shown struct {
	fhir.Resource
	patient string
	cursor  fhir.Cursor
}

func shownFinder(all rows[shown]) finder[shown, fhir.Resource] {
	return finder[shown, fhir.Resource]{
		rows:     all,
		resource: func(x shown) fhir.Resource { return x.Resource },
		cursor:   func(x shown) fhir.Cursor { return x.cursor },
		patient:  func(x shown) string { return x.patient },
	}
}

func (s *Server) fhirEntries(kind string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		m := s.mapping(r)
		q, err := m.ParseQuery(kind, r.URL.Query())
		if err != nil {
			return err
		}
		if !q.Nothing && len(q.IDs)+len(q.Patients)+len(q.Identifiers) == 0 && q.Updated == (fhir.Range{}) {
			return pipeline.Errorf(pipeline.Invalid, "Search by patient, identifier, _id or _lastUpdated.")
		}
		return search(s, w, r, m, q, shownFinder(s.entryRows(r.Context(), m, q)))
	}
}

// entryRows finds what other systems sent, the last changed first.
func (s *Server) entryRows(ctx context.Context, m fhir.Mapping, q fhir.Query) rows[shown] {
	var searches []rows[pipeline.Clinical]
	filters := entryFilters(q)
	for _, f := range filters {
		searches = append(searches, s.walkEntries(ctx, f))
	}
	all := gather(searches, func(c pipeline.Clinical) string { return c.ID },
		func(a, b pipeline.Clinical) int { return newest(entryCursor(a), entryCursor(b)) })
	if len(searches) == 1 {
		all = searches[0] // in order already, and never whole in memory
	}
	return func(yield func(shown, error) bool) {
		for c, err := range all {
			var x shown
			if err == nil {
				if !in(q.IDs, c.ID) || !in(q.Patients, c.PatientID) || !within(q.Updated, c.Updated) || !behind(q.After, entryCursor(c)) || !q.Matches(c) {
					continue
				}
				x.Resource, err = m.Clinical(c)
				x.patient, x.cursor = c.PatientID, entryCursor(c)
			}
			if !yield(x, err) {
				return
			}
		}
	}
}

func entryCursor(c pipeline.Clinical) fhir.Cursor { return fhir.Cursor{At: c.Updated, ID: c.ID} }

// entryFilters says how to look: by the narrowest thing that is asked for.
func entryFilters(q fhir.Query) (fs []store.ClinicalFilter) {
	if q.Nothing {
		return nil
	}
	base := store.ClinicalFilter{Type: q.Resource, Since: q.Updated.From, After: store.Cursor(q.After), Limit: 100}
	if to := q.Updated.To; !to.IsZero() && (base.After.At.IsZero() || to.Before(base.After.At)) {
		base.After = store.Cursor{At: to, ID: "00000000-0000-0000-0000-000000000000"}
	}
	add := func(set func(*store.ClinicalFilter)) {
		f := base
		set(&f)
		fs = append(fs, f)
	}
	switch {
	case len(q.IDs) > 0:
		for _, id := range q.IDs {
			add(func(f *store.ClinicalFilter) { f.ID = id })
		}
	case len(q.Identifiers) > 0:
		for _, t := range q.Identifiers {
			if t.Code != "" { // a whole system is no way to look
				add(func(f *store.ClinicalFilter) { f.Identifier = &pipeline.Numbered{System: t.System, Value: t.Code} })
			}
		}
	case len(q.Patients) > 0:
		for _, p := range q.Patients {
			add(func(f *store.ClinicalFilter) { f.PatientID = p })
		}
	default:
		add(func(*store.ClinicalFilter) {})
	}
	return fs
}

// walkEntries reads page after page.
func (s *Server) walkEntries(ctx context.Context, f store.ClinicalFilter) rows[pipeline.Clinical] {
	return func(yield func(pipeline.Clinical, error) bool) {
		for {
			page, err := s.Store.ClinicalEntries(ctx, f)
			if err != nil {
				yield(pipeline.Clinical{}, err)
				return
			}
			for _, c := range page {
				if !yield(c, nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			f.After = store.Cursor(entryCursor(page[len(page)-1]))
		}
	}
}

// zip2 walks two searches, each in the order of pages, as one.
func zip2(a, b rows[shown]) rows[shown] {
	return func(yield func(shown, error) bool) {
		nextA, stopA := iter.Pull2(a)
		defer stopA()
		nextB, stopB := iter.Pull2(b)
		defer stopB()
		x, errX, okX := nextA()
		y, errY, okY := nextB()
		for okX || okY {
			if okX && (!okY || errX != nil || newest(x.cursor, y.cursor) < 0) {
				if !yield(x, errX) || errX != nil {
					return
				}
				x, errX, okX = nextA()
				continue
			}
			if !yield(y, errY) || errY != nil {
				return
			}
			y, errY, okY = nextB()
		}
	}
}

func (s *Server) fhirEntry(kind string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		c, err := s.Store.Clinical(r.Context(), kind, r.PathValue("fhir"))
		if err != nil {
			return err
		}
		return s.writeEntry(w, r, c)
	}
}

// fhirVersion answers with one version of an entry.
func (s *Server) fhirVersion(kind string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil {
			return pipeline.Errorf(pipeline.NotFound, "There is no such version.")
		}
		c, err := s.Store.ClinicalVersion(r.Context(), kind, r.PathValue("fhir"), n)
		if err != nil {
			return err
		}
		return s.writeEntry(w, r, c)
	}
}

// writeEntry notes the access and answers with an entry.
func (s *Server) writeEntry(w http.ResponseWriter, r *http.Request, c pipeline.Clinical) error {
	if err := s.disclosed(r, c.PatientID); err != nil {
		return err
	}
	resource, err := s.mapping(r).Clinical(c)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", fhir.ETag(c.Version))
	w.Header().Set("Last-Modified", c.Updated.UTC().Format(http.TimeFormat))
	return writeFHIR(w, http.StatusOK, resource)
}

// fhirHistory lists the versions of one entry, or of all of a type.
func (s *Server) fhirHistory(kind string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		m := s.mapping(r)
		h, err := m.ParseHistory(r.URL.Query())
		if err != nil {
			return err
		}
		id := r.PathValue("fhir")
		list, err := s.Store.ClinicalHistory(r.Context(), kind, id, h.Since,
			store.VersionCursor{Cursor: store.Cursor(h.After), Version: h.Version}, min(h.Count+1, fhir.MaxCount))
		if err != nil {
			return err
		}
		more := len(list) > h.Count
		list = list[:min(len(list), h.Count)]
		found := make([]fhir.Version, len(list))
		patients := make([]string, len(list))
		for i, c := range list {
			resource, err := m.Clinical(c)
			if err != nil {
				return err
			}
			found[i] = fhir.Version{Resource: resource, ID: c.ID, N: c.Version, At: c.Updated}
			patients[i] = c.PatientID
		}
		path := kind + "/_history"
		if id != "" {
			path = kind + "/" + id + "/_history"
		}
		if err := s.disclosed(r, about(fhir.Query{Resource: kind}, patients)...); err != nil {
			return err
		}
		return writeFHIR(w, http.StatusOK, m.History(path, h, found, more))
	}
}
