package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// PutClinical takes an entry of a chart that another system sends, with the message
// it came in, in one transaction. What is there already in the same words, and what
// is older than what is there, changes nothing. After an error nothing was kept; see
// [Store.RefuseFeed].
//
// NotFound is an id that is not here. Conflict: the entry is another patient's.
// Stale: it was changed since (IfVersion), or several have the identifier.
func (s *Store) PutClinical(ctx context.Context, by Actor, m pipeline.FeedMessage, n pipeline.ClinicalNews) (c pipeline.Clinical, done pipeline.Effect, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		again, err := keepFeed(ctx, tx, m, FeedAnswer{Code: taken})
		if err != nil {
			return err
		}
		n.Clinical.ID, done, err = putClinical(ctx, tx, by, n, again)
		return err
	})
	if err != nil {
		return c, "", err
	}
	c, err = s.Clinical(ctx, n.Type, n.Clinical.ID)
	return c, done, err
}

func putClinical(ctx context.Context, tx pgx.Tx, by Actor, n pipeline.ClinicalNews, again bool) (id string, done pipeline.Effect, err error) {
	if err := whose(ctx, tx, &n); err != nil {
		return "", "", err
	}
	sum := sha256.Sum256(n.Resource)
	id, err = meant(ctx, tx, n, sum[:], again)
	switch {
	case err != nil:
		return "", "", err
	case id == "":
		id = uuid.NewString()
		return id, pipeline.Created, writeClinical(ctx, tx, by, n, id, 1, sum[:])
	}
	var version int
	var known *time.Time
	var was []byte
	var patient string
	err = tx.QueryRow(ctx, `select version, patient_id::text, news_at, sha256 from clinical where id = $1 and type = $2 for update`, id, n.Type).
		Scan(&version, &patient, &known, &was)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", "", noClinical()
	case err != nil:
		return "", "", err
	case patient != n.PatientID:
		return "", "", pipeline.Errorf(pipeline.Conflict, "The entry belongs to another patient. Nothing was changed: send it as entered in error, and a new one for the right patient.")
	case n.IfVersion > 0 && n.IfVersion != version:
		return "", "", pipeline.Errorf(pipeline.Stale, "The entry was changed since it was read: it is at version %d.", version)
	case n.NewOnly, again, [sha256.Size]byte(was) == sum, outdated(known, n.SaidAt):
		return id, pipeline.Unchanged, nil
	}
	return id, pipeline.Changed, writeClinical(ctx, tx, by, n, id, version+1, sum[:])
}

// whose finds the patient and the visit that an entry names.
func whose(ctx context.Context, tx pgx.Tx, n *pipeline.ClinicalNews) error {
	err := tx.QueryRow(ctx, `select coalesce(merged_into, id)::text from patients
		where $1 <> '' and id = nullif($1, '')::uuid or $1 = '' and mrn = $2`, n.PatientID, n.MRN).Scan(&n.PatientID)
	if errors.Is(err, pgx.ErrNoRows) {
		return pipeline.Errorf(pipeline.Invalid, "The patient whom the %s names is not known here. Send the patient first; this was kept for a person to look at.", n.Type)
	}
	if err != nil || n.Encounter == "" && n.Visit == "" {
		return err
	}
	var patient string
	err = tx.QueryRow(ctx, `select e.id::text, coalesce(p.merged_into, p.id)::text from encounters e join patients p on p.id = e.patient_id
		where $1 <> '' and e.id = nullif($1, '')::uuid or $1 = '' and e.number = $2`, n.Encounter, n.Visit).Scan(&n.Encounter, &patient)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return pipeline.Errorf(pipeline.Invalid, "The visit that the %s names is not known here. Send the visit first, or leave it out.", n.Type)
	case err == nil && patient != n.PatientID:
		return pipeline.Errorf(pipeline.Conflict, "The visit that the %s names is another patient's. Nothing was taken.", n.Type)
	}
	return err
}

