package web

import (
	"net/http"
	"strings"

	"dictation/pipeline"
)

type patientsData struct {
	Find  string
	Found []pipeline.Patient
}

func (s *Server) pagePatients(w http.ResponseWriter, r *http.Request) error {
	return s.pages.write(w, r, sheet{name: "patients", title: "Charts", data: patientsData{}})
}

// postPatients searches; a POST, so that no name stands in an address.
func (s *Server) postPatients(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	data := patientsData{Find: strings.TrimSpace(r.PostFormValue("q"))}
	found, err := s.findPatients(r.Context(), data.Find)
	switch {
	case err == nil:
	case pipeline.KindOf(err) == pipeline.Invalid:
		return s.pages.write(w, r, sheet{
			name: "patients", title: "Charts", status: http.StatusBadRequest, trouble: s.sentence(r, err), data: patientsData{},
		})
	default:
		return err
	}
	data.Found = found
	return s.pages.write(w, r, sheet{name: "patients", title: "Charts", data: data})
}
