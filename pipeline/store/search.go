package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// NoteSearch says what to look for in signed notes. Zero fields do not narrow.
type NoteSearch struct {
	Words     string // as in a web search: "in quotes", or, -not
	AuthorID  string // only notes of this author
	PatientID string
	Worktype  pipeline.Worktype
	After     Cursor // of the last one before: when it was kept, and its id
	Limit     int
}

// lessThan stands for "<" while PostgreSQL makes an extract, which would leave out
// what looks like a tag.
const lessThan = "\uE002"

// SearchNotes finds signed notes that have the words, newest first. The words are
// compared as they are written, without regard to capitals.
func (s *Store) SearchNotes(ctx context.Context, f NoteSearch) ([]pipeline.NoteHit, error) {
	where, args := "n.words @@ q.words", []any{f.Words}
	and := func(condition string, value any) {
		args = append(args, value)
		where += " and " + condition + itoa(len(args))
	}
	if f.AuthorID != "" {
		and("n.seal->>'author_id' = $", f.AuthorID)
	}
	if f.PatientID != "" {
		and("n.patient_id = $", f.PatientID)
	}
	if f.Worktype != "" {
		and("n.worktype = $", string(f.Worktype))
	}
	if f.After.ID != "" {
		args = append(args, f.After.At, f.After.ID)
		where += " and (n.created_at, n.id) < ($" + itoa(len(args)-1) + "::timestamptz, $" + itoa(len(args)) + "::uuid)"
	}
	// Extracts are made of the rows of the page only. The plan depends on how
	// common the words are: it must not be kept for the next search.
	rows, _ := s.pool.Query(ctx, `with found as materialized (
			select n.* from notes n, (select websearch_to_tsquery('simple', translate($1, '<>', '  ')) as words) q
			where `+where+" order by n.created_at desc, n.id desc limit "+itoa(pageSize(f.Limit))+`)
		select n.id::text, n.dictation_id::text, n.document_number, n.worktype, n.title, n.seal->>'author_name', n.created_at,
			exists (select from notes a where a.refers_to = n.id and a.relation = 'amendment'),
			ts_headline('simple', translate(left(n.text, 100000), '<', '`+lessThan+`'), websearch_to_tsquery('simple', translate($1, '<>', '  ')),
				'StartSel=`+pipeline.HitBegin+`, StopSel=`+pipeline.HitEnd+`, MaxFragments=2, MaxWords=24, MinWords=10, FragmentDelimiter=" … "'),
			`+patientColumns+`
		from found n join patients p on p.id = n.patient_id order by n.created_at desc, n.id desc`,
		append([]any{pgx.QueryExecModeExec}, args...)...)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h pipeline.NoteHit, err error) {
		dest := []any{&h.NoteID, &h.DictationID, &h.Number, &h.Worktype, &h.Title, &h.Author, &h.Signed, &h.Amended, &h.Extract}
		err = row.Scan(append(dest, patientScan(&h.Patient)...)...)
		h.Extract = strings.ReplaceAll(h.Extract, lessThan, "<")
		return h, err
	})
	return list, kind(err)
}
