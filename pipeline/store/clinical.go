package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// clinicalColumns are those of an entry (c) in one of its versions (v).
const clinicalColumns = `c.id::text, c.type, v.version, v.patient_id::text, coalesce(c.encounter_id::text, ''), c.part, c.in_error,
	c.happened_at, v.at, v.sender, c.fact, v.resource::text`

func scanClinical(row pgx.CollectableRow) (c pipeline.Clinical, err error) {
	var resource string
	err = row.Scan(&c.ID, &c.Type, &c.Version, &c.PatientID, &c.Encounter, &c.Part, &c.InError, &c.At, &c.Updated, &c.Sender, &c.Fact, &resource)
	c.Resource = []byte(resource)
	return c, err
}

func (s *Store) clinical(ctx context.Context, where string, args ...any) ([]pipeline.Clinical, error) {
	rows, _ := s.pool.Query(ctx, "select "+clinicalColumns+" from clinical c join clinical_versions v on v.id = c.id and "+where, args...)
	list, err := pgx.CollectRows(rows, scanClinical)
	return list, kind(err)
}

// Clinical reads an entry that another system sent, as it is now.
func (s *Store) Clinical(ctx context.Context, kind, id string) (pipeline.Clinical, error) {
	return s.oneClinical(ctx, id, "v.version = c.version where c.id = $1 and c.type = $2", id, kind)
}

// ClinicalVersion reads an entry as it once was. What the chart shows of it
// (Fact, Part, InError) is of today.
func (s *Store) ClinicalVersion(ctx context.Context, kind, id string, version int) (pipeline.Clinical, error) {
	return s.oneClinical(ctx, id, "v.version = $3 where c.id = $1 and c.type = $2", id, kind, version)
}

func (s *Store) oneClinical(ctx context.Context, id, where string, args ...any) (pipeline.Clinical, error) {
	if uuid.Validate(id) != nil {
		return pipeline.Clinical{}, noClinical()
	}
	list, err := s.clinical(ctx, where, args...)
	if err == nil && len(list) == 0 {
		err = noClinical()
	}
	if err != nil {
		return pipeline.Clinical{}, err
	}
	return list[0], nil
}

// ClinicalFilter narrows a search of one type. Zero fields do not narrow.
type ClinicalFilter struct {
	Type       string
	ID         string
	PatientID  string
	Identifier *pipeline.Numbered // without system: of any
	Since      time.Time          // changed at or after
	After      Cursor             // changed at and id of the last one before
	Limit      int
}

// ClinicalEntries searches what other systems sent, the last changed first; one that
// was withdrawn is among them. It reads a stretch of an index.
func (s *Store) ClinicalEntries(ctx context.Context, f ClinicalFilter) ([]pipeline.Clinical, error) {
	where, args := "v.version = c.version where c.type = $1", []any{f.Type}
	and := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = replaceFirst(condition, itoa(len(args)))
		}
		where += " and " + condition
	}
	for column, id := range map[string]string{"c.id": f.ID, "c.patient_id": f.PatientID} {
		switch {
		case id == "":
		case uuid.Validate(id) != nil:
			return nil, nil
		default:
			and(column+" = $?", id)
		}
	}
	if f.Identifier != nil {
		and("c.id in (select i.id from clinical_identifiers i where i.type = c.type and i.value = $? and ($? = '' or i.system = $?))",
			f.Identifier.Value, f.Identifier.System, f.Identifier.System)
	}
	if !f.Since.IsZero() {
		and("c.updated_at >= $?", f.Since)
	}
	if !f.After.At.IsZero() {
		and("(c.updated_at, c.id) < ($?, $?)", f.After.At, f.After.ID)
	}
	return s.clinical(ctx, where+" order by c.updated_at desc, c.id desc limit "+itoa(pageSize(f.Limit)), args...)
}

// replaceFirst puts the number of a value where the next one is asked for.
func replaceFirst(condition, n string) string {
	for i := range condition {
		if condition[i] == '?' {
			return condition[:i] + n + condition[i+1:]
		}
	}
	return condition
}

// ClinicalHistory lists versions, the newest first: of one entry, or with no id of
// all entries of the type. after is the last one of the page before.
func (s *Store) ClinicalHistory(ctx context.Context, kind, id string, since time.Time, after VersionCursor, limit int) ([]pipeline.Clinical, error) {
	if id != "" {
		if _, err := s.Clinical(ctx, kind, id); err != nil {
			return nil, err
		}
	}
	if after.ID == "" {
		after = VersionCursor{Cursor{time.Now().Add(24 * time.Hour), uuid.Max.String()}, 0}
	}
	where := `true where v.type = $1 and ($2::timestamptz is null or v.at >= $2) and (v.at, v.id, v.version) < ($3, $4, $5)`
	args := []any{kind, nullTime(since), after.At, after.ID, after.Version}
	if id != "" {
		where += " and v.id = $6"
		args = append(args, id)
	}
	return s.clinical(ctx, where+" order by v.at desc, v.id desc, v.version desc limit "+itoa(pageSize(limit)), args...)
}

// VersionCursor names a version that a page ended at.
type VersionCursor struct {
	Cursor
	Version int
}

// ClinicalChart gives the newest n entries of each part of a patient's chart that
// were not withdrawn, without their resources, and how many each part has.
func (s *Store) ClinicalChart(ctx context.Context, patient string, n int) (lines map[pipeline.ChartPart][]pipeline.Clinical, counts map[pipeline.ChartPart]int, err error) {
	b := &pgx.Batch{}
	b.Queue("select part, count(*) from clinical where patient_id = $1 and not in_error group by part", patient)
	b.Queue(`select c.id::text, c.type, c.version, c.patient_id::text, coalesce(c.encounter_id::text, ''), c.part, c.in_error, c.happened_at, c.updated_at, c.sender, c.fact, ''
		from unnest($2::text[]) p, lateral (select * from clinical x where x.patient_id = $1 and x.part = p and not x.in_error
			order by x.happened_at desc, x.id desc limit $3) c`, patient, pipeline.ClinicalParts, n)
	results := s.pool.SendBatch(ctx, b)
	defer func() { err = kind(errors.Join(err, results.Close())) }()
	counts = make(map[pipeline.ChartPart]int)
	rows, _ := results.Query()
	var part pipeline.ChartPart
	var count int
	if _, err = pgx.ForEachRow(rows, []any{&part, &count}, func() error { counts[part] = count; return nil }); err != nil {
		return nil, nil, err
	}
	rows, _ = results.Query()
	list, err := pgx.CollectRows(rows, scanClinical)
	lines = make(map[pipeline.ChartPart][]pipeline.Clinical)
	for _, c := range list {
		lines[c.Part] = append(lines[c.Part], c)
	}
	return lines, counts, err
}
