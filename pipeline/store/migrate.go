package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock keeps two processes from migrating at once.
const migrationLock = 7_401_190_001

// Migrate brings the database forward to this program's schema and returns the
// names of the migrations it ran, all in one transaction. A database
// newer than the program, or with other migrations, is refused.
func (s *Store) Migrate(ctx context.Context) (ran []string, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	err = s.tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", migrationLock); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `create table if not exists migrations
			(n int primary key, name text not null, ran_at timestamptz not null default now())`); err != nil {
			return err
		}
		var done int
		if err := tx.QueryRow(ctx, "select coalesce(max(n), 0) from migrations").Scan(&done); err != nil {
			return err
		}
		if done > len(names) {
			return fmt.Errorf("the database is at schema %d, this program knows %d: use a newer program", done, len(names))
		}
		if err := same(ctx, tx, names[:done]); err != nil {
			return err
		}
		for i, name := range names[done:] {
			if err := migrate(ctx, tx, done+i+1, name); err != nil {
				return err
			}
			ran = append(ran, name)
		}
		return nil
	})
	return ran, err
}

// same checks that the database ran the migrations that stand before those still
// to be run: they are counted, and one that came in between would be passed over.
func same(ctx context.Context, tx pgx.Tx, names []string) error {
	rows, _ := tx.Query(ctx, "select name from migrations order by n")
	ran, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for i, name := range names {
		if i >= len(ran) || ran[i] != name {
			return fmt.Errorf("the database did not run %s where this program has it: its schema is of another program", name)
		}
	}
	return nil
}

func migrate(ctx context.Context, tx pgx.Tx, n int, name string) error {
	body, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, string(body)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = tx.Exec(ctx, "insert into migrations (n, name) values ($1, $2)", n, name)
	return err
}

// Migrated reports whether the database has this program's schema.
func (s *Store) Migrated(ctx context.Context) (bool, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return false, err
	}
	var none bool
	if err := s.pool.QueryRow(ctx, "select to_regclass('migrations') is null").Scan(&none); err != nil || none {
		return false, kind(err)
	}
	var done int
	err = s.pool.QueryRow(ctx, "select count(*) from migrations").Scan(&done)
	return done == len(names), kind(err)
}
