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
// be typed, for measuring. A thousand and a million are of one mix, so that each
// list of the queue has full pages in both. There is no sound, text or audit behind
// them. A database that has any dictation is refused, and so is an account that may
// not leave out the checks of foreign keys.
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
		return fillThenIndex(ctx, tx, n)
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
	// Shares of a hundred, each drawn apart: a third is STAT, the author and the
	// letters measured are half of all, the typist's pools 60.
	rehearseDictations = `with authors as (select array_agg(id order by username) a from users where username ~ '^rehearsal-[0-9]$')
		insert into dictations (id, job_number, author_id, worktype, priority, due_at, source, stage, step, state, version, pool,
			holder_id, held_since, lease_until, original_key, original_sha256, original_size, created_at)
		select gen_random_uuid(), 'R' || i, a.a[case when p.author < 50 then 4 else 1 + p.author % 10 end],
			case when p.worktype < 50 then 'letter' else (array['progress-note', 'consultation', 'history-and-physical',
				'operative-report', 'discharge-summary', 'radiology-report'])[1 + p.worktype % 6] end,
			case when p.stat < 33 then 1 else 5 end,
			p.received + case when p.stat < 33 then interval '2 hours' else interval '1 day' end,
			'api', case when p.place >= 96 then 'deliver' else 'review' end,
			case when p.place >= 96 then '' when p.place >= 92 then 'signature' when p.place >= 88 then 'qa' else 'typing' end,
			case when p.place >= 96 then 'finished' when p.place < 13 then 'in_progress' when p.place = 13 then 'suspended'
				when p.place = 14 then 'held' else 'pending' end,
			5, case when p.pool < 80 then 'Rehearsal ' || p.pool / 20 else '' end,
			case when p.place <= 13 then a.a[2] end, case when p.place <= 13 then now() end, case when p.place < 13 then now() + interval '1 hour' end,
			'd/' || i, repeat('ab', 32), 1, p.received
		from generate_series(0, $1 - 1) i, authors a, lateral (select now() + (i::float8 / $1 - 1) * interval '10 days' as received,
			abs(hashint4extended(i, 1) % 100) as author, abs(hashint4extended(i, 2) % 100) as worktype, abs(hashint4extended(i, 3) % 100) as stat,
			abs(hashint4extended(i, 4) % 100) as place, abs(hashint4extended(i, 5) % 100) as pool) p`
)

// fillThenIndex writes the dictations with the indexes and checks of the table
// taken away, and makes these afterwards: a tenth of the time.
func fillThenIndex(ctx context.Context, tx pgx.Tx, n int) error {
	rows, _ := tx.Query(ctx, `select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index i
		where indrelid = 'dictations'::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`)
	type index struct{ Name, SQL string }
	indexes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[index])
	if err != nil {
		return err
	}
	for _, x := range indexes {
		if _, err := tx.Exec(ctx, "drop index "+x.Name); err != nil {
			return err
		}
	}
	// The rows refer to what the same transaction wrote.
	for _, sql := range []string{"set local session_replication_role = replica", "set local maintenance_work_mem = '256MB'"} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, rehearseDictations, n); err != nil {
		return err
	}
	for _, x := range indexes {
		if _, err := tx.Exec(ctx, x.SQL); err != nil {
			return err
		}
	}
	return nil
}
