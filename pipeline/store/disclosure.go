package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// BeginDisclosure writes down that a patient's record is about to be given out,
// and gives the disclosure's id.
func (s *Store) BeginDisclosure(ctx context.Context, by Actor, patient, recipient, reason string) (id string, err error) {
	id = uuid.NewString()
	err = s.tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "insert into disclosures (id, patient_id, by_id, recipient, reason) values ($1, $2, $3, $4, $5)",
			id, patient, by.ID, recipient, reason); err != nil {
			return err
		}
		e := by.entry(string(pipeline.ReleaseRecord), "", patient)
		e.Detail = "disclosure " + id
		return writeAudit(ctx, tx, e)
	})
	return id, err
}

// EndDisclosure writes down that all of it went out, under a manifest.
func (s *Store) EndDisclosure(ctx context.Context, by Actor, id string, documents int, sha256 string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		var patient string
		err := tx.QueryRow(ctx, `update disclosures set ended_at = now(), documents = $2, sha256 = $3 where id = $1 and ended_at is null
			returning patient_id::text`, id, documents, sha256).Scan(&patient)
		if err != nil {
			return err
		}
		e := by.entry("record.released", "", patient)
		e.Detail = "disclosure " + id + ", manifest sha256 " + sha256
		return writeAudit(ctx, tx, e)
	})
}

// Disclosures lists to whom a patient's record was given, newest first.
func (s *Store) Disclosures(ctx context.Context, patient string, after Cursor, limit int) ([]pipeline.Disclosure, error) {
	where, args := "x.patient_id = $1", []any{patient}
	if after.ID != "" {
		where += " and (x.at, x.id) < ($2, $3)"
		args = append(args, after.At, after.ID)
	}
	rows, _ := s.pool.Query(ctx, `select x.id::text, x.patient_id::text, x.by_id::text, u.name, x.at, x.recipient, x.reason, x.ended_at, x.documents, x.sha256
		from disclosures x join users u on u.id = x.by_id where `+where+" order by x.at desc, x.id desc limit "+itoa(pageSize(limit)), args...)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d pipeline.Disclosure, err error) {
		var ended *time.Time
		err = row.Scan(&d.ID, &d.PatientID, &d.ByID, &d.ByName, &d.At, &d.Recipient, &d.Reason, &ended, &d.Documents, &d.SHA256)
		d.Ended = deref(ended)
		return d, err
	})
	return list, kind(err)
}
