package web

import (
	"net/http"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/audit"
	"dictation/pipeline/store"
)

// dictationData is the page of one dictation.
type dictationData struct {
	card
	Begun   *begun         // how far recognition is, for those who may read the text
	Text    *store.Version // newest, when there is one and the reader may read it
	Sound   bool           // the reader may hear it, and it can be played
	Sign    bool           // the reader may sign it now
	Note    bool           // it is signed, and the reader may read its text
	ByHand  bool           // recognition failed, and the reader may have it typed instead
	Chart   bool           // the reader may open the patient's chart
	Manage  bool           // the reader is an administrator
	Named   bool           // the reader may see whose it is
	Split   bool           // the reader may split it now
	File    bool           // the reader may have the file as it was sent
	Heard   *heard         // what decode found out, for those who may hear it
	Tape    *card          // the recording it was cut from, when the reader may know it
	Parts   []partCard     // the dictations it was split into
	History []happening
}

// From and To are where it lies in the recording it was cut from.
func (d dictationData) From() string { return pipeline.Clock(inMS(d.Part.From)) }
func (d dictationData) To() string   { return pipeline.Clock(inMS(d.Part.To)) }

// partCard is a part of a split recording.
type partCard struct {
	card
	Start, End string
	Open       bool // the reader may open it
	Named      bool // the reader may see whose it is
}

// happening is a line of a dictation's history.
type happening struct {
	At     time.Time
	Who    string
	What   string
	To     string
	Detail string
	Times  int // how often in a row
}

func (s *Server) pageDictation(w http.ResponseWriter, r *http.Request) error {
	ctx, u := r.Context(), userOf(r)
	d, err := s.warned(r, dictationOf(r))
	if err != nil {
		return err
	}
	c, err := s.cards(u).one(ctx, d)
	if err != nil {
		return err
	}
	may := func(a pipeline.Action) bool { return pipeline.May(u, a, &d) == nil }
	data := dictationData{
		card: c, Sound: d.Sound.Canonical.Key != "" && may(pipeline.ReadSound),
		Sign:   (d.Step == pipeline.Signature || d.Step == pipeline.Cosignature) && may(pipeline.SignNote),
		Note:   d.Stage == pipeline.Deliver && may(pipeline.ReadText),
		ByHand: d.Stage == pipeline.Transcribe && d.State == pipeline.Failed && may(pipeline.TypeByHand),
		Chart:  d.State == pipeline.Finished && !d.Parted() && may(pipeline.ReadChart), Manage: may(pipeline.ManageJobs),
		Named: may(pipeline.ReadSound) || may(pipeline.FindPatient),
		Split: d.CheckSplit() == nil && may(pipeline.SplitDictation), File: may(pipeline.ReadSound),
	}
	if data.Sound {
		if data.Heard, err = s.hear(r, d); err != nil {
			return err
		}
	}
	if err := s.family(r, d, &data); err != nil {
		return err
	}
	if may(pipeline.ReadText) {
		if data.Begun, err = s.begun(ctx, d); err != nil {
			return err
		}
	}
	if (d.TextN > 0 || data.Begun != nil) && may(pipeline.ReadText) {
		if err := s.Store.Accessed(ctx, actor(r), string(pipeline.ReadText), d.ID, d.PatientID); err != nil {
			return err
		}
	}
	if d.TextN > 0 && may(pipeline.ReadText) {
		v, err := s.Store.Text(ctx, d.ID, 0)
		if err != nil {
			return err
		}
		data.Text = &v
	}
	if data.History, err = s.history(r, d.ID); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "dictation", title: s.speech(r).t("Dictation %s", d.JobNumber), data: data})
}

// hear is what decode found out, with what the recorder wrote held against the account.
func (s *Server) hear(r *http.Request, d pipeline.Dictation) (*heard, error) {
	rep, err := s.report(r.Context(), d)
	if err != nil {
		// The measures are in the row; without the report a few lines are missing.
		s.opts.Log.WarnContext(r.Context(), "no report to show", "dictation", d.ID, "err", err)
	}
	var by pipeline.User
	if d.AuthorID != "" {
		if by, err = s.Store.User(r.Context(), d.AuthorID); err != nil {
			return nil, err
		}
	}
	return s.speech(r).hear(d, rep, by), nil
}

