package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// feedbackData is the typist's page of what QA found in her texts.
type feedbackData struct {
	Months []monthLine // newest first
	List   []assessed
	Next   string // "after" of the next page
	Scale  pipeline.Scale
}

// monthLine is a month, and all up to its end.
type monthLine struct {
	pipeline.QALine
	Total pipeline.QALine
}

// assessed is an assessment with the names around it.
type assessed struct {
	pipeline.Assessment
	EditorName string
	TypistName string
	Lines      []findingLine
}

// findingLine is a mark for a page.
type findingLine struct {
	pipeline.Finding
	Assessment   string
	AnsweredName string
	Mine         bool // the reader gave it
}

// Sound is where the mark's own clip is.
func (f findingLine) Sound() string {
	return "/api/v1/qa/assessments/" + f.Assessment + "/marks/" + strconv.Itoa(f.N) + "/sound"
}

// assessedOf adds the names to a list.
func (s *Server) assessedOf(ctx context.Context, u pipeline.User, list []pipeline.Assessment) ([]assessed, error) {
	names := s.cards(u)
	out := make([]assessed, len(list))
	for i, a := range list {
		out[i] = assessed{Assessment: a}
		var err error
		if out[i].EditorName, err = remembered(ctx, names.names, a.Editor, names.name); err != nil {
			return nil, err
		}
		if out[i].TypistName, err = remembered(ctx, names.names, a.Typist, names.name); err != nil {
			return nil, err
		}
		for _, f := range a.Findings {
			l := findingLine{Finding: f, Assessment: a.ID, Mine: a.Editor == u.ID}
			if l.AnsweredName, err = remembered(ctx, names.names, f.AnsweredBy, names.name); err != nil {
				return nil, err
			}
			out[i].Lines = append(out[i].Lines, l)
		}
	}
	return out, nil
}

// cursorOf is where a page that ends with a leaves off.
func cursorOf(a pipeline.Assessment) string { return cursor(store.Cursor{At: a.At, ID: a.ID}) }

const feedbackPage = 20

func (s *Server) pageFeedback(w http.ResponseWriter, r *http.Request) error {
	return s.writeFeedback(w, r, 0, "")
}

func (s *Server) writeFeedback(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	ctx, u := r.Context(), userOf(r)
	after, err := parseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	list, err := s.Store.TypistAssessments(ctx, u.ID, after, feedbackPage)
	if err != nil {
		return err
	}
	data := feedbackData{Scale: s.Desk.Scale()}
	if data.List, err = s.assessedOf(ctx, u, list); err != nil {
		return err
	}
	if n := len(list); n == feedbackPage {
		data.Next = cursorOf(list[n-1])
	}
	if data.Months, err = s.months(ctx, u.ID); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "feedback", title: "Your QA feedback", status: status, trouble: trouble, data: data})
}

// months are a typist's scores by month, each with all before it, newest first.
func (s *Server) months(ctx context.Context, typist string) ([]monthLine, error) {
	lines, err := s.Store.QAReport(ctx, store.QAByMonth, typist, time.Time{}, time.Now().Add(24*time.Hour))
	if err != nil {
		return nil, err
	}
	out := make([]monthLine, len(lines))
	var total pipeline.QALine
	for i, l := range lines {
		total = total.Add(l)
		out[len(lines)-1-i] = monthLine{l, total}
	}
	return out, nil
}

// mark reads which mark of an assessment a path names.
func mark(r *http.Request) (assessment string, n int, err error) {
	if n, err = strconv.Atoi(r.PathValue("n")); err != nil || checkID(r.PathValue("assessment")) != nil {
		return "", 0, pipeline.Errorf(pipeline.NotFound, "There is no such mark.")
	}
	return r.PathValue("assessment"), n, nil
}

func (s *Server) postRead(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Desk.Read(r.Context(), userOf(r), actor(r), r.PathValue("assessment")); err != nil {
		return err
	}
	return goTo(w, r, "/feedback", "feedback-read")
}

func (s *Server) postDispute(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	id, n, err := mark(r)
	if err != nil {
		return err
	}
	_, err = s.Desk.Dispute(r.Context(), userOf(r), actor(r), id, n, r.PostFormValue("comment"))
	if err != nil && mendable(err) {
		return s.writeFeedback(w, r, statuses[pipeline.KindOf(err)], s.sentence(r, err))
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/feedback", "disputed")
}

// mendable reports whether a person can put right what was refused, on the page
// where it was.
func mendable(err error) bool {
	switch pipeline.KindOf(err) {
	case pipeline.Invalid, pipeline.Conflict, pipeline.Stale, pipeline.TooLarge:
		return true
	}
	return false
}

// answersOf is whose marks u answers for, as DisputedAssessments wants it: a lead
// for everybody's, a QA editor for his own. He reads and hears no others.
func answersOf(u pipeline.User) string {
	if u.Is(pipeline.RoleLead) {
		return ""
	}
	return u.ID
}

func (s *Server) pageDisputes(w http.ResponseWriter, r *http.Request) error {
	return s.writeDisputes(w, r, 0, "")
}

func (s *Server) writeDisputes(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	list, err := s.Store.DisputedAssessments(r.Context(), answersOf(userOf(r)), 50)
	if err != nil {
		return err
	}
	data, err := s.assessedOf(r.Context(), userOf(r), list)
	if err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "disputes", title: "Disputed marks", status: status, trouble: trouble, data: data})
}

func (s *Server) postSettle(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	id, n, err := mark(r)
	if err != nil {
		return err
	}
	_, err = s.Desk.Settle(r.Context(), userOf(r), actor(r), id, n, pipeline.Answer(r.PostFormValue("answer")), r.PostFormValue("note"))
	if err != nil && (mendable(err) || pipeline.KindOf(err) == pipeline.Forbidden) {
		return s.writeDisputes(w, r, statuses[pipeline.KindOf(err)], s.sentence(r, err))
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/qa/disputes", "settled")
}
