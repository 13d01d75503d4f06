package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

const recordingColumns = `id, author_id, patient_mrn, encounter, worktype, priority, several, format, file_name, length, device,
	takes, gaps, chunks, bytes, dictation_id, claim_chunks, claim_bytes, claim_sha256, dropped_at is not null, created_at, updated_at,
	refers_to, relation, why`

func scanRecording(row pgx.CollectableRow) (pipeline.Recording, error) {
	var r pipeline.Recording
	var takes, gaps []byte
	var dictation *string
	err := row.Scan(&r.ID, &r.AuthorID, &r.About.PatientMRN, &r.About.Encounter, &r.About.Worktype, &r.About.Priority, &r.About.Several,
		&r.Format, &r.FileName, &r.Length, &r.Device, &takes, &gaps, &r.Chunks, &r.Bytes,
		&dictation, &r.Claim.Chunks, &r.Claim.Bytes, &r.Claim.SHA256, &r.Dropped, &r.Created, &r.Updated,
		&r.About.Refers.To, &r.About.Refers.Relation, &r.About.Refers.Why)
	if err != nil {
		return r, err
	}
	r.DictationID = deref(dictation)
	for _, part := range []struct {
		json []byte
		to   any
	}{{takes, &r.Takes}, {gaps, &r.Gaps}} {
		if part.json != nil {
			err = errors.Join(err, json.Unmarshal(part.json, part.to))
		}
	}
	return r, err
}

func noRecording() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no such recording here.")
}

// Recording reads one row.
func (s *Store) Recording(ctx context.Context, id string) (pipeline.Recording, error) {
	if uuid.Validate(id) != nil {
		return pipeline.Recording{}, noRecording()
	}
	return recordingIn(ctx, s.pool, id, "")
}

// reader is the pool or a transaction.
type reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func recordingIn(ctx context.Context, q reader, id, lock string) (pipeline.Recording, error) {
	rows, _ := q.Query(ctx, "select "+recordingColumns+" from recordings where id = $1 "+lock, id)
	r, err := pgx.CollectExactlyOneRow(rows, scanRecording)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, noRecording()
	}
	return r, kind(err)
}

// Unfinished lists the recordings of an author that have not become dictations,
// newest first.
func (s *Store) Unfinished(ctx context.Context, author string) ([]pipeline.Recording, error) {
	rows, _ := s.pool.Query(ctx, "select "+recordingColumns+` from recordings
		where author_id = $1 and dictation_id is null and dropped_at is null order by created_at desc limit $2`, author, pipeline.MaxOpen)
	list, err := pgx.CollectRows(rows, scanRecording)
	return list, kind(err)
}

// Announce makes the row of a recording, or writes what is said of it now over
// what was said before; made tells which. One that is not open any more is given
// as it is. patient is the id of the patient it names, for the audit.
func (s *Store) Announce(ctx context.Context, by Actor, r pipeline.Recording, patient string) (out pipeline.Recording, made bool, err error) {
	if uuid.Validate(r.ID) != nil {
		return r, false, pipeline.Errorf(pipeline.Invalid, "A recording is named by a UUID that its sender makes.")
	}
	err = s.tx(ctx, func(tx pgx.Tx) error {
		if made, err = insertRecording(ctx, tx, r); err != nil {
			return err
		}
		if out, err = recordingIn(ctx, tx, r.ID, "for update"); err != nil {
			return err
		}
		if made {
			return recordingAudit(ctx, tx, by, "recording.begun", out.ID, patient)
		}
		if out.AuthorID != r.AuthorID {
			return notYours()
		}
		if out.Format != r.Format || out.Length != r.Length || out.FileName != r.FileName {
			return pipeline.Errorf(pipeline.Conflict, "This recording was begun as another one. What is here is kept; begin a new one.")
		}
		if !out.Open() {
			return nil
		}
		changed := out.About != r.About
		if !changed && reflect.DeepEqual(out.Takes, r.Takes) && reflect.DeepEqual(out.Gaps, r.Gaps) {
			return nil
		}
		out.About, out.Takes, out.Gaps = r.About, r.Takes, r.Gaps
		if err := updateRecording(ctx, tx, out); err != nil || !changed {
			return err
		}
		return recordingAudit(ctx, tx, by, "recording.changed", out.ID, patient)
	})
	return out, made, err
}

