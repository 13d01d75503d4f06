package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/feed"
	"dictation/pipeline/record/fhir"
)

// clinicalWrites take what belongs in charts from other systems.
func (s *Server) clinicalWrites() (table []route) {
	for _, kind := range append(fhir.ClinicalTypes[:len(fhir.ClinicalTypes):len(fhir.ClinicalTypes)], "DocumentReference") {
		put := s.fhirPutEntry(kind)
		table = append(table,
			route{pattern: "POST /fhir/" + kind, handle: put},
			route{pattern: "PUT /fhir/" + kind, handle: put}, // ?identifier=: that one, or a new one
			route{pattern: "PUT /fhir/" + kind + "/{fhir}", handle: put})
	}
	return table
}

// maxDocument is the most that a document from elsewhere may be, in bytes: 5 MiB of
// file, as US Core asks of servers, in base64, and what is said of it.
const maxDocument = 8 << 20

// fhirPutEntry takes one resource: POST makes a new one unless the same is here
// already or If-None-Exist finds one, PUT changes the one that it names.
func (s *Server) fhirPutEntry(kind string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		limit := int64(maxResource)
		if kind == "DocumentReference" {
			limit = maxDocument
		}
		body, err := readUpTo(w, r, limit)
		if err != nil {
			return err
		}
		m := s.mapping(r)
		news, refused := m.ReadClinical(kind, body)
		news.Sender = userOf(r).Name
		if refused == nil {
			refused = condition(m, r, &news)
		}
		c, done, err := feed.TakeEntry(r.Context(), s.Store, feed.Entry{
			By: actor(r), Request: cmp.Or(r.Header.Get("X-Request-Id"), uuid.NewString()), Raw: body, News: news, Refused: refused,
		})
		if err != nil {
			return err
		}
		resource, err := m.Clinical(c)
		if err != nil {
			return err
		}
		status := http.StatusOK
		w.Header().Set("ETag", fhir.ETag(c.Version))
		if done == pipeline.Created {
			status = http.StatusCreated
			w.Header().Set("Location", m.URL(resource)+"/_history/"+strings.Trim(fhir.ETag(c.Version), `W/"`))
		}
		if strings.Contains(r.Header.Get("Prefer"), "return=minimal") {
			w.WriteHeader(status)
			return nil
		}
		return writeFHIR(w, status, resource)
	}
}

// condition reads from address and headers which entry a resource is for.
func condition(m fhir.Mapping, r *http.Request, n *pipeline.ClinicalNews) (err error) {
	asked := r.URL.Query()
	id := r.PathValue("fhir")
	switch {
	case id != "":
		if n.ID != "" && n.ID != id {
			return pipeline.Errorf(pipeline.Invalid, "The id in the %s is another than that in the address. Nothing was changed.", n.Type)
		}
		n.ID = id
		n.IfVersion, err = fhir.ParseETag(r.Header.Get("If-Match"))
		return err
	case r.Method == http.MethodPost && len(asked) > 0:
		return pipeline.Errorf(pipeline.Invalid, "What is created has no parameters. Send the condition as the header If-None-Exist.")
	case r.Method == http.MethodPost:
		n.ID = "" // ids are given here
		if asked, err = url.ParseQuery(r.Header.Get("If-None-Exist")); err != nil || len(asked) == 0 {
			return err
		}
		n.NewOnly = true
	}
	only, err := m.OneIdentifier(n.Type, asked)
	if err == nil && !holds(n.Identifiers, only) && !n.NewOnly {
		err = pipeline.Errorf(pipeline.Invalid, "The identifier in the address does not stand in the %s. Nothing was changed.", n.Type)
	}
	n.Only = &only
	return err
}

func holds(list []pipeline.Numbered, only pipeline.Numbered) bool {
	for _, i := range list {
		if i.Value == only.Value && (only.System == "" || i.System == only.System) {
			return true
		}
	}
	return false
}
