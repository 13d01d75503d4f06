package web

import (
	"net/http"

	"dictation/pipeline"
)

// wordListData is the page of the site's words.
type wordListData struct {
	Words   []wordLine
	Count   int    // of the whole list
	Letter  string // with which those shown begin; empty: the newest
	Letters []string
	Typed   string // was refused
}

// wordLine is a word with who added it.
type wordLine struct {
	pipeline.SiteWord
	Who string
}

var letters = func() (all []string) {
	for c := 'a'; c <= 'z'; c++ {
		all = append(all, string(c))
	}
	return all
}()

func (s *Server) pageWordList(w http.ResponseWriter, r *http.Request) error {
	return s.writeWordList(w, r, "", nil)
}

// writeWordList shows the list, and in its form what was typed and refused.
func (s *Server) writeWordList(w http.ResponseWriter, r *http.Request, typed string, refused error) (err error) {
	ctx, data := r.Context(), wordListData{Letters: letters, Typed: typed}
	var letter byte
	if q := r.URL.Query().Get("letter"); len(q) == 1 && q[0] >= 'a' && q[0] <= 'z' {
		letter, data.Letter = q[0], q
	}
	if data.Count, err = s.Store.CountWords(ctx); err != nil {
		return err
	}
	words, err := s.Store.SiteWords(ctx, letter)
	if err != nil {
		return err
	}
	names := s.viewer(r)
	for _, sw := range words {
		l := wordLine{SiteWord: sw}
		if err := names.look(ctx, &l.Who, sw.By, names.name); err != nil {
			return err
		}
		data.Words = append(data.Words, l)
	}
	sh := sheet{name: "wordlist", title: msg("Word list"), data: data}
	if refused != nil {
		sh.status, sh.trouble = statuses[pipeline.KindOf(refused)], pipeline.Sentence(refused)
	}
	return s.pages.write(w, r, sh)
}

func (s *Server) postWord(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	word := r.PostFormValue("word")
	_, err := s.Store.AddWord(r.Context(), actor(r), word)
	return s.wordChanged(w, r, word, "word", err)
}

func (s *Server) postRemoveWord(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	err := s.Store.RemoveWord(r.Context(), actor(r), r.PostFormValue("word"))
	return s.wordChanged(w, r, "", "word-removed", err)
}

func (s *Server) wordChanged(w http.ResponseWriter, r *http.Request, typed, said string, err error) error {
	switch pipeline.KindOf(err) {
	case pipeline.Invalid, pipeline.Conflict:
		return s.writeWordList(w, r, typed, err)
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/words", said)
}

// wordPages is the part of the table of pages about the word list.
func (s *Server) wordPages() []route {
	return []route{
		{pattern: "GET /words", action: pipeline.SitePhrases, handle: s.pageWordList},
		{pattern: "POST /words", action: pipeline.SitePhrases, handle: s.postWord},
		{pattern: "POST /words/remove", action: pipeline.SitePhrases, handle: s.postRemoveWord},
	}
}
