package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline/audit"
)

const insertAudit = `insert into audit (at, actor, action, outcome, dictation_id, patient_id, version, from_pos, to_pos, remote, detail)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

func auditArgs(e audit.Entry) []any {
	return []any{e.At.UTC().Truncate(time.Microsecond), e.Actor, e.Action, e.Outcome, null(e.Dictation), null(e.Patient),
		e.Version, e.From, e.To, e.Remote, e.Detail}
}

func writeAudit(ctx context.Context, tx pgx.Tx, e audit.Entry) error {
	_, err := tx.Exec(ctx, insertAudit, auditArgs(e)...)
	return err
}

func queueAudit(b *pgx.Batch, e audit.Entry) { b.Queue(insertAudit, auditArgs(e)...) }

// Log writes an entry that belongs to no change: an access, a sign-in, a refusal.
func (s *Store) Log(ctx context.Context, e audit.Entry) error {
	_, err := s.pool.Exec(ctx, insertAudit, auditArgs(e)...)
	return kind(err)
}

// Accessed writes that actor did action to a dictation or patient (ids, either may be empty).
func (s *Store) Accessed(ctx context.Context, by Actor, action, dictation, patient string) error {
	return s.Log(ctx, by.entry(action, dictation, patient))
}

// Refused writes that actor was not let do action.
func (s *Store) Refused(ctx context.Context, by Actor, action, dictation, why string) error {
	e := by.entry(action, dictation, "")
	e.Outcome, e.Detail = audit.Refused, why
	return s.Log(ctx, e)
}

const auditColumns = `id, at, actor, action, outcome, dictation_id, patient_id, version, from_pos, to_pos, remote, detail, pos, hash`

func scanEntry(row pgx.CollectableRow) (audit.Entry, error) {
	var e audit.Entry
	var dictation, patient *string
	var pos *int64
	err := row.Scan(&e.ID, &e.At, &e.Actor, &e.Action, &e.Outcome, &dictation, &patient, &e.Version, &e.From, &e.To,
		&e.Remote, &e.Detail, &pos, &e.Hash)
	e.At = e.At.UTC()
	e.Dictation, e.Patient, e.Pos = deref(dictation), deref(patient), deref(pos)
	return e, err
}

// sealLock lets one sealer at a time append to the chain.
const sealLock = 7_401_190_002

// Seal gives up to limit open entries their place in the chain and returns how
// many it sealed and the head after them. It does nothing while another process seals.
func (s *Store) Seal(ctx context.Context, limit int) (n int, pos int64, hash []byte, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, "select pg_try_advisory_xact_lock($1)", sealLock).Scan(&mine); err != nil || !mine {
			return err
		}
		if pos, hash, err = head(ctx, tx); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, "select "+auditColumns+" from audit where pos is null order by id limit $1", limit)
		open, err := pgx.CollectRows(rows, scanEntry)
		if err != nil || len(open) == 0 {
			return err
		}
		batch := &pgx.Batch{}
		for _, e := range open {
			pos++
			e.Pos = pos
			hash = audit.Link(hash, e)
			batch.Queue("update audit set pos = $2, hash = $3 where id = $1", e.ID, pos, hash)
		}
		batch.Queue(`insert into audit_head (pos, hash) values ($1, $2)
			on conflict (one) do update set pos = excluded.pos, hash = excluded.hash`, pos, hash)
		n = len(open)
		return tx.SendBatch(ctx, batch).Close()
	})
	return n, pos, hash, err
}

func head(ctx context.Context, tx pgx.Tx) (pos int64, hash []byte, err error) {
	err = tx.QueryRow(ctx, "select pos, hash from audit_head").Scan(&pos, &hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, audit.Start[:], nil
	}
	return pos, hash, err
}

// Audit lists entries newest first; dictation narrows it when not empty. before
// is the id of the last entry of the page before, 0 for the first page.
func (s *Store) Audit(ctx context.Context, dictation string, before int64, limit int) ([]audit.Entry, error) {
	rows, _ := s.pool.Query(ctx, "select "+auditColumns+` from audit
		where ($1 = '' or dictation_id = nullif($1, '')::uuid) and ($2 = 0 or id < $2) order by id desc limit $3`,
		dictation, before, pageSize(limit))
	list, err := pgx.CollectRows(rows, scanEntry)
	return list, kind(err)
}

// History lists the entries of one dictation, oldest first.
func (s *Store) History(ctx context.Context, dictation string) ([]audit.Entry, error) {
	rows, _ := s.pool.Query(ctx, "select "+auditColumns+" from audit where dictation_id = $1 order by id", dictation)
	list, err := pgx.CollectRows(rows, scanEntry)
	return list, kind(err)
}

// CheckAudit walks the whole chain in one snapshot and compares it with the
// dictations' own counts of changes and with the stored head. n is the number
// of entries read.
func (s *Store) CheckAudit(ctx context.Context) (v *audit.Verifier, n int, err error) {
	v = &audit.Verifier{}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		if n, err = walkAudit(ctx, tx, v); err != nil {
			return err
		}
		pos, hash, err := head(ctx, tx)
		if err != nil {
			return err
		}
		v.ExpectHead(pos, hash)
		versions, err := tx.Query(ctx, "select id, version from dictations")
		if err != nil {
			return err
		}
		var id string
		var version int64
		_, err = pgx.ForEachRow(versions, []any{&id, &version}, func() error {
			v.Expect(id, version)
			return nil
		})
		return err
	})
	return v, n, kind(err)
}

func walkAudit(ctx context.Context, tx pgx.Tx, v *audit.Verifier) (n int, err error) {
	rows, err := tx.Query(ctx, "select "+auditColumns+" from audit order by pos nulls last, id")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return n, err
		}
		n++
		if e.Pos > 0 {
			v.Sealed(e)
		} else {
			v.Open(e)
		}
	}
	return n, rows.Err()
}