// meant finds the entry that news are about; "" when it is to be made.
func meant(ctx context.Context, tx pgx.Tx, n pipeline.ClinicalNews, sum []byte, again bool) (id string, err error) {
	if n.ID != "" {
		return n.ID, nil
	}
	// Of two that come at once the second waits and finds the first.
	lock := n.Type + " " + n.PatientID
	if n.Only != nil {
		lock = n.Type + " " + n.Only.System + "|" + n.Only.Value
	}
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 26))", lock); err != nil {
		return "", err
	}
	if n.Only == nil {
		sql := "select id::text from clinical where patient_id = $1 and sha256 = $2 and type = $3 limit 1"
		if again { // the same request: it may have been changed since
			sql = "select id::text from clinical_versions where patient_id = $1 and sha256 = $2 and type = $3 order by at desc limit 1"
		}
		err = tx.QueryRow(ctx, sql, n.PatientID, sum, n.Type).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return "", nil
		}
		return id, err
	}
	rows, _ := tx.Query(ctx, `select id::text from clinical_identifiers where type = $1 and value = $2 and ($3 = '' or system = $3)
		group by id limit 2`, n.Type, n.Only.Value, n.Only.System)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	switch {
	case err != nil || len(found) == 0:
		return "", err
	case len(found) > 1:
		return "", pipeline.Errorf(pipeline.Stale, "Several entries have the identifier. Address one by its id.")
	}
	return found[0], nil
}

// writeClinical writes one version, what the chart shows of it, and the audit.
func writeClinical(ctx context.Context, tx pgx.Tx, by Actor, n pipeline.ClinicalNews, id string, version int, sum []byte) error {
	happened := n.At
	if happened.IsZero() {
		happened = time.Now()
	}
	b := &pgx.Batch{}
	b.Queue(`insert into clinical (id, type, version, patient_id, encounter_id, part, in_error, happened_at, news_at, sender, sha256, fact)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		on conflict (id) do update set version = $3, encounter_id = $5, part = $6, in_error = $7, happened_at = case when $13 then clinical.happened_at else $8 end,
			news_at = greatest(clinical.news_at, $9), updated_at = clock_timestamp(), sender = $10, sha256 = $11, fact = $12`,
		id, n.Type, version, n.PatientID, null(n.Encounter), n.Part, n.InError, happened, nullTime(n.SaidAt), n.Sender, sum, n.Fact, n.At.IsZero())
	b.Queue(`insert into clinical_versions (id, version, type, patient_id, resource, sha256, by_id, sender, at)
		select id, version, type, patient_id, $2, sha256, $3, sender, updated_at from clinical where id = $1`, id, string(n.Resource), by.ID)
	b.Queue("delete from clinical_identifiers where id = $1 and not (system || ' ' || value = any($2))", id, joined(n.Identifiers))
	for _, i := range n.Identifiers {
		b.Queue("insert into clinical_identifiers (id, type, system, value) values ($1, $2, $3, $4) on conflict do nothing", id, n.Type, i.System, i.Value)
	}
	e := by.entry("clinical.update", "", n.PatientID)
	if version == 1 {
		e.Action = "clinical.create"
	}
	e.Detail = n.Type + "/" + id + " version " + itoa(version)
	queueAudit(b, e)
	return tx.SendBatch(ctx, b).Close()
}

func joined(list []pipeline.Numbered) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.System + " " + n.Value
	}
	return out
}

// moveClinical takes the entries of a merged record to the survivor, each as a new
// version: who follows changes learns of it.
func moveClinical(b *pgx.Batch, by Actor, old, survivor string) {
	b.Queue(`update clinical set patient_id = $2, version = version + 1, updated_at = clock_timestamp() where patient_id = $1`, old, survivor)
	b.Queue(`insert into clinical_versions (id, version, type, patient_id, resource, sha256, by_id, sender, at)
		select c.id, c.version, c.type, c.patient_id, v.resource, v.sha256, $3, c.sender, c.updated_at
		from clinical_versions v join clinical c on c.id = v.id and c.version = v.version + 1
		where v.patient_id = $1 and c.patient_id = $2 on conflict do nothing`, old, survivor, by.ID)
}

func noClinical() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no such entry.")
}
