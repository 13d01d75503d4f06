package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/audit"
)

// FeedAnswer is what was answered to a message of the feed.
type FeedAnswer struct {
	Code   string // HL7 table 0008
	Detail string // why not, for a person; no patient data
	Again  bool   // the message had come before; nothing was done this time
}

// TakeFeed applies what a message asks for and keeps the message, in one
// transaction. A message that came before, byte by byte, gives the answer of
// then. refused is the answer to one that asks for nothing that can be done; it
// is kept all the same. An error of Kind Unavailable says that nothing was kept.
func (s *Store) TakeFeed(ctx context.Context, by Actor, m pipeline.FeedMessage, a pipeline.Admission, refused *FeedAnswer) (answer FeedAnswer, err error) {
	sum := sha256.Sum256(m.Raw)
	err = s.tx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, "select code, detail from feed_messages where sender = $1 and control = $2 and sha256 = $3",
			m.Sender, m.Control, sum[:]).Scan(&answer.Code, &answer.Detail)
		if err == nil {
			answer.Again = true
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		answer = FeedAnswer{Code: "AA"}
		if refused != nil {
			answer = *refused
		} else if err := s.admit(ctx, tx, by, a); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into feed_messages (sender, control, event, sha256, raw, code, detail)
			values ($1, $2, $3, $4, $5, $6, $7)`, m.Sender, m.Control, m.Event, sum[:], m.Raw, answer.Code, answer.Detail)
		return err
	})
	return answer, err
}

// admit applies an admission.
func (s *Store) admit(ctx context.Context, tx pgx.Tx, by Actor, a pipeline.Admission) error {
	if a.Kind == pipeline.NoNews {
		return nil
	}
	patient, err := newsOfPatient(ctx, tx, a)
	if err != nil {
		return err
	}
	switch a.Kind {
	case pipeline.VisitNews, pipeline.VisitVoid:
		return newsOfVisit(ctx, tx, patient, a)
	case pipeline.PatientMerge:
		return mergePatients(ctx, tx, by, patient, a)
	}
	return nil
}

// newsOfPatient inserts or updates the patient of an admission and gives its id,
// or that of the record it was merged into. What the message does not say stays.
func newsOfPatient(ctx context.Context, tx pgx.Tx, a pipeline.Admission) (id string, err error) {
	p := a.Patient
	err = tx.QueryRow(ctx, `insert into patients as p (id, mrn, family, given, birth_date, sex, news_at)
		values ($1, $2, $3, $4, coalesce($5, date '0001-01-01'), coalesce(nullif($6, ''), 'unknown'), $7)
		on conflict (mrn) do update set
			family = case when p.news_at > $7 or $3 = '' then p.family else $3 end,
			given = case when p.news_at > $7 or $4 = '' then p.given else $4 end,
			birth_date = case when p.news_at > $7 or $5::date is null then p.birth_date else $5 end,
			sex = case when p.news_at > $7 or $6 = '' then p.sex else $6 end,
			news_at = greatest(p.news_at, $7), updated_at = now()
		returning coalesce(p.merged_into, p.id)::text`,
		uuid.NewString(), p.MRN, p.Family, p.Given, nullTime(p.BirthDate), p.Sex, nullTime(a.At)).Scan(&id)
	return id, err
}

// newsOfVisit inserts or updates the visit of an admission.
func newsOfVisit(ctx context.Context, tx pgx.Tx, patient string, a pipeline.Admission) error {
	v := a.Visit
	if v.Start.IsZero() {
		v.Start = time.Now()
	}
	_, err := tx.Exec(ctx, `insert into encounters as e (id, number, patient_id, class, reason, location, started_at, ended_at, cancelled, news_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (number) do update set patient_id = $3,
			class = $4, reason = case when $5 = '' then e.reason else $5 end,
			location = case when $6 = '' then e.location else $6 end,
			started_at = $7, ended_at = $8, cancelled = $9, news_at = $10, updated_at = now()
		where e.news_at is null or $10::timestamptz is null or e.news_at <= $10`,
		uuid.NewString(), v.Number, patient, v.Class, v.Reason, v.Location, v.Start, nullTime(v.End),
		a.Kind == pipeline.VisitVoid, nullTime(a.At))
	return err
}

// mergePatients makes one record of two: visits, dictations, notes and documents
// of the old one move to the survivor, each with a line in the audit.
func mergePatients(ctx context.Context, tx pgx.Tx, by Actor, survivor string, a pipeline.Admission) error {
	var old string
	err := tx.QueryRow(ctx, "select id::text from patients where mrn = $1 for update", a.From).Scan(&old)
	if errors.Is(err, pgx.ErrNoRows) {
		// It was never heard of here: the number is kept, so that it leads on.
		_, err = tx.Exec(ctx, `insert into patients (id, mrn, family, given, birth_date, sex, merged_into, news_at)
			select $1, $2, family, given, birth_date, sex, id, $4 from patients where id = $3`,
			uuid.NewString(), a.From, survivor, nullTime(a.At))
		return err
	}
	if err != nil || old == survivor {
		return err
	}
	if _, err := tx.Exec(ctx, `update patients set merged_into = $2, updated_at = now() where id = $1 or merged_into = $1`, old, survivor); err != nil {
		return err
	}
	rows, _ := tx.Query(ctx, "update dictations set patient_id = $2, updated_at = now() where patient_id = $1 returning id::text", old, survivor)
	moved, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, table := range []string{"encounters", "notes", "documents"} {
		batch.Queue("update "+table+" set patient_id = $2 where patient_id = $1", old, survivor)
	}
	for _, id := range moved {
		queueAudit(batch, mergeEntry(by, id, survivor, old))
	}
	queueAudit(batch, mergeEntry(by, "", survivor, old))
	return tx.SendBatch(ctx, batch).Close()
}

// mergeEntry tells the audit that a dictation, or with none the record, moved.
func mergeEntry(by Actor, dictation, survivor, old string) audit.Entry {
	e := by.entry("patient.merge", dictation, survivor)
	e.Detail = "from patient " + old
	return e
}
