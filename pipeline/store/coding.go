package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// LoadCodes puts codes into the site's table, all or none, and returns how many.
// A code that is there gets the title and words of the new entry.
func (s *Store) LoadCodes(ctx context.Context, by Actor, entries iter.Seq2[pipeline.CodeEntry, error]) (n int, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		n = 0
		batch := &pgx.Batch{}
		for e, err := range entries {
			if err != nil {
				return err
			}
			queueCode(batch, e)
			if n++; n%1000 == 0 {
				if err := tx.SendBatch(ctx, batch).Close(); err != nil {
					return err
				}
				batch = &pgx.Batch{}
			}
		}
		e := by.entry("codes.loaded", "", "")
		e.Detail = fmt.Sprintf("%d codes", n)
		queueAudit(batch, e)
		return tx.SendBatch(ctx, batch).Close()
	})
	return n, err
}

func queueCode(batch *pgx.Batch, e pipeline.CodeEntry) {
	batch.Queue(`insert into codes (system, code, title) values ($1, $2, $3)
		on conflict (system, code) do update set title = excluded.title`, e.System, e.Code.Code, e.Title)
	batch.Queue("delete from code_terms where system = $1 and code = $2", e.System, e.Code.Code)
	batch.Queue("insert into code_terms (phrase, system, code) select unnest($1::text[]), $2, $3", e.Phrases(), e.System, e.Code.Code)
}

// FindCodes searches the table: codes that begin with what is asked for, and
// those whose title has all its words.
func (s *Store) FindCodes(ctx context.Context, what string, limit int) ([]pipeline.Code, error) {
	rows, _ := s.pool.Query(ctx, `select system, code, title from codes
		where lower(code) like $1 or words @@ websearch_to_tsquery('simple', $2) order by system, code limit $3`,
		prefix(what), what, pageSize(limit))
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pipeline.Code])
	return list, kind(err)
}

// Proposals gives the codes that a text's own words speak for.
func (s *Store) Proposals(ctx context.Context, text string) ([]pipeline.Proposal, error) {
	runs := pipeline.WordRuns(text)
	seen := make(map[string]bool, len(runs))
	phrases := make([]string, 0, len(runs))
	for _, r := range runs {
		if !seen[r.Text] {
			seen[r.Text] = true
			phrases = append(phrases, r.Text)
		}
	}
	rows, err := s.pool.Query(ctx, `select t.phrase, c.system, c.code, c.title from code_terms t join codes c using (system, code)
		where t.phrase = any($1) order by c.system, c.code`, phrases)
	if err != nil {
		return nil, kind(err)
	}
	found := make(map[string][]pipeline.Code)
	var phrase string
	var c pipeline.Code
	_, err = pgx.ForEachRow(rows, []any{&phrase, &c.System, &c.Code, &c.Title}, func() error {
		found[phrase] = append(found[phrase], c)
		return nil
	})
	return pipeline.Propose(runs, found), kind(err)
}

// ToCode is a signed note that waits to be coded.
type ToCode struct {
	NoteID  string
	Since   time.Time
	Number  string
	Title   string
	Author  string
	Patient pipeline.Patient
	Codes   int // that it has so far
}

// CodingWorklist lists notes that wait to be coded, the oldest first.
func (s *Store) CodingWorklist(ctx context.Context, after Cursor, limit int) ([]ToCode, error) {
	where, args := "k.done_at is null", []any{}
	if after.ID != "" {
		where += " and (k.created_at, k.note_id) > ($1, $2)"
		args = append(args, after.At, after.ID)
	}
	rows, _ := s.pool.Query(ctx, `select k.note_id::text, k.created_at, n.document_number, n.title, n.seal->>'author_name',
			(select count(*) from note_codes c where c.note_id = n.id and c.removed_at is null), `+patientColumns+`
		from codings k join notes n on n.id = k.note_id join patients p on p.id = n.patient_id
		where `+where+" order by k.created_at, k.note_id limit "+itoa(pageSize(limit)), args...)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ToCode, err error) {
		dest := []any{&c.NoteID, &c.Since, &c.Number, &c.Title, &c.Author, &c.Codes}
		return c, row.Scan(append(dest, patientScan(&c.Patient)...)...)
	})
	return list, kind(err)
}

// Coding is a note with its codes.
type Coding struct {
	Note  pipeline.Note
	Codes []pipeline.NoteCode
	Done  time.Time // zero while it is open
}

