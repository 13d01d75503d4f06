package web

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

// fhirRoutes is the FHIR R4 API over the built-in record: reads and searches.
// What is served and how is said by package fhir; GET /fhir/metadata tells it.
// {fhir} is the id of a resource: {id} always means a dictation.
func (s *Server) fhirRoutes() []route {
	table := []route{
		{pattern: "GET /fhir/metadata", open: true, handle: s.fhirMetadata},
		{pattern: "GET /fhir/Patient", handle: s.fhirPatients},
		{pattern: "GET /fhir/Patient/{fhir}", handle: s.fhirPatient},
		{pattern: "GET /fhir/Encounter", handle: s.fhirEncounters},
		{pattern: "GET /fhir/Encounter/{fhir}", handle: s.fhirEncounter},
		{pattern: "GET /fhir/DocumentReference", handle: s.fhirDocuments},
		{pattern: "GET /fhir/DocumentReference/{fhir}", handle: s.fhirDocument},
		{pattern: "GET /fhir/Binary/{fhir}", handle: s.fhirBinary},
		{pattern: "GET /fhir/AuditEvent", action: pipeline.ReadAudit, audit: true, handle: s.fhirAudit},
		{pattern: "GET /fhir/Provenance", handle: s.fhirProvenances},
		{pattern: "GET /fhir/Provenance/{fhir}", handle: s.fhirProvenance},
		{pattern: "GET /fhir/", handle: fhirUnknown},
	}
	table = append(table, s.clinicalRoutes()...)
	for i := range table {
		// A search whose parameters are in the body keeps them out of logs on the way.
		if kind, ok := strings.CutPrefix(table[i].pattern, "GET /fhir/"); ok && fhir.Searchable(kind) {
			table = append(table, route{pattern: "POST /fhir/" + kind + "/_search", handle: searchByForm(table[i].handle)})
		}
	}
	for _, rt := range s.fhirWrites() {
		rt.action = pipeline.WritePatient
		table = append(table, rt)
	}
	for i := range table {
		table[i].style = fhirStyle
		if !table[i].open && table[i].action == "" {
			table[i].action = pipeline.ReadChart
		}
	}
	return table
}

// mapping speaks FHIR under the public address, or the one that the client used.
func (s *Server) mapping(r *http.Request) fhir.Mapping {
	if s.opts.PublicURL != "" {
		return fhir.NewMapping(s.opts.PublicURL+"/fhir", "")
	}
	scheme := "http://"
	if s.opts.Secure {
		scheme = "https://"
	}
	return fhir.NewMapping(scheme+r.Host+"/fhir", "")
}

const fhirJSON = "application/fhir+json; charset=utf-8"

func writeFHIR(w http.ResponseWriter, status int, resource any) error {
	body, err := json.Marshal(resource)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", fhirJSON)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // an error means that the client is gone
	return nil
}

// writeOutcome answers with err as an OperationOutcome.
func writeOutcome(w http.ResponseWriter, status int, err error) {
	// Two strings and a code always marshal.
	_ = writeFHIR(w, status, fhir.Outcome(err))
}

func fhirUnknown(http.ResponseWriter, *http.Request) error {
	return pipeline.Errorf(pipeline.NotFound, "There is no such resource here. See metadata for those there are.")
}

func (s *Server) fhirMetadata(w http.ResponseWriter, r *http.Request) error {
	return writeFHIR(w, http.StatusOK, s.mapping(r).CapabilityStatement(s.opts.Version, s.opts.Built))
}

// disclosed writes to the audit whose records an answer shows. It comes before
// the answer: what cannot be written down is not shown.
func (s *Server) disclosed(r *http.Request, patients ...string) error {
	for _, p := range patients {
		if err := s.Store.Accessed(r.Context(), actor(r), string(pipeline.ReadChart), "", p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) fhirPatient(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Patient(r.Context(), r.PathValue("fhir"))
	if err != nil {
		return err
	}
	if err := s.disclosed(r, p.ID); err != nil {
		return err
	}
	return writeFHIR(w, http.StatusOK, s.mapping(r).Patient(p))
}

func (s *Server) fhirEncounter(w http.ResponseWriter, r *http.Request) error {
	e, err := s.Store.Encounter(r.Context(), r.PathValue("fhir"))
	if err != nil {
		return err
	}
	if err := s.disclosed(r, e.PatientID); err != nil {
		return err
	}
	return writeFHIR(w, http.StatusOK, s.mapping(r).Encounter(e))
}

// chartDocument reads the document in the path and notes the access.
func (s *Server) chartDocument(r *http.Request) (pipeline.ChartDocument, error) {
	d, err := s.Store.ChartDocument(r.Context(), r.PathValue("fhir"))
	if err != nil {
		return d, err
	}
	return d, s.disclosed(r, d.Note.PatientID)
}

func (s *Server) fhirDocument(w http.ResponseWriter, r *http.Request) error {
	d, err := s.chartDocument(r)
	if pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		return s.fhirEntry("DocumentReference")(w, r) // one that came from elsewhere
	}
	if err != nil {
		return err
	}
	return writeFHIR(w, http.StatusOK, s.mapping(r).DocumentReference(d))
}

func (s *Server) fhirProvenance(w http.ResponseWriter, r *http.Request) error {
	d, err := s.chartDocument(r)
	if err != nil {
		return err
	}
	return writeFHIR(w, http.StatusOK, s.mapping(r).Provenance(d))
}

// fhirBinary gives a note's text: as it is to who asks for text/plain, else in
// a Binary resource.
func (s *Server) fhirBinary(w http.ResponseWriter, r *http.Request) error {
	d, err := s.chartDocument(r)
	if err != nil {
		return err
	}
	if !wantsPlain(r.Header.Get("Accept")) {
		return writeFHIR(w, http.StatusOK, s.mapping(r).Binary(d))
	}
	w.Header().Set("Content-Type", fhir.TextPlain)
	_, _ = w.Write([]byte(d.Note.Text)) // an error means that the client is gone
	return nil
}

func wantsPlain(accept string) bool {
	for _, a := range strings.Split(accept, ",") {
		if t, _, _ := mime.ParseMediaType(strings.TrimSpace(a)); t == "text/plain" {
			return true
		}
	}
	return false
}
