package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// deficiencyBack is how far back stays are looked at: what is missing from older
// ones will not be dictated any more.
const deficiencyBack = 365 * 24 * time.Hour

// Unsigned lists what was received longer ago than age and is not signed yet, the
// oldest first, from behind after on.
func (s *Store) Unsigned(ctx context.Context, age time.Duration, after Cursor, limit int) ([]pipeline.Dictation, error) {
	where, args := "d.stage = 'review' and d.state <> 'finished' and d.created_at < now() - $1::interval", []any{age}
	if after.ID != "" {
		where += " and (d.created_at, d.id) > ($2, $3)"
		args = append(args, after.At, after.ID)
	}
	rows, _ := s.pool.Query(ctx, "select "+columns+" from dictations d where "+where+" order by d.created_at, d.id limit "+itoa(pageSize(limit)), args...)
	list, err := pgx.CollectRows(rows, scanDictation)
	return list, kind(err)
}

// deficiencySQL gives of each kind the moment that counts, the note that is
// missing, and what finds the stays by an index.
var deficiencySQL = map[pipeline.DeficiencyKind]struct{ since, worktype, where string }{
	pipeline.NoAdmissionNote: {"e.started_at", "history-and-physical", "e.admitted_note_at is null"},
	pipeline.NoDischargeNote: {"e.ended_at", "discharge-summary", "e.discharged_note_at is null and e.ended_at is not null"},
}

// Deficiencies lists stays of the last year that lack a note, though grace has
// passed since admission or discharge; the oldest first, from behind after on.
func (s *Store) Deficiencies(ctx context.Context, k pipeline.DeficiencyKind, grace time.Duration, after Cursor, limit int) ([]pipeline.Deficiency, error) {
	q, ok := deficiencySQL[k]
	if !ok {
		return nil, pipeline.Errorf(pipeline.Invalid, "Stays are not looked at for %q.", k)
	}
	where := "e.class = 'IMP' and not e.cancelled and " + q.where + " and " + q.since + " < now() - $1::interval and " + q.since + " > now() - $2::interval"
	args := []any{grace, deficiencyBack, q.worktype}
	if after.ID != "" {
		where += " and (" + q.since + ", e.id) > ($4::timestamptz, $5::uuid)"
		args = append(args, after.At, after.ID)
	}
	// The page's stays first, then what is told of each, by its own look into an index.
	// A plan that is kept knows no dates, expects few stays, and sorts all of them.
	rows, _ := s.pool.Query(ctx, "with late as materialized (select e.*, "+q.since+" as since from encounters e where "+where+
		" order by "+q.since+", e.id limit "+itoa(pageSize(limit))+`)
		select e.since, coalesce(x.id::text, ''), coalesce(x.job_number, ''), `+patientColumns+", "+encounterColumns+`
		from late e cross join lateral (select * from patients x where x.id = e.patient_id limit 1) p
		left join lateral (select d.id, d.job_number from dictations d
			where d.encounter_id = e.id and d.worktype = $3 and d.state <> 'finished' order by d.created_at limit 1) x on true
		order by e.since, e.id`, append([]any{pgx.QueryExecModeExec}, args...)...)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (pipeline.Deficiency, error) {
		d := pipeline.Deficiency{Kind: k}
		dest := append([]any{&d.Since, &d.Dictation, &d.JobNumber}, patientScan(&d.Patient)...)
		more, then := encounterScan(&d.Encounter)
		err := row.Scan(append(dest, more...)...)
		then()
		return d, err
	})
	return list, kind(err)
}
