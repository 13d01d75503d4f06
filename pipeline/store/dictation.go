package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// columns is the order scanDictation reads.
const columns = `d.id, d.job_number, d.author_id, d.patient_id, d.encounter_id, d.worktype, d.priority, d.due_at,
	d.facility, d.source, d.stage, d.step, d.state, d.reason, d.version, d.attempt, d.holder_id, d.lease_until,
	d.original_key, d.original_sha256, d.original_size, d.original_name, d.sound, d.text_n, d.created_at, d.updated_at,
	d.several, d.parent_id, d.part_from, d.part_to, d.pool, d.held_since, d.cosigner_id, d.refers_to, d.relation, d.why, d.questions`

func scanDictation(row pgx.CollectableRow) (pipeline.Dictation, error) {
	var d pipeline.Dictation
	var author, patient, encounter, holder, parent, cosigner, refers *string
	var lease, since *time.Time
	var from, to *int64
	var sound []byte
	err := row.Scan(&d.ID, &d.JobNumber, &author, &patient, &encounter, &d.Worktype, &d.Priority, &d.Due,
		&d.Facility, &d.Source, &d.Stage, &d.Step, &d.State, &d.Reason, &d.Version, &d.Attempt, &holder, &lease,
		&d.Original.Key, &d.Original.SHA256, &d.Original.Size, &d.Original.Name, &sound, &d.TextN, &d.Created, &d.Updated,
		&d.Several, &parent, &from, &to, &d.Pool, &since, &cosigner, &refers, &d.Relation, &d.Why, &d.Questions)
	if err != nil {
		return d, err
	}
	d.AuthorID, d.PatientID, d.EncounterID, d.HolderID = deref(author), deref(patient), deref(encounter), deref(holder)
	d.Lease, d.HeldSince, d.CosignerID, d.RefersTo = deref(lease), deref(since), deref(cosigner), deref(refers)
	d.Part = pipeline.Part{Of: deref(parent), From: deref(from), To: deref(to)}
	if sound != nil {
		err = json.Unmarshal(sound, &d.Sound)
	}
	return d, err
}

// Dictation reads one row.
func (s *Store) Dictation(ctx context.Context, id string) (pipeline.Dictation, error) {
	if uuid.Validate(id) != nil {
		return pipeline.Dictation{}, noDictation()
	}
	return s.one(ctx, "d.id = $1", id)
}

// DictationByJob reads the row with a job number.
func (s *Store) DictationByJob(ctx context.Context, number string) (pipeline.Dictation, error) {
	return s.one(ctx, "d.job_number = $1", number)
}

// DictationBySource reads the row that a file or request with ref made.
func (s *Store) DictationBySource(ctx context.Context, ref string) (pipeline.Dictation, error) {
	return s.one(ctx, "d.source_ref = $1", ref)
}

func (s *Store) one(ctx context.Context, where string, arg any) (pipeline.Dictation, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+" from dictations d where "+where, arg)
	d, err := pgx.CollectExactlyOneRow(rows, scanDictation)
	if err = kind(err); pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		return d, noDictation()
	}
	return d, err
}

func noDictation() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no such dictation.")
}

// Receive makes the row of a recording whose bytes are already durable. d needs
// ID, properties, Source and Original; the rest is filled in. ref, when not
// empty, names the file or request it came from: the same ref again gives the
// dictation it made before, with again true. hold, when not empty, is why the
// dictation waits for a person before decode.
func (s *Store) Receive(ctx context.Context, by Actor, d pipeline.Dictation, ref, hold string) (_ pipeline.Dictation, again bool, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error { return receive(ctx, tx, by, &d, ref, hold) })
	if unique(err, "dictations_source_ref_key") {
		d, err = s.DictationBySource(ctx, ref)
		return d, true, err
	}
	if err == nil {
		s.wake()
	}
	return d, false, err
}

// receive writes the row of a new dictation, its audit and what sends it on.
func receive(ctx context.Context, tx pgx.Tx, by Actor, d *pipeline.Dictation, ref, hold string) (err error) {
	if d.Position, err = pipeline.Next(pipeline.Position{}, pipeline.Received); err != nil {
		return err
	}
	d.Version = 1
	if err := insertDictation(ctx, tx, d, ref); err != nil {
		return err
	}
	e := moved(by, pipeline.Received, pipeline.Position{}, *d)
	e.Detail = "sha256 " + d.Original.SHA256
	if err := writeAudit(ctx, tx, e); err != nil {
		return err
	}
	if d.Unidentified() {
		if err := openQuestions(ctx, tx, by, *d, d.Questions); err != nil {
			return err
		}
	}
	if hold != "" {
		c := change{tx: tx, by: by, d: d}
		return c.andHold(ctx, hold)
	}
	return writeOutbox(ctx, tx, *d)
}

