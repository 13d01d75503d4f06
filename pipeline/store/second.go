package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// SecondFactor is what is kept of an account's second factor.
type SecondFactor struct {
	Secret    []byte     // encrypted
	Confirmed *time.Time // nil while it is being set up
	Codes     int        // recovery codes that are left
}

// SecondFactor reads the second factor of an account; NotFound when it has none.
func (s *Store) SecondFactor(ctx context.Context, user string) (f SecondFactor, err error) {
	err = s.pool.QueryRow(ctx, `select secret, confirmed_at,
		(select count(*) from recovery_codes c where c.user_id = f.user_id and used_at is null)
		from second_factors f where user_id = $1`, user).Scan(&f.Secret, &f.Confirmed, &f.Codes)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, pipeline.Errorf(pipeline.NotFound, "This account has no second factor.")
	}
	return f, kind(err)
}

// BeginSecondFactor keeps a new secret that does not count yet. Conflict when
// one is in force.
func (s *Store) BeginSecondFactor(ctx context.Context, by Actor, user string, secret []byte) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `insert into second_factors (user_id, secret) values ($1, $2)
			on conflict (user_id) do update set secret = excluded.secret, created_at = now(), last_step = 0
			where second_factors.confirmed_at is null`, user, secret)
		if err == nil && tag.RowsAffected() == 0 {
			err = pipeline.Errorf(pipeline.Conflict, "A second factor is in force already. Remove it first.")
		}
		if err != nil {
			return err
		}
		return s.ofUser(ctx, tx, by, "second_factor.begun", user)
	})
}

func (s *Store) ofUser(ctx context.Context, tx pgx.Tx, by Actor, action, user string) error {
	e := by.entry(action, "", "")
	e.Detail = "account " + user
	return writeAudit(ctx, tx, e)
}

// ConfirmSecondFactor puts the secret in force, with new recovery codes. step is
// that of the code which proved it.
func (s *Store) ConfirmSecondFactor(ctx context.Context, by Actor, user string, step int64, codes [][]byte) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "update second_factors set confirmed_at = now(), last_step = $2 where user_id = $1 and confirmed_at is null", user, step)
		if err == nil && tag.RowsAffected() == 0 {
			err = pipeline.Errorf(pipeline.Conflict, "There is nothing to confirm: begin with a new secret.")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from recovery_codes where user_id = $1", user); err != nil {
			return err
		}
		batch := &pgx.Batch{}
		for _, c := range codes {
			batch.Queue("insert into recovery_codes (user_id, code_hash) values ($1, $2)", user, c)
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		return s.ofUser(ctx, tx, by, "second_factor.added", user)
	})
}

// RemoveSecondFactor takes it away, with the recovery codes.
func (s *Store) RemoveSecondFactor(ctx context.Context, by Actor, user string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "delete from second_factors where user_id = $1", user)
		if err == nil && tag.RowsAffected() == 0 {
			err = pipeline.Errorf(pipeline.NotFound, "This account has no second factor.")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from recovery_codes where user_id = $1", user); err != nil {
			return err
		}
		return s.ofUser(ctx, tx, by, "second_factor.removed", user)
	})
}

// UseStep takes the code of a time step; false when it, or a later one, was
// taken before.
func (s *Store) UseStep(ctx context.Context, user string, step int64) (bool, error) {
	tag, err := s.pool.Exec(ctx, "update second_factors set last_step = $2 where user_id = $1 and last_step < $2 and confirmed_at is not null", user, step)
	return tag.RowsAffected() == 1, kind(err)
}

// UseRecoveryCode takes a recovery code; false when there is none such, or it
// was taken before.
func (s *Store) UseRecoveryCode(ctx context.Context, by Actor, user string, code []byte) (used bool, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "update recovery_codes set used_at = now() where user_id = $1 and code_hash = $2 and used_at is null", user, code)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		used = true
		return s.ofUser(ctx, tx, by, "second_factor.recovery_code", user)
	})
	return used, err
}
