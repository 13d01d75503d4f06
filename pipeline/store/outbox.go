package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

func writeOutbox(ctx context.Context, tx pgx.Tx, d pipeline.Dictation) error {
	_, err := tx.Exec(ctx, "insert into outbox (dictation_id, stage, priority) values ($1, $2, $3)", d.ID, d.Stage, d.Priority)
	return err
}

// Relay hands up to limit outbox rows to publish and removes them when it
// returns nil. Several relays share the rows; a crash in the middle publishes
// again, which the queue takes as the same job.
func (s *Store) Relay(ctx context.Context, limit int, publish func([]pipeline.Call) error) (n int, err error) {
	err = s.relaxedTx(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `delete from outbox where id in
			(select id from outbox order by id limit $1 for update skip locked)
			returning dictation_id, stage, priority`, limit)
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pipeline.Call])
		if err != nil || len(list) == 0 {
			return err
		}
		n = len(list)
		return publish(list)
	})
	return n, err
}
