package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// DispatchFilter narrows the list of the ledger. Zero fields do not narrow, but
// without a state only what has not arrived is listed.
type DispatchFilter struct {
	State       pipeline.DispatchState
	Destination string
	All         bool  // also what was sent
	Before      int64 // id of the last line of the page before; 0 for the first page
	Limit       int
}

// Dispatches lists lines of the ledger, newest first.
func (s *Store) Dispatches(ctx context.Context, f DispatchFilter) ([]pipeline.Dispatch, error) {
	if f.Before == 0 {
		f.Before = 1<<63 - 1
	}
	// Written out, so that each has its index.
	where, args := "x.id < $1", []any{f.Before}
	switch {
	case f.State != "":
		where, args = where+" and x.state = $2", append(args, f.State)
	case !f.All:
		where += " and x.state <> 'sent'"
	}
	if f.Destination != "" {
		args = append(args, f.Destination)
		where += " and x.destination = $" + itoa(len(args))
	}
	rows, _ := s.pool.Query(ctx, "select "+dispatchColumns+" from dispatches x join notes n on n.id = x.note_id where "+where+
		" order by x.id desc limit "+itoa(pageSize(f.Limit)), args...)
	list, err := pgx.CollectRows(rows, scanDispatch())
	return list, kind(err)
}

// DispatchesOf lists the lines of one document, by its number.
func (s *Store) DispatchesOf(ctx context.Context, number string) ([]pipeline.Dispatch, error) {
	rows, _ := s.pool.Query(ctx, "select "+dispatchColumns+` from dispatches x join notes n on n.id = x.note_id
		where n.document_number = $1 order by x.id limit 500`, number)
	list, err := pgx.CollectRows(rows, scanDispatch())
	return list, kind(err)
}

// Undispatched lists dictations whose note was signed before a moment, after the
// destination was first configured, and has no line for it in the ledger. Whether
// it should have one is for the rules to say. after is the last note seen.
func (s *Store) Undispatched(ctx context.Context, destination string, before time.Time, after Cursor, limit int) (dictations []string, last Cursor, err error) {
	if after.ID == "" {
		after.ID = "00000000-0000-0000-0000-000000000000"
	}
	rows, _ := s.pool.Query(ctx, `select n.dictation_id::text, n.created_at, n.id::text from notes n join destinations a on a.name = $1
		where n.created_at >= greatest(a.since, $2) and (n.created_at, n.id) > ($2, $3) and n.created_at < $4
		and not exists (select from dispatches x where x.note_id = n.id and x.destination = $1 and x.withdrawal = '')
		order by n.created_at, n.id limit $5`, destination, after.At, after.ID, before, limit)
	var id string
	_, err = pgx.ForEachRow(rows, []any{&id, &last.At, &last.ID}, func() error {
		dictations = append(dictations, id)
		return nil
	})
	return dictations, last, kind(err)
}

// DispatchCounts counts what has not arrived, by destination.
func (s *Store) DispatchCounts(ctx context.Context) ([]pipeline.ReconciledAddress, error) {
	rows, _ := s.pool.Query(ctx, `select a.name, count(*) filter (where x.state = 'waiting'),
			coalesce(extract(epoch from now() - min(x.since) filter (where x.state = 'waiting')), 0)::bigint,
			count(*) filter (where x.state = 'unknown'), count(*) filter (where x.state = 'parked'), count(*) filter (where x.state = 'held')
		from destinations a left join dispatches x on x.destination = a.name and x.state <> 'sent'
		group by a.name order by a.name`)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d pipeline.ReconciledAddress, err error) {
		var seconds int64
		err = row.Scan(&d.Destination, &d.Waiting, &seconds, &d.Unknown, &d.Parked, &d.Held)
		d.Oldest = time.Duration(seconds) * time.Second
		return d, err
	})
	return list, kind(err)
}

// AddReconciliation keeps a report and notes it in the audit.
func (s *Store) AddReconciliation(ctx context.Context, by Actor, r pipeline.Reconciliation) error {
	column, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "insert into reconciliations (at, report) values ($1, $2) on conflict (at) do update set report = $2", r.At, column); err != nil {
			return err
		}
		e := by.entry("delivery.reconcile", "", "")
		e.Detail = "clean"
		if !r.Clean() {
			e.Detail = "needs a person"
		}
		return writeAudit(ctx, tx, e)
	})
}

// LastReconciliation reads the newest report; the zero one before the first.
func (s *Store) LastReconciliation(ctx context.Context) (r pipeline.Reconciliation, err error) {
	var column []byte
	err = s.pool.QueryRow(ctx, "select report from reconciliations order by at desc limit 1").Scan(&column)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, kind(err)
	}
	return r, json.Unmarshal(column, &r)
}
