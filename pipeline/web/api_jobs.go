package web

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"dictation/pipeline"
)

// checkID says whether an id is a UUID.
func checkID(id string) error { return uuid.Validate(id) }

// writeChanged tells the open pages of a change made here and answers with it.
func (s *Server) writeChanged(w http.ResponseWriter, r *http.Request, d pipeline.Dictation, err error) error {
	if err == nil {
		s.Queue.Announce(d.ID)
	}
	return s.writeMoved(w, r, d, err)
}

func (s *Server) apiRetry(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Store.Retry(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeChanged(w, r, d, err)
}

func (s *Server) apiHold(w http.ResponseWriter, r *http.Request) error {
	reason, err := s.readReason(w, r)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > 1000 {
		return pipeline.Errorf(pipeline.Invalid, "Say why, in at most 1000 characters: whoever finds the dictation on hold sees the reason.")
	}
	d, err := s.Store.SetHold(r.Context(), actor(r), dictationOf(r).ID, reason)
	return s.writeChanged(w, r, d, err)
}

func (s *Server) apiUnhold(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Store.Unhold(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeChanged(w, r, d, err)
}

// identity is what a dictation is said to belong to.
type identity struct {
	PatientMRN string `json:"patient_mrn"`
	Encounter  string `json:"encounter"` // visit number; may be empty
	Author     string `json:"author"`    // username; empty leaves the author as he is
}

// apiIdentify names patient, visit and author of a dictation that is held or failed.
func (s *Server) apiIdentify(w http.ResponseWriter, r *http.Request) error {
	var body identity
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	patient, encounter, author, err := s.resolve(r, body)
	if err != nil {
		return wrong(err)
	}
	id := dictationOf(r).ID
	if err := s.Store.Identify(r.Context(), actor(r), id, patient, encounter, author); err != nil {
		return err
	}
	d, err := s.Store.Dictation(r.Context(), id)
	return s.writeChanged(w, r, d, err)
}

// wrong makes "there is no such patient" the request's fault: the address was right.
func wrong(err error) error {
	if pipeline.KindOf(err) == pipeline.NotFound {
		return pipeline.Wrap(pipeline.Invalid, err, "%s", pipeline.Sentence(err))
	}
	return err
}

func (s *Server) resolve(r *http.Request, in identity) (patient, encounter, author string, err error) {
	ctx := r.Context()
	p, err := s.Store.PatientByMRN(ctx, in.PatientMRN)
	if err != nil {
		return "", "", "", err
	}
	if in.Encounter != "" {
		e, err := s.Store.EncounterByNumber(ctx, in.Encounter)
		if err != nil {
			return "", "", "", err
		}
		if e.PatientID != p.ID {
			return "", "", "", pipeline.Errorf(pipeline.Invalid, "That visit belongs to another patient. Choose one of this patient's visits, or none.")
		}
		encounter = e.ID
	}
	if in.Author == "" {
		return p.ID, encounter, "", nil
	}
	u, _, err := s.Store.UserByName(ctx, in.Author)
	if err == nil && !u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
		err = pipeline.Errorf(pipeline.Invalid, "That account does not dictate. Name an author or a clinician.")
	}
	return p.ID, encounter, u.ID, err
}