// Coding reads the codes of a note, named by its id.
func (s *Store) Coding(ctx context.Context, note string) (c Coding, err error) {
	if uuid.Validate(note) != nil {
		return c, noNote()
	}
	dest, then := noteScan(&c.Note)
	var done *time.Time
	err = s.pool.QueryRow(ctx, "select k.done_at, "+noteColumns+" from notes n join codings k on k.note_id = n.id where n.id = $1", note).
		Scan(append([]any{&done}, dest...)...)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return c, noNote()
	case err != nil:
		return c, kind(err)
	}
	c.Done = deref(done)
	rows, _ := s.pool.Query(ctx, `select c.id, c.system, c.code, c.title, c.from_byte, c.to_byte, u.name, c.given_at from note_codes c
		join users u on u.id = c.given_by where c.note_id = $1 and c.removed_at is null order by c.id`, note)
	c.Codes, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n pipeline.NoteCode, err error) {
		return n, row.Scan(&n.ID, &n.System, &n.Code.Code, &n.Title, &n.From, &n.To, &n.GivenBy, &n.GivenAt)
	})
	return c, errors.Join(then(), kind(err))
}

func noNote() error { return pipeline.Errorf(pipeline.NotFound, "There is no such note.") }

// GiveCode gives a note a code of the table; bytes from to to of its text speak of
// it. A code that the note has already changes nothing.
func (s *Store) GiveCode(ctx context.Context, by Actor, note string, c pipeline.Code, from, to int) error {
	return s.coding(ctx, by, note, false, "note.coded", func(tx pgx.Tx) (int64, error) {
		var id int64
		err := tx.QueryRow(ctx, `insert into note_codes (note_id, system, code, title, from_byte, to_byte, given_by)
			select n.id, c.system, c.code, c.title, $4, $5, $6 from notes n, codes c
			where n.id = $1 and c.system = $2 and c.code = $3 and $4 between 0 and $5 and $5 <= octet_length(n.text)
			on conflict (note_id, system, code) where removed_at is null do update set note_id = excluded.note_id returning id`,
			note, c.System, c.Code, from, to, by.ID).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			err = pipeline.Errorf(pipeline.Invalid, "That code is not in the site's table. Choose one from the list.")
		}
		return id, err
	})
}

// TakeCode takes a code from a note; that it was there stays to be seen.
func (s *Store) TakeCode(ctx context.Context, by Actor, note string, id int64) error {
	return s.coding(ctx, by, note, false, "note.uncoded", func(tx pgx.Tx) (int64, error) {
		tag, err := tx.Exec(ctx, `update note_codes set removed_at = now(), removed_by = $3
			where id = $1 and note_id = $2 and removed_at is null`, id, note, by.ID)
		if err == nil && tag.RowsAffected() == 0 {
			err = pipeline.Errorf(pipeline.NotFound, "The note does not have that code any more.")
		}
		return id, err
	})
}

// FinishCoding takes a note off the coder's worklist, or puts it on again.
func (s *Store) FinishCoding(ctx context.Context, by Actor, note string, done bool) error {
	action := "note.coding_open"
	if done {
		action = "note.coding_done"
	}
	return s.coding(ctx, by, note, !done, action, func(tx pgx.Tx) (int64, error) {
		_, err := tx.Exec(ctx, `update codings set done_at = case when $2 then now() end, done_by = case when $2 then $3::uuid end
			where note_id = $1`, note, done, by.ID)
		return 0, err
	})
}

// coding does one change of a note's codes with its audit entry. Whether the
// coding is finished must be as the change expects it.
func (s *Store) coding(ctx context.Context, by Actor, note string, finished bool, action string, do func(pgx.Tx) (int64, error)) error {
	if uuid.Validate(note) != nil {
		return noNote()
	}
	return s.tx(ctx, func(tx pgx.Tx) error {
		var dictation, patient string
		var done bool
		err := tx.QueryRow(ctx, `select n.dictation_id::text, n.patient_id::text, k.done_at is not null
			from codings k join notes n on n.id = k.note_id where k.note_id = $1 for update of k`, note).Scan(&dictation, &patient, &done)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return noNote()
		case err != nil:
			return err
		case done && !finished:
			return pipeline.Errorf(pipeline.Conflict, "The coding of this note is finished. Take it up again before you change it.")
		case !done && finished:
			return nil
		}
		id, err := do(tx)
		if err != nil {
			return err
		}
		e := by.entry(action, dictation, patient)
		if id > 0 {
			e.Detail = fmt.Sprintf("code %d", id)
		}
		return writeAudit(ctx, tx, e)
	})
}
