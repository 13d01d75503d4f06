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

// Sign makes the note of a dictation that waits for its signature, or for the
// second of two, and sends it on to delivery, all in one transaction. base is the
// version the signer read; seal is called with the note as it will be kept and
// must fill in its Seal, where RefersTo stands already.
func (s *Store) Sign(ctx context.Context, by Actor, id string, base int, seal func(pipeline.Dictation, *pipeline.Note) error) (pipeline.Note, pipeline.Dictation, error) {
	var note pipeline.Note
	d, err := s.change(ctx, by, id, pipeline.Signed, func(c *change) error {
		var err error
		if note, err = c.toSign(ctx, base); err != nil {
			return err
		}
		c.d.Reason, c.d.CosignerID = "", ""
		if err := seal(*c.d, &note); err != nil {
			return err
		}
		return insertNote(ctx, c.tx, note)
	})
	return note, d, err
}

// toSign gives the note of version base as it is about to be signed. The first
// signature makes a version of its own; the second is over the same one.
func (c *change) toSign(ctx context.Context, base int) (pipeline.Note, error) {
	note := pipeline.Note{
		ID: uuid.NewString(), DocumentNumber: c.d.JobNumber, DictationID: c.d.ID,
		PatientID: c.d.PatientID, EncounterID: c.d.EncounterID,
		Worktype: c.d.Worktype, Title: noteTitle(*c.d), RefersTo: c.d.RefersTo, Relation: c.d.Relation, Reason: c.d.Why,
	}
	if err := c.d.Deliverable(); err != nil {
		return note, err
	}
	if base != c.d.TextN {
		return note, pipeline.Errorf(pipeline.Stale, "The text was changed after you read it: you saw version %d, the newest is %d. Read it again before you sign.", base, c.d.TextN)
	}
	err := c.tx.QueryRow(ctx, "select text from versions where dictation_id = $1 and n = $2", c.d.ID, base).Scan(&note.Text)
	if errors.Is(err, pgx.ErrNoRows) {
		return note, pipeline.Errorf(pipeline.Conflict, "There is no text to sign yet.")
	}
	if err != nil {
		return note, err
	}
	if note.RefersTo != "" {
		if err := c.parent(ctx, &note); err != nil {
			return note, err
		}
	}
	if c.d.Step == pipeline.Cosignature {
		note.TextVersion = base
		return note, c.earlier(ctx, &note)
	}
	if err := c.addVersion(ctx, version{kind: pipeline.SignedVersion, text: note.Text, user: c.by.ID}); err != nil {
		return note, err
	}
	note.TextVersion = c.d.TextN
	return note, nil
}

// parent reads the note that this one refers to. The dictation may have been
// given another patient since it was begun: nothing is added to a stranger's note.
func (c *change) parent(ctx context.Context, note *pipeline.Note) error {
	var patient string
	err := c.tx.QueryRow(ctx, "select document_number, patient_id from notes where id = $1", note.RefersTo).Scan(&note.Seal.RefersTo, &patient)
	if err == nil && patient != note.PatientID {
		return pipeline.Errorf(pipeline.Conflict, "This dictation is of another patient than document %s, to which it belongs. Nothing was signed; return it with the reason.", note.Seal.RefersTo)
	}
	return err
}

// noteTitle is what a note is called: its worktype, and what it is to another.
func noteTitle(d pipeline.Dictation) string {
	title := d.Worktype.Info().Title
	switch d.Relation {
	case pipeline.Addendum:
		return "Addendum: " + title
	case pipeline.Amendment:
		return "Amendment: " + title
	}
	return title
}

func insertNote(ctx context.Context, tx pgx.Tx, n pipeline.Note) error {
	seal, err := json.Marshal(n.Seal)
	if err != nil {
		return err
	}
	var earlier []byte
	if len(n.Earlier) > 0 {
		if earlier, err = json.Marshal(n.Earlier); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `insert into notes (id, document_number, dictation_id, patient_id, encounter_id, worktype, title, text, text_n, seal,
			refers_to, relation, reason, earlier)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		n.ID, n.DocumentNumber, n.DictationID, n.PatientID, null(n.EncounterID), n.Worktype, n.Title, n.Text, n.TextVersion, seal,
		null(n.RefersTo), n.Relation, n.Reason, earlier)
	if unique(err, "notes_amended_once") {
		return amended()
	}
	return err
}

const noteColumns = "n.id, n.document_number, n.dictation_id, n.patient_id, n.encounter_id, n.worktype, n.title, n.text, n.text_n, n.seal, " +
	"n.refers_to, n.relation, n.reason, n.earlier"

// noteScan gives the places a note is scanned into and what to do after.
func noteScan(n *pipeline.Note) (dest []any, after func() error) {
	var encounter, refers *string
	var seal, earlier []byte
	dest = []any{&n.ID, &n.DocumentNumber, &n.DictationID, &n.PatientID, &encounter, &n.Worktype, &n.Title, &n.Text, &n.TextVersion, &seal,
		&refers, &n.Relation, &n.Reason, &earlier}
	return dest, func() error {
		n.EncounterID, n.RefersTo = deref(encounter), deref(refers)
		return errors.Join(json.Unmarshal(seal, &n.Seal), unmarshal(earlier, &n.Earlier))
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

// NotesBefore lists what a later note adds to or amends: the original first, and
// what was signed of it before the note, in that order. Empty for an original.
func (s *Store) NotesBefore(ctx context.Context, note string) ([]pipeline.Note, error) {
	rows, _ := s.pool.Query(ctx, `with recursive
		up as (select id, refers_to from notes where id = $1
			union all select p.id, p.refers_to from notes p join up on p.id = up.refers_to),
		family as (select id from up where refers_to is null
			union all select c.id from notes c join family on c.refers_to = family.id)
		select `+noteColumns+` from family join notes n on n.id = family.id join notes own on own.id = $1
		where (n.created_at, n.id) < (own.created_at, own.id) and n.patient_id = own.patient_id
		order by n.created_at, n.id limit 500`, note)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (pipeline.Note, error) {
		var n pipeline.Note
		dest, after := noteScan(&n)
		if err := row.Scan(dest...); err != nil {
			return n, err
		}
		return n, after()
	})
	return list, kind(err)
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
