package web

import (
	"net/http"
	"strconv"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/review"
)

// qaAPI is the JSON API of quality assurance.
func (s *Server) qaAPI() []route {
	return []route{
		{pattern: "POST /dictations/{id}/undo", action: pipeline.Worklist, about: true, handle: s.apiUndo},
		{pattern: "GET /dictations/{id}/changes", action: pipeline.ReadText, about: true, audit: true, handle: s.apiChanges},
		{pattern: "POST /dictations/{id}/assess", action: pipeline.Worklist, about: true, handle: s.apiAssess},

		{pattern: "GET /qa/feedback", action: pipeline.ReadFeedback, audit: true, handle: s.apiFeedback},
		{pattern: "GET /qa/disputes", action: pipeline.AnswerFeedback, audit: true, handle: s.apiDisputes},
		{pattern: "POST /qa/assessments/{assessment}/read", action: pipeline.ReadFeedback, handle: s.apiRead},
		{pattern: "POST /qa/assessments/{assessment}/marks/{n}/dispute", action: pipeline.ReadFeedback, handle: s.apiDispute},
		{pattern: "POST /qa/assessments/{assessment}/marks/{n}/answer", action: pipeline.AnswerFeedback, handle: s.apiAnswer},
		{pattern: "GET /qa/assessments/{assessment}/marks/{n}/sound", action: pipeline.ReadFeedback, or: pipeline.AnswerFeedback, handle: s.apiMarkSound},

		{pattern: "GET /qa/rules", action: pipeline.ManageQARules, audit: true, handle: s.apiQARules},
		{pattern: "PUT /qa/rules", action: pipeline.ManageQARules, handle: s.apiSetQARules},
		{pattern: "GET /qa/report", action: pipeline.ReadQAReport, audit: true, handle: s.apiQAReport},
		{pattern: "GET /qa/report.csv", action: pipeline.ReadQAReport, audit: true, handle: s.apiQAReportCSV},
	}
}

