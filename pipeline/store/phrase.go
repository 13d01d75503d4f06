package store

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

const phraseColumns = "id, kind, coalesce(owner_id::text, ''), worktype, trigger, title, body, changed_at"

func scanPhrase(row pgx.CollectableRow) (p pipeline.Phrase, err error) {
	return p, row.Scan(&p.ID, &p.Kind, &p.Owner, &p.Worktype, &p.Trigger, &p.Title, &p.Text, &p.Changed)
}

// Phrases lists what a person can use: the own phrases first, then the site's, by
// what is typed for them; nobody's are the site's alone. A worktype leaves out what is for others only.
func (s *Store) Phrases(ctx context.Context, userID string, worktype pipeline.Worktype) ([]pipeline.Phrase, error) {
	rows, _ := s.pool.Query(ctx, "select "+phraseColumns+` from phrases
		where (owner_id = $1 or owner_id is null) and ($2 = '' or worktype in ('', $2))
		order by owner_id is null, kind, trigger, worktype, title, id`, null(userID), worktype)
	list, err := pgx.CollectRows(rows, scanPhrase)
	return list, kind(err)
}

// Phrase reads one that a person can use: an own one or the site's.
func (s *Store) Phrase(ctx context.Context, userID, id string) (pipeline.Phrase, error) {
	if uuid.Validate(id) != nil {
		return pipeline.Phrase{}, noPhrase()
	}
	rows, _ := s.pool.Query(ctx, "select "+phraseColumns+" from phrases where id = $2 and (owner_id = $1 or owner_id is null)", userID, id)
	list, err := pgx.CollectRows(rows, scanPhrase)
	if err == nil && len(list) == 0 {
		return pipeline.Phrase{}, noPhrase()
	}
	if err != nil {
		return pipeline.Phrase{}, kind(err)
	}
	return list[0], nil
}

func noPhrase() error { return pipeline.Errorf(pipeline.NotFound, "There is no such phrase.") }

// AddPhrase checks and keeps a new phrase. Conflict when the same is typed for
// another one of the same owner and worktype, or when there are too many.
func (s *Store) AddPhrase(ctx context.Context, by Actor, p pipeline.Phrase) (pipeline.Phrase, error) {
	p, err := p.Check()
	if err != nil {
		return p, err
	}
	p.ID = uuid.NewString()
	limit := pipeline.MaxOwn
	if p.Site() {
		limit = pipeline.MaxSite
	}
	return p, s.tx(ctx, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, "select count(*) from phrases where owner_id is not distinct from $1", null(p.Owner)).Scan(&n); err != nil {
			return err
		}
		if n >= limit {
			return pipeline.Errorf(pipeline.Conflict, "There are %d phrases already, which is the limit. Delete one that is not used.", n)
		}
		err := tx.QueryRow(ctx, `insert into phrases (id, kind, owner_id, worktype, trigger, title, body) values ($1, $2, $3, $4, $5, $6, $7)
			returning changed_at`, p.ID, p.Kind, null(p.Owner), p.Worktype, p.Trigger, p.Title, p.Text).Scan(&p.Changed)
		return phraseWritten(ctx, tx, by, "phrase.added", p, err)
	})
}

// SavePhrase checks and replaces the phrase with the same id and owner.
func (s *Store) SavePhrase(ctx context.Context, by Actor, p pipeline.Phrase) (pipeline.Phrase, error) {
	p, err := p.Check()
	if err != nil {
		return p, err
	}
	return p, s.tx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `update phrases set kind = $3, worktype = $4, trigger = $5, title = $6, body = $7, changed_at = now()
			where id = $1 and owner_id is not distinct from $2 returning changed_at`,
			p.ID, null(p.Owner), p.Kind, p.Worktype, p.Trigger, p.Title, p.Text).Scan(&p.Changed)
		return phraseWritten(ctx, tx, by, "phrase.saved", p, err)
	})
}

// DeletePhrase removes a phrase.
func (s *Store) DeletePhrase(ctx context.Context, by Actor, p pipeline.Phrase) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "delete from phrases where id = $1 and owner_id is not distinct from $2", p.ID, null(p.Owner))
		if err == nil && tag.RowsAffected() == 0 {
			err = pgx.ErrNoRows
		}
		return phraseWritten(ctx, tx, by, "phrase.deleted", p, err)
	})
}

// phraseWritten writes the audit of a change, or says why there was none.
func phraseWritten(ctx context.Context, tx pgx.Tx, by Actor, action string, p pipeline.Phrase, err error) error {
	switch {
	case unique(err, "phrases_trigger"):
		return pipeline.Errorf(pipeline.Conflict, "“%s” is typed for another phrase already. Nothing was changed; choose something else to type, or change that one.", p.Trigger)
	case errors.Is(err, pgx.ErrNoRows):
		return noPhrase()
	case err != nil:
		return err
	}
	e := by.entry(action, "", "")
	e.Detail = "own phrase " + p.ID
	if p.Site() {
		e.Detail = "site phrase " + p.ID
	}
	return writeAudit(ctx, tx, e)
}
