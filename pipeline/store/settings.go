package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Settings reads how a person works; the default for who has changed nothing.
// What an older program stored and this one does not let pass gives the default too.
func (s *Store) Settings(ctx context.Context, userID string) (pipeline.Settings, error) {
	var body []byte
	err := s.pool.QueryRow(ctx, "select body from settings where user_id = $1", userID).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return pipeline.DefaultSettings(), nil
	}
	if err != nil {
		return pipeline.DefaultSettings(), kind(err)
	}
	kept := pipeline.DefaultSettings()
	if json.Unmarshal(body, &kept) != nil {
		return pipeline.DefaultSettings(), nil
	}
	if kept, err = kept.Check(); err != nil {
		return pipeline.DefaultSettings(), nil
	}
	return kept, nil
}

// SaveSettings checks and keeps how a person works, and returns it as it is kept.
func (s *Store) SaveSettings(ctx context.Context, by Actor, userID string, set pipeline.Settings) (pipeline.Settings, error) {
	set, err := set.Check()
	if err != nil {
		return set, err
	}
	body, err := json.Marshal(set)
	if err != nil {
		return set, err
	}
	return set, s.tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into settings (user_id, body) values ($1, $2)
			on conflict (user_id) do update set body = excluded.body, changed_at = now()`, userID, body)
		if err != nil {
			return err
		}
		e := by.entry("settings.saved", "", "")
		e.Detail = "account " + userID
		return writeAudit(ctx, tx, e)
	})
}
