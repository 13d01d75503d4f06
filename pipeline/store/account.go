package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// SetRoles gives an account other roles; they count from its next request on. It
// returns the account as it was before.
func (s *Store) SetRoles(ctx context.Context, by Actor, userID string, roles []pipeline.Role) (before pipeline.User, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "select "+userColumns+" from users u where u.id = $1 for update", userID)
		found, err := pgx.CollectRows(rows, scanUser)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return noUser()
		}
		before = found[0]
		if _, err := tx.Exec(ctx, "update users set roles = $2 where id = $1", userID, roles); err != nil {
			return err
		}
		e := by.entry("user.roles", "", "")
		e.Detail = fmt.Sprintf("account %s: %v, were %v", userID, roles, before.Roles)
		return writeAudit(ctx, tx, e)
	})
	return before, err
}

// OpenWork is what hangs on an account: what happens to it is asked when the
// account is closed or loses a role.
type OpenWork struct {
	InHand     int `json:"in_hand"`    // dictations it types or checks just now
	LaidAside  int `json:"laid_aside"` // and those it keeps for later
	ToSign     int `json:"to_sign"`    // its own, waiting for its signature
	ToCosign   int `json:"to_cosign"`  // waiting for it as the second signer
	OnTheWay   int `json:"on_the_way"` // its own, not yet at the signature
	Recordings int `json:"recordings"` // begun and not sent
}

// Any reports whether there is something.
func (w OpenWork) Any() bool { return w != OpenWork{} }

// OpenWork counts what hangs on an account.
func (s *Store) OpenWork(ctx context.Context, user string) (w OpenWork, err error) {
	err = s.pool.QueryRow(ctx, `select
		(select count(*) from dictations where holder_id = $1 and stage = 'review' and state = 'in_progress'),
		(select count(*) from dictations where holder_id = $1 and stage = 'review' and state = 'suspended'),
		(select count(*) from dictations where author_id = $1 and stage = 'review' and step = 'signature'),
		(select count(*) from dictations where cosigner_id = $1 and stage = 'review' and step = 'cosignature'),
		(select count(*) from dictations where author_id = $1 and state <> 'finished' and stage <> 'deliver'
			and not (stage = 'review' and step in ('signature', 'cosignature'))),
		(select count(*) from recordings where author_id = $1 and dictation_id is null and dropped_at is null)`, user).
		Scan(&w.InHand, &w.LaidAside, &w.ToSign, &w.ToCosign, &w.OnTheWay, &w.Recordings)
	return w, kind(err)
}

// Factored says which accounts have a second factor in force, by id.
func (s *Store) Factored(ctx context.Context) (map[string]bool, error) {
	rows, _ := s.pool.Query(ctx, "select user_id::text from second_factors where confirmed_at is not null")
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	has := make(map[string]bool, len(ids))
	for _, id := range ids {
		has[id] = true
	}
	return has, kind(err)
}
