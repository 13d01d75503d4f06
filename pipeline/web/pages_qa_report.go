package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// qaReportData is the report of quality assurance.
type qaReportData struct {
	By       store.QABy
	Groups   []store.QABy
	From, To string // days, as typed
	Typist   string // user id
	Typists  []pipeline.User
	Lines    []pipeline.QALine
	Total    pipeline.QALine
	Query    string // of the same report as CSV
}

// qaQuestion is what a report is asked for.
type qaQuestion struct {
	by       store.QABy
	typist   string
	from, to time.Time // [from, to)
	shown    [2]string // the days, the last one included
}

// qaQuestion reads the parameters by, from, to (days, both included) and typist.
// Without days it is the last twelve months.
func (s *Server) qaQuestion(r *http.Request) (q qaQuestion, err error) {
	values := r.URL.Query()
	if q.by = store.QABy(values.Get("by")); q.by == "" {
		q.by = store.QAByTypist
	}
	if !slices.Contains(store.QAGroups, q.by) {
		return q, pipeline.Errorf(pipeline.Invalid, "The QA report is told by transcriptionist, worktype, author or month.")
	}
	if q.typist = values.Get("transcriptionist"); q.typist != "" && checkID(q.typist) != nil {
		return q, pipeline.Errorf(pipeline.Invalid, "The parameter transcriptionist must be an account's id.")
	}
	now := time.Now().UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	from, err := dayOr(values.Get("from"), today.AddDate(-1, 0, 1))
	if err != nil {
		return q, err
	}
	to, err := dayOr(values.Get("to"), today)
	if err != nil {
		return q, err
	}
	if to.Before(from) {
		return q, pipeline.Errorf(pipeline.Invalid, "The last day of the report lies before its first.")
	}
	q.shown = [2]string{from.Format(time.DateOnly), to.Format(time.DateOnly)}
	q.from, q.to = from, to.AddDate(0, 0, 1)
	return q, nil
}

func dayOr(s string, otherwise time.Time) (time.Time, error) {
	if s == "" {
		return otherwise, nil
	}
	day, err := time.Parse(time.DateOnly, s)
	return day, pipeline.Wrap(pipeline.Invalid, err, "Write days as 2026-11-24.")
}

// qaLines answers the question; worktypes are called by their titles.
func (s *Server) qaLines(r *http.Request, q qaQuestion) ([]pipeline.QALine, error) {
	lines, err := s.Store.QAReport(r.Context(), q.by, q.typist, q.from, q.to)
	if q.by == store.QAByWorktype {
		for i, l := range lines {
			lines[i].Name = pipeline.Worktype(l.Group).Info().Title
		}
	}
	return lines, err
}

func (s *Server) pageQAReport(w http.ResponseWriter, r *http.Request) error {
	q, err := s.qaQuestion(r)
	if err != nil {
		return err
	}
	data := qaReportData{By: q.by, Groups: store.QAGroups, From: q.shown[0], To: q.shown[1], Typist: q.typist, Query: r.URL.RawQuery}
	if data.Lines, err = s.qaLines(r, q); err != nil {
		return err
	}
	for _, l := range data.Lines {
		data.Total = data.Total.Add(l)
	}
	if data.Typists, err = s.withRole(r, pipeline.RoleTranscriptionist); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "qareport", title: "QA report", data: data})
}

// withRole lists the accounts that have one of the roles, closed ones too.
func (s *Server) withRole(r *http.Request, roles ...pipeline.Role) ([]pipeline.User, error) {
	users, err := s.Store.Users(r.Context())
	return slices.DeleteFunc(users, func(u pipeline.User) bool { return !u.Is(roles...) }), err
}

// apiQAReportCSV gives the report as a table for other programs.
func (s *Server) apiQAReportCSV(w http.ResponseWriter, r *http.Request) error {
	q, err := s.qaQuestion(r)
	if err != nil {
		return err
	}
	lines, err := s.qaLines(r, q)
	if err != nil {
		return err
	}
	head := []string{string(q.by), "assessed", "mean_score", "passed", "pass_share", "critical", "noncritical", "feedback"}
	for _, t := range pipeline.MarkTypes {
		head = append(head, t.Key)
	}
	var b bytes.Buffer
	table := csv.NewWriter(&b)
	rows := [][]string{head}
	for _, l := range lines {
		row := []string{
			plainCell(l.Name), strconv.Itoa(l.Assessed), strconv.FormatFloat(l.Mean, 'f', 2, 64), strconv.Itoa(l.Passed),
			strconv.FormatFloat(l.PassShare(), 'f', 4, 64), strconv.Itoa(l.Marks.Critical), strconv.Itoa(l.Marks.Noncritical), strconv.Itoa(l.Marks.Feedback),
		}
		for _, t := range pipeline.MarkTypes {
			row = append(row, strconv.Itoa(l.Types[t.Key]))
		}
		rows = append(rows, row)
	}
	if err := table.WriteAll(rows); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="qa-report.csv"`)
	_, _ = w.Write(b.Bytes()) // an error means that the client is gone
	return nil
}

// plainCell keeps a spreadsheet from taking a name for a formula.
func plainCell(s string) string {
	if strings.HasPrefix(s, "=") || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "@") {
		return "'" + s
	}
	return s
}
