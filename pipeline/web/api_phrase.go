package web

import (
	"net/http"
	"time"

	"dictation/pipeline"
)

// phraseView is a phrase as programs send and get it.
type phraseView struct {
	ID       string              `json:"id"`
	Kind     pipeline.PhraseKind `json:"kind"`
	Site     bool                `json:"site"` // for everybody; else the asker's own
	Worktype pipeline.Worktype   `json:"worktype"`
	Trigger  string              `json:"trigger"`
	Title    string              `json:"title"`
	Text     string              `json:"text"`
	Changed  time.Time           `json:"changed"`
}

type phrasesView struct {
	Phrases []phraseView `json:"phrases"`
}

// newPhrase is the part of it that a person chooses.
type newPhrase struct {
	Kind     pipeline.PhraseKind `json:"kind"`
	Site     bool                `json:"site"`
	Worktype pipeline.Worktype   `json:"worktype"`
	Trigger  string              `json:"trigger"`
	Title    string              `json:"title"`
	Text     string              `json:"text"`
}

func viewPhrase(p pipeline.Phrase) phraseView {
	return phraseView{p.ID, p.Kind, p.Site(), p.Worktype, p.Trigger, p.Title, p.Text, p.Changed.UTC()}
}

// phrase makes a phrase of what u sent; the site's need a right.
func (n newPhrase) phrase(u pipeline.User) (pipeline.Phrase, error) {
	p := pipeline.Phrase{Kind: n.Kind, Owner: u.ID, Worktype: n.Worktype, Trigger: n.Trigger, Title: n.Title, Text: n.Text}
	if !n.Site {
		return p, nil
	}
	p.Owner = ""
	return p, maySite(u)
}

func maySite(u pipeline.User) error { return pipeline.May(u, pipeline.SitePhrases, nil) }

// phraseToChange reads the phrase in the path for somebody who may change it.
func (s *Server) phraseToChange(r *http.Request) (pipeline.Phrase, error) {
	u := userOf(r)
	p, err := s.Store.Phrase(r.Context(), u.ID, r.PathValue("phrase"))
	if err == nil && p.Site() {
		err = maySite(u)
	}
	return p, err
}

// apiPhrases lists what the asker can use, the own ones first.
func (s *Server) apiPhrases(w http.ResponseWriter, r *http.Request) error {
	worktype := pipeline.Worktype(r.URL.Query().Get("worktype"))
	list, err := s.Store.Phrases(r.Context(), userOf(r).ID, worktype)
	if err != nil {
		return err
	}
	out := phrasesView{Phrases: make([]phraseView, len(list))}
	for i, p := range list {
		out.Phrases[i] = viewPhrase(p)
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiAddPhrase(w http.ResponseWriter, r *http.Request) error {
	var body newPhrase
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	p, err := body.phrase(userOf(r))
	if err != nil {
		return err
	}
	if p, err = s.Store.AddPhrase(r.Context(), actor(r), p); err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewPhrase(p))
}

// apiSavePhrase replaces a phrase; whose it is stays as it is.
func (s *Server) apiSavePhrase(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.phraseToChange(r)
	if err != nil {
		return err
	}
	var body newPhrase
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	if body.Site != kept.Site() {
		return pipeline.Errorf(pipeline.Invalid, "A phrase stays yours or the site's. Nothing was changed; make a new one instead.")
	}
	p, err := body.phrase(userOf(r))
	if err != nil {
		return err
	}
	p.ID = kept.ID
	if p, err = s.Store.SavePhrase(r.Context(), actor(r), p); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewPhrase(p))
}

func (s *Server) apiDeletePhrase(w http.ResponseWriter, r *http.Request) error {
	p, err := s.phraseToChange(r)
	if err != nil {
		return err
	}
	if err := s.Store.DeletePhrase(r.Context(), actor(r), p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
