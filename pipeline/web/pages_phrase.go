package web

import (
	"net/http"

	"dictation/pipeline"
)

// phrasesData is the page of text that need not be typed again.
type phrasesData struct {
	Own, Site []phraseLine
	New       phraseLine // the form for another one, with what was typed when it was refused
}

// phraseLine is a phrase with the form to change it.
type phraseLine struct {
	pipeline.Phrase
	Form    string // the form's address
	Kinds   []pipeline.PhraseKind
	MaySite bool // the reader may make and change the site's
	ForAll  bool // of a new one: for the site
}

// Change reports whether the reader may change the phrase.
func (l phraseLine) Change() bool { return !l.Phrase.Site() || l.MaySite }

func phraseLineOf(p pipeline.Phrase, u pipeline.User) phraseLine {
	return phraseLine{Phrase: p, Form: "/phrases/" + p.ID, Kinds: pipeline.PhraseKinds, MaySite: maySite(u) == nil}
}

// phraseKind is how a kind is called.
func phraseKind(k pipeline.PhraseKind) string {
	switch k {
	case pipeline.Expander:
		return msg("Expander")
	case pipeline.Normal:
		return msg("Normal")
	case pipeline.Template:
		return msg("Template")
	}
	return string(k)
}

func (s *Server) pagePhrases(w http.ResponseWriter, r *http.Request) error {
	return s.writePhrases(w, r, pipeline.Phrase{Kind: pipeline.Expander, Owner: userOf(r).ID}, nil)
}

// writePhrases shows all, and in its form what was typed and refused.
func (s *Server) writePhrases(w http.ResponseWriter, r *http.Request, typed pipeline.Phrase, refused error) error {
	u := userOf(r)
	list, err := s.Store.Phrases(r.Context(), u.ID, "")
	if err != nil {
		return err
	}
	data := phrasesData{New: phraseLineOf(typed, u)}
	data.New.ForAll = typed.Site()
	if typed.ID == "" {
		data.New.Form = "/phrases"
	}
	for _, p := range list {
		if p.Site() {
			data.Site = append(data.Site, phraseLineOf(p, u))
		} else {
			data.Own = append(data.Own, phraseLineOf(p, u))
		}
	}
	sh := sheet{name: "phrases", title: msg("Phrases"), data: data}
	if refused != nil {
		sh.status, sh.trouble = statuses[pipeline.KindOf(refused)], s.sentence(r, refused)
	}
	return s.pages.write(w, r, sh)
}

// sentPhrase reads the form.
func sentPhrase(r *http.Request) newPhrase {
	return newPhrase{
		Kind: pipeline.PhraseKind(r.PostFormValue("kind")), Site: r.PostFormValue("site") != "", Worktype: pipeline.Worktype(r.PostFormValue("worktype")),
		Trigger: r.PostFormValue("trigger"), Title: r.PostFormValue("title"), Text: r.PostFormValue("text"),
	}
}

// maxPhraseForm bounds the form: signs outside ASCII are three times as long in it.
const maxPhraseForm = 4 * pipeline.MaxPhrase

func (s *Server) postPhrase(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxPhraseForm)
	p, err := sentPhrase(r).phrase(userOf(r))
	if err != nil {
		return err
	}
	if _, err := s.Store.AddPhrase(r.Context(), actor(r), p); err != nil {
		return s.phraseTrouble(w, r, p, err)
	}
	return goTo(w, r, "/phrases", "phrase")
}

// postPhraseAct saves or deletes one.
func (s *Server) postPhraseAct(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxPhraseForm)
	kept, err := s.phraseToChange(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("act") == "delete" {
		if err := s.Store.DeletePhrase(r.Context(), actor(r), kept); err != nil {
			return err
		}
		return goTo(w, r, "/phrases", "phrase-deleted")
	}
	sent := sentPhrase(r)
	sent.Site = kept.Site()
	p, err := sent.phrase(userOf(r))
	if err != nil {
		return err
	}
	p.ID = kept.ID
	if _, err := s.Store.SavePhrase(r.Context(), actor(r), p); err != nil {
		return s.phraseTrouble(w, r, p, err)
	}
	return goTo(w, r, "/phrases", "phrase")
}

func (s *Server) phraseTrouble(w http.ResponseWriter, r *http.Request, typed pipeline.Phrase, err error) error {
	switch pipeline.KindOf(err) {
	case pipeline.Invalid, pipeline.Conflict, pipeline.TooLarge:
		return s.writePhrases(w, r, typed, err)
	}
	return err
}
