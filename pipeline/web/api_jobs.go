package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/store"
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

// apiTakeOver gives a dictation in another's hands to the asker.
func (s *Server) apiTakeOver(w http.ResponseWriter, r *http.Request) error {
	reason, err := s.readReason(w, r)
	if err != nil {
		return err
	}
	d, err := s.Desk.TakeOver(r.Context(), userOf(r), actor(r), dictationOf(r).ID, reason)
	return s.writeMoved(w, r, d, err)
}

// apiTakeBack gives a dictation back to the queue, whoever holds it.
func (s *Server) apiTakeBack(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.TakeBack(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeMoved(w, r, d, err)
}

// apiTypeByHand gives up on recognition: a transcriptionist types from the sound.
func (s *Server) apiTypeByHand(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.TypeByHand(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeMoved(w, r, d, err)
}

// identity is what a dictation is said to belong to and to be.
type identity struct {
	PatientMRN string `json:"patient_mrn"`
	Encounter  string `json:"encounter"` // visit number; may be empty
	Author     string `json:"author"`    // username; empty leaves the author as he is
	Worktype   string `json:"worktype"`  // empty leaves it as it is, like the priority
	Priority   string `json:"priority"`
}

// apiIdentify says whose a dictation is and what, while it is held or failed.
func (s *Server) apiIdentify(w http.ResponseWriter, r *http.Request) error {
	var body identity
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	id := dictationOf(r).ID
	if err := s.identify(r, id, body); err != nil {
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

// identify sets what a dictation belongs to and is.
func (s *Server) identify(r *http.Request, id string, in identity) error {
	to, err := s.resolve(r, in)
	if err != nil {
		return wrong(err)
	}
	return s.Store.Identify(r.Context(), actor(r), id, to)
}

// whose finds a patient, and a visit of his when one is named.
func (s *Server) whose(ctx context.Context, mrn, visit string) (patient, encounter string, err error) {
	p, err := s.Store.PatientByMRN(ctx, mrn)
	if err != nil || visit == "" {
		return p.ID, "", err
	}
	e, err := s.Store.EncounterByNumber(ctx, visit)
	if err == nil && e.PatientID != p.ID {
		err = pipeline.Errorf(pipeline.Invalid, "That visit belongs to another patient. Choose one of this patient's visits, or none.")
	}
	return p.ID, e.ID, err
}

func (s *Server) resolve(r *http.Request, in identity) (to store.Identity, err error) {
	ctx := r.Context()
	// A recording with several dictations has no patient of its own.
	if in.PatientMRN != "" || in.Encounter != "" || !dictationOf(r).Several {
		if to.PatientID, to.EncounterID, err = s.whose(ctx, in.PatientMRN, in.Encounter); err != nil {
			return to, err
		}
	}
	if in.Author != "" {
		u, _, err := s.Store.UserByName(ctx, in.Author)
		if err != nil {
			return to, err
		}
		if !u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
			return to, pipeline.Errorf(pipeline.Invalid, "That account does not dictate. Name an author or a clinician.")
		}
		to.AuthorID = u.ID
	}
	if in.Worktype != "" {
		if to.Worktype, err = pipeline.ParseWorktype(in.Worktype); err != nil {
			return to, err
		}
	}
	if in.Priority != "" {
		to.Priority, err = pipeline.ParsePriority(in.Priority)
	}
	return to, err
}