func (s *Server) apiUndo(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.Undo(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeMoved(w, r, d, err)
}

// changeView is a change that QA made, with the kind of error it may mend.
type changeView struct {
	N       int    `json:"n"`
	Was     string `json:"was"`
	Now     string `json:"now"`
	Before  string `json:"before"` // some words of the text before it
	After   string `json:"after"`
	AudioMS *int64 `json:"audio_ms,omitempty"`
	Propose string `json:"propose,omitempty"` // a kind of error; none where nothing was wrong
}

type changesView struct {
	Version int          `json:"version"` // that QA made
	Typed   int          `json:"typed"`   // that it was made of
	Changes []changeView `json:"changes"`
}

// apiChanges compares the newest text with what the typist sent on.
func (s *Server) apiChanges(w http.ResponseWriter, r *http.Request) error {
	bench, err := s.Desk.Bench(r.Context(), dictationOf(r).ID)
	if err != nil {
		return err
	}
	out := changesView{Version: bench.Edited.N, Typed: bench.TypedN, Changes: []changeView{}}
	for i, c := range bench.Changes {
		v := changeView{N: i + 1, Was: c.Was, Now: c.Now, Before: c.Before, After: c.After, AudioMS: placeOf(c.AudioMS, c.Timed)}
		if t, ok := pipeline.ProposeMark(c); ok {
			v.Propose = t.Key
		}
		out.Changes = append(out.Changes, v)
	}
	return writeJSON(w, http.StatusOK, out)
}

func placeOf(ms int64, known bool) *int64 {
	if !known {
		return nil
	}
	return &ms
}

// assessmentView is an assessment as programs see it.
type assessmentView struct {
	ID        string            `json:"id"`
	Dictation string            `json:"dictation"`
	JobNumber string            `json:"job_number"`
	Worktype  pipeline.Worktype `json:"worktype"`
	Typist    string            `json:"typist_id"`
	Editor    string            `json:"editor_id"`
	Typed     int               `json:"typed"`
	Version   int               `json:"version"`
	Verdict   pipeline.Verdict  `json:"verdict"`
	Comment   string            `json:"comment"`
	Score     float64           `json:"score"`
	Passed    bool              `json:"passed"`
	pipeline.Marks
	Findings []findingView `json:"marks"`
	At       time.Time     `json:"at"`
	ReadAt   *time.Time    `json:"read_at,omitempty"`
}

type findingView struct {
	N       int                `json:"n"`
	Class   pipeline.MarkClass `json:"class"`
	Type    string             `json:"type"`
	Was     string             `json:"was"`
	Now     string             `json:"now"`
	Before  string             `json:"before"`
	After   string             `json:"after"`
	AudioMS *int64             `json:"audio_ms,omitempty"`
	Note    string             `json:"note"`
	Dispute string             `json:"dispute,omitempty"`
	Answer  pipeline.Answer    `json:"answer,omitempty"`
	Because string             `json:"answer_note,omitempty"`
}

func viewAssessment(a pipeline.Assessment) assessmentView {
	v := assessmentView{
		ID: a.ID, Dictation: a.Dictation, JobNumber: a.JobNumber, Worktype: a.Worktype, Typist: a.Typist, Editor: a.Editor,
		Typed: a.TypedN, Version: a.EditedN, Verdict: a.Verdict, Comment: a.Comment, Score: a.Score, Passed: a.Pass,
		Marks: a.Marks, Findings: []findingView{}, At: a.At.UTC(),
	}
	if !a.ReadAt.IsZero() {
		at := a.ReadAt.UTC()
		v.ReadAt = &at
	}
	for _, f := range a.Findings {
		v.Findings = append(v.Findings, findingView{
			f.N, f.Type.Class, f.Type.Key, f.Was, f.Now, f.Before, f.After, placeOf(f.AudioMS, f.Timed), f.Note, f.Dispute, f.Answer, f.AnswerNote,
		})
	}
	return v
}

type assessmentsView struct {
	Assessments []assessmentView `json:"assessments"`
	Next        string           `json:"next,omitempty"`
}

// apiAssess ends QA with an assessment.
func (s *Server) apiAssess(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Version *int   `json:"version"`
		Verdict string `json:"verdict"`
		Reason  string `json:"reason"`
		Comment string `json:"comment"`
		Marks   []struct {
			Change  int    `json:"change"`
			Type    string `json:"type"`
			Was     string `json:"was"`
			Now     string `json:"now"`
			AudioMS *int64 `json:"audio_ms"`
			Note    string `json:"note"`
		} `json:"marks"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	d := dictationOf(r)
	j := review.Judgement{
		Version: versionOr(body.Version, d), Verdict: pipeline.Verdict(body.Verdict), Reason: body.Reason, Comment: body.Comment,
	}
	for _, m := range body.Marks {
		mark := review.Mark{Change: m.Change, Type: m.Type, Was: m.Was, Now: m.Now, Note: m.Note, Timed: m.AudioMS != nil}
		if mark.Timed {
			mark.AudioMS = *m.AudioMS
		}
		j.Marks = append(j.Marks, mark)
	}
	_, a, err := s.Desk.Assess(r.Context(), actor(r), d.ID, j)
	if err != nil {
		return s.stale(w, r, err)
	}
	return writeJSON(w, http.StatusOK, viewAssessment(a))
}

// apiFeedback lists what QA found in the asker's own typing, newest first.
func (s *Server) apiFeedback(w http.ResponseWriter, r *http.Request) error {
	after, err := parseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	n, err := limit(r)
	if err != nil {
		return err
	}
	list, err := s.Store.TypistAssessments(r.Context(), userOf(r).ID, after, n)
	if err != nil {
		return err
	}
	return writeAssessments(w, list, n)
}

func (s *Server) apiDisputes(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Store.DisputedAssessments(r.Context(), answersOf(userOf(r)), 0)
	if err != nil {
		return err
	}
	return writeAssessments(w, list, len(list)+1)
}

func writeAssessments(w http.ResponseWriter, list []pipeline.Assessment, page int) error {
	out := assessmentsView{Assessments: make([]assessmentView, len(list))}
	for i, a := range list {
		out.Assessments[i] = viewAssessment(a)
	}
	if n := len(list); n > 0 && n == page {
		out.Next = cursorOf(list[n-1])
	}
	return writeJSON(w, http.StatusOK, out)
}

func writeAssessment(w http.ResponseWriter, a pipeline.Assessment, err error) error {
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewAssessment(a))
}

func (s *Server) apiRead(w http.ResponseWriter, r *http.Request) error {
	a, err := s.Desk.Read(r.Context(), userOf(r), actor(r), r.PathValue("assessment"))
	return writeAssessment(w, a, err)
}

func (s *Server) apiDispute(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Comment string `json:"comment"`
	}
	id, n, err := mark(r)
	if err == nil {
		err = s.readJSON(w, r, &body)
	}
	if err != nil {
		return err
	}
	a, err := s.Desk.Dispute(r.Context(), userOf(r), actor(r), id, n, body.Comment)
	return writeAssessment(w, a, err)
}

func (s *Server) apiAnswer(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Answer string `json:"answer"`
		Note   string `json:"note"`
	}
	id, n, err := mark(r)
	if err == nil {
		err = s.readJSON(w, r, &body)
	}
	if err != nil {
		return err
	}
	a, err := s.Desk.Settle(r.Context(), userOf(r), actor(r), id, n, pipeline.Answer(body.Answer), body.Note)
	return writeAssessment(w, a, err)
}

// A mark's clip begins so much before its place and ends so much after.
const (
	clipBefore = 1500 * time.Millisecond
	clipAfter  = 2500 * time.Millisecond
)

// apiMarkSound gives the sound around a mark, and no more: the typist no longer
// holds the dictation, and a colleague who answers a dispute never did.
func (s *Server) apiMarkSound(w http.ResponseWriter, r *http.Request) error {
	ctx, u := r.Context(), userOf(r)
	id, n, err := mark(r)
	if err != nil {
		return err
	}
	a, err := s.Store.Assessment(ctx, id)
	if err != nil {
		return err
	}
	if a.Typist != u.ID && a.Editor != u.ID && !u.Is(pipeline.RoleLead) {
		return pipeline.Errorf(pipeline.Forbidden, "This assessment is not of your typing, nor did you give it.")
	}
	if n < 1 || n > len(a.Findings) || !a.Findings[n-1].Timed {
		return pipeline.Errorf(pipeline.NotFound, "There is no sound to this mark.")
	}
	d, err := s.Store.Dictation(ctx, a.Dictation)
	if err == nil {
		err = s.Store.Accessed(ctx, actor(r), string(pipeline.ReadSound), d.ID, d.PatientID)
	}
	if err == nil {
		err = decoded(d)
	}
	if err != nil {
		return err
	}
	obj, err := s.Blob.Get(ctx, d.Sound.Canonical.Key)
	if err != nil {
		return err
	}
	defer obj.Close()
	at := time.Duration(a.Findings[n-1].AudioMS) * time.Millisecond
	end := (obj.Size - audio.PartSize(0, 0)) / 2
	to := min(end, audio.SampleAt(at+clipAfter))
	from := min(audio.SampleAt(max(0, at-clipBefore)), max(0, to-1))
	if to <= from {
		return pipeline.Errorf(pipeline.NotFound, "There is no sound to this mark.")
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Content-Length", strconv.FormatInt(audio.PartSize(from, to), 10))
	return audio.CopyPart(w, obj, from, to)
}

type qaRulesView struct {
	Revision int64            `json:"revision"`
	Rules    pipeline.QARules `json:"rules"`
}

func (s *Server) apiQARules(w http.ResponseWriter, r *http.Request) error {
	rules, rev, err := s.Store.QARules(r.Context())
	if err != nil {
		return err
	}
	if rules == nil {
		rules = pipeline.QARules{}
	}
	return writeJSON(w, http.StatusOK, qaRulesView{rev, rules})
}

// apiSetQARules replaces all rules of a revision.
func (s *Server) apiSetQARules(w http.ResponseWriter, r *http.Request) error {
	var body qaRulesView
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	if body.Rules == nil {
		body.Rules = pipeline.QARules{}
	}
	var err error
	if body.Revision, err = s.Desk.SetRules(r.Context(), actor(r), body.Revision, body.Rules, "list replaced"); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, body)
}

type qaLineView struct {
	Group     string  `json:"group"` // id, worktype or month
	Name      string  `json:"name"`
	Assessed  int     `json:"assessed"`
	Mean      float64 `json:"mean_score"`
	Passed    int     `json:"passed"`
	PassShare float64 `json:"pass_share"`
	pipeline.Marks
	Types map[string]int `json:"types"` // marks by kind of error
}

type qaReportView struct {
	By    string       `json:"by"`
	From  string       `json:"from"`
	To    string       `json:"to"`
	Lines []qaLineView `json:"lines"`
}

func (s *Server) apiQAReport(w http.ResponseWriter, r *http.Request) error {
	q, err := s.qaQuestion(r)
	if err != nil {
		return err
	}
	lines, err := s.qaLines(r, q)
	if err != nil {
		return err
	}
	out := qaReportView{By: string(q.by), From: q.shown[0], To: q.shown[1], Lines: make([]qaLineView, len(lines))}
	for i, l := range lines {
		out.Lines[i] = qaLineView{l.Group, l.Name, l.Assessed, l.Mean, l.Passed, l.PassShare(), l.Marks, l.Types}
	}
	return writeJSON(w, http.StatusOK, out)
}
