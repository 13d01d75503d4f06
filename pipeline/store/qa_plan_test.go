package store_test

import (
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
)

var usedIndex = regexp.MustCompile(`Index (?:Only )?Scan (?:Backward )?using (\w+)|Bitmap Index Scan on (\w+)`)

// plan gives the indexes that PostgreSQL would answer a query with, were the
// tables not too small to need one.
func (b bench) plan(t *testing.T, sql string) map[string]bool {
	t.Helper()
	db, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if _, err := db.Exec(t.Context(), "set enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	rows, _ := db.Query(t.Context(), "explain "+sql)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	for _, l := range lines {
		for _, m := range usedIndex.FindAllStringSubmatch(l, -1) {
			used[m[1]+m[2]] = true
		}
	}
	return used
}
