package store

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Claim takes a machine stage for worker until lease has passed without a
// [Store.Heartbeat]. It fails as Conflict when the dictation is not at the
// stage, and as Locked when another worker's lease still runs; the dictation is
// returned with both so that the caller can see where it is.
func (s *Store) Claim(ctx context.Context, id string, stage pipeline.Stage, worker string, lease time.Duration) (pipeline.Dictation, error) {
	return s.changeIn(ctx, s.relaxedTx, Actor{ID: worker}, id, pipeline.Claimed, func(c *change) error {
		switch {
		case c.d.Stage != stage:
			return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s.", c.d.Position)
		case c.d.State == pipeline.InProgress && c.d.Lease.After(c.now):
			return pipeline.Errorf(pipeline.Locked, "Another worker has this dictation.")
		}
		c.d.Attempt++
		c.d.Reason = ""
		c.d.Lease = c.now.Add(lease)
		c.work = worker
		return nil
	})
}

// Heartbeat prolongs a worker's lease. It fails as [ErrTakenOver] when the worker
// must stop.
func (s *Store) Heartbeat(ctx context.Context, id string, worker string, attempt int, lease time.Duration) error {
	return s.relaxedTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update dictations set lease_until = clock_timestamp() + $4
			where id = $1 and worker = $2 and attempt = $3 and state = 'in_progress'`, id, worker, attempt, lease)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrTakenOver
		}
		return err
	})
}

// ErrTakenOver says that the work is no longer this attempt's.
var ErrTakenOver = pipeline.Errorf(pipeline.Conflict, "This work was taken over by another worker.")

// mine checks that the job's attempt still holds the stage: an answer that comes
// after another worker took over is not written.
func (c *change) mine(job pipeline.Job, worker string) error {
	if c.d.Stage != job.Stage || c.d.State != pipeline.InProgress || c.d.Attempt != job.Attempt || c.work != worker {
		return ErrTakenOver
	}
	return nil
}

// Complete writes what a stage made and moves the dictation on. A recording with
// several dictations waits for a person before it is recognised.
func (s *Store) Complete(ctx context.Context, job pipeline.Job, worker string, r pipeline.Result) (pipeline.Dictation, error) {
	return s.change(ctx, Actor{ID: worker}, job.Dictation.ID, pipeline.Completed, func(c *change) error {
		if err := c.mine(job, worker); err != nil {
			return err
		}
		if r.Sound != nil {
			c.d.Sound = *r.Sound
			if c.d.MustSplit() {
				c.hold = pipeline.ForSplit
			}
			if err := c.askRecorder(ctx); err != nil {
				return err
			}
		}
		c.hold = cmp.Or(c.hold, r.Hold)
		if r.Draft != nil {
			if err := c.addDraft(ctx, r); err != nil {
				return err
			}
			return c.askDraft(ctx, r)
		}
		return nil
	})
}

// addDraft writes what was recognised, and forgets the pieces it was made of.
func (c *change) addDraft(ctx context.Context, r pipeline.Result) error {
	words, err := json.Marshal(r.Draft.Words)
	if err != nil {
		return err
	}
	flags, err := json.Marshal(r.Flags)
	if err != nil {
		return err
	}
	if err := c.dropPieces(ctx); err != nil {
		return err
	}
	return c.addVersion(ctx, version{kind: pipeline.DraftVersion, text: r.Draft.Text, engine: r.Draft.Engine, words: words, flags: flags})
}

// Fail ends a stage as failed with a sentence for people. Nothing is removed.
func (s *Store) Fail(ctx context.Context, job pipeline.Job, worker, reason string) (pipeline.Dictation, error) {
	return s.change(ctx, Actor{ID: worker}, job.Dictation.ID, pipeline.FailedEv, func(c *change) error {
		c.d.Reason = reason
		return c.mine(job, worker)
	})
}

// GiveBack makes a stage pending again, to be tried later. uncounted takes the
// attempt back: the worker stopped, the work did not fail.
func (s *Store) GiveBack(ctx context.Context, job pipeline.Job, worker, reason string, uncounted bool) (pipeline.Dictation, error) {
	return s.change(ctx, Actor{ID: worker}, job.Dictation.ID, pipeline.Released, func(c *change) error {
		if err := c.mine(job, worker); err != nil {
			return err
		}
		c.d.Reason = reason
		if uncounted {
			c.d.Attempt--
		}
		return nil
	})
}

// Retry asks a failed stage to run again.
func (s *Store) Retry(ctx context.Context, by Actor, id string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Retried, func(c *change) error {
		c.d.Reason = ""
		return nil
	})
}

// TypeByHand sends a dictation whose recognition failed to a transcriptionist,
// with an empty draft.
func (s *Store) TypeByHand(ctx context.Context, by Actor, id string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.ByHand, func(c *change) error {
		c.d.Reason = ""
		if err := c.dropPieces(ctx); err != nil {
			return err
		}
		return c.addVersion(ctx, version{kind: pipeline.DraftVersion, engine: "none", words: []byte("[]")})
	})
}

// SetHold stops a pending dictation where it is, with the reason.
func (s *Store) SetHold(ctx context.Context, by Actor, id, reason string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Hold, func(c *change) error {
		c.d.Reason = reason
		return nil
	})
}

// Unhold lets a held dictation go on. One without a patient or an author stays,
// but a recording with several dictations has no patient of its own: until it
// waits to be split it needs none.
func (s *Store) Unhold(ctx context.Context, by Actor, id string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Unhold, (*change).goOn)
}

// goOn checks that a held dictation may go on.
func (c *change) goOn() error {
	if c.d.Unidentified() && c.d.Reason == pipeline.ForIdentity {
		return pipeline.Errorf(pipeline.Conflict, "Say in the queue of the unidentified whose dictation this is; then it goes on by itself.")
	}
	if c.d.PatientID == "" && !c.d.AsksFor("patient") && !(c.d.Several && c.d.Stage == pipeline.Decode) {
		return pipeline.Errorf(pipeline.Conflict, "Name the patient first; a dictation without one stays on hold.")
	}
	if c.d.AuthorID == "" && !c.d.AsksFor("author") {
		return pipeline.Errorf(pipeline.Conflict, "Name the author first; a dictation without one stays on hold.")
	}
	c.d.Reason = ""
	return nil
}

// Waiting lists machine work that nobody may have been told of: pending or with
// an ended lease, last announced before a moment of the database's clock (see
// [Store.Clock]). The rows, oldest first, are marked as announced now.
func (s *Store) Waiting(ctx context.Context, before time.Time, limit int) ([]pipeline.Call, error) {
	rows, _ := s.pool.Query(ctx, `
		update dictations set announced_at = now() where id in (
			select id from dictations
			where stage <> 'review' and state in ('pending', 'in_progress')
			and announced_at <= $1
			and (state = 'pending' or lease_until is null or lease_until < clock_timestamp())
			order by announced_at limit $2 for update skip locked)
		returning id, stage, priority`, before, limit)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pipeline.Call])
	return list, kind(err)
}

// Clock is the time as the database has it.
func (s *Store) Clock(ctx context.Context) (now time.Time, err error) {
	err = s.pool.QueryRow(ctx, "select clock_timestamp()").Scan(&now)
	return now, kind(err)
}
