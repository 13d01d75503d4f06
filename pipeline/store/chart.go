package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// AttachDocument puts the note into the built-in record under key. The same key
// again changes nothing and gives the document that is there. A note that refers
// to another waits, as Unavailable, until that one is in the record; what an
// amendment replaces is superseded with it.
func (s *Store) AttachDocument(ctx context.Context, key string, note pipeline.Note) (pipeline.ChartDocument, error) {
	status := pipeline.DocStatusFinal
	if note.Relation == pipeline.Amendment {
		status = pipeline.DocStatusAmended
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		if err := supersede(ctx, tx, note); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into documents (id, key, note_id, patient_id, doc_status) values ($1, $2, $3, $4, $5)
			on conflict (key) do nothing`, uuid.NewString(), key, note.ID, note.PatientID, status)
		return err
	})
	if err != nil {
		return pipeline.ChartDocument{}, err
	}
	return onlyDocument(s.documents(ctx, "c.key = $1", 1, key))
}

// supersede looks for the document that a note refers to, and marks what is amended.
func supersede(ctx context.Context, tx pgx.Tx, note pipeline.Note) error {
	if note.RefersTo == "" {
		return nil
	}
	var there bool
	if err := tx.QueryRow(ctx, "select exists (select from documents where note_id = $1)", note.RefersTo).Scan(&there); err != nil {
		return err
	}
	if !there {
		return pipeline.Errorf(pipeline.Unavailable, "The note that this one refers to is not in the record yet. It will be filed after that one.")
	}
	if note.Relation != pipeline.Amendment {
		return nil
	}
	tag, err := tx.Exec(ctx, "update documents set status = 'superseded' where note_id = $1 and status = 'current'", note.RefersTo)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	e := Actor{ID: note.Seal.SignerID}.entry("document.superseded", note.DictationID, note.PatientID)
	return writeAudit(ctx, tx, e)
}

func onlyDocument(list []pipeline.ChartDocument, err error) (pipeline.ChartDocument, error) {
	if err == nil && len(list) == 0 {
		err = noDocument()
	}
	if err != nil {
		return pipeline.ChartDocument{}, err
	}
	return list[0], nil
}

func noDocument() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no such document.")
}

// ChartDocument reads one document of the built-in record by its id.
func (s *Store) ChartDocument(ctx context.Context, id string) (pipeline.ChartDocument, error) {
	if uuid.Validate(id) != nil {
		return pipeline.ChartDocument{}, noDocument()
	}
	return onlyDocument(s.documents(ctx, "c.id = $1", 1, id))
}

// Chart lists the documents of a patient, newest first.
func (s *Store) Chart(ctx context.Context, patient string, limit int) ([]pipeline.ChartDocument, error) {
	return s.documents(ctx, "c.patient_id = $1", limit, patient)
}

// DocumentFilter narrows a search of the built-in record. Zero fields do not narrow.
type DocumentFilter struct {
	ID, PatientID, Number string
	Worktypes             []string
	From, To              time.Time // signed at, half-open
	Since                 time.Time // attached at or after
	After                 Cursor    // attached at and id of the last one before
	Limit                 int
}

// Documents searches the built-in record, newest first.
func (s *Store) Documents(ctx context.Context, f DocumentFilter) ([]pipeline.ChartDocument, error) {
	if f.After.At.IsZero() {
		f.After = Cursor{At: time.Now().Add(24 * time.Hour), ID: uuid.Max.String()}
	}
	if f.Worktypes == nil {
		f.Worktypes = []string{}
	}
	for _, id := range []string{f.ID, f.PatientID} {
		if id != "" && uuid.Validate(id) != nil {
			return nil, nil
		}
	}
	return s.documents(ctx, `($1 = '' or c.id = nullif($1, '')::uuid) and ($2 = '' or c.patient_id = nullif($2, '')::uuid)
		and ($3 = '' or n.document_number = $3) and (cardinality($4::text[]) = 0 or n.worktype = any($4))
		and ($5::timestamptz is null or (n.seal->>'signed_at')::timestamptz >= $5)
		and ($6::timestamptz is null or (n.seal->>'signed_at')::timestamptz < $6)
		and ($7::timestamptz is null or c.attached_at >= $7)
		and (c.attached_at, c.id) < ($8, $9)`, f.Limit,
		f.ID, f.PatientID, f.Number, f.Worktypes, nullTime(f.From), nullTime(f.To), nullTime(f.Since), f.After.At, f.After.ID)
}

// parentColumn is the document of the note that a note refers to.
const parentColumn = `coalesce((select x.id::text from documents x where x.note_id = n.refers_to order by x.attached_at limit 1), '')`

func (s *Store) documents(ctx context.Context, where string, limit int, args ...any) ([]pipeline.ChartDocument, error) {
	rows, err := s.pool.Query(ctx, "select c.id, c.key, c.status, c.doc_status, c.attached_at, "+parentColumn+", "+noteColumns+", "+
		patientColumns+", "+encounterColumns+` from documents c
		join notes n on n.id = c.note_id join patients p on p.id = c.patient_id
		left join encounters e on e.id = n.encounter_id
		where `+where+" order by c.attached_at desc, c.id desc limit "+itoa(pageSize(limit)), args...)
	if err != nil {
		return nil, kind(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (pipeline.ChartDocument, error) {
		var d pipeline.ChartDocument
		dest, noteAfter := noteScan(&d.Note)
		dest = append([]any{&d.ID, &d.Key, &d.Status, &d.DocStatus, &d.AttachedAt, &d.Parent}, dest...)
		dest = append(dest, patientScan(&d.Patient)...)
		more, encounterAfter := encounterScan(&d.Encounter)
		if err := row.Scan(append(dest, more...)...); err != nil {
			return d, err
		}
		encounterAfter()
		return d, noteAfter()
	})
	return list, kind(err)
}
