package web

import (
	"errors"
	"net/http"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
	"dictation/transcript"
	"dictation/transcript/check"
)

// pointView is a place that the checks ask the signer to look at.
type pointView struct {
	ID       string         `json:"id"`
	Kind     check.Kind     `json:"kind"`
	Severity check.Severity `json:"severity"`
	check.Place
	Line   int        `json:"line"` // of the text, from 1
	Words  string     `json:"words"`
	Reason string     `json:"reason"`
	Audio  check.Span `json:"audio"`         // zero where nothing is heard
	Must   bool       `json:"must"`          // before signing
	How    string     `json:"how,omitempty"` // heard or confirmed by the asker; absent while open
	At     *time.Time `json:"at,omitempty"`
}

// signingView is what stands between the newest text and the asker's signature.
type signingView struct {
	Version int               `json:"version"`
	Ready   bool              `json:"ready"` // nothing stands in the way
	Blanks  []transcript.Mark `json:"blanks"`
	Flags   []pointView       `json:"flags"`
}

func viewSigning(o *review.Unresolved) signingView {
	out := signingView{Version: o.Version, Ready: o.Ready(), Blanks: list(o.Blanks), Flags: []pointView{}}
	for _, p := range o.Points {
		out.Flags = append(out.Flags, viewPoint(o, p))
	}
	return out
}

func viewPoint(o *review.Unresolved, p review.Point) pointView {
	v := pointView{
		ID: p.ID, Kind: p.Kind, Severity: p.Severity, Place: p.Place, Line: o.Line(p.Offset),
		Words: o.Text[p.Offset : p.Offset+p.Length], Reason: p.Reason, Audio: p.Audio, Must: p.Must,
	}
	if p.Done != nil {
		at := p.Done.At.UTC()
		v.How, v.At = p.Done.How, &at
	}
	return v
}

// unresolvedView is the problem document of a signature that was refused: the
// sentence says how much stands in the way, the list says what and where.
type unresolvedView struct {
	problem
	Blanks []transcript.Mark `json:"blanks"`
	Flags  []pointView       `json:"flags"` // to be heard or confirmed; send their ids as "confirmed"
}

// unresolved answers 409 with the list when err has one.
func (s *Server) unresolved(w http.ResponseWriter, r *http.Request, err error) (answered bool) {
	var o *review.Unresolved
	if !errors.As(err, &o) {
		return false
	}
	out := unresolvedView{
		problem: problem{Status: http.StatusConflict, Detail: s.sentence(r, o.Unwrap()), Kind: pipeline.Conflict},
		Blanks:  list(o.Blanks), Flags: []pointView{},
	}
	for _, p := range o.Waiting() {
		out.Flags = append(out.Flags, viewPoint(o, p))
	}
	out.complete()
	sendProblem(w, out.Status, out)
	return true
}

// apiSigning says what the asker must do before he can sign.
func (s *Server) apiSigning(w http.ResponseWriter, r *http.Request) error {
	o, err := s.Desk.Open(r.Context(), userOf(r), dictationOf(r), 0)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag(o.Version))
	return writeJSON(w, http.StatusOK, viewSigning(o))
}

// apiConfirm notes what the signer has heard or checked.
func (s *Server) apiConfirm(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		How   string   `json:"how"`
		Flags []string `json:"flags"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	if err := s.Desk.Confirm(r.Context(), userOf(r), actor(r), dictationOf(r), body.How, body.Flags); err != nil {
		return err
	}
	return s.apiSigning(w, r)
}

// apiMend stores what the signer changed as a version of its own.
func (s *Server) apiMend(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Version int    `json:"version"`
		Text    string `json:"text"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	n, err := s.Desk.Mend(r.Context(), userOf(r), actor(r), dictationOf(r).ID, body.Version, body.Text)
	if err != nil {
		return s.stale(w, r, err)
	}
	w.Header().Set("ETag", etag(n))
	return writeJSON(w, http.StatusOK, savedView{Version: n})
}

// again asks for the password and the second factor once more. The session is
// good whatever the answer: 401 would make a client throw it away.
func (s *Server) again(r *http.Request, p auth.Proof) error {
	err := s.Auth.ConfirmWith(r.Context(), userOf(r), p, remote(r))
	if pipeline.KindOf(err) == pipeline.Unauthorized && err != nil {
		err = pipeline.Wrap(pipeline.Forbidden, err, "The password is not right. The note was not signed.")
	}
	return err
}

// apiSign makes the note, after the signer's password was given again. Of two
// signatures the first gives no note yet: the dictation is answered instead.
func (s *Server) apiSign(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Password  string    `json:"password"`
		Code      string    `json:"code"`
		Version   *int      `json:"version"`
		Confirmed *[]string `json:"confirmed"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	u, d := userOf(r), dictationOf(r)
	if err := s.again(r, auth.Proof{Password: body.Password, Code: body.Code}); err != nil {
		return err
	}
	if err := s.confirmed(r, u, d, body.Confirmed); err != nil {
		return err
	}
	note, err := s.Desk.Sign(r.Context(), u, actor(r), d.ID, versionOr(body.Version, d))
	if s.unresolved(w, r, err) {
		return nil
	}
	if err != nil {
		return s.stale(w, r, err)
	}
	if note.ID == "" {
		if d, err = s.Store.Dictation(r.Context(), d.ID); err != nil {
			return err
		}
		return s.writeDictation(w, r, http.StatusAccepted, d)
	}
	return writeJSON(w, http.StatusOK, s.noteView(note))
}

// confirmed notes what came with a signature; nil where the program says nothing of it.
func (s *Server) confirmed(r *http.Request, u pipeline.User, d pipeline.Dictation, flags *[]string) error {
	if err := pipeline.May(u, pipeline.SignNote, &d); err != nil {
		return err
	}
	if flags == nil {
		return s.Desk.Vouch(r.Context(), u, actor(r), d)
	}
	return s.Desk.Confirm(r.Context(), u, actor(r), d, store.Confirmed, *flags)
}

// apiLater adds to a signed note, or amends it, in one act with its signature.
func (s *Server) apiLater(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Relation pipeline.Relation `json:"relation"`
		Text     string            `json:"text"`
		Reason   string            `json:"reason"`
		Password string            `json:"password"`
		Code     string            `json:"code"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	if err := s.again(r, auth.Proof{Password: body.Password, Code: body.Code}); err != nil {
		return err
	}
	note, err := s.Desk.Later(r.Context(), userOf(r), actor(r), dictationOf(r).ID,
		review.Later{Relation: body.Relation, Text: body.Text, Reason: body.Reason})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, s.noteView(note))
}
