package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// ClaimNext gives the user the next dictation of a step that his pools may type:
// STAT first, then by due date. Two people asking at once get two dictations.
// NotFound when none waits.
func (s *Store) ClaimNext(ctx context.Context, by Actor, step pipeline.Step, lease time.Duration) (pipeline.Dictation, error) {
	pools, err := s.PoolsOf(ctx, by.ID)
	if err != nil {
		return pipeline.Dictation{}, err
	}
	for {
		id, err := s.nextOf(ctx, step, pools)
		if errors.Is(err, pgx.ErrNoRows) {
			return pipeline.Dictation{}, pipeline.Errorf(pipeline.NotFound, "No dictation waits for you just now.")
		}
		if err != nil {
			return pipeline.Dictation{}, kind(err)
		}
		d, err := s.claimPending(ctx, by, id, step, lease)
		// Somebody was faster: look again.
		if k := pipeline.KindOf(err); err != nil && (k == pipeline.Conflict || k == pipeline.Locked) {
			continue
		}
		return d, err
	}
}

func (s *Store) claimPending(ctx context.Context, by Actor, id string, step pipeline.Step, lease time.Duration) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Claimed, func(c *change) error {
		if c.d.Step != step || c.d.State != pipeline.Pending {
			return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s.", c.d.Position)
		}
		c.take(by.ID, lease)
		return nil
	})
}

// ClaimReview gives the user one chosen dictation of a step that is pending, or that he
// himself suspended or already holds. Locked, naming nobody, when it is another's.
func (s *Store) ClaimReview(ctx context.Context, by Actor, id string, step pipeline.Step, lease time.Duration) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Claimed, func(c *change) error {
		if c.d.Stage != pipeline.Review || c.d.Step != step {
			return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s; it is not in your queue.", c.d.Position)
		}
		if c.d.HolderID != "" && c.d.HolderID != by.ID && (c.d.State == pipeline.Suspended || c.d.Lease.After(c.now)) {
			return held()
		}
		c.take(by.ID, lease)
		return nil
	})
}

func held() error {
	return pipeline.Errorf(pipeline.Locked, "Somebody else has this dictation.")
}

func (c *change) take(user string, lease time.Duration) {
	if c.d.HolderID != user || c.d.HeldSince.IsZero() {
		c.d.HeldSince = c.now
	}
	c.d.HolderID = user
	c.d.Lease = c.now.Add(lease)
}

// heldBy checks that user holds the dictation. An ended lease that nobody has
// taken since is still his: work is not refused for a pause.
func (c *change) heldBy(user string) error {
	if c.d.Stage != pipeline.Review || c.d.State != pipeline.InProgress {
		return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s; open it again before you change it.", c.d.Position)
	}
	if c.d.HolderID != user {
		return held()
	}
	return nil
}

// KeepLease prolongs the user's lease.
func (s *Store) KeepLease(ctx context.Context, user, id string, lease time.Duration) error {
	tag, err := s.pool.Exec(ctx, `update dictations set lease_until = clock_timestamp() + $3
		where id = $1 and holder_id = $2 and stage = 'review' and state = 'in_progress'`, id, user, lease)
	if err == nil && tag.RowsAffected() == 0 {
		return held()
	}
	return kind(err)
}

// SuspendReview lays the dictation aside for the same person.
func (s *Store) SuspendReview(ctx context.Context, by Actor, id string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Suspend, func(c *change) error { return c.heldBy(by.ID) })
}

// ReleaseReview gives the dictation back to the queue.
func (s *Store) ReleaseReview(ctx context.Context, by Actor, id string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Released, func(c *change) error {
		if c.d.State == pipeline.Suspended && c.d.HolderID == by.ID {
			return nil
		}
		return c.heldBy(by.ID)
	})
}

// TakeBack gives a dictation that somebody holds or laid aside back to the
// queue, whoever he is: for leads, when he does not come back. Saved text stays.
func (s *Store) TakeBack(ctx context.Context, by Actor, id string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Released, func(c *change) error {
		if c.d.Stage != pipeline.Review {
			return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s; nobody holds it.", c.d.Position)
		}
		return c.tellHolder(ctx, "", true)
	})
}

// TakeBackAll does it for everything a user holds, or for what is at one of the
// steps where some are named, and returns the ids.
func (s *Store) TakeBackAll(ctx context.Context, by Actor, user string, at ...pipeline.Step) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `select id::text from dictations
		where holder_id = $1 and stage = 'review' and (cardinality($2::text[]) = 0 or step = any($2))`, user, append([]pipeline.Step{}, at...))
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, kind(err)
	}
	var back []string
	for _, id := range ids {
		switch _, err := s.TakeBack(ctx, by, id); {
		case err == nil:
			back = append(back, id)
		case pipeline.KindOf(err) != pipeline.Conflict:
			return back, err
		}
	}
	return back, nil
}

// CompleteReview ends typing or QA: Completed sends the text to the signature, or
// from typing to a QA editor where a rule of the site asks for it; ToQA to a QA
// editor with the reason, Returned (from QA) back to typing.
// base is the version the person saw last.
func (s *Store) CompleteReview(ctx context.Context, by Actor, id string, on pipeline.Event, base int, reason string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, on, func(c *change) error {
		if err := c.heldBy(by.ID); err != nil {
			return err
		}
		if base != c.d.TextN {
			return pipeline.Errorf(pipeline.Stale, "The text was changed meanwhile: you saw version %d, the newest is %d. Look at it before you complete.", base, c.d.TextN)
		}
		c.d.Reason = reason
		if c.d.Step == pipeline.Typing {
			return c.typed(ctx)
		}
		return nil
	})
}

// ReturnNote sends a dictation that waits for a signature back to typing.
func (s *Store) ReturnNote(ctx context.Context, by Actor, id, reason string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Returned, func(c *change) error {
		if c.d.Step != pipeline.Signature && c.d.Step != pipeline.Cosignature {
			return pipeline.Errorf(pipeline.Conflict, "This dictation is at %s; only one that waits for a signature can be returned.", c.d.Position)
		}
		c.d.Reason, c.d.CosignerID = reason, ""
		return nil
	})
}

// EndLeases puts dictations whose holder has been silent past his lease back in
// the queue and returns their ids. Their saved text stays.
func (s *Store) EndLeases(ctx context.Context, by Actor, limit int) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `select id::text from dictations
		where stage = 'review' and state = 'in_progress' and lease_until < clock_timestamp() order by lease_until limit $1`, limit)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, kind(err)
	}
	ended := ids[:0]
	for _, id := range ids {
		_, err := s.change(ctx, by, id, pipeline.Released, func(c *change) error {
			if c.d.Stage != pipeline.Review || c.d.State != pipeline.InProgress || c.d.Lease.After(c.now) {
				return pipeline.Errorf(pipeline.Conflict, "The lease was prolonged meanwhile.")
			}
			return nil
		})
		switch pipeline.KindOf(err) {
		case pipeline.Conflict:
		default:
			if err != nil {
				return ended, err
			}
			ended = append(ended, id)
		}
	}
	return ended, nil
}

// Holding gives the dictation of a step that the user has in progress; NotFound
// when there is none.
func (s *Store) Holding(ctx context.Context, user string, step pipeline.Step) (pipeline.Dictation, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+` from dictations d
		where d.holder_id = $1 and d.stage = 'review' and d.step = $2 and d.state = 'in_progress'
		order by d.priority, d.due_at limit 1`, user, string(step))
	d, err := pgx.CollectExactlyOneRow(rows, scanDictation)
	return d, kind(err)
}
