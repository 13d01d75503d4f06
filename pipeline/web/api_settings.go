package web

import (
	"net/http"

	"dictation/pipeline"
)

// apiSettings gives how the asker works.
func (s *Server) apiSettings(w http.ResponseWriter, r *http.Request) error {
	set, err := s.Store.Settings(r.Context(), userOf(r).ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, set)
}

// apiSaveSettings replaces it; what the request leaves out is as an account begins.
func (s *Server) apiSaveSettings(w http.ResponseWriter, r *http.Request) error {
	set := pipeline.DefaultSettings()
	if err := s.readJSON(w, r, &set); err != nil {
		return err
	}
	set, err := s.Store.SaveSettings(r.Context(), actor(r), userOf(r).ID, set)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, set)
}

type keyView struct {
	Key pipeline.Key `json:"key"`
}

// apiKey reads one key as people write it or a browser reports it, or says why it
// cannot be used. It changes nothing.
func (s *Server) apiKey(w http.ResponseWriter, r *http.Request) error {
	var body keyView
	err := s.readJSON(w, r, &body)
	if err == nil {
		body.Key, err = pipeline.ParseKey(string(body.Key))
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, body)
}
