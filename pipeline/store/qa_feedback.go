package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// ChangeAssessment locks an assessment, lets edit check and alter its findings
// and the moment it was read, counts it again and stores it with an audit entry.
func (s *Store) ChangeAssessment(ctx context.Context, by Actor, id, action string, edit func(*pipeline.Assessment) error) (pipeline.Assessment, error) {
	var a pipeline.Assessment
	if uuid.Validate(id) != nil {
		return a, noAssessment()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		list, err := s.assessments(ctx, tx, "a.id = $1", "a.at for update of a", id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return noAssessment()
		}
		a = list[0]
		if err := edit(&a); err != nil {
			return err
		}
		a.Count()
		return writeAssessment(ctx, tx, by, action, a)
	})
	return a, err
}

func writeAssessment(ctx context.Context, tx pgx.Tx, by Actor, action string, a pipeline.Assessment) error {
	batch := &pgx.Batch{}
	batch.Queue(`update qa_assessments set critical = $2, noncritical = $3, feedback = $4, score = $5, passed = $6, read_at = $7 where id = $1`,
		a.ID, a.Marks.Critical, a.Marks.Noncritical, a.Marks.Feedback, a.Score, a.Pass, nullTime(a.ReadAt))
	for _, f := range a.Findings {
		batch.Queue(`update qa_findings set dispute = $3, disputed_at = $4, answer = $5, answer_note = $6, answered_by = $7, answered_at = $8
			where assessment_id = $1 and n = $2`,
			a.ID, f.N, f.Dispute, nullTime(f.DisputedAt), f.Answer, f.AnswerNote, null(f.AnsweredBy), nullTime(f.AnsweredAt))
	}
	e := by.entry(action, a.Dictation, "")
	e.Detail = "assessment " + a.ID
	queueAudit(batch, e)
	return tx.SendBatch(ctx, batch).Close()
}