func insertRecording(ctx context.Context, tx pgx.Tx, r pipeline.Recording) (made bool, err error) {
	var open int
	err = tx.QueryRow(ctx, `select count(*) from recordings where author_id = $1 and dictation_id is null and dropped_at is null and id <> $2`,
		r.AuthorID, r.ID).Scan(&open)
	if err != nil {
		return false, err
	}
	if open >= pipeline.MaxOpen {
		return false, pipeline.Errorf(pipeline.RateLimited, "%d recordings are unfinished here already. Send or discard some of them first; what is on your device is kept.", open)
	}
	takes, gaps, err := recordingJSON(r)
	if err != nil {
		return false, err
	}
	tag, err := tx.Exec(ctx, `insert into recordings
		(id, author_id, patient_mrn, encounter, worktype, priority, several, format, file_name, length, device, takes, gaps,
			refers_to, relation, why)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict (id) do nothing`,
		r.ID, r.AuthorID, r.About.PatientMRN, r.About.Encounter, r.About.Worktype, r.About.Priority, r.About.Several,
		r.Format, r.FileName, r.Length, r.Device, takes, gaps,
		r.About.Refers.To, r.About.Refers.Relation, r.About.Refers.Why)
	return err == nil && tag.RowsAffected() == 1, err
}

func updateRecording(ctx context.Context, tx pgx.Tx, r pipeline.Recording) error {
	takes, gaps, err := recordingJSON(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update recordings set patient_mrn = $2, encounter = $3, worktype = $4, priority = $5, several = $6,
		takes = $7, gaps = $8, refers_to = $9, relation = $10, why = $11, updated_at = now() where id = $1`,
		r.ID, r.About.PatientMRN, r.About.Encounter, r.About.Worktype, r.About.Priority, r.About.Several, takes, gaps,
		r.About.Refers.To, r.About.Refers.Relation, r.About.Refers.Why)
	return err
}

// recordingJSON gives null for what is empty.
func recordingJSON(r pipeline.Recording) (takes, gaps []byte, err error) {
	if len(r.Takes) > 0 {
		takes, err = json.Marshal(r.Takes)
	}
	if len(r.Gaps) > 0 && err == nil {
		gaps, err = json.Marshal(r.Gaps)
	}
	return takes, gaps, err
}

func notYours() error {
	return pipeline.Errorf(pipeline.Forbidden, "This recording is another author's. Nothing was changed.")
}

func recordingAudit(ctx context.Context, tx pgx.Tx, by Actor, action, id, patient string) error {
	e := by.entry(action, "", patient)
	e.Detail = "recording " + id
	return writeAudit(ctx, tx, e)
}

// RecordingChunks lists the chunks that are here from number from on, at most
// limit of them, in order.
func (s *Store) RecordingChunks(ctx context.Context, id string, from, limit int) ([]pipeline.Chunk, error) {
	return chunksIn(ctx, s.pool, id, from, limit)
}

func chunksIn(ctx context.Context, q reader, id string, from, limit int) ([]pipeline.Chunk, error) {
	rows, _ := q.Query(ctx, `select n, size, sha256 from recording_chunks where recording_id = $1 and n >= $2 order by n limit $3`, id, from, limit)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c pipeline.Chunk, err error) {
		return c, row.Scan(&c.N, &c.Size, &c.SHA256)
	})
	return list, kind(err)
}

// AddChunk writes that a chunk's bytes are here. The same chunk again changes
// nothing; another one of the same number is a Conflict. Together the chunks may
// have maxBytes.
func (s *Store) AddChunk(ctx context.Context, author, id string, c pipeline.Chunk, maxBytes int64) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		r, err := recordingIn(ctx, tx, id, "for update")
		if err != nil {
			return err
		}
		if r.AuthorID != author {
			return notYours()
		}
		same, err := chunksIn(ctx, tx, id, c.N, 1)
		if err != nil {
			return err
		}
		if len(same) == 1 && same[0].N == c.N {
			if same[0] == c {
				return nil
			}
			return pipeline.Errorf(pipeline.Conflict, "Chunk %d is here already, with other content. It was not changed.", c.N)
		}
		if !r.Open() {
			return closed(r)
		}
		if r.Bytes+c.Size > maxBytes || r.Format == pipeline.File && r.Bytes+c.Size > r.Length {
			return pipeline.Errorf(pipeline.TooLarge, "This recording is larger than it may be. What is here is kept: send it as it is, and the rest as a recording of its own.")
		}
		batch := &pgx.Batch{}
		batch.Queue("insert into recording_chunks (recording_id, n, size, sha256) values ($1, $2, $3, $4)", id, c.N, c.Size, c.SHA256)
		batch.Queue("update recordings set chunks = chunks + 1, bytes = bytes + $2, updated_at = now() where id = $1", id, c.Size)
		return tx.SendBatch(ctx, batch).Close()
	})
}

func closed(r pipeline.Recording) error {
	if r.Dropped {
		return pipeline.Errorf(pipeline.Conflict, "This recording was discarded. Begin a new one.")
	}
	return pipeline.Errorf(pipeline.Conflict, "This recording was sent before. Nothing was added to it.")
}

// FinishRecording makes a recording the dictation d, whose bytes are already
// durable: the row of the dictation, its audit and outbox, and the recording's
// end are one transaction. One that was finished before gives the dictation made
// then, with again true. r is the recording as the bytes were joined from it: when
// chunks have come since, or it was discarded, it is a Conflict.
func (s *Store) FinishRecording(ctx context.Context, by Actor, r pipeline.Recording, d pipeline.Dictation, hold string) (_ pipeline.Dictation, again bool, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		now, err := recordingIn(ctx, tx, r.ID, "for update")
		switch {
		case err != nil:
			return err
		case now.DictationID != "":
			again, d.ID = true, now.DictationID
			return nil
		case now.Dropped:
			return closed(now)
		case now.Chunks != r.Chunks, now.About != r.About, len(r.Takes) > 0 && !slices.Equal(now.Takes, r.Takes):
			return pipeline.Errorf(pipeline.Conflict, "More of this recording has come in meanwhile. Nothing was sent yet; send it again.")
		}
		if err := receive(ctx, tx, by, &d, "recording:"+r.ID, hold); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update recordings set dictation_id = $2, claim_chunks = $3, claim_bytes = $4, claim_sha256 = $5, updated_at = now()
			where id = $1`, r.ID, d.ID, r.Claim.Chunks, r.Claim.Bytes, r.Claim.SHA256)
		return err
	})
	if err != nil {
		return d, false, err
	}
	if again {
		d, err = s.Dictation(ctx, d.ID)
		return d, true, err
	}
	s.wake()
	return d, false, nil
}

