package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// shownWords is how many of the newest words a list without a beginning gives.
const shownWords = 200

// SiteWords lists the site's words: the newest ones first, or all that begin with
// a letter from a to z, in their order.
func (s *Store) SiteWords(ctx context.Context, letter byte) ([]pipeline.SiteWord, error) {
	var rows pgx.Rows
	if letter == 0 {
		rows, _ = s.pool.Query(ctx, "select word, added_by::text, added_at from site_words order by added_at desc, word limit $1", shownWords)
	} else {
		rows, _ = s.pool.Query(ctx, "select word, added_by::text, added_at from site_words where word >= $1 and word < $2 order by word", string(letter), string(letter+1))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w pipeline.SiteWord, err error) {
		return w, row.Scan(&w.Word, &w.By, &w.Added)
	})
	return list, kind(err)
}

// CountWords is how many words the site's list has.
func (s *Store) CountWords(ctx context.Context) (n int, err error) {
	err = s.pool.QueryRow(ctx, "select count(*) from site_words").Scan(&n)
	return n, kind(err)
}

// KnownWords gives those of some words that are on the site's list.
func (s *Store) KnownWords(ctx context.Context, words []string) ([]string, error) {
	rows, _ := s.pool.Query(ctx, "select word from site_words where word = any($1)", words)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, kind(err)
}

// AddWord puts a word on the site's list. One that is on it stays as it is. The
// audit says that it was done; what people type may tell of a patient.
func (s *Store) AddWord(ctx context.Context, by Actor, word string) (pipeline.SiteWord, error) {
	w := pipeline.SiteWord{By: by.ID}
	var err error
	if w.Word, err = pipeline.CheckWord(word); err != nil {
		return w, err
	}
	return w, s.tx(ctx, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, "select count(*) from site_words").Scan(&n); err != nil {
			return err
		}
		if n >= pipeline.MaxSiteWords {
			return pipeline.Errorf(pipeline.Conflict, "There are %d words already, which is the limit. Remove one that is not used.", n)
		}
		tag, err := tx.Exec(ctx, "insert into site_words (word, added_by) values ($1, $2) on conflict do nothing", w.Word, by.ID)
		if err != nil {
			return err
		}
		if tag.RowsAffected() > 0 {
			if err := writeAudit(ctx, tx, by.entry("word.added", "", "")); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, "select added_by::text, added_at from site_words where word = $1", w.Word).Scan(&w.By, &w.Added)
	})
}

// RemoveWord takes a word off the site's list.
func (s *Store) RemoveWord(ctx context.Context, by Actor, word string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "delete from site_words where word = $1", word)
		if err == nil && tag.RowsAffected() == 0 {
			err = pipeline.Errorf(pipeline.NotFound, "The word is not on the site's list.")
		}
		if err != nil {
			return err
		}
		return writeAudit(ctx, tx, by.entry("word.removed", "", ""))
	})
}

// NoteTexts hands over the texts of the newest signed notes.
func (s *Store) NoteTexts(ctx context.Context, limit int, each func(text string)) error {
	rows, err := s.pool.Query(ctx, "select text from notes order by created_at desc limit $1", limit)
	if err != nil {
		return kind(err)
	}
	var text string
	_, err = pgx.ForEachRow(rows, []any{&text}, func() error {
		each(text)
		return nil
	})
	return kind(err)
}
