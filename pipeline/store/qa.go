package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Typed tells whose text a dictation in QA carries and which version it was:
// TypedBy is empty where nobody typed it here.
type Typed struct {
	TypedBy string
	TypedN  int
}

// Typed reads who typed the dictation last.
func (s *Store) Typed(ctx context.Context, dictation string) (Typed, error) {
	t, err := typedBy(ctx, s.pool, dictation)
	return t, kind(err)
}

func typedBy(ctx context.Context, q querier, dictation string) (t Typed, err error) {
	err = q.QueryRow(ctx, "select coalesce(typed_by::text, ''), coalesce(typed_n, 0) from dictations where id = $1", dictation).
		Scan(&t.TypedBy, &t.TypedN)
	return t, err
}

// Assess ends QA as CompleteReview does, and stores with it what the editor found.
// judge gets who typed the text and makes the assessment of version base; ids,
// worktype and time are filled in here.
func (s *Store) Assess(ctx context.Context, by Actor, id string, on pipeline.Event, base int, reason string,
	judge func(Typed) (pipeline.Assessment, error)) (pipeline.Dictation, pipeline.Assessment, error) {
	var a pipeline.Assessment
	d, err := s.change(ctx, by, id, on, func(c *change) error {
		if c.d.Step != pipeline.QA {
			return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s; only one in QA can be assessed.", c.d.Position)
		}
		if err := c.seen(base); err != nil {
			return err
		}
		t, err := typedBy(ctx, c.tx, id)
		if err != nil {
			return err
		}
		if a, err = judge(t); err != nil {
			return err
		}
		a.ID, a.Dictation, a.JobNumber = uuid.NewString(), c.d.ID, c.d.JobNumber
		a.Worktype, a.AuthorID, a.Typist, a.Editor = c.d.Worktype, c.d.AuthorID, t.TypedBy, by.ID
		a.TypedN, a.EditedN, a.At = t.TypedN, base, c.now
		c.d.Reason = reason
		return c.keep(ctx, a)
	})
	return d, a, err
}

// seen checks that the user holds the dictation and saw its newest text.
func (c *change) seen(base int) error {
	if err := c.heldBy(c.by.ID); err != nil {
		return err
	}
	if base != c.d.TextN {
		return pipeline.Errorf(pipeline.Stale, "The text was changed meanwhile: you saw version %d, the newest is %d. Look at it before you complete.", base, c.d.TextN)
	}
	return nil
}

// keep writes a new assessment.
func (c *change) keep(ctx context.Context, a pipeline.Assessment) error {
	scale, err := json.Marshal(a.Scale)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(`insert into qa_assessments (id, dictation_id, typist_id, editor_id, author_id, worktype, typed_n, edited_n,
		verdict, comment, scale, critical, noncritical, feedback, score, passed, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		a.ID, a.Dictation, a.Typist, a.Editor, null(a.AuthorID), a.Worktype, a.TypedN, a.EditedN,
		a.Verdict, a.Comment, scale, a.Marks.Critical, a.Marks.Noncritical, a.Marks.Feedback, a.Score, a.Pass, a.At)
	for _, f := range a.Findings {
		var ms *int64
		if f.Timed {
			ms = &f.AudioMS
		}
		batch.Queue(`insert into qa_findings (assessment_id, n, class, type, was, now, before, after, audio_ms, note)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, a.ID, f.N, f.Type.Class, f.Type.Key, f.Was, f.Now, f.Before, f.After, ms, f.Note)
	}
	e := c.by.entry("qa.assessed", a.Dictation, c.d.PatientID)
	e.Detail = "assessment " + a.ID
	queueAudit(batch, e)
	return c.tx.SendBatch(ctx, batch).Close()
}

const assessmentColumns = `a.id, a.dictation_id, d.job_number, a.worktype, coalesce(a.author_id::text, ''), a.typist_id, a.editor_id,
	a.typed_n, a.edited_n, a.verdict, a.comment, a.scale, a.critical, a.noncritical, a.feedback, a.score, a.passed, a.at, a.read_at`

