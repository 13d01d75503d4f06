package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// ChartFilter narrows the documents of one patient. Zero fields do not narrow.
type ChartFilter struct {
	PatientID string
	Worktype  pipeline.Worktype
	After     Cursor // attached at and id of the last one before
	Limit     int
}

// ChartPage lists documents of a patient, newest first. However many patients
// there are, it reads that patient's stretch of an index.
func (s *Store) ChartPage(ctx context.Context, f ChartFilter) ([]pipeline.ChartDocument, error) {
	if uuid.Validate(f.PatientID) != nil {
		return nil, noPatient()
	}
	where, args := "c.patient_id = $1", []any{f.PatientID}
	if f.After.ID != "" {
		where += " and (c.attached_at, c.id) < ($2, $3)"
		args = append(args, f.After.At, f.After.ID)
	}
	if f.Worktype != "" {
		args = append(args, f.Worktype)
		where += " and n.worktype = $" + itoa(len(args))
	}
	return s.documents(ctx, where, f.Limit, args...)
}

// WorktypeCount is how many documents of a kind a chart has, and since when the
// newest is there.
type WorktypeCount struct {
	Worktype pipeline.Worktype
	N        int
	Newest   time.Time
}

// ChartCounts counts a patient's documents by kind, the most frequent first.
func (s *Store) ChartCounts(ctx context.Context, patient string) ([]WorktypeCount, error) {
	rows, _ := s.pool.Query(ctx, `select n.worktype, count(*), max(c.attached_at) from documents c join notes n on n.id = c.note_id
		where c.patient_id = $1 group by n.worktype order by 2 desc, 1`, patient)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[WorktypeCount])
	return list, kind(err)
}
