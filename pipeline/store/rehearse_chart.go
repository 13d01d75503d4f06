package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// RehearseCharts fills an empty database with n made-up signed notes in charts of
// a hundred, for measuring, and gives the ids of some of the patients. There is no
// sound, draft, seal or audit behind them. A database that has any dictation is
// refused; it must be the caller's own, whose checks can be put off.
func (s *Store) RehearseCharts(ctx context.Context, n int) (patients []string, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		var used bool
		if err := tx.QueryRow(ctx, "select exists (select from dictations)").Scan(&used); err != nil {
			return err
		}
		if used {
			return pipeline.Errorf(pipeline.Conflict, "This database has dictations. Measure on an empty one.")
		}
		// Row by row, checks would take most of the time; what is made here fits together.
		if _, err := tx.Exec(ctx, "set local session_replication_role = replica"); err != nil {
			return err
		}
		var words string // the index is quicker made at once than word by word
		if err := tx.QueryRow(ctx, "select pg_get_indexdef('notes_words'::regclass)").Scan(&words); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "drop index notes_words"); err != nil {
			return err
		}
		for _, sql := range []string{rehearsePatients, rehearseStays, rehearseNotes, rehearseDocuments, rehearseCodings} {
			if _, err := tx.Exec(ctx, sql, n); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, words)
		return err
	})
	if err != nil {
		return nil, err
	}
	// As autovacuum does in time; and what was written shall not be measured.
	for _, sql := range []string{"vacuum analyze", "checkpoint"} {
		if _, err := s.pool.Exec(ctx, sql); err != nil {
			return nil, kind(err)
		}
	}
	rows, _ := s.pool.Query(ctx, "select id::text from patients order by md5(id::text) limit 10")
	patients, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return patients, kind(err)
}

// The rows of a number have ids that are told from it: patient, stay, note. There are
// a thousand stays at least, so that pages of what they lack are full.
const (
	rehearsePatients = `insert into patients (id, mrn, family, given, birth_date, sex)
		select md5('p' || i)::uuid, 'C' || i, 'Rehearsal', 'Number ' || i, '1950-01-01'::date + i % 20000, 'female' from generate_series(0, ($1::int - 1) / 100) i`
	rehearseStays = `insert into encounters (id, number, patient_id, class, reason, location, started_at, ended_at, admitted_note_at, discharged_note_at)
		select md5('e' || i)::uuid, 'S' || i, md5('p' || i / 5 % (($1::int + 99) / 100))::uuid, 'IMP', 'Cough', 'Ward',
			now() - (i % 330 + 2) * interval '1 day', now() - (i % 330 + 1) * interval '1 day',
			case when i % 10 > 0 then now() end, case when i % 10 > 1 then now() end from generate_series(0, greatest($1::int / 20, 1000) - 1) i`
	rehearseNotes = `with note as (select i, md5('n' || i)::uuid id, now() - interval '1 minute' * i as kept,
			(array['progress-note', 'consultation', 'history-and-physical', 'operative-report', 'discharge-summary', 'radiology-report', 'letter'])[1 + i % 7] worktype
			from generate_series(0, $1::int - 1) i),
		d as (insert into dictations (id, job_number, patient_id, worktype, priority, due_at, source, stage, state, version,
				original_key, original_sha256, original_size, created_at)
			select id, 'R' || i, md5('p' || i / 100)::uuid, worktype, 5, kept, 'api', 'deliver', 'finished', 5, 'd/' || i, repeat('ab', 32), 1, kept from note)
		insert into notes (id, document_number, dictation_id, patient_id, encounter_id, worktype, title, text, text_n, seal, created_at)
		select id, 'R' || i, id, md5('p' || i / 100)::uuid, md5('e' || i / 20)::uuid, worktype, 'Note',
			E'ALLERGIES:\nPenicillin.\n\nCURRENT MEDICATIONS:\nAspirin ' || i % 97 || E' mg daily.\n\nLABORATORY DATA:\nSodium ' || 130 + i % 20
			|| E'.\n\nASSESSMENT AND PLAN:\nThe patient has finding' || i % 997 || ' of region' || i % 89 || ' and case' || i / 20 || ' without fever.',
			1, jsonb_build_object('author_id', md5('a' || i % 50)::uuid::text, 'author_name', 'Rehearsal', 'signed_at', kept), kept from note`
	rehearseDocuments = `insert into documents (id, key, note_id, patient_id, attached_at)
		select md5('d' || i)::uuid, 'R' || i, md5('n' || i)::uuid, md5('p' || i / 100)::uuid, now() - interval '1 minute' * i from generate_series(0, $1::int - 1) i`
	rehearseCodings = `insert into codings (note_id, created_at, done_at)
		select md5('n' || i)::uuid, now() - interval '1 minute' * i, case when i % 4 > 0 then now() end from generate_series(0, $1::int - 1) i`
)