func insertDictation(ctx context.Context, tx pgx.Tx, d *pipeline.Dictation, ref string) error {
	var from, to *int64
	if d.Part.Of != "" {
		from, to = &d.Part.From, &d.Part.To
	}
	return tx.QueryRow(ctx, `
		insert into dictations (id, job_number, author_id, patient_id, encounter_id, worktype, priority, due_at,
			facility, source, source_ref, stage, step, state, version,
			original_key, original_sha256, original_size, original_name, several, parent_id, part_from, part_to, pool,
			refers_to, relation, why, questions)
		values ($1, 'D' || lpad(nextval('job_numbers')::text, 10, '0'), $2, $3, $4, $5, $6, $7, $8, $9, $10,
			$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, route($5, $2, $8), $23, $24, $25, coalesce($26::text[], '{}'))
		returning pool, job_number, created_at, updated_at`,
		d.ID, null(d.AuthorID), null(d.PatientID), null(d.EncounterID), d.Worktype, d.Priority, d.Due,
		d.Facility, d.Source, null(ref), d.Stage, d.Step, d.State, d.Version,
		d.Original.Key, d.Original.SHA256, d.Original.Size, d.Original.Name, d.Several, null(d.Part.Of), from, to, null(d.RefersTo), d.Relation, d.Why, d.Questions,
	).Scan(&d.Pool, &d.JobNumber, &d.Created, &d.Updated)
}

// Filter narrows a list of dictations. Zero fields do not narrow.
type Filter struct {
	AuthorID string
	Stage    pipeline.Stage
	Step     pipeline.Step
	State    pipeline.State
	Limit    int // at most; 50 when 0
	After    Cursor
}

// Cursor is the last row of the page before.
type Cursor struct {
	At time.Time
	ID string
}

// Dictations lists dictations, newest first.
func (s *Store) Dictations(ctx context.Context, f Filter) ([]pipeline.Dictation, error) {
	if f.After.At.IsZero() {
		f.After = Cursor{At: time.Now().Add(24 * time.Hour), ID: uuid.Max.String()}
	}
	rows, _ := s.pool.Query(ctx, "select "+columns+` from dictations d
		where ($1 = '' or d.author_id = nullif($1, '')::uuid)
		and ($2 = '' or d.stage = $2) and ($3 = '' or d.step = $3) and ($4 = '' or d.state = $4)
		and (d.created_at, d.id) < ($5, $6)
		order by d.created_at desc, d.id desc limit $7`,
		f.AuthorID, string(f.Stage), string(f.Step), string(f.State), f.After.At, f.After.ID, pageSize(f.Limit))
	list, err := pgx.CollectRows(rows, scanDictation)
	return list, kind(err)
}

// Worklist lists what waits in a step of review, STAT first, then by due date.
// State narrows it when set.
func (s *Store) Worklist(ctx context.Context, step pipeline.Step, state pipeline.State, limit int) ([]pipeline.Dictation, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+` from dictations d
		where d.stage = 'review' and d.step = $1
		and (case when $2 = '' then d.state in ('pending', 'suspended', 'in_progress', 'held') else d.state = $2 end)
		order by d.priority, d.due_at, d.id limit $3`, string(step), string(state), pageSize(limit))
	list, err := pgx.CollectRows(rows, scanDictation)
	return list, kind(err)
}

func pageSize(n int) int {
	if n <= 0 || n > 500 {
		return 50
	}
	return n
}

// Counts says how many dictations are at each position that is not terminal.
func (s *Store) Counts(ctx context.Context) (map[pipeline.Position]int, error) {
	rows, err := s.pool.Query(ctx, `select stage, step, state, count(*) from dictations
		where state <> 'finished' group by stage, step, state`)
	if err != nil {
		return nil, kind(err)
	}
	counts := make(map[pipeline.Position]int)
	var p pipeline.Position
	var n int
	_, err = pgx.ForEachRow(rows, []any{&p.Stage, &p.Step, &p.State, &n}, func() error {
		counts[p] = n
		return nil
	})
	return counts, kind(err)
}

// entryDetail is the attempt and the reason a machine stage gave.
func entryDetail(d pipeline.Dictation) string {
	if d.Attempt > 1 {
		return strings.TrimSpace(fmt.Sprintf("attempt %d. %s", d.Attempt, d.Reason))
	}
	return d.Reason
}
