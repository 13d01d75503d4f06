package store_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

var update = flag.Bool("update", false, "write schema.txt anew")

// schemaFile is the schema that the migrations make, for reading.
const schemaFile = "schema.txt"

const schemaQuery = `
	select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
		|| case when a.attnotnull then ' not null' else '' end
	from pg_class c join pg_attribute a on a.attrelid = c.oid
	where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
	union all
	select replace(indexdef, 'public.', '') from pg_indexes where schemaname = 'public'
	union all
	select 'constraint ' || conname || ' on ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
	from pg_constraint where connamespace = 'public'::regnamespace and contype in ('c', 'f')
	union all
	select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
	order by 1`

// The file shows what the migrations make: a change of one shows in the other.
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	db, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	rows, err := db.Query(t.Context(), schemaQuery)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(schemaFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the schema differs from %s; run go test ./pipeline/store -run Schema -update", schemaFile)
	}
}
