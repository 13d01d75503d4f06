package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

func itoa(n int) string { return strconv.Itoa(n) }

const patientColumns = "p.id, p.mrn, p.family, p.given, p.birth_date, p.sex, p.updated_at"

func patientScan(p *pipeline.Patient) []any {
	return []any{&p.ID, &p.MRN, &p.Family, &p.Given, &p.BirthDate, &p.Sex, &p.Updated}
}

func scanPatient(row pgx.CollectableRow) (p pipeline.Patient, err error) {
	return p, row.Scan(patientScan(&p)...)
}

// PutPatient inserts the patient or, when the MRN is known, updates it. It
// returns the row's id.
func (s *Store) PutPatient(ctx context.Context, p pipeline.Patient) (id string, err error) {
	if p.ID == "" {
		p.ID = uuid.NewString()
	}
	err = s.pool.QueryRow(ctx, `insert into patients (id, mrn, family, given, birth_date, sex) values ($1, $2, $3, $4, $5, $6)
		on conflict (mrn) do update set family = excluded.family, given = excluded.given,
			birth_date = excluded.birth_date, sex = excluded.sex, updated_at = now()
		returning id`, p.ID, p.MRN, p.Family, p.Given, p.BirthDate, p.Sex).Scan(&id)
	return id, kind(err)
}

// Patient reads a patient by id.
func (s *Store) Patient(ctx context.Context, id string) (pipeline.Patient, error) {
	if uuid.Validate(id) != nil {
		return pipeline.Patient{}, noPatient()
	}
	return s.patient(ctx, "p.id = $1", id)
}

// PatientByMRN reads a patient by medical record number. A number that was merged
// into another leads to the record that is used.
func (s *Store) PatientByMRN(ctx context.Context, mrn string) (pipeline.Patient, error) {
	return s.patient(ctx, "p.id = (select coalesce(merged_into, id) from patients where mrn = $1)", strings.TrimSpace(mrn))
}

func (s *Store) patient(ctx context.Context, where, arg string) (p pipeline.Patient, err error) {
	err = s.pool.QueryRow(ctx, "select "+patientColumns+" from patients p where "+where, arg).Scan(patientScan(&p)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, noPatient()
	}
	return p, kind(err)
}

func noPatient() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no patient with that number. Check the medical record number (MRN).")
}

// PatientFilter narrows a search. Zero fields do not narrow; names match by their beginning.
type PatientFilter struct {
	ID, MRN, Family, Given string
	Any                    string    // MRN, family or given name begins with it
	BirthDate              time.Time // exact day
	Since                  time.Time // updated at or after
	After                  string    // MRN of the last one before
	Limit                  int
}

// Patients searches patients, by MRN.
func (s *Store) Patients(ctx context.Context, f PatientFilter) ([]pipeline.Patient, error) {
	if f.ID != "" && uuid.Validate(f.ID) != nil {
		return nil, nil
	}
	rows, _ := s.pool.Query(ctx, "select "+patientColumns+` from patients p
		where p.merged_into is null and ($1 = '' or p.id = nullif($1, '')::uuid) and ($2 = '' or p.mrn = $2 or exists (select from patients o where o.mrn = $2 and o.merged_into = p.id))
		and lower(p.family) like $3 and lower(p.given) like $4
		and (lower(p.mrn) like $5 or exists (select from patients o where o.merged_into = p.id and lower(o.mrn) like $5) or lower(p.family) like $5 or lower(p.given) like $5)
		and ($6::date is null or p.birth_date = $6) and ($7::timestamptz is null or p.updated_at >= $7)
		and p.mrn > $8 order by p.mrn limit $9`,
		f.ID, f.MRN, prefix(f.Family), prefix(f.Given), prefix(f.Any), nullTime(f.BirthDate), nullTime(f.Since), f.After, pageSize(f.Limit))
	list, err := pgx.CollectRows(rows, scanPatient)
	return list, kind(err)
}

// prefix is a LIKE pattern for "begins with", in lower case, taken literally.
func prefix(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.TrimSpace(s))) + "%"
}

const encounterColumns = "e.id, e.number, e.patient_id, e.class, e.reason, e.location, e.started_at, e.ended_at, e.updated_at"

// encounterScan gives the places an encounter, which may be absent, is scanned into.
func encounterScan(e *pipeline.Encounter) (dest []any, after func()) {
	var id, number, patient, class, reason, location *string
	var start, end, updated *time.Time
	return []any{&id, &number, &patient, &class, &reason, &location, &start, &end, &updated}, func() {
		*e = pipeline.Encounter{
			ID: deref(id), Number: deref(number), PatientID: deref(patient), Class: deref(class), Reason: deref(reason),
			Location: deref(location), Start: deref(start), End: deref(end), Updated: deref(updated),
		}
	}
}

func scanEncounter(row pgx.CollectableRow) (e pipeline.Encounter, err error) {
	dest, after := encounterScan(&e)
	if err = row.Scan(dest...); err == nil {
		after()
	}
	return e, err
}

// PutEncounter inserts the encounter or, when its number is known, updates it.
func (s *Store) PutEncounter(ctx context.Context, e pipeline.Encounter) (id string, err error) {
	if e.ID == "" {
		e.ID = uuid.NewString()
	}
	err = s.pool.QueryRow(ctx, `insert into encounters (id, number, patient_id, class, reason, location, started_at, ended_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (number) do update set class = excluded.class, reason = excluded.reason, location = excluded.location,
			started_at = excluded.started_at, ended_at = excluded.ended_at, updated_at = now()
		returning id`, e.ID, e.Number, e.PatientID, e.Class, e.Reason, e.Location, e.Start, nullTime(e.End)).Scan(&id)
	return id, kind(err)
}

// Encounter reads an encounter by id.
func (s *Store) Encounter(ctx context.Context, id string) (pipeline.Encounter, error) {
	if uuid.Validate(id) != nil {
		return pipeline.Encounter{}, noEncounter()
	}
	return s.encounter(ctx, "e.id = $1", id)
}

// EncounterByNumber reads an encounter by visit number.
func (s *Store) EncounterByNumber(ctx context.Context, number string) (pipeline.Encounter, error) {
	return s.encounter(ctx, "e.number = $1", strings.TrimSpace(number))
}

func (s *Store) encounter(ctx context.Context, where, arg string) (pipeline.Encounter, error) {
	list, err := s.encounters(ctx, where+" limit 1", arg)
	if err == nil && len(list) == 0 {
		err = noEncounter()
	}
	if err != nil {
		return pipeline.Encounter{}, err
	}
	return list[0], nil
}

func noEncounter() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no visit with that number.")
}

// Encounters lists the visits of a patient, newest first.
func (s *Store) Encounters(ctx context.Context, patient string) ([]pipeline.Encounter, error) {
	if uuid.Validate(patient) != nil {
		return nil, nil
	}
	return s.encounters(ctx, "e.patient_id = $1 order by e.started_at desc limit 200", patient)
}

func (s *Store) encounters(ctx context.Context, where string, args ...any) ([]pipeline.Encounter, error) {
	rows, _ := s.pool.Query(ctx, "select "+encounterColumns+" from encounters e where "+where, args...)
	list, err := pgx.CollectRows(rows, scanEncounter)
	return list, kind(err)
}
