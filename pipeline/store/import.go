package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// errRehearsed ends the transaction of a rehearsal.
var errRehearsed = errors.New("rehearsed")

// Admit applies news of a patient or visit that came by no feed, in one
// transaction, by the rules of [Store.TakeFeed]. A rehearsal finds out whether it
// would do, and changes nothing.
func (s *Store) Admit(ctx context.Context, by Actor, a pipeline.Admission, rehearse bool) error {
	err := s.tx(ctx, func(tx pgx.Tx) error {
		if err := admit(ctx, tx, by, a); err != nil || !rehearse {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}
