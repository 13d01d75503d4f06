package web

import (
	"net/http"
	"net/url"
	"strconv"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

// fhirAudit lists the audit, newest first. _count and the cursor of the next page
// are all that it takes: other filters are refused, not passed over.
func (s *Server) fhirAudit(w http.ResponseWriter, r *http.Request) error {
	var before int64
	n := fhir.DefaultCount
	for name, values := range r.URL.Query() {
		v, err := strconv.ParseInt(values[0], 10, 64)
		switch {
		case err != nil || v < 1 || len(values) > 1:
			return pipeline.Errorf(pipeline.Invalid, "AuditEvent takes _count and _cursor, whole numbers from 1.")
		case name == "_cursor":
			before = v
		case name == "_count":
			n = int(min(v, fhir.MaxCount))
		default:
			return pipeline.Errorf(pipeline.Invalid, "AuditEvent takes _count and _cursor, whole numbers from 1.")
		}
	}
	entries, err := s.Store.Audit(r.Context(), "", before, n)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(r.Context())
	if err != nil {
		return err
	}
	m := s.mapping(r)
	b := bundle{Bundle: fhir.Bundle{ResourceType: "Bundle", Type: "searchset"}}
	link := func(relation string, before int64) {
		q := url.Values{"_count": {strconv.Itoa(n)}}
		if before > 0 {
			q.Set("_cursor", strconv.FormatInt(before, 10))
		}
		b.Link = append(b.Link, fhir.Link{Relation: relation, URL: m.Base + "/AuditEvent?" + q.Encode()})
	}
	link("self", before)
	for _, e := range entries {
		a := m.AuditEvent(e, names[e.Actor])
		b.Entry = append(b.Entry, fhir.Entry{FullURL: m.Base + "/" + a.Ref(), Resource: a, Search: fhir.EntrySearch{Mode: "match"}})
	}
	if len(entries) == n {
		link("next", entries[n-1].ID)
	}
	return writeFHIR(w, http.StatusOK, b)
}
