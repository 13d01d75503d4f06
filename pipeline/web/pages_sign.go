package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
	"dictation/transcript"
	"dictation/transcript/check"
)

// around is how much sound is played before and after a place, in milliseconds.
const around = 1500

// signData is the clinician's page of one note.
type signData struct {
	card
	Text     store.Version
	Pieces   []piece // the text beside the draft
	Changes  int
	Typed    bool // there was no draft: all of it is typed
	Blanks   []spot
	Points   []spot // what the checks ask to look at, critical ones first
	Left     int    // how many must still be heard or checked
	Sound    bool
	Open     bool   // it waits for the reader's signature
	Means    string // what his signature would say
	Second   string // who signs after him
	Waits    string // whose signature it waits for, when not the reader's
	Factor   bool   // he has a second factor
	Show     string // the list he came from
	First    *pipeline.Seal
	Note     *pipeline.Note // what was signed, once it is
	Parent   *pipeline.Note // what it refers to
	Later    []pipeline.Note
	unsigned string // why what was typed was not signed
	May      bool   // add to it or amend it
	Dictate  bool   // the same by dictating it
	User     string
	Typing   later
	Chart    bool // the reader may open the patient's chart
}

// again is what the fields for password and code need.
type again struct {
	Prefix  string // of the fields' ids: a page may have several such forms
	User    string
	Factor  bool
	Trouble string // why what was typed here before did not do
}

// Again gives the fields of one form.
func (d signData) Again(prefix string) again {
	a := again{Prefix: prefix, User: d.User, Factor: d.Factor}
	if prefix == map[string]string{"": "", "addendum": "add-", "amendment": "amend-"}[string(d.Typing.Relation)] {
		a.Trouble = d.unsigned
	}
	return a
}

// spot is a place in the text with its sound.
type spot struct {
	ID       string
	Critical bool
	Doubt    bool // a person marked it
	Must     bool
	Line     int
	Words    string
	Reason   string
	From, To int64 // what to play, milliseconds; both 0 without sound
	How      string
	At       time.Time
}

// Seconds is the stretch as a media fragment has it.
func (p spot) Seconds() string {
	return fmt.Sprintf("%.1f,%.1f", float64(p.From)/1000, float64(p.To)/1000)
}

func (s *Server) pageSign(w http.ResponseWriter, r *http.Request) error {
	return s.writeSign(w, r, 0, "", later{})
}

func (s *Server) writeSign(w http.ResponseWriter, r *http.Request, status int, trouble string, typed later) error {
	ctx, u := r.Context(), userOf(r)
	d, err := s.warned(r, dictationOf(r))
	if err != nil {
		return err
	}
	c, err := s.cards(u).one(ctx, d)
	if err != nil {
		return err
	}
	data := signData{
		card: c, User: u.Username, Sound: d.Sound.Canonical.Key != "", Typing: typed,
		Open:  pipeline.May(u, pipeline.SignNote, &d) == nil && d.State != pipeline.Held,
		Chart: pipeline.May(u, pipeline.ReadChart, &d) == nil,
		Show:  cmp.Or(r.URL.Query().Get("show"), r.PostFormValue("show")),
	}
	if status == http.StatusForbidden || status == http.StatusTooManyRequests {
		data.unsigned = trouble // of the password or the code
	}
	if err := s.signText(ctx, u, d, &data); err != nil {
		return err
	}
	if err := s.signers(ctx, u, d, &data); err != nil {
		return err
	}
	if d.Stage == pipeline.Deliver {
		if err := s.signedNote(ctx, u, d, &data); err != nil {
			return err
		}
	}
	return s.pages.write(w, r, sheet{name: "sign", title: s.speech(r).t("Sign %s", d.JobNumber), status: status, trouble: trouble, data: data})
}

// signText gathers the text, what was changed and what is open.
func (s *Server) signText(ctx context.Context, u pipeline.User, d pipeline.Dictation, data *signData) (err error) {
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
	open, err := s.Desk.Open(ctx, u, d, data.Text.N)
	if err != nil {
		return err
	}
	for _, b := range open.Blanks {
		p := spot{Line: open.Line(b.Offset), Words: open.Text[b.Offset : b.Offset+b.Length], Reason: b.Reason}
		if len(draft.Words) > 0 || b.AudioMS > 0 {
			p.From, p.To = max(0, b.AudioMS-around), b.AudioMS+around
		}
		data.Blanks = append(data.Blanks, p)
	}
	data.Left = len(open.Waiting())
	data.Points = spots(open)
	return nil
}

