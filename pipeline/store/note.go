package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Sign makes the note of a dictation that waits for its signature and sends it
// on to delivery, all in one transaction. base is the version the signer read;
// seal is called with the note as it will be kept and must fill in its Seal.
func (s *Store) Sign(ctx context.Context, by Actor, id string, base int, seal func(pipeline.Dictation, *pipeline.Note) error) (pipeline.Note, pipeline.Dictation, error) {
	var note pipeline.Note
	d, err := s.change(ctx, by, id, pipeline.Signed, func(c *change) error {
		if c.d.PatientID == "" {
			return pipeline.Errorf(pipeline.Conflict, "This dictation has no patient yet; it cannot be signed.")
		}
		if base != c.d.TextN {
			return pipeline.Errorf(pipeline.Stale, "The text was changed after you read it: you saw version %d, the newest is %d. Read it again before you sign.", base, c.d.TextN)
		}
		note = pipeline.Note{
			ID: uuid.NewString(), DocumentNumber: c.d.JobNumber, DictationID: c.d.ID,
			PatientID: c.d.PatientID, EncounterID: c.d.EncounterID,
			Worktype: c.d.Worktype, Title: c.d.Worktype.Info().Title,
		}
		err := c.tx.QueryRow(ctx, "select text from versions where dictation_id = $1 and n = $2", id, base).Scan(&note.Text)
		if errors.Is(err, pgx.ErrNoRows) {
			return pipeline.Errorf(pipeline.Conflict, "There is no text to sign yet.")
		}
		if err != nil {
			return err
		}
		// What was signed is a version of its own.
		if err := c.addVersion(ctx, version{kind: pipeline.SignedVersion, text: note.Text, user: by.ID}); err != nil {
			return err
		}
		note.TextVersion = c.d.TextN
		c.d.Reason = ""
		if err := seal(*c.d, &note); err != nil {
			return err
		}
		return insertNote(ctx, c.tx, note)
	})
	return note, d, err
}

func insertNote(ctx context.Context, tx pgx.Tx, n pipeline.Note) error {
	seal, err := json.Marshal(n.Seal)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into notes (id, document_number, dictation_id, patient_id, encounter_id, worktype, title, text, text_n, seal)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		n.ID, n.DocumentNumber, n.DictationID, n.PatientID, null(n.EncounterID), n.Worktype, n.Title, n.Text, n.TextVersion, seal)
	return err
}

const noteColumns = "n.id, n.document_number, n.dictation_id, n.patient_id, n.encounter_id, n.worktype, n.title, n.text, n.text_n, n.seal"

// noteScan gives the places a note is scanned into and what to do after.
func noteScan(n *pipeline.Note) (dest []any, after func() error) {
	var encounter *string
	var seal []byte
	dest = []any{&n.ID, &n.DocumentNumber, &n.DictationID, &n.PatientID, &encounter, &n.Worktype, &n.Title, &n.Text, &n.TextVersion, &seal}
	return dest, func() error {
		n.EncounterID = deref(encounter)
		return json.Unmarshal(seal, &n.Seal)
	}
}

// Note reads the signed note of a dictation.
func (s *Store) Note(ctx context.Context, dictation string) (pipeline.Note, error) {
	var n pipeline.Note
	dest, after := noteScan(&n)
	err := s.pool.QueryRow(ctx, "select "+noteColumns+" from notes n where n.dictation_id = $1", dictation).Scan(dest...)
	if errors.Is(err, pgx.ErrNoRows) {
		return n, pipeline.Errorf(pipeline.NotFound, "No note of this dictation has been signed.")
	}
	if err != nil {
		return n, kind(err)
	}
	return n, after()
}

// NoteForDelivery gives the signed note of a dictation with its patient and
// visit; NotFound when nothing was signed.
func (s *Store) NoteForDelivery(ctx context.Context, dictation string) (n pipeline.Note, p pipeline.Patient, e pipeline.Encounter, err error) {
	if n, err = s.Note(ctx, dictation); err != nil {
		return n, p, e, err
	}
	if p, err = s.Patient(ctx, n.PatientID); err != nil || n.EncounterID == "" {
		return n, p, e, err
	}
	e, err = s.Encounter(ctx, n.EncounterID)
	return n, p, e, err
}

// BeginAttempt logs that a delivery is about to be tried. When the key was
// delivered already it logs nothing and returns that delivery.
func (s *Store) BeginAttempt(ctx context.Context, dictation string, attempt int, d pipeline.Delivery) (line int64, done *pipeline.Delivery, err error) {
	var earlier pipeline.Delivery
	err = s.pool.QueryRow(ctx, `select destination, key, record_id, answered_at from deliveries
		where key = $1 and record_id <> '' order by id limit 1`, d.Key).
		Scan(&earlier.Destination, &earlier.Key, &earlier.RecordID, &earlier.At)
	if err == nil {
		return 0, &earlier, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return 0, nil, kind(err)
	}
	err = s.pool.QueryRow(ctx, `insert into deliveries (note_id, destination, key, attempt)
		select id, $2, $3, $4 from notes where dictation_id = $1 returning id`, dictation, d.Destination, d.Key, attempt).Scan(&line)
	return line, nil, kind(err)
}

// EndAttempt completes the ledger's line with the answer, or with the failure.
func (s *Store) EndAttempt(ctx context.Context, line int64, d pipeline.Delivery, failure error) error {
	var at *time.Time
	var why string
	if failure != nil {
		why = string(pipeline.KindOf(failure)) + ": " + pipeline.Sentence(failure)
	} else {
		at = &d.At
	}
	_, err := s.pool.Exec(ctx, `update deliveries set answered_at = coalesce($2, now()), record_id = $3, error = $4 where id = $1`,
		line, at, d.RecordID, why)
	return kind(err)
}

// Unattached lists the dictations whose note was signed longer ago than age and
// is not in the built-in record, whatever their state says: the reconciliation,
// which must find none.
func (s *Store) Unattached(ctx context.Context, age time.Duration, limit int) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `select n.dictation_id::text from notes n
		where n.created_at < now() - $1::interval and not exists (select 1 from documents c where c.note_id = n.id)
		order by n.created_at limit $2`, age, limit)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, kind(err)
}