// DropRecording ends a recording that its author does not want; once more
// changes nothing.
func (s *Store) DropRecording(ctx context.Context, by Actor, id, patient string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		r, err := recordingIn(ctx, tx, id, "for update")
		if err != nil || r.Dropped {
			return err
		}
		if r.DictationID != "" {
			return closed(r)
		}
		if _, err := tx.Exec(ctx, "update recordings set dropped_at = now(), updated_at = now() where id = $1", id); err != nil {
			return err
		}
		e := by.entry("recording.discarded", "", patient)
		e.Detail = fmt.Sprintf("recording %s, %d bytes", id, r.Bytes)
		return writeAudit(ctx, tx, e)
	})
}

// Idle lists open recordings to which nothing has come since before, oldest first.
func (s *Store) Idle(ctx context.Context, before time.Time, limit int) ([]pipeline.Recording, error) {
	rows, _ := s.pool.Query(ctx, "select "+recordingColumns+` from recordings
		where dictation_id is null and dropped_at is null and updated_at < $1 order by updated_at limit $2`, before, limit)
	list, err := pgx.CollectRows(rows, scanRecording)
	return list, kind(err)
}

// Spent lists recordings that were sent or discarded before, and whose chunks
// are still kept.
func (s *Store) Spent(ctx context.Context, before time.Time, limit int) ([]pipeline.Recording, error) {
	rows, _ := s.pool.Query(ctx, "select "+recordingColumns+` from recordings
		where cleared_at is null and (dictation_id is not null or dropped_at is not null) and updated_at < $1 order by updated_at limit $2`, before, limit)
	list, err := pgx.CollectRows(rows, scanRecording)
	return list, kind(err)
}

// Cleared writes that the bytes of a recording's chunks are gone.
func (s *Store) Cleared(ctx context.Context, by Actor, id string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "update recordings set cleared_at = now() where id = $1 and cleared_at is null", id)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return recordingAudit(ctx, tx, by, "recording.cleared", id, "")
	})
}

// LastWorktype is what an author dictated last; empty when he never did.
func (s *Store) LastWorktype(ctx context.Context, author string) (w pipeline.Worktype, err error) {
	err = s.pool.QueryRow(ctx, "select worktype from dictations where author_id = $1 order by created_at desc, id desc limit 1", author).Scan(&w)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return w, kind(err)
}

// RecordingOf reads the recording that a dictation was made of; NotFound when it
// came whole.
func (s *Store) RecordingOf(ctx context.Context, dictation string) (pipeline.Recording, error) {
	rows, _ := s.pool.Query(ctx, "select "+recordingColumns+" from recordings where dictation_id = $1", dictation)
	r, err := pgx.CollectExactlyOneRow(rows, scanRecording)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, noRecording()
	}
	return r, kind(err)
}
