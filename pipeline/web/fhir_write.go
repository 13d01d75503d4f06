package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/feed"
	"dictation/pipeline/record/fhir"
)

// fhirWrites take patients and visits from a records system.
func (s *Server) fhirWrites() []route {
	return append(s.clinicalWrites(), []route{
		{pattern: "POST /fhir/Patient", handle: s.fhirPutPatient},
		{pattern: "PUT /fhir/Patient", handle: s.fhirPutPatient}, // ?identifier=: the same in other words
		{pattern: "PUT /fhir/Patient/{fhir}", handle: s.fhirPutPatient},
		{pattern: "POST /fhir/Encounter", handle: s.fhirPutEncounter},
		{pattern: "PUT /fhir/Encounter", handle: s.fhirPutEncounter},
		{pattern: "PUT /fhir/Encounter/{fhir}", handle: s.fhirPutEncounter},
	}...)
}

// searchByForm is a search by POST (R4 3.1.1.1): parameters may stand in the body
// and in the address.
func searchByForm(search func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		const maxForm = 64 << 10
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			return pipeline.Wrap(pipeline.Invalid, err, "The search's parameters cannot be read. Send them as application/x-www-form-urlencoded.")
		}
		asked := *r.URL
		asked.RawQuery = r.Form.Encode()
		again := *r
		again.URL = &asked
		return search(w, &again)
	}
}

// maxResource is the most that one patient or visit may be, in bytes.
const maxResource = 1 << 20

func readFHIR(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return readUpTo(w, r, maxResource)
}

// readUpTo reads a resource of so many bytes at most.
func readUpTo(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, pipeline.Errorf(pipeline.TooLarge, "The resource is larger than %d bytes.", limit)
	case err != nil:
		return nil, pipeline.Wrap(pipeline.Invalid, err, "The resource did not arrive whole.")
	}
	return body, nil
}

// take applies a resource. The sender's X-Request-Id tells a repeated request.
func (s *Server) take(r *http.Request, kind string, body []byte, news pipeline.Admission, refused error) error {
	return feed.TakeResource(r.Context(), s.Store, feed.Resource{
		By: actor(r), Request: cmp.Or(r.Header.Get("X-Request-Id"), uuid.NewString()),
		Type: kind, Raw: body, News: news, Refused: refused,
	})
}

func (s *Server) fhirPutPatient(w http.ResponseWriter, r *http.Request) error {
	body, err := readFHIR(w, r)
	if err != nil {
		return err
	}
	m := s.mapping(r)
	news, refused := m.ReadPatient(body)
	before, known := s.Store.PatientByMRN(r.Context(), news.Patient.MRN)
	if refused == nil {
		refused = addressed(m, r, "Patient", news.Patient.MRN, before.ID)
	}
	if err := s.take(r, "Patient", body, news, refused); err != nil {
		return err
	}
	p, err := s.Store.PatientByMRN(r.Context(), news.Patient.MRN)
	if err != nil {
		return err
	}
	return written(w, m, known != nil, m.Patient(p))
}

func (s *Server) fhirPutEncounter(w http.ResponseWriter, r *http.Request) error {
	body, err := readFHIR(w, r)
	if err != nil {
		return err
	}
	m := s.mapping(r)
	news, refused := m.ReadEncounter(body, func(id string) (string, error) { return s.numberOf(r.Context(), id) })
	before, known := s.Store.EncounterByNumber(r.Context(), news.Visit.Number)
	if refused == nil {
		refused = addressed(m, r, "Encounter", news.Visit.Number, before.ID)
	}
	if refused == nil {
		_, refused = s.Store.PatientByMRN(r.Context(), news.Patient.MRN) // a visit brings no names to make a patient of
	}
	if err := s.take(r, "Encounter", body, news, refused); err != nil {
		return err
	}
	e, err := s.Store.EncounterByNumber(r.Context(), news.Visit.Number)
	if err != nil {
		return err
	}
	return written(w, m, known != nil, m.Encounter(e))
}

// numberOf is the record number of a patient here.
func (s *Server) numberOf(ctx context.Context, id string) (string, error) {
	p, err := s.Store.Patient(ctx, id)
	if pipeline.KindOf(err) == pipeline.NotFound {
		return "", pipeline.Errorf(pipeline.Invalid, "Encounter.subject is no patient of this server.")
	}
	return p.MRN, err
}

// addressed compares the address of a request with what is in its body: an id or a
// number that was mixed up must not change another patient or visit.
func addressed(m fhir.Mapping, r *http.Request, kind, number, known string) error {
	if id := r.PathValue("fhir"); id != "" {
		switch known {
		case "":
			return pipeline.Errorf(pipeline.NotFound, "Ids are given here. Send what is new by POST, or by PUT to %s?identifier=….", kind)
		case id:
			return nil
		}
		return pipeline.Errorf(pipeline.Conflict, "The number in the %s belongs to another id than that in the address. Nothing was changed.", kind)
	}
	asked := r.URL.Query()
	if r.Method == http.MethodPost && len(asked) == 0 {
		return nil
	}
	q, err := m.ParseQuery(kind, url.Values{"identifier": asked["identifier"]})
	if err != nil {
		return err
	}
	if len(asked) != 1 || len(q.Numbers) != 1 || q.Numbers[0] != number {
		return pipeline.Errorf(pipeline.Invalid, "Address the %s by its id, or by ?identifier= with the number that stands in it.", kind)
	}
	return nil
}

// written answers with what is known now.
func written(w http.ResponseWriter, m fhir.Mapping, created bool, resource fhir.Resource) error {
	status := http.StatusOK
	if created {
		status = http.StatusCreated
		w.Header().Set("Location", m.Base+"/"+resource.Ref())
	}
	return writeFHIR(w, status, resource)
}
