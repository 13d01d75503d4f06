package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Takeover is a dictation that a lead took from somebody's hands.
type Takeover struct {
	Dictation string
	JobNumber string
	Worktype  pipeline.Worktype
	By        string // the lead's name; empty when it was no person
	At        time.Time
	Reason    string
	Back      bool // it went back to the queue
}

// TakeOver gives a dictation that another holds or laid aside to the user. What was
// saved stays; the holder is told by [Store.Takeovers].
func (s *Store) TakeOver(ctx context.Context, by Actor, id, reason string, lease time.Duration) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.TakenOver, func(c *change) error {
		switch {
		case c.d.Stage != pipeline.Review || c.d.HolderID == "":
			return pipeline.Errorf(pipeline.Conflict, "Nobody has this dictation now. Take it from the queue.")
		case c.d.HolderID == by.ID:
			return pipeline.Errorf(pipeline.Conflict, "You have this dictation yourself.")
		}
		if err := c.tellHolder(ctx, reason, false); err != nil {
			return err
		}
		c.take(by.ID, lease)
		return nil
	})
}

// tellHolder writes down for the holder that the actor takes the dictation from him.
func (c *change) tellHolder(ctx context.Context, reason string, back bool) error {
	if c.d.HolderID == "" || c.d.HolderID == c.by.ID {
		return nil
	}
	c.note = "from " + c.d.HolderID
	_, err := c.tx.Exec(ctx, `insert into takeovers (dictation_id, from_id, by_id, reason, back)
		values ($1, $2, (select id from users where id::text = $3), $4, $5)`, c.d.ID, c.d.HolderID, c.by.ID, reason, back)
	return err
}

const takeoverColumns = `select t.dictation_id, d.job_number, d.worktype, coalesce(u.name, ''), t.at, t.reason, t.back
	from takeovers t join dictations d on d.id = t.dictation_id left join users u on u.id = t.by_id `

// Takeovers lists what was taken from a user and he has not confirmed, oldest first.
func (s *Store) Takeovers(ctx context.Context, user string) ([]Takeover, error) {
	rows, _ := s.pool.Query(ctx, takeoverColumns+"where t.from_id = $1 and t.read_at is null order by t.id limit 50", user)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Takeover])
	return list, kind(err)
}

// NoteTakeovers confirms that the user has read what was taken from him until then.
func (s *Store) NoteTakeovers(ctx context.Context, user string, until time.Time) error {
	_, err := s.pool.Exec(ctx, "update takeovers set read_at = now() where from_id = $1 and read_at is null and at <= $2", user, until)
	return kind(err)
}

// Taken is the last taking of a dictation from a user who has not taken it up
// again since; NotFound when there is none.
func (s *Store) Taken(ctx context.Context, user, id string) (Takeover, error) {
	rows, _ := s.pool.Query(ctx, takeoverColumns+`where t.from_id = $1 and t.dictation_id = $2
		and not exists (select from audit a where a.dictation_id = $2 and a.actor = $1::text and a.at > t.at
			and a.action in ('dictation.claimed', 'dictation.taken_over') and a.outcome = 'ok')
		order by t.id desc limit 1`, user, id)
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Takeover])
	if errors.Is(err, pgx.ErrNoRows) {
		return t, pipeline.Errorf(pipeline.NotFound, "Nobody took this dictation from you.")
	}
	return t, kind(err)
}
