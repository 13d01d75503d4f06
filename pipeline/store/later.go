package store

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/audit"
)

func amended() error {
	return pipeline.Errorf(pipeline.Conflict, "This note has been amended already. Amend its amendment, or add to it.")
}

// Later writes and signs an addendum or amendment in one transaction: a
// dictation without sound, made by by, with d's relation to the signed note
// d.RefersTo. seal is called as in [Store.Sign].
func (s *Store) Later(ctx context.Context, by Actor, d pipeline.Dictation, text string, seal func(pipeline.Dictation, *pipeline.Note) error) (note pipeline.Note, _ pipeline.Dictation, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		if err := write(ctx, tx, by, &d); err != nil {
			return err
		}
		c := change{tx: tx, by: by, d: &d, from: d.Position}
		if err := c.addVersion(ctx, version{kind: pipeline.TypedVersion, text: text, user: by.ID}); err != nil {
			return err
		}
		if note, err = c.toSign(ctx, d.TextN); err != nil {
			return err
		}
		if err := seal(d, &note); err != nil {
			return err
		}
		if err := insertNote(ctx, tx, note); err != nil {
			return err
		}
		if err := c.write(ctx, pipeline.Signed); err != nil {
			return err
		}
		return writeOutbox(ctx, tx, d)
	})
	if err == nil {
		s.wake()
	}
	return note, d, err
}

// write makes the row of a dictation that was typed, not spoken.
func write(ctx context.Context, tx pgx.Tx, by Actor, d *pipeline.Dictation) (err error) {
	if d.Position, err = pipeline.Next(pipeline.Position{}, pipeline.Written); err != nil {
		return err
	}
	d.Version = 1
	if err := insertDictation(ctx, tx, d, ""); err != nil {
		return err
	}
	return writeAudit(ctx, tx, moved(by, pipeline.Written, pipeline.Position{}, *d))
}

// NoteByID reads a signed note.
func (s *Store) NoteByID(ctx context.Context, id string) (pipeline.Note, error) {
	return s.oneNote(ctx, "n.id = $1", id)
}

// NoteByNumber reads a signed note by its document number.
func (s *Store) NoteByNumber(ctx context.Context, number string) (pipeline.Note, error) {
	return s.oneNote(ctx, "n.document_number = $1", number)
}

func (s *Store) oneNote(ctx context.Context, where, arg string) (pipeline.Note, error) {
	var n pipeline.Note
	dest, after := noteScan(&n)
	err := s.pool.QueryRow(ctx, "select "+noteColumns+" from notes n where "+where, arg).Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return n, pipeline.Errorf(pipeline.NotFound, "There is no such signed note.")
	}
	if err != nil {
		return n, kind(err)
	}
	return n, after()
}

// Amendable is a Conflict when a note has been amended already.
func (s *Store) Amendable(ctx context.Context, note string) error {
	var is bool
	err := s.pool.QueryRow(ctx, "select exists (select from notes where refers_to = $1 and relation = 'amendment')", note).Scan(&is)
	if err == nil && is {
		return amended()
	}
	return kind(err)
}

// LaterNotes lists what was added to a note or amends it, oldest first.
func (s *Store) LaterNotes(ctx context.Context, note string) ([]pipeline.Note, error) {
	if uuid.Validate(note) != nil {
		return nil, nil
	}
	rows, _ := s.pool.Query(ctx, "select "+noteColumns+" from notes n where n.refers_to = $1 order by n.created_at, n.id", note)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (pipeline.Note, error) {
		var n pipeline.Note
		dest, after := noteScan(&n)
		if err := row.Scan(dest...); err != nil {
			return n, err
		}
		return n, after()
	})
	return list, kind(err)
}

// SignedEntry is the audit entry of the signature that made a dictation's note.
func (s *Store) SignedEntry(ctx context.Context, dictation string) (audit.Entry, error) {
	rows, _ := s.pool.Query(ctx, "select "+auditColumns+` from audit
		where dictation_id = $1 and action = 'dictation.signed' order by id desc limit 1`, dictation)
	e, err := pgx.CollectExactlyOneRow(rows, scanEntry)
	return e, kind(err)
}
