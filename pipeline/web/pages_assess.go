package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/review"
)

// qaPages are the pages of quality assurance.
func (s *Server) qaPages() []route {
	return []route{
		{pattern: "GET /assess/{id}", action: pipeline.EditText, about: true, audit: true, handle: s.pageAssess},
		{pattern: "POST /assess/{id}", action: pipeline.EditText, about: true, handle: s.postAssess},
		{pattern: "POST /review/{id}/undo", action: pipeline.Worklist, about: true, handle: s.postUndo},
		{pattern: "GET /dictations/{id}/versions", action: pipeline.ReadText, about: true, audit: true, handle: s.pageVersions},

		{pattern: "GET /feedback", action: pipeline.ReadFeedback, audit: true, handle: s.pageFeedback},
		{pattern: "POST /feedback/{assessment}/read", action: pipeline.ReadFeedback, handle: s.postRead},
		{pattern: "POST /feedback/{assessment}/{n}/dispute", action: pipeline.ReadFeedback, handle: s.postDispute},

		{pattern: "GET /qa/disputes", action: pipeline.AnswerFeedback, audit: true, handle: s.pageDisputes},
		{pattern: "POST /qa/disputes/{assessment}/{n}", action: pipeline.AnswerFeedback, handle: s.postSettle},
		{pattern: "GET /qa/report", action: pipeline.ReadQAReport, audit: true, handle: s.pageQAReport},
		{pattern: "GET /qa/rules", action: pipeline.ManageQARules, audit: true, handle: s.pageQARules},
		{pattern: "POST /qa/rules", action: pipeline.ManageQARules, handle: s.postQARule},
		{pattern: "POST /qa/rules/{act}", action: pipeline.ManageQARules, handle: s.postQARuleAct},
	}
}

// qaLinks is what the top bar of an account has of quality assurance.
func qaLinks(u pipeline.User) (l []link) {
	for _, to := range []struct {
		right pipeline.Action
		link
	}{
		{pipeline.ReadFeedback, link{"/feedback", msg("QA feedback")}},
		{pipeline.AnswerFeedback, link{"/qa/disputes", msg("Disputes")}},
		{pipeline.ReadQAReport, link{"/qa/report", msg("QA report")}},
		{pipeline.ManageQARules, link{"/qa/rules", msg("QA rules")}},
	} {
		if pipeline.May(u, to.right, nil) == nil {
			l = append(l, to.link)
		}
	}
	return l
}

// maxAssessment is how large the form of an assessment may be, in bytes.
const maxAssessment = 2 << 20

// otherMarks is how many marks that belong to no change the form has room for.
const otherMarks = 3

// assessData is the QA editor's page of what he changed.
type assessData struct {
	card
	Version int
	Typist  string // name; empty where it cannot be assessed
	Why     string // why it cannot
	Changes []changeLine
	Others  []otherMark
	Blanks  int // left in the text
	Scale   pipeline.Scale
	Score   float64
	Pass    bool
	Comment string
	Because string // why it goes back, as typed
	LeaseMS int64
	Desk    deskSettings
}

// changeLine is a change with the mark that is proposed or was chosen.
type changeLine struct {
	N int
	pipeline.Change
	Chosen string // key of a kind of error
	Note   string
}

// Sound is the player's place: seconds, for addresses.
func (c changeLine) Sound() string { return soundAt(c.AudioMS) }

// soundAt is a place in the sound as a media fragment says it, a little before ms.
func soundAt(ms int64) string { return fmt.Sprintf("%.1f", float64(max(0, ms-cueMS))/1000) }

// cueMS is how much is played of what comes before a place.
const cueMS = 300

// otherMark is a line for a mark that belongs to no change.
type otherMark struct {
	N                     int
	Type, Was, Note, When string
}

func (s *Server) pageAssess(w http.ResponseWriter, r *http.Request) error {
	return s.writeAssess(w, r, 0, "")
}

func (s *Server) writeAssess(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	ctx, u, d := r.Context(), userOf(r), dictationOf(r)
	if d.Step != pipeline.QA {
		return goTo(w, r, "/review/"+d.ID, "")
	}
	c, err := s.cards(u).one(ctx, d)
	if err != nil {
		return err
	}
	bench, err := s.Desk.Bench(ctx, d.ID)
	if err != nil {
		return err
	}
	data := assessData{
		card: c, Version: bench.Edited.N, Scale: s.Desk.Scale(), LeaseMS: s.Desk.Lease().Milliseconds(),
		Comment: r.PostFormValue("comment"), Because: r.PostFormValue("reason"), Blanks: strings.Count(bench.Edited.Text, "___"),
	}
	switch bench.TypedBy {
	case "":
		data.Why = msg("Nobody is known to have typed this text, so nobody is assessed.")
	case u.ID:
		data.Why = msg("You typed this text yourself, so it is not assessed by you.")
	default:
		if data.Typist, err = s.cards(u).name(ctx, bench.TypedBy); err != nil {
			return err
		}
	}
	data.fill(r, bench)
	if data.Desk, err = s.deskSettings(r); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "assess", title: s.speech(r).t("Assess %s", d.JobNumber), status: status, trouble: trouble, data: data})
}

