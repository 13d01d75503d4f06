package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Divide keeps the pieces of a job that this worker holds. If an earlier try
// divided it already, those pieces stand and plan is not used.
func (s *Store) Divide(ctx context.Context, job pipeline.Job, worker string, plan []pipeline.Piece) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `select from dictations where id = $1 and stage = $2 and state = 'in_progress'
			and worker = $3 and attempt = $4 for update`, job.Dictation.ID, job.Stage, worker, job.Attempt)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrTakenOver
		}
		var divided bool
		err = tx.QueryRow(ctx, "select exists (select from pieces where dictation_id = $1)", job.Dictation.ID).Scan(&divided)
		if err != nil || divided {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"pieces"}, []string{"dictation_id", "n", "start_ms", "end_ms"},
			pgx.CopyFromSlice(len(plan), func(i int) ([]any, error) {
				p := plan[i]
				return []any{job.Dictation.ID, p.N, p.StartMS, p.EndMS}, nil
			}))
		return err
	})
}

// AnyPiece asks ClaimPiece for whichever comes first.
const AnyPiece = -1

// ClaimPiece takes piece n of a dictation until lease has passed without a
// [Store.PieceHeartbeat]; ok is false when there is nothing to take: the piece
// is done or another's, or the dictation is no longer being worked on.
func (s *Store) ClaimPiece(ctx context.Context, id string, n int, worker string, lease time.Duration) (p pipeline.Piece, ok bool, err error) {
	err = s.relaxedTx(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			update pieces set worker = $3, lease_until = clock_timestamp() + $4
			where dictation_id = $1 and n = (
				select p.n from pieces p join dictations d on d.id = p.dictation_id
				where d.id = $1 and d.stage = 'transcribe' and d.state = 'in_progress'
				and ($2 < 0 or p.n = $2) and not p.done
				and (p.lease_until is null or p.lease_until < clock_timestamp())
				order by p.n limit 1 for update of p skip locked)
			returning n, start_ms, end_ms`, id, n, worker, lease).Scan(&p.N, &p.StartMS, &p.EndMS)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return pipeline.Piece{}, false, nil
	}
	return p, err == nil, err
}

// PieceHeartbeat prolongs a worker's lease of a piece. It fails as
// [ErrTakenOver] when the worker must stop.
func (s *Store) PieceHeartbeat(ctx context.Context, id string, n int, worker string, lease time.Duration) error {
	return s.ownPiece(ctx, `update pieces set lease_until = clock_timestamp() + $4
		where dictation_id = $1 and n = $2 and worker = $3 and not done`, id, n, worker, lease)
}

// ReleasePiece gives a piece back undone.
func (s *Store) ReleasePiece(ctx context.Context, id string, n int, worker string) error {
	return s.ownPiece(ctx, `update pieces set worker = '', lease_until = null
		where dictation_id = $1 and n = $2 and worker = $3 and not done`, id, n, worker)
}

func (s *Store) ownPiece(ctx context.Context, sql string, args ...any) error {
	return s.relaxedTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, args...)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrTakenOver
		}
		return err
	})
}

// FinishPiece keeps what was heard in a piece. The first answer stands, also
// that of a worker whose lease has ended; a later one is dropped.
func (s *Store) FinishPiece(ctx context.Context, id string, r pipeline.PieceResult) error {
	words, err := json.Marshal(r.Words)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, `update pieces set done = true, lease_until = null, engine = $3, words = $4
		where dictation_id = $1 and n = $2 and not done`, id, r.N, r.Engine, words)
	return kind(err)
}

// PiecesDone counts the pieces of a dictation that are done, and all of them.
func (s *Store) PiecesDone(ctx context.Context, id string) (done, all int, err error) {
	err = s.pool.QueryRow(ctx, "select count(*) filter (where done), count(*) from pieces where dictation_id = $1", id).Scan(&done, &all)
	return done, all, kind(err)
}

// Pieces lists the pieces of a dictation in order; none when it was not divided
// or its draft is written.
func (s *Store) Pieces(ctx context.Context, id string) ([]pipeline.PieceResult, error) {
	rows, _ := s.pool.Query(ctx, `select n, start_ms, end_ms, done, engine, words from pieces
		where dictation_id = $1 order by n`, id)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r pipeline.PieceResult, err error) {
		var words []byte
		if err = row.Scan(&r.N, &r.StartMS, &r.EndMS, &r.Done, &r.Engine, &words); err == nil && words != nil {
			err = json.Unmarshal(words, &r.Words)
		}
		return r, err
	})
	return list, kind(err)
}

// dropPieces forgets the pieces of a dictation whose draft is written.
func (c *change) dropPieces(ctx context.Context) error {
	_, err := c.tx.Exec(ctx, "delete from pieces where dictation_id = $1", c.d.ID)
	return err
}
