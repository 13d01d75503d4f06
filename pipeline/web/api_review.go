package web

import (
	"net/http"

	"dictation/pipeline"
	"dictation/pipeline/review"
)

// writeMoved answers with the dictation after an act, or with the act's error.
func (s *Server) writeMoved(w http.ResponseWriter, r *http.Request, d pipeline.Dictation, err error) error {
	if err != nil {
		return s.stale(w, r, err)
	}
	return s.writeDictation(w, r, http.StatusOK, d)
}

// apiNext claims the next job: 204 when none waits.
func (s *Server) apiNext(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.Next(r.Context(), userOf(r), actor(r))
	if err != nil && pipeline.KindOf(err) == pipeline.NotFound {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.writeMoved(w, r, d, err)
}

// apiWorklist lists what waits in the asker's step of review, STAT first.
func (s *Server) apiWorklist(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if st := q.Get("stage"); st != "" && st != string(pipeline.Review) {
		return pipeline.Errorf(pipeline.Invalid, "Only the stage review has a worklist; the others are done by workers.")
	}
	step := review.Step(userOf(r))
	switch st := pipeline.Step(q.Get("step")); st {
	case pipeline.NoStep:
	case pipeline.Typing, pipeline.QA, pipeline.Signature, pipeline.Cosignature:
		step = st
	default:
		return pipeline.Errorf(pipeline.Invalid, "There is no such step. The steps of review are typing, qa, signature and cosignature.")
	}
	state, err := parseState(q.Get("state"))
	if err != nil {
		return err
	}
	n, err := limit(r)
	if err != nil {
		return err
	}
	ds, err := s.Store.Worklist(r.Context(), step, state, n)
	if err != nil {
		return err
	}
	var out dictationsView
	if out.Dictations, err = s.viewer(r).views(r.Context(), ds); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiClaim(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.Claim(r.Context(), userOf(r), actor(r), dictationOf(r).ID)
	return s.writeMoved(w, r, d, err)
}

type leaseView struct {
	LeaseMS int64 `json:"lease_ms"` // how long the claim stands from now
}

// apiKeep is the heartbeat of a page or program that has the dictation open.
func (s *Server) apiKeep(w http.ResponseWriter, r *http.Request) error {
	if err := s.Desk.Keep(r.Context(), userOf(r), dictationOf(r).ID); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, leaseView{LeaseMS: s.Desk.Lease().Milliseconds()})
}

func (s *Server) apiSuspend(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.Suspend(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeMoved(w, r, d, err)
}

func (s *Server) apiRelease(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.Release(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeMoved(w, r, d, err)
}

// versionOr is the version a request names, or the newest when it names none.
func versionOr(n *int, d pipeline.Dictation) int {
	if n == nil {
		return d.TextN
	}
	return *n
}

func (s *Server) apiComplete(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Version *int `json:"version"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	d := dictationOf(r)
	d, err := s.Desk.Complete(r.Context(), actor(r), d.ID, versionOr(body.Version, d))
	return s.writeMoved(w, r, d, err)
}

func (s *Server) apiQA(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Version *int   `json:"version"`
		Reason  string `json:"reason"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	d := dictationOf(r)
	d, err := s.Desk.SendToQA(r.Context(), actor(r), d.ID, versionOr(body.Version, d), body.Reason)
	return s.writeMoved(w, r, d, err)
}

func (s *Server) apiReturn(w http.ResponseWriter, r *http.Request) error {
	reason, err := s.readReason(w, r)
	if err != nil {
		return err
	}
	d, err := s.Desk.Return(r.Context(), userOf(r), actor(r), dictationOf(r).ID, reason)
	return s.writeMoved(w, r, d, err)
}

func (s *Server) readReason(w http.ResponseWriter, r *http.Request) (string, error) {
	var body struct {
		Reason string `json:"reason"`
	}
	err := s.readJSON(w, r, &body)
	return body.Reason, err
}