// fill makes the form's lines: proposals first, and again what was chosen when it
// was refused.
func (a *assessData) fill(r *http.Request, bench review.Bench) {
	again := r.Method == http.MethodPost && r.PostFormValue("version") == strconv.Itoa(bench.Edited.N)
	var standing []pipeline.Finding
	for i, c := range bench.Changes {
		l := changeLine{N: i + 1, Change: c}
		if again {
			l.Chosen, l.Note = r.PostFormValue(fmt.Sprint("mark-", l.N)), r.PostFormValue(fmt.Sprint("note-", l.N))
		} else if t, ok := pipeline.ProposeMark(c); ok {
			l.Chosen = t.Key
		}
		if t, err := pipeline.ParseMarkType(l.Chosen); err == nil {
			standing = append(standing, pipeline.Finding{Type: t})
		}
		a.Changes = append(a.Changes, l)
	}
	for n := 1; n <= otherMarks; n++ {
		o := otherMark{N: n}
		if again {
			o = otherOf(r, n)
		}
		if t, err := pipeline.ParseMarkType(o.Type); err == nil {
			standing = append(standing, pipeline.Finding{Type: t})
		}
		a.Others = append(a.Others, o)
	}
	a.Score, a.Pass = a.Scale.Score(pipeline.CountMarks(standing))
}

func otherOf(r *http.Request, n int) otherMark {
	of := func(name string) string { return strings.TrimSpace(r.PostFormValue(fmt.Sprint(name, "-", n))) }
	return otherMark{N: n, Type: of("other"), Was: of("words"), Note: of("why"), When: of("at")}
}

// judgement reads the form.
func judgement(r *http.Request) (j review.Judgement, err error) {
	j.Verdict = pipeline.Verdict(r.PostFormValue("verdict"))
	j.Reason, j.Comment = r.PostFormValue("reason"), r.PostFormValue("comment")
	if j.Version, err = strconv.Atoi(r.PostFormValue("version")); err != nil {
		return j, pipeline.Errorf(pipeline.Invalid, "The form did not say which version you read. Load the page again; nothing was stored.")
	}
	for name, values := range r.PostForm {
		n, err := strconv.Atoi(strings.TrimPrefix(name, "mark-"))
		if err != nil || !strings.HasPrefix(name, "mark-") || values[0] == "" {
			continue
		}
		j.Marks = append(j.Marks, review.Mark{Change: n, Type: values[0], Note: r.PostFormValue(fmt.Sprint("note-", n))})
	}
	slices.SortFunc(j.Marks, func(a, b review.Mark) int { return a.Change - b.Change })
	for n := 1; n <= otherMarks; n++ {
		o := otherOf(r, n)
		if o.Type == "" {
			if o.Was+o.Note != "" {
				return j, pipeline.Errorf(pipeline.Invalid, "Choose what kind of error your own mark %d is. Nothing was stored yet.", n)
			}
			continue
		}
		m := review.Mark{Type: o.Type, Was: o.Was, Note: o.Note}
		if o.When != "" {
			if m.AudioMS, err = parseClock(o.When); err != nil {
				return j, err
			}
			m.Timed = true
		}
		j.Marks = append(j.Marks, m)
	}
	return j, nil
}

// parseClock reads a place in the sound: "83", "1:23" or "1:23.5".
func parseClock(s string) (ms int64, err error) {
	wrong := pipeline.Errorf(pipeline.Invalid, "Write the place in the sound as minutes and seconds, for example 1:23. Nothing was stored yet.")
	minutes, seconds, both := strings.Cut(s, ":")
	if !both {
		minutes, seconds = "0", s
	}
	m, err := strconv.Atoi(minutes)
	if err != nil || m < 0 || m > 24*60 {
		return 0, wrong
	}
	sec, err := strconv.ParseFloat(seconds, 64)
	if err != nil || !(sec >= 0 && sec < 24*60*60) {
		return 0, wrong
	}
	return int64(m)*60_000 + int64(sec*1000), nil
}

// postAssess ends QA with the form's assessment, or without one.
func (s *Server) postAssess(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxAssessment)
	d := dictationOf(r)
	j, err := judgement(r)
	done := "assessed"
	if err == nil && r.PostFormValue("verdict") == "unassessed" {
		_, err = s.Desk.Complete(r.Context(), actor(r), d.ID, j.Version)
	} else if err == nil {
		if j.Verdict == pipeline.SentBack {
			done = "returned"
		}
		_, _, err = s.Desk.Assess(r.Context(), actor(r), d.ID, j)
	}
	switch kind := pipeline.KindOf(err); {
	case err == nil:
		return goTo(w, r, "/work", done)
	case kind == pipeline.Invalid, kind == pipeline.Stale, kind == pipeline.TooLarge, kind == pipeline.Conflict:
		d, again := s.dictation(r)
		if again != nil || pipeline.May(userOf(r), pipeline.EditText, &d) != nil {
			return err
		}
		return s.writeAssess(w, withDictation(r, d), statuses[kind], s.sentence(r, err))
	}
	return err
}

// undoable are the texts that the reader can still take back.
func (s *Server) undoable(ctx context.Context, u pipeline.User) ([]card, error) {
	ds, err := s.Desk.Undoable(ctx, u)
	if err != nil {
		return nil, err
	}
	return s.cards(u).of(ctx, ds)
}

// postUndo takes a text back that was just sent on, and opens it.
func (s *Server) postUndo(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.Undo(r.Context(), actor(r), dictationOf(r).ID)
	if err != nil && pipeline.KindOf(err) == pipeline.Conflict {
		return goTo(w, r, "/work", "not-undone")
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/review/"+d.ID, "undone")
}
