package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// QABy is what the lines of the QA report stand for.
type QABy string

// The groups of the report.
const (
	QAByTypist   QABy = "transcriptionist"
	QAByAuthor   QABy = "author"
	QAByWorktype QABy = "worktype"
	QAByMonth    QABy = "month"
)

// QAGroups lists the groups.
var QAGroups = []QABy{QAByTypist, QAByWorktype, QAByAuthor, QAByMonth}

// qaGroups gives the expression of each group and of its name.
var qaGroups = map[QABy][2]string{
	QAByTypist:   {"a.typist_id::text", "t.name"},
	QAByAuthor:   {"coalesce(a.author_id::text, '')", "coalesce(u.name, '')"},
	QAByWorktype: {"a.worktype", "a.worktype"},
	QAByMonth:    {"to_char(a.at at time zone 'UTC', 'YYYY-MM')", "to_char(a.at at time zone 'UTC', 'YYYY-MM')"},
}

// QAReport sums the assessments given in [from, to), in the order of the names.
// typist, a user id, narrows it to her texts; empty is everybody's.
func (s *Store) QAReport(ctx context.Context, by QABy, typist string, from, to time.Time) ([]pipeline.QALine, error) {
	group, ok := qaGroups[by]
	if !ok {
		return nil, pipeline.Errorf(pipeline.Invalid, "The QA report is told by transcriptionist, worktype, author or month, not by %q.", by)
	}
	const source = ` from qa_assessments a join users t on t.id = a.typist_id left join users u on u.id = a.author_id`
	where, args := " where a.at >= $1 and a.at < $2", []any{from, to}
	if typist != "" {
		where, args = where+" and a.typist_id = $3", append(args, typist)
	}
	rows, _ := s.pool.Query(ctx, "select "+group[0]+", "+group[1]+`, count(*), avg(a.score), count(*) filter (where a.passed),
		sum(a.critical), sum(a.noncritical), sum(a.feedback)`+source+where+" group by 1, 2 order by 2, 1", args...)
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l pipeline.QALine, err error) {
		l.Types = make(map[string]int)
		return l, row.Scan(&l.Group, &l.Name, &l.Assessed, &l.Mean, &l.Passed, &l.Marks.Critical, &l.Marks.Noncritical, &l.Marks.Feedback)
	})
	if err != nil {
		return nil, kind(err)
	}
	at := make(map[string]int, len(lines))
	for i, l := range lines {
		at[l.Group] = i
	}
	rows, _ = s.pool.Query(ctx, "select "+group[0]+", f.type, count(*)"+source+` join qa_findings f on f.assessment_id = a.id and f.answer <> 'withdrawn'`+
		where+" group by 1, 2", args...)
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var key, kind string
		var n int
		err := row.Scan(&key, &kind, &n)
		if i, ok := at[key]; ok { // a line that was assessed between the two questions waits for the next report
			lines[i].Types[kind] = n
		}
		return struct{}{}, err
	})
	return lines, kind(err)
}
