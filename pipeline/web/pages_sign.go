package web

import (
	"net/http"
	"strconv"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// toSignData lists what waits for a signature.
type toSignData struct {
	Own    []card // dictated by the reader
	Others []card // by colleagues; clinicians only
}

func (s *Server) pageToSign(w http.ResponseWriter, r *http.Request) error {
	ctx, u := r.Context(), userOf(r)
	if !u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
		return pipeline.Errorf(pipeline.Forbidden, "Only authors and clinicians sign notes.")
	}
	if err := s.Store.Accessed(ctx, actor(r), string(pipeline.Worklist), "", ""); err != nil {
		return err
	}
	own, err := s.Store.Dictations(ctx, store.Filter{AuthorID: u.ID, Stage: pipeline.Review, Step: pipeline.Signature, Limit: 100})
	if err != nil {
		return err
	}
	var data toSignData
	names := s.cards(u)
	if data.Own, err = names.of(ctx, own); err != nil {
		return err
	}
	if u.Is(pipeline.RoleClinician) {
		all, err := s.Store.Worklist(ctx, pipeline.Signature, "", 100)
		if err != nil {
			return err
		}
		var others []pipeline.Dictation
		for _, d := range all {
			if d.AuthorID != u.ID {
				others = append(others, d)
			}
		}
		if data.Others, err = names.of(ctx, others); err != nil {
			return err
		}
	}
	return s.pages.write(w, r, sheet{name: "tosign", title: "To sign", data: data})
}

// signData is the clinician's page of one note.
type signData struct {
	card
	Text    store.Version
	Pieces  []piece // the text beside the draft
	Changes int
	Typed   bool // there was no draft: all of it is typed
	Blanks  int
	Flags   []flagLine // what the checks ask to look at
	Sound   bool
	Open    bool           // it waits for a signature
	Note    *pipeline.Note // what was signed, once it is
	Chart   bool           // the reader may open the patient's chart
}

func (s *Server) pageSign(w http.ResponseWriter, r *http.Request) error {
	return s.writeSign(w, r, 0, "")
}

func (s *Server) writeSign(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	ctx, u, d := r.Context(), userOf(r), dictationOf(r)
	c, err := s.cards(u).one(ctx, d)
	if err != nil {
		return err
	}
	data := signData{
		card: c, Sound: d.Sound.Canonical.Key != "",
		Open:  d.Stage == pipeline.Review && d.Step == pipeline.Signature,
		Chart: pipeline.May(u, pipeline.ReadChart, &d) == nil,
	}
	if data.Text, err = s.Store.Text(ctx, d.ID, 0); err != nil {
		return err
	}
	draft, err := s.Store.Draft(ctx, d.ID)
	if err != nil {
		return err
	}
	if data.Typed = strings.TrimSpace(draft.Text) == ""; data.Typed {
		data.Pieces = []piece{{Kept: data.Text.Text}}
	} else {
		data.Pieces = changes(transcript.Draft{Text: draft.Text, Words: draft.Words}, data.Text.Text)
	}
	data.Changes = countChanges(data.Pieces)
	data.Flags = flagLines(draft, data.Text.Text)
	data.Blanks = len(transcript.Blanks(data.Text.Text, nil))
	if d.Stage == pipeline.Deliver {
		note, err := s.Store.Note(ctx, d.ID)
		if err != nil {
			return err
		}
		data.Note = &note
	}
	return s.pages.write(w, r, sheet{name: "sign", title: "Sign " + d.JobNumber, status: status, trouble: trouble, data: data})
}

// postSign asks for the password again and signs the version that was read.
func (s *Server) postSign(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	u, d := userOf(r), dictationOf(r)
	version, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		return pipeline.Errorf(pipeline.Invalid, "The form did not say which version you read. Open the note again; nothing was signed.")
	}
	err = s.Auth.Confirm(r.Context(), u, r.PostFormValue("password"), remote(r))
	if pipeline.KindOf(err) == pipeline.Unauthorized && err != nil {
		return s.writeSign(w, r, http.StatusForbidden, "The password is not right. Nothing was signed; type it again.")
	}
	if err == nil {
		_, err = s.Desk.Sign(r.Context(), u, actor(r), d.ID, version)
	}
	if err != nil {
		return s.signTrouble(w, r, err)
	}
	return goTo(w, r, "/sign/"+d.ID, "signed")
}

func (s *Server) postReturn(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	_, err := s.Desk.Return(r.Context(), userOf(r), actor(r), dictationOf(r).ID, r.PostFormValue("reason"))
	if err != nil {
		return s.signTrouble(w, r, err)
	}
	return goTo(w, r, "/sign", "returned")
}

// signTrouble shows what a person can mend beside the note, not instead of it.
func (s *Server) signTrouble(w http.ResponseWriter, r *http.Request, err error) error {
	kind := pipeline.KindOf(err)
	switch kind {
	case pipeline.Stale, pipeline.Conflict, pipeline.Invalid, pipeline.TooLarge, pipeline.RateLimited:
	default:
		return err
	}
	d, again := s.dictation(r)
	if again != nil {
		return again
	}
	if pipeline.May(userOf(r), pipeline.ReadText, &d) != nil {
		return err
	}
	return s.writeSign(w, withDictation(r, d), statuses[kind], pipeline.Sentence(err))
}
