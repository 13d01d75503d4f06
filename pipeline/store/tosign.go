package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// ToSign says whose notes a list of notes to sign shows.
type ToSign string

// The lists of notes to sign.
const (
	SignOwn       ToSign = "mine"       // dictated by the reader
	SignProxy     ToSign = "proxy"      // by authors who let the reader sign
	SignAttending ToSign = "attending"  // signed once, waiting for the reader
	SignOthers    ToSign = "colleagues" // everybody else's
)

// SignCursor is the last row of the page before.
type SignCursor struct {
	Priority pipeline.Priority
	Due      time.Time
	ID       string
}

// open says which states wait: what somebody has put on hold does not.
const openToSign = "d.state <> 'held'"

// ToSign lists notes that wait for u's signature, STAT first, then by due date.
func (s *Store) ToSign(ctx context.Context, u pipeline.User, list ToSign, after SignCursor, limit int) ([]pipeline.Dictation, error) {
	page := ` and (d.priority, d.due_at, d.id) > ($2, $3, $4) order by d.priority, d.due_at, d.id limit $5`
	sql := "select " + columns + " from dictations d where " + openToSign
	var who any = u.ID
	switch list {
	case SignOwn:
		sql += " and d.stage = 'review' and d.step = 'signature' and d.author_id = $1" + page
	case SignOthers:
		sql += " and d.stage = 'review' and d.step = 'signature' and d.author_id is distinct from $1" + page
	case SignProxy:
		who = u.ProxyFor
		sql = each("d.step = 'signature' and d.author_id = a.id", page)
	case SignAttending:
		who = append([]string{u.ID}, u.ProxyFor...)
		sql = each("d.step = 'cosignature' and d.cosigner_id = a.id", page)
	default:
		return nil, pipeline.Errorf(pipeline.Invalid, "There is no such list of notes to sign.")
	}
	if after.ID == "" {
		after = SignCursor{Priority: 0, Due: time.Unix(0, 0), ID: "00000000-0000-0000-0000-000000000000"}
	}
	rows, _ := s.pool.Query(ctx, sql, who, int(after.Priority), after.Due, after.ID, pageSize(limit))
	ds, err := pgx.CollectRows(rows, scanDictation)
	return ds, kind(err)
}

// each reads the first rows of every person by the index and merges them.
func each(where, page string) string {
	return "select " + columns + ` from unnest($1::uuid[]) a(id) cross join lateral
		(select * from dictations d where ` + openToSign + " and d.stage = 'review' and " + where + page + `) d
		order by d.priority, d.due_at, d.id limit $5`
}

// CountToSign counts the lists of u, each up to most.
func (s *Store) CountToSign(ctx context.Context, u pipeline.User, most int) (map[ToSign]int, error) {
	out := make(map[ToSign]int)
	count := func(list ToSign, where string, who any) error {
		var n int
		err := s.pool.QueryRow(ctx, "select count(*) from (select from dictations d where "+openToSign+
			" and d.stage = 'review' and "+where+" limit $2) x", who, most).Scan(&n)
		out[list] = n
		return kind(err)
	}
	for _, l := range []struct {
		list  ToSign
		where string
		who   any
	}{
		{SignOwn, "d.step = 'signature' and d.author_id = $1", u.ID},
		{SignProxy, "d.step = 'signature' and d.author_id = any($1::uuid[])", u.ProxyFor},
		{SignAttending, "d.step = 'cosignature' and d.cosigner_id = any($1::uuid[])", append([]string{u.ID}, u.ProxyFor...)},
		{SignOthers, "d.step = 'signature' and d.author_id is distinct from $1", u.ID},
	} {
		if err := count(l.list, l.where, l.who); err != nil {
			return nil, err
		}
	}
	return out, nil
}
