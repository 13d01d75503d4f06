package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Pools lists the pools with their members and rules, by name.
func (s *Store) Pools(ctx context.Context) ([]pipeline.Pool, error) {
	rows, _ := s.pool.Query(ctx, `select p.name,
		array(select m.user_id::text from pool_members m join users u on u.id = m.user_id where m.pool = p.name order by u.name)
		from pools p order by p.name`)
	pools, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p pipeline.Pool, err error) {
		return p, row.Scan(&p.Name, &p.Members)
	})
	if err != nil {
		return nil, kind(err)
	}
	at := make(map[string]int, len(pools))
	for i, p := range pools {
		at[p.Name] = i
	}
	var name, author string
	var r pipeline.PoolRule
	rows, _ = s.pool.Query(ctx, "select pool, worktype, coalesce(author_id::text, ''), facility from pool_rules order by id")
	_, err = pgx.ForEachRow(rows, []any{&name, &r.Worktype, &author, &r.Facility}, func() error {
		r.AuthorID = author
		if i, ok := at[name]; ok {
			pools[i].Rules = append(pools[i].Rules, r)
		}
		return nil
	})
	return pools, kind(err)
}

// PoolsOf are the pools that an account types for, with "" for what has none.
// Nil means all: it belongs to no pool. A pool without anybody in it is typed by
// all, so that nothing waits for nobody.
func (s *Store) PoolsOf(ctx context.Context, user string) ([]string, error) {
	var own int
	var pools []string
	err := s.pool.QueryRow(ctx, `with mine as (select pool from pool_members where user_id = $1)
		select (select count(*) from mine), array(
			select '' union all select pool from mine union all
			select p.name from pools p where not exists (
				select from pool_members m join users u on u.id = m.user_id where m.pool = p.name and not u.disabled))`,
		user).Scan(&own, &pools)
	if err != nil || own == 0 {
		return nil, kind(err)
	}
	return pools, nil
}

// AddPool makes a pool; Conflict when there is one of that name.
func (s *Store) AddPool(ctx context.Context, by Actor, name string) error {
	return s.poolChange(ctx, by, "pool.added", name, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "insert into pools (name) values ($1)", name)
		if unique(err, "pools_pkey") {
			return pipeline.Errorf(pipeline.Conflict, "There is a pool of this name already.")
		}
		return err
	})
}

// DropPool removes a pool; everybody types what it had.
func (s *Store) DropPool(ctx context.Context, by Actor, name string) error {
	return s.poolChange(ctx, by, "pool.removed", name, func(tx pgx.Tx) error {
		if err := changed(tx.Exec(ctx, "delete from pools where name = $1", name)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "update dictations set pool = '' where pool = $1 and state <> 'finished'", name)
		return err
	})
}

// JoinPool puts an account into a pool, LeavePool takes it out; both are no error
// when it is so already.
func (s *Store) JoinPool(ctx context.Context, by Actor, name, user string) error {
	return s.poolChange(ctx, by, "pool.joined", name, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into pool_members (pool, user_id) select p.name, $2 from pools p where p.name = $1
			on conflict do nothing`, name, user)
		return err
	})
}

// LeavePool takes an account out of a pool.
func (s *Store) LeavePool(ctx context.Context, by Actor, name, user string) error {
	return s.poolChange(ctx, by, "pool.left", name, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "delete from pool_members where pool = $1 and user_id = $2", name, user)
		return err
	})
}

// AddPoolRule sends what fits to a pool, from now on. Conflict when another rule
// has the same fields.
func (s *Store) AddPoolRule(ctx context.Context, by Actor, name string, r pipeline.PoolRule) error {
	return s.poolChange(ctx, by, "pool.rule_added", name, func(tx pgx.Tx) error {
		err := changed(tx.Exec(ctx, `insert into pool_rules (pool, worktype, author_id, facility)
			select p.name, $2, $3, $4 from pools p where p.name = $1`, name, r.Worktype, null(r.AuthorID), r.Facility))
		if unique(err, "pool_rules_worktype_author_id_facility_key") {
			return pipeline.Errorf(pipeline.Conflict, "There is a rule for this already. Remove it first if another pool shall have it.")
		}
		return err
	})
}

// DropPoolRule removes a rule.
func (s *Store) DropPoolRule(ctx context.Context, by Actor, name string, r pipeline.PoolRule) error {
	return s.poolChange(ctx, by, "pool.rule_removed", name, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from pool_rules where pool = $1 and worktype = $2
			and author_id is not distinct from $3 and facility = $4`, name, r.Worktype, null(r.AuthorID), r.Facility)
		return err
	})
}

func changed(tag interface{ RowsAffected() int64 }, err error) error {
	if err == nil && tag.RowsAffected() == 0 {
		return pipeline.Errorf(pipeline.NotFound, "There is no such pool.")
	}
	return err
}

func (s *Store) poolChange(ctx context.Context, by Actor, action, name string, do func(pgx.Tx) error) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		e := by.entry(action, "", "")
		e.Detail = name
		return writeAudit(ctx, tx, e)
	})
}

// nextOf is the first that waits in a step, of the pools, or of all when nil.
func (s *Store) nextOf(ctx context.Context, step pipeline.Step, pools []string) (id string, err error) {
	const first = `select id, priority, due_at from dictations d where d.stage = 'review' and d.step = $1 and d.state = 'pending' %s
		order by d.priority, d.due_at, d.id limit 1 for update skip locked`
	if pools == nil {
		err = s.pool.QueryRow(ctx, "select id from ("+fill(first, "")+") n", string(step)).Scan(&id)
	} else {
		// Each pool's first comes from its own stretch of the index.
		err = s.pool.QueryRow(ctx, "select n.id from unnest($2::text[]) p (name) cross join lateral ("+fill(first, "and d.pool = p.name")+
			") n order by n.priority, n.due_at, n.id limit 1", string(step), pools).Scan(&id)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return "", err
	}
	return id, kind(err)
}
