package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
	"dictation/pipeline/store"
)

func (s *Server) fhirPatients(w http.ResponseWriter, r *http.Request) error {
	m := s.mapping(r)
	q, err := m.ParseQuery("Patient", r.URL.Query())
	if err != nil {
		return err
	}
	after := ""
	if q.After.ID != "" {
		p, err := s.Store.Patient(r.Context(), q.After.ID)
		if err != nil {
			return wrong(err)
		}
		after = p.MRN
	}
	return search(s, w, r, m, q, finder[pipeline.Patient, fhir.Patient]{
		rows:     s.patientRows(r.Context(), q, after),
		resource: m.Patient,
		// Pages go by MRN; the cursor names the patient, whose MRN stays out of links.
		cursor:  func(p pipeline.Patient) fhir.Cursor { return fhir.Cursor{At: p.Updated, ID: p.ID} },
		patient: func(p pipeline.Patient) string { return p.ID },
	})
}

func (s *Server) patientRows(ctx context.Context, q fhir.Query, after string) rows[pipeline.Patient] {
	var searches []rows[pipeline.Patient]
	filters := patientFilters(q)
	for _, f := range filters {
		if len(filters) == 1 {
			f.After = after
		}
		searches = append(searches, s.walkPatients(ctx, f))
	}
	matches := func(p pipeline.Patient) bool { return patientMatches(q, p) }
	if len(searches) == 1 {
		return only(searches[0], matches)
	}
	all := gather(searches, func(p pipeline.Patient) string { return p.ID },
		func(a, b pipeline.Patient) int { return cmp.Compare(a.MRN, b.MRN) })
	return only(all, func(p pipeline.Patient) bool { return p.MRN > after && matches(p) })
}

// patientFilters says how to look; patientMatches sees to the rest.
func patientFilters(q fhir.Query) []store.PatientFilter {
	base := store.PatientFilter{Since: q.Updated.From, Limit: 500}
	var fs []store.PatientFilter
	add := func(set func(*store.PatientFilter)) {
		f := base
		set(&f)
		fs = append(fs, f)
	}
	switch {
	case q.Nothing:
	case len(q.IDs) > 0:
		for _, id := range q.IDs {
			add(func(f *store.PatientFilter) { f.ID = id })
		}
	case len(q.Numbers) > 0:
		for _, mrn := range q.Numbers {
			add(func(f *store.PatientFilter) { f.MRN = mrn })
		}
	case len(q.Names) > 0 && !slices.ContainsFunc(q.Names, func(n fhir.Name) bool { return n.How == fhir.Contains }):
		for _, n := range q.Names {
			// Given and family name stand apart in the rows: the first word finds either.
			word, _, _ := strings.Cut(strings.TrimSpace(n.Text), " ")
			add(func(f *store.PatientFilter) { f.Any = word })
		}
	default:
		return []store.PatientFilter{base}
	}
	return fs
}

func (s *Server) walkPatients(ctx context.Context, f store.PatientFilter) rows[pipeline.Patient] {
	return func(yield func(pipeline.Patient, error) bool) {
		for {
			page, err := s.Store.Patients(ctx, f)
			if err != nil {
				yield(pipeline.Patient{}, err)
				return
			}
			for _, p := range page {
				if !yield(p, nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			f.After = page[len(page)-1].MRN
		}
	}
}

func patientMatches(q fhir.Query, p pipeline.Patient) bool {
	named := len(q.Names) == 0 || slices.ContainsFunc(q.Names, func(n fhir.Name) bool { return nameMatches(n, p) })
	return named && in(q.IDs, p.ID) && in(q.Numbers, p.MRN) && within(q.Updated, p.Updated)
}

// nameMatches compares with each part of a name that the resource has: family,
// given, and the whole.
func nameMatches(n fhir.Name, p pipeline.Patient) bool {
	text := strings.ToLower(strings.TrimSpace(n.Text))
	return slices.ContainsFunc([]string{p.Family, p.Given, p.FullName()}, func(part string) bool {
		switch n.How {
		case fhir.Exact:
			return part == n.Text
		case fhir.Contains:
			return strings.Contains(strings.ToLower(part), text)
		}
		return part != "" && strings.HasPrefix(strings.ToLower(part), text)
	})
}