func scanAssessment(row pgx.CollectableRow) (a pipeline.Assessment, err error) {
	var scale []byte
	var read *time.Time
	err = row.Scan(&a.ID, &a.Dictation, &a.JobNumber, &a.Worktype, &a.AuthorID, &a.Typist, &a.Editor, &a.TypedN, &a.EditedN,
		&a.Verdict, &a.Comment, &scale, &a.Marks.Critical, &a.Marks.Noncritical, &a.Marks.Feedback, &a.Score, &a.Pass, &a.At, &read)
	a.ReadAt = deref(read)
	return a, errors.Join(err, unmarshal(scale, &a.Scale))
}

// Assessment reads one with its findings; NotFound when there is none.
func (s *Store) Assessment(ctx context.Context, id string) (pipeline.Assessment, error) {
	list, err := s.assessments(ctx, s.pool, "a.id = $1", "a.at", id)
	if err != nil {
		return pipeline.Assessment{}, kind(err)
	}
	if len(list) == 0 {
		return pipeline.Assessment{}, noAssessment()
	}
	return list[0], nil
}

func noAssessment() error { return pipeline.Errorf(pipeline.NotFound, "There is no such assessment.") }

// TypistAssessments lists those of a typist, the newest first. before is where
// the page before ended.
func (s *Store) TypistAssessments(ctx context.Context, typist string, before Cursor, limit int) ([]pipeline.Assessment, error) {
	where, args := "a.typist_id = $1", []any{typist}
	if before.ID != "" {
		where += " and (a.at, a.id) < ($3, $4)"
		args = append(args, pageSize(limit), before.At, before.ID)
	} else {
		args = append(args, pageSize(limit))
	}
	list, err := s.assessments(ctx, s.pool, where, "a.at desc, a.id desc limit $2", args...)
	return list, kind(err)
}

// DisputedAssessments lists those with a dispute that waits for an answer, the
// longest waiting first; editor, a user id, narrows them to those he gave.
func (s *Store) DisputedAssessments(ctx context.Context, editor string, limit int) ([]pipeline.Assessment, error) {
	of, args := "", []any{pageSize(limit)}
	if editor != "" {
		of, args = " and exists (select from qa_assessments e where e.id = assessment_id and e.editor_id = $2)", append(args, editor)
	}
	list, err := s.assessments(ctx, s.pool, `a.id in (select assessment_id from qa_findings
		where dispute <> '' and answer = ''`+of+` order by disputed_at limit $1)`, "a.at", args...)
	return list, kind(err)
}

// rowser is a pool or a transaction that reads lists.
type rowser interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func (s *Store) assessments(ctx context.Context, q rowser, where, order string, args ...any) ([]pipeline.Assessment, error) {
	rows, _ := q.Query(ctx, "select "+assessmentColumns+" from qa_assessments a join dictations d on d.id = a.dictation_id where "+where+" order by "+order, args...)
	list, err := pgx.CollectRows(rows, scanAssessment)
	if err != nil || len(list) == 0 {
		return list, err
	}
	ids := make([]string, len(list))
	at := make(map[string]*pipeline.Assessment, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	rows, _ = q.Query(ctx, "select "+findingColumns+" from qa_findings where assessment_id = any($1::uuid[]) order by assessment_id, n", ids)
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		id, f, err := scanFinding(row)
		if a := at[id]; a != nil {
			a.Findings = append(a.Findings, f)
		}
		return struct{}{}, err
	})
	return list, err
}

const findingColumns = `assessment_id, n, type, was, now, before, after, audio_ms, note, dispute, disputed_at, answer, answer_note,
	coalesce(answered_by::text, ''), answered_at`

func scanFinding(row pgx.CollectableRow) (assessment string, f pipeline.Finding, err error) {
	var key string
	var ms *int64
	var disputed, answered *time.Time
	if err := row.Scan(&assessment, &f.N, &key, &f.Was, &f.Now, &f.Before, &f.After, &ms, &f.Note, &f.Dispute, &disputed, &f.Answer, &f.AnswerNote,
		&f.AnsweredBy, &answered); err != nil {
		return "", f, err
	}
	f.AudioMS, f.Timed = deref(ms), ms != nil
	f.DisputedAt, f.AnsweredAt = deref(disputed), deref(answered)
	f.Type, err = pipeline.ParseMarkType(key)
	return assessment, f, err
}
