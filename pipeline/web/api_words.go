package web

import (
	"net/http"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/spelling"
)

// unknownWordView is a word that is on no list.
type unknownWordView struct {
	Word        string   `json:"word"`
	Suggestions []string `json:"suggestions"` // the likeliest first
}

type unknownWordsView struct {
	Unknown []unknownWordView `json:"unknown"`
}

// siteWordView is a word of the site's list.
type siteWordView struct {
	Word  string    `json:"word"`
	Added time.Time `json:"added"`
}

// apiUnknownWords tells which of some words are on no list. The words are parts of
// a text that the asker has: nothing of them is kept or logged.
func (s *Server) apiUnknownWords(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Words []string `json:"words"`
	}
	r.Body = http.MaxBytesReader(w, r.Body, spelling.MaxWords*(4*spelling.MaxWord+4))
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	found, err := s.Spelling.Unknown(r.Context(), body.Words)
	if err != nil {
		return err
	}
	out := unknownWordsView{Unknown: make([]unknownWordView, len(found))}
	for i, u := range found {
		out.Unknown[i] = unknownWordView{u.Word, list(u.Suggestions)}
	}
	return writeJSON(w, http.StatusOK, out)
}

// readWord reads the one word that a request names. It is in the body: an address
// is written down in places where what people type does not belong.
func (s *Server) readWord(w http.ResponseWriter, r *http.Request) (string, error) {
	var body struct {
		Word string `json:"word"`
	}
	err := s.readJSON(w, r, &body)
	return body.Word, err
}

func (s *Server) apiAddWord(w http.ResponseWriter, r *http.Request) error {
	word, err := s.readWord(w, r)
	if err != nil {
		return err
	}
	added, err := s.Store.AddWord(r.Context(), actor(r), word)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, siteWordView{added.Word, added.Added.UTC()})
}

func (s *Server) apiRemoveWord(w http.ResponseWriter, r *http.Request) error {
	word, err := s.readWord(w, r)
	if err != nil {
		return err
	}
	if err := s.Store.RemoveWord(r.Context(), actor(r), word); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// wordAPI is the part of the table of routes about the word list.
func (s *Server) wordAPI() []route {
	return []route{
		{pattern: "POST /words/unknown", action: pipeline.Worklist, handle: s.apiUnknownWords},
		{pattern: "POST /words", action: pipeline.SitePhrases, handle: s.apiAddWord},
		{pattern: "POST /words/remove", action: pipeline.SitePhrases, handle: s.apiRemoveWord},
	}
}
