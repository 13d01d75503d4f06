package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// FirstSign keeps the first of two signatures and lets the dictation wait for
// cosigner's. seal is called as in [Store.Sign]; there is no note before the second.
func (s *Store) FirstSign(ctx context.Context, by Actor, id string, base int, cosigner string, seal func(pipeline.Dictation, *pipeline.Note) error) (pipeline.Note, pipeline.Dictation, error) {
	var note pipeline.Note
	d, err := s.change(ctx, by, id, pipeline.FirstSign, func(c *change) error {
		var err error
		if note, err = c.toSign(ctx, base); err != nil {
			return err
		}
		note.ID = ""
		c.d.Reason, c.d.CosignerID = "", cosigner
		if err := seal(*c.d, &note); err != nil {
			return err
		}
		body, err := json.Marshal(note.Seal)
		if err != nil {
			return err
		}
		_, err = c.tx.Exec(ctx, "insert into signatures (dictation_id, n, user_id, seal) values ($1, $2, $3, $4)",
			c.d.ID, note.TextVersion, by.ID, body)
		return err
	})
	return note, d, err
}

const firstSeal = "select seal from signatures where dictation_id = $1 and n = $2"

// earlier reads the signature that the second one follows.
func (c *change) earlier(ctx context.Context, note *pipeline.Note) error {
	var body []byte
	err := c.tx.QueryRow(ctx, firstSeal, c.d.ID, note.TextVersion).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return pipeline.Errorf(pipeline.Conflict, "The first signature is not over this text. Return the note and have it signed again.")
	}
	if err != nil {
		return err
	}
	note.Earlier = make([]pipeline.Seal, 1)
	return json.Unmarshal(body, &note.Earlier[0])
}

// FirstSeal reads the first of two signatures over text version n; false when
// there is none.
func (s *Store) FirstSeal(ctx context.Context, dictation string, n int) (seal pipeline.Seal, ok bool, err error) {
	var body []byte
	err = s.pool.QueryRow(ctx, firstSeal, dictation, n).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return seal, false, nil
	}
	if err != nil {
		return seal, false, kind(err)
	}
	return seal, true, json.Unmarshal(body, &seal)
}

// Mend stores what the signer changed as a new version, with what is known besides
// the text. Stale when the text has
// moved on since base, Conflict when the dictation does not wait for its first
// signature, Locked when somebody else has it open.
func (s *Store) Mend(ctx context.Context, by Actor, id string, base int, text string, places Places) (n int, err error) {
	column, err := places.column()
	if err != nil {
		return 0, err
	}
	err = s.tx(ctx, func(tx pgx.Tx) error {
		var d pipeline.Dictation
		c := change{tx: tx, by: by, d: &d}
		if err := c.load(ctx, id); err != nil {
			return err
		}
		switch {
		case d.Stage == pipeline.Review && d.Step == pipeline.Cosignature:
			return pipeline.Errorf(pipeline.Conflict, "The text has been signed once and does not change any more. Return it with the reason, or sign it and add to it.")
		case d.Stage != pipeline.Review || d.Step != pipeline.Signature || d.State == pipeline.Held:
			return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s; its text cannot be changed here any more.", d.Position)
		case d.HolderID != "" && d.HolderID != by.ID:
			return held()
		case base != d.TextN:
			return pipeline.Errorf(pipeline.Stale, "The text was changed meanwhile: you saw version %d, the newest is %d. Nothing was overwritten; read the newest and apply your change again.", base, d.TextN)
		}
		n, err = c.mend(ctx, text, column)
		return err
	})
	return n, err
}

func (c *change) mend(ctx context.Context, text string, places []byte) (int, error) {
	var newest string
	if err := c.tx.QueryRow(ctx, "select text from versions where dictation_id = $1 and n = $2", c.d.ID, c.d.TextN).Scan(&newest); err != nil {
		return 0, err
	}
	if newest == text {
		return c.d.TextN, nil
	}
	if err := c.addVersion(ctx, version{kind: pipeline.SignerVersion, text: text, places: places, user: c.by.ID}); err != nil {
		return 0, err
	}
	if _, err := c.tx.Exec(ctx, "update dictations set text_n = $2, updated_at = now() where id = $1", c.d.ID, c.d.TextN); err != nil {
		return 0, err
	}
	return c.d.TextN, writeAudit(ctx, c.tx, c.by.entry("text.mended", c.d.ID, c.d.PatientID))
}

// Confirmation says that somebody has heard, or checked, a flag of a draft.
type Confirmation struct {
	Flag   string // version of the draft and number of its flag: "1.3"
	UserID string
	How    string // Heard or Confirmed
	At     time.Time
}

// How a flag was confirmed.
const (
	Heard     = "heard"     // its sound was played
	Confirmed = "confirmed" // the person says so
	Vouched   = "vouched"   // the signer's own program did not say; it answers for him
)

// Confirm keeps what by has heard or checked, with an audit entry each. What was
// confirmed before stays as it was.
func (s *Store) Confirm(ctx context.Context, by Actor, d pipeline.Dictation, how string, flags []string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		for _, f := range flags {
			tag, err := tx.Exec(ctx, `insert into confirmations (dictation_id, flag, user_id, how) values ($1, $2, $3, $4)
				on conflict do nothing`, d.ID, f, by.ID, how)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				continue
			}
			e := by.entry("flag."+how, d.ID, d.PatientID)
			e.Detail = "flag " + f
			if err := writeAudit(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Confirmations lists what people have heard or checked of a dictation.
func (s *Store) Confirmations(ctx context.Context, dictation string) ([]Confirmation, error) {
	rows, _ := s.pool.Query(ctx, "select flag, user_id, how, at from confirmations where dictation_id = $1 order by at", dictation)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Confirmation])
	return list, kind(err)
}