// family finds what the dictation was cut from, and what was cut from it.
func (s *Server) family(r *http.Request, d pipeline.Dictation, data *dictationData) error {
	ctx, u := r.Context(), userOf(r)
	if d.Part.Of != "" {
		tape, err := s.Store.Dictation(ctx, d.Part.Of)
		if err != nil {
			return err
		}
		if pipeline.May(u, pipeline.ReadDictation, &tape) == nil {
			data.Tape = &card{Dictation: tape}
		}
	}
	if !d.Parted() {
		return nil
	}
	parts, err := s.Store.Parts(ctx, d.ID)
	if err != nil {
		return err
	}
	names := s.cards(u)
	for _, p := range parts {
		c, err := names.one(ctx, p)
		if err != nil {
			return err
		}
		may := func(a pipeline.Action) bool { return pipeline.May(u, a, &p) == nil }
		data.Parts = append(data.Parts, partCard{
			card: c, Start: pipeline.Clock(inMS(p.Part.From)), End: pipeline.Clock(inMS(p.Part.To)),
			Open: may(pipeline.ReadDictation), Named: may(pipeline.ReadSound) || may(pipeline.FindPatient),
		})
	}
	return nil
}

// postTypeByHand has the author's dictation typed from the sound.
func (s *Server) postTypeByHand(w http.ResponseWriter, r *http.Request) error {
	id := dictationOf(r).ID
	if _, err := s.Desk.TypeByHand(r.Context(), actor(r), id); err != nil {
		return err
	}
	return goTo(w, r, "/dictations/"+id, "by-hand")
}

// history lists what happened to a dictation; who only looked is the auditor's business.
func (s *Server) history(r *http.Request, id string) ([]happening, error) {
	entries, err := s.Store.History(r.Context(), id)
	if err != nil {
		return nil, err
	}
	names, err := s.Store.UserNames(r.Context())
	if err != nil {
		return nil, err
	}
	sp := s.speech(r)
	var out []happening
	for _, e := range entries {
		if !tells(e, names) {
			continue
		}
		h := happening{
			At: e.At, Who: sp.t(whoDid(names, e.Actor)), What: sp.t(act(e.Action)), To: sp.t(reached(e.To)), Detail: strings.TrimSpace(e.Detail), Times: 1,
		}
		if n := len(out); n > 0 && e.Action == textSaved && out[n-1].What == h.What && out[n-1].Who == h.Who {
			h.Times += out[n-1].Times
			out = out[:n-1]
		}
		out = append(out, h)
	}
	return out, nil
}

const textSaved = "text.saved"

// tells reports whether an entry belongs in the history people read: changes,
// but not that a worker took up what it then did.
func tells(e audit.Entry, names map[string]string) bool {
	if e.Outcome != audit.OK || e.Action == "dictation.claimed" && names[e.Actor] == "" {
		return false
	}
	return e.Version > 0 || e.Action == textSaved || e.Action == "dictation.identified"
}

// whoDid names an actor: a person, or the part of the system.
func whoDid(names map[string]string, actor string) string {
	if n := names[actor]; n != "" {
		return n
	}
	part, _, _ := strings.Cut(actor, "/")
	switch part {
	case "worker":
		return msg("the system")
	case "sweep":
		return msg("the system (sweep)")
	case "intake":
		return msg("the system (intake)")
	}
	return actor
}

// reached says a position of the audit ("review/typing pending") in words.
func reached(to string) string {
	where, state, ok := strings.Cut(to, " ")
	if !ok {
		return ""
	}
	stage, step, _ := strings.Cut(where, "/")
	return says(pipeline.Position{Stage: pipeline.Stage(stage), Step: pipeline.Step(step), State: pipeline.State(state)})
}
