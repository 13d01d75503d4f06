package store

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/audit"
)

// Actor is who does something, for the audit.
type Actor struct {
	ID     string // user id, or "worker/…", "sweep", "intake"
	Remote string // network address of a person's browser or program
}

// entry starts an audit entry of this actor.
func (a Actor) entry(action, dictation, patient string) audit.Entry {
	return audit.Entry{
		At: time.Now(), Actor: a.ID, Remote: a.Remote, Action: action,
		Outcome: audit.OK, Dictation: dictation, Patient: patient,
	}
}

// moved is the audit entry of a change of position.
func moved(by Actor, on pipeline.Event, from pipeline.Position, d pipeline.Dictation) audit.Entry {
	e := by.entry("dictation."+string(on), d.ID, d.PatientID)
	e.Version, e.To = d.Version, d.Position.String()
	// What people type may tell of a patient; the sentences of our own stages never do.
	switch on {
	case pipeline.FailedEv, pipeline.Released, pipeline.Split:
		e.Detail = entryDetail(d)
	}
	if from != (pipeline.Position{}) {
		e.From = from.String()
	}
	return e
}

// change is a dictation being moved in a transaction.
type change struct {
	tx   pgx.Tx
	by   Actor
	d    *pipeline.Dictation // edited in place, then written
	from pipeline.Position
	now  time.Time // the database's clock: leases are compared with it only
	work string    // name of the worker that holds the machine stage
	note string    // what the audit says of it besides
	hold string    // why it is held as soon as it has arrived; empty lets it go on

	on pipeline.Event // the move; edit may choose another
}

// change locks the dictation, lets edit check and alter it, moves it by on and
// writes row, audit and, when the new position wants one, the outbox row. When
// edit returns an error nothing is written.
func (s *Store) change(ctx context.Context, by Actor, id string, on pipeline.Event, edit func(*change) error) (pipeline.Dictation, error) {
	return s.changeIn(ctx, s.tx, by, id, on, edit)
}

// changeIn is change in a transaction of the given make.
func (s *Store) changeIn(ctx context.Context, run func(context.Context, func(pgx.Tx) error) error,
	by Actor, id string, on pipeline.Event, edit func(*change) error) (pipeline.Dictation, error) {
	var d pipeline.Dictation
	if uuid.Validate(id) != nil {
		return d, noDictation()
	}
	wake := false
	err := run(ctx, func(tx pgx.Tx) error {
		c := change{tx: tx, by: by, d: &d, on: on}
		if err := c.load(ctx, id); err != nil {
			return err
		}
		if err := edit(&c); err != nil {
			return err
		}
		if err := c.write(ctx, c.on); err != nil {
			return err
		}
		if c.hold != "" {
			return c.andHold(ctx, c.hold)
		}
		// A machine stage hands its next job on itself; a person's act needs the outbox.
		if wake = d.Stage.Machine() && d.State == pipeline.Pending && on != pipeline.Released && !(c.from.Stage.Machine() && c.from.State == pipeline.InProgress); wake {
			return writeOutbox(ctx, tx, d)
		}
		return nil
	})
	if wake && err == nil {
		s.wake()
	}
	return d, err
}

// load reads the row and locks it until the transaction ends.
func (c *change) load(ctx context.Context, id string) error {
	rows, _ := c.tx.Query(ctx, "select "+columns+", d.worker, clock_timestamp() from dictations d where d.id = $1 for update", id)
	d, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (pipeline.Dictation, error) {
		return scanDictation(tail{row, []any{&c.work, &c.now}})
	})
	if pipeline.KindOf(kind(err)) == pipeline.NotFound && err != nil {
		return noDictation()
	}
	*c.d, c.from = d, d.Position
	return err
}

// tail scans extra columns behind those of a dictation.
type tail struct {
	pgx.CollectableRow
	more []any
}

// Scan implements pgx.CollectableRow.
func (t tail) Scan(dest ...any) error { return t.CollectableRow.Scan(append(dest, t.more...)...) }

// write moves the dictation by on and stores what edit made of it.
func (c *change) write(ctx context.Context, on pipeline.Event) error {
	d := c.d
	to, err := pipeline.Next(c.from, on)
	if err != nil {
		return err
	}
	d.Position = to
	d.Version++
	if to.State != pipeline.InProgress {
		d.Lease, c.work = time.Time{}, ""
		if to.State != pipeline.Suspended {
			d.HolderID, d.HeldSince = "", time.Time{}
		}
	}
	if to.Stage != c.from.Stage || on == pipeline.Retried || on == pipeline.Unhold {
		d.Attempt = 0
	}
	if on == pipeline.Split {
		if err := c.unask(ctx); err != nil { // the parts have questions of their own
			return err
		}
	}
	var sound []byte
	if d.Sound.Canonical.Key != "" {
		if sound, err = json.Marshal(d.Sound); err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	batch.Queue(`update dictations set stage = $3, step = $4, state = $5, reason = $6, version = $2 + 1, attempt = $7,
		worker = $8, holder_id = $9, lease_until = $10, sound = $11, text_n = $12, held_since = $13, cosigner_id = $14,
		questions = coalesce($15::text[], '{}'), announced_at = now(), updated_at = now()
		where id = $1 and version = $2`,
		d.ID, d.Version-1, d.Stage, d.Step, d.State, d.Reason, d.Attempt,
		c.work, null(d.HolderID), nullTime(d.Lease), sound, d.TextN, nullTime(d.HeldSince), null(d.CosignerID), d.Questions)
	e := moved(c.by, on, c.from, *d)
	e.Detail = cmp.Or(c.note, e.Detail)
	queueAudit(batch, e)
	return c.tx.SendBatch(ctx, batch).Close()
}

// andHold puts what has just been moved on hold, in the same transaction, so
// that nothing can take it in between.
func (c *change) andHold(ctx context.Context, reason string) error {
	c.from, c.d.Reason = c.d.Position, reason
	return c.write(ctx, pipeline.Hold)
}