// spots are the places that the checks ask to look at, critical ones first.
func spots(open *review.Unresolved) (critical []spot) {
	var rest []spot
	for _, p := range open.Points {
		v := viewPoint(open, p)
		out := spot{ID: p.ID, Critical: p.Severity == "critical", Doubt: p.Kind == check.Doubted, Must: p.Must, Line: v.Line, Words: v.Words, Reason: p.Reason, How: v.How}
		if p.Audio.EndMS > 0 {
			out.From, out.To = max(0, p.Audio.StartMS-around), p.Audio.EndMS+around
		}
		if v.At != nil {
			out.At = *v.At
		}
		if out.Must {
			critical = append(critical, out)
		} else {
			rest = append(rest, out)
		}
	}
	return append(critical, rest...)
}

// signers says who has signed and who signs as what.
func (s *Server) signers(ctx context.Context, u pipeline.User, d pipeline.Dictation, data *signData) error {
	if d.Stage != pipeline.Review {
		return nil
	}
	if d.Step == pipeline.Cosignature {
		seal, ok, err := s.Store.FirstSeal(ctx, d.ID, d.TextN)
		if err != nil {
			return err
		}
		if ok {
			data.First = &seal
			data.Open = data.Open && seal.SignerID != u.ID
		}
		if !data.Open {
			to, err := s.Store.User(ctx, d.CosignerID)
			if err != nil {
				return err
			}
			data.Waits = to.Name
		}
	}
	if !data.Open || d.AuthorID == "" {
		return nil
	}
	means, second, err := s.Desk.As(ctx, u, d)
	if err != nil {
		return err
	}
	data.Means = means
	if second != "" {
		to, err := s.Store.User(ctx, second)
		if err != nil {
			return err
		}
		data.Second = to.Name
	}
	data.Factor, _, err = s.Auth.HasSecondFactor(ctx, u.ID)
	return err
}

// postSign asks for the password again and signs the version that was read.
func (s *Server) postSign(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	u, d := userOf(r), dictationOf(r)
	version, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		return pipeline.Errorf(pipeline.Invalid, "The form did not say which version you read. Open the note again; nothing was signed.")
	}
	if refused, err := s.proven(w, r, later{}); refused || err != nil {
		return err
	}
	if _, err = s.Desk.Sign(r.Context(), u, actor(r), d.ID, version); err != nil {
		return s.signTrouble(w, r, err)
	}
	next, err := s.nextToSign(r.Context(), u, store.ToSign(r.PostFormValue("show")))
	if err != nil {
		return err
	}
	if next != "" {
		http.Redirect(w, r, next+"&said=signed-next", http.StatusSeeOther)
		return nil
	}
	return goTo(w, r, "/sign/"+d.ID, "signed")
}

// proven asks for password and code. A wrong one is answered beside the note.
func (s *Server) proven(w http.ResponseWriter, r *http.Request, typed later) (refused bool, err error) {
	err = s.Auth.ConfirmWith(r.Context(), userOf(r), auth.Proof{Password: r.PostFormValue("password"), Code: r.PostFormValue("code")}, remote(r))
	switch kind := pipeline.KindOf(err); {
	case err == nil:
		return false, nil
	case kind == pipeline.Unauthorized:
		return true, s.writeSign(w, r, http.StatusForbidden, s.speech(r).t("The password is not right. Nothing was signed; type it again."), typed)
	case kind == pipeline.Forbidden, kind == pipeline.RateLimited:
		return true, s.writeSign(w, r, statuses[kind], s.sentence(r, err), typed)
	}
	return true, err
}

// postMend saves what the signer changed in the text.
func (s *Server) postMend(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4*int64(s.opts.MaxText)+maxFields)
	d := dictationOf(r)
	version, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil {
		return pipeline.Errorf(pipeline.Invalid, "The form did not say which version you changed. Open the note again; nothing was saved.")
	}
	// Forms send line ends as CR LF.
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	if _, err := s.Desk.Mend(r.Context(), userOf(r), actor(r), d.ID, version, text); err != nil {
		return s.signTrouble(w, r, err)
	}
	return goTo(w, r, "/sign/"+d.ID, "mended")
}

// postConfirm notes that the signer has checked a place.
func (s *Server) postConfirm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	d := dictationOf(r)
	err := s.Desk.Confirm(r.Context(), userOf(r), actor(r), d, store.Confirmed, []string{r.PostFormValue("flag")})
	if err != nil {
		return s.signTrouble(w, r, err)
	}
	return goTo(w, r, "/sign/"+d.ID, "checked")
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
	var open *review.Unresolved
	sentence := s.sentence(r, err)
	if errors.As(err, &open) {
		sentence = open.Error()
	}
	return s.writeSign(w, withDictation(r, d), statuses[kind], sentence, typedLater(r))
}
