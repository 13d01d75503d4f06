package web

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

type patientView struct {
	ID        string `json:"id"`
	MRN       string `json:"mrn"`
	Family    string `json:"family"`
	Given     string `json:"given"`
	BirthDate string `json:"birth_date"` // 2006-01-02
	Sex       string `json:"sex"`
}

type patientsView struct {
	Patients []patientView `json:"patients"`
}

// apiPatientSearch answers with those whose number or name begins with q. What
// is searched for stands in the body: addresses are remembered in many places.
func (s *Server) apiPatientSearch(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Q string `json:"q"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	q := strings.TrimSpace(body.Q)
	if utf8.RuneCountInString(q) < 2 {
		return pipeline.Errorf(pipeline.Invalid, "Give at least two characters of the patient's number (MRN) or name.")
	}
	found, err := s.Store.Patients(r.Context(), store.PatientFilter{Any: q, Limit: 50})
	if err != nil {
		return err
	}
	out := patientsView{Patients: make([]patientView, len(found))}
	for i, p := range found {
		out.Patients[i] = patientView{p.ID, p.MRN, p.Family, p.Given, p.BirthDate.Format(time.DateOnly), p.Sex}
	}
	return writeJSON(w, http.StatusOK, out)
}

type encounterView struct {
	ID       string    `json:"id"`
	Number   string    `json:"number"`
	Class    string    `json:"class"`
	Reason   string    `json:"reason"`
	Location string    `json:"location"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end,omitzero"`
}

type encountersView struct {
	Encounters []encounterView `json:"encounters"`
}

// apiEncounters lists a patient's visits; the patient is named by id, never by MRN.
func (s *Server) apiEncounters(w http.ResponseWriter, r *http.Request) error {
	p, err := s.Store.Patient(r.Context(), r.PathValue("patient"))
	if err != nil {
		return err
	}
	if err := s.Store.Accessed(r.Context(), actor(r), string(pipeline.FindPatient), "", p.ID); err != nil {
		return err
	}
	visits, err := s.Store.Encounters(r.Context(), p.ID)
	if err != nil {
		return err
	}
	out := encountersView{Encounters: make([]encounterView, len(visits))}
	for i, e := range visits {
		out.Encounters[i] = encounterView{e.ID, e.Number, e.Class, e.Reason, e.Location, e.Start.UTC(), e.End.UTC()}
	}
	return writeJSON(w, http.StatusOK, out)
}
