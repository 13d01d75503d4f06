package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Rehearsal is what [Store.Rehearse] made, to ask the queue for.
type Rehearsal struct {
	Author, Typist string // ids of accounts
	Pool           string
	Own            []string // pools of the typist
}

// Rehearse fills an empty database with n made-up dictations, most of which wait to
// be typed, for measuring. There is no sound, text or audit behind them. A
// database that has any dictation is refused.
func (s *Store) Rehearse(ctx context.Context, n int) (r Rehearsal, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		var used bool
		if err := tx.QueryRow(ctx, "select exists (select from dictations)").Scan(&used); err != nil {
			return err
		}
		if used {
			return pipeline.Errorf(pipeline.Conflict, "This database has dictations. Measure on an empty one.")
		}
		for _, sql := range []string{rehearsePeople, rehearsePools} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, rehearseDictations, n)
		return err
	})
	if err != nil {
		return r, err
	}
	// As autovacuum does in time: statistics, and which pages all can see.
	for _, sql := range []string{"vacuum analyze", "checkpoint"} { // what was written shall not be measured
		if _, err := s.pool.Exec(ctx, sql); err != nil {
			return r, kind(err)
		}
	}
	err = s.pool.QueryRow(ctx, `select (select id::text from users where username = 'rehearsal-3'),
		(select id::text from users where username = 'rehearsal-typist')`).Scan(&r.Author, &r.Typist)
	if err != nil {
		return r, kind(err)
	}
	r.Pool = "Rehearsal 2"
	r.Own, err = s.PoolsOf(ctx, r.Typist)
	return r, err
}

const (
	rehearsePeople = `insert into users (id, username, name, roles, password_hash)
		select gen_random_uuid(), 'rehearsal-' || i, 'Rehearsal ' || i, '{author}'::text[], '' from generate_series(0, 9) i
		union all select gen_random_uuid(), 'rehearsal-typist', 'Rehearsal typist', '{transcriptionist}'::text[], ''`
	rehearsePools = `with p as (insert into pools (name) select 'Rehearsal ' || i from generate_series(0, 5) i returning name)
		insert into pool_members (pool, user_id) select p.name, u.id from p, users u
		where u.username = case when p.name in ('Rehearsal 1', 'Rehearsal 2') then 'rehearsal-typist' else 'rehearsal-0' end`
	rehearseDictations = `with authors as (select array_agg(id order by username) a from users where username ~ '^rehearsal-[0-9]$')
		insert into dictations (id, job_number, author_id, worktype, priority, due_at, source, stage, step, state, version, pool,
			holder_id, held_since, lease_until, original_key, original_sha256, original_size, created_at)
		select gen_random_uuid(), 'R' || i, a.a[1 + i % 10],
			(array['progress-note', 'consultation', 'history-and-physical', 'operative-report', 'discharge-summary', 'radiology-report', 'letter'])[1 + i % 7],
			case when i % 20 = 0 then 1 else 5 end,
			now() + (i::float8 / $1 - 1) * interval '10 days' + case when i % 20 = 0 then interval '2 hours' else interval '1 day' end,
			'api', case when p.x >= 96 then 'deliver' else 'review' end,
			case when p.x >= 96 then '' when p.x >= 92 then 'signature' when p.x >= 84 then 'qa' else 'typing' end,
			case when p.x >= 96 then 'finished' when p.x in (80, 81) then 'in_progress' when p.x = 82 then 'suspended' when p.x = 83 then 'held' else 'pending' end,
			5, case when i % 8 < 6 then 'Rehearsal ' || i % 8 else '' end,
			case when p.x between 80 and 82 then a.a[2] end, case when p.x between 80 and 82 then now() end, case when p.x in (80, 81) then now() + interval '1 hour' end,
			'd/' || i, repeat('ab', 32), 1, now() + (i::float8 / $1 - 1) * interval '10 days'
		from generate_series(0, $1 - 1) i, authors a, lateral (select (i / 20 * 37 + i) % 100 as x) p`
)
