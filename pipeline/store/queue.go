package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// QueueFilter narrows the queue of a step of review. Zero fields do not narrow.
type QueueFilter struct {
	Step     pipeline.Step  // which queue
	State    pipeline.State // which of its states; pending when empty
	Worktype pipeline.Worktype
	AuthorID string
	Priority pipeline.Priority
	Pools    []string      // "" is what has no pool; nil is all
	Older    time.Duration // received at least so long ago; the list is then in the order of that
	Limit    int           // at most; 50 when 0
	After    QueueCursor
}

// QueueCursor is the last row of the page before.
type QueueCursor struct {
	Priority pipeline.Priority
	At       time.Time // due, or received when the list is by age
	ID       string
}

// Cursor is the place of d in the filter's list.
func (f QueueFilter) Cursor(d pipeline.Dictation) QueueCursor {
	if f.Older > 0 {
		return QueueCursor{d.Priority, d.Created, d.ID}
	}
	return QueueCursor{d.Priority, d.Due, d.ID}
}

// Queue lists a queue: STAT first, then by due date (by age when Older is set). However
// many wait, it reads a page's worth of rows from an index.
func (s *Store) Queue(ctx context.Context, f QueueFilter) ([]pipeline.Dictation, error) {
	q := f.query()
	order := "d.priority, d." + q.at + ", d.id"
	if f.After.ID != "" {
		q.and("("+order+") > (%s, %s, %s)", int(f.After.Priority), f.After.At, f.After.ID)
	}
	// The planner must know that it is a page: the limit is no parameter.
	ordered := fmt.Sprintf(" order by %s limit %d", order, pageSize(f.Limit))
	pools := ""
	switch {
	case len(f.Pools) > 0 && f.Older > 0: // one walk by age; a walk a pool would read the others' rows anew each time
		q.and("d.pool = any(%s)", f.Pools)
	case len(f.Pools) > 0:
		pools = q.value(f.Pools)
	}
	sql := "select " + columns + " from dictations d where " + q.where() + ordered
	if pools != "" {
		// Each pool's page comes from its own stretch of the index.
		sql = "select " + columns + " from unnest(" + pools + "::text[]) p (name) cross join lateral (select * from dictations d where " +
			q.where() + " and d.pool = p.name" + ordered + ") d" + ordered
	}
	rows, _ := s.pool.Query(ctx, sql, q.values...)
	list, err := pgx.CollectRows(rows, scanDictation)
	return list, kind(err)
}

// QueueCount counts what the filter finds, up to most: counting a million takes
// its time, and nobody asks for more than "many".
func (s *Store) QueueCount(ctx context.Context, f QueueFilter, most int) (n int, err error) {
	q := f.query()
	if len(f.Pools) > 0 {
		q.and("d.pool = any(%s)", f.Pools)
	}
	sql := "select count(*) from (select from dictations d where " + q.where() + fmt.Sprintf(" limit %d) n", most)
	err = s.pool.QueryRow(ctx, sql, q.values...).Scan(&n)
	return n, kind(err)
}

// conditions are what a query asks for. Conditions that do not narrow are left
// out, so that the planner sees which index serves the others.
type conditions struct {
	at     string // column of the order
	list   []string
	values []any
}

func (f QueueFilter) query() *conditions {
	q := &conditions{at: "due_at", list: []string{"d.stage = 'review'"}}
	state := f.State
	if state == "" {
		state = pipeline.Pending
	}
	q.and("d.step = %s and d.state = %s", string(f.Step), string(state))
	if f.Worktype != "" {
		q.and("d.worktype = %s", string(f.Worktype))
	}
	if f.AuthorID != "" {
		q.and("d.author_id = %s", f.AuthorID)
	}
	if f.Priority != 0 {
		q.and("d.priority = %s", int(f.Priority))
	}
	if f.Older > 0 {
		q.at = "created_at"
		q.and("d.created_at <= now() - %s::interval", f.Older)
	}
	return q
}

// and adds a condition; each %s is one of the values.
func (q *conditions) and(text string, values ...any) {
	names := make([]any, len(values))
	for i, v := range values {
		names[i] = q.value(v)
	}
	q.list = append(q.list, fmt.Sprintf(text, names...))
}

// value adds a value and gives its name in the query.
func (q *conditions) value(v any) string {
	q.values = append(q.values, v)
	return fmt.Sprintf("$%d", len(q.values))
}

func (q *conditions) where() string { return strings.Join(q.list, " and ") }

// fill puts a fragment of a query where its %s is.
func fill(sql, fragment string) string { return strings.Replace(sql, "%s", fragment, 1) }

// InHand lists what a user holds in review or laid aside, in progress first.
func (s *Store) InHand(ctx context.Context, user string) ([]pipeline.Dictation, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+` from dictations d
		where d.holder_id = $1 and d.stage = 'review' order by d.state, d.priority, d.due_at limit 500`, user)
	list, err := pgx.CollectRows(rows, scanDictation)
	return list, kind(err)
}
