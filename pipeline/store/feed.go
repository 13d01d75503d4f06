package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/audit"
)

// FeedKept is how long messages of the feed are kept as they came; see [Store.ForgetFeed].
const FeedKept = 30 * 24 * time.Hour

// FeedAnswer is what was answered to a message of the feed.
type FeedAnswer struct {
	Code   string // HL7 table 0008
	Error  string // HL7 table 0357; empty when there was none
	Detail string // why not, for a person; no patient data
}

// taken is the answer to a message that was done.
const taken = "AA"

// TakeFeed applies what a message asks for and keeps the message, in one
// transaction. A message that was taken before, byte by byte, does nothing. After
// an error nothing was kept; one of Kind Unavailable is worth another try, any
// other comes again and is for [Store.RefuseFeed]. A Conflict says that the visit
// is another patient's.
func (s *Store) TakeFeed(ctx context.Context, by Actor, m pipeline.FeedMessage, a pipeline.Admission) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		done, err := keepFeed(ctx, tx, m, FeedAnswer{Code: taken})
		if err != nil || done {
			return err
		}
		return admit(ctx, tx, by, a)
	})
}

// RefuseFeed keeps a message that is not applied, with the answer. It reports
// whether the message was taken before; then that stands.
func (s *Store) RefuseFeed(ctx context.Context, m pipeline.FeedMessage, answer FeedAnswer) (before bool, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		before, err = keepFeed(ctx, tx, m, answer)
		return err
	})
	return before, err
}

// keepFeed writes a message with its answer, in place of an answer that refused
// it. It reports whether the message was taken before; of two that come at once
// the second waits for the first.
func keepFeed(ctx context.Context, tx pgx.Tx, m pipeline.FeedMessage, answer FeedAnswer) (before bool, err error) {
	sum := sha256.Sum256(m.Raw)
	tag, err := tx.Exec(ctx, `insert into feed_messages as f (sender, control, event, sha256, raw, code, error, detail)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (sender, control, sha256) do update set received_at = now(), code = $6, error = $7, detail = $8
		where f.code <> $9`,
		m.Sender, m.Control, m.Event, sum[:], m.Raw, answer.Code, answer.Error, answer.Detail, taken)
	return tag.RowsAffected() == 0, err
}

// ForgetFeed deletes the messages that came before a moment, and returns how
// many. What they changed stays.
func (s *Store) ForgetFeed(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, "delete from feed_messages where received_at < $1", before)
	return tag.RowsAffected(), kind(err)
}

// admit applies an admission.
func admit(ctx context.Context, tx pgx.Tx, by Actor, a pipeline.Admission) error {
	if a.Kind == pipeline.NoNews {
		return nil
	}
	patient, err := newsOfPatient(ctx, tx, by, a)
	if err != nil {
		return err
	}
	switch a.Kind {
	case pipeline.VisitNews, pipeline.VisitVoid:
		if err := newsOfVisit(ctx, tx, by, patient, a); err != nil {
			return err
		}
		return raise(ctx, tx, by, patient, a.Visit.Number)
	case pipeline.PatientMerge:
		return mergePatients(ctx, tx, by, patient, a)
	}
	return raise(ctx, tx, by, patient, "")
}

// outdated reports whether news are older than what is known.
func outdated(known *time.Time, at time.Time) bool {
	return known != nil && !at.IsZero() && known.After(at)
}

// newsOfPatient inserts or updates the patient of an admission and gives its id,
// or that of the record it was merged into. What the message does not say stays.
func newsOfPatient(ctx context.Context, tx pgx.Tx, by Actor, a pipeline.Admission) (id string, err error) {
	p := a.Patient
	tag, err := tx.Exec(ctx, `insert into patients (id, mrn, family, given, birth_date, sex, news_at)
		values ($1, $2, $3, $4, coalesce($5, date '0001-01-01'), coalesce(nullif($6, ''), 'unknown'), $7)
		on conflict (mrn) do nothing`, uuid.NewString(), p.MRN, p.Family, p.Given, nullTime(p.BirthDate), p.Sex, nullTime(a.At))
	if err != nil {
		return "", err
	}
	var was pipeline.Patient
	var known *time.Time
	err = tx.QueryRow(ctx, `select p.id::text, coalesce(p.merged_into, p.id)::text, p.family, p.given, p.birth_date, p.sex, p.news_at
		from patients p where p.mrn = $1 for update`, p.MRN).
		Scan(&was.ID, &id, &was.Family, &was.Given, &was.BirthDate, &was.Sex, &known)
	switch {
	case err != nil:
		return "", err
	case tag.RowsAffected() == 1:
		return id, writeAudit(ctx, tx, by.entry("patient.create", "", was.ID))
	case outdated(known, a.At):
		return id, nil
	}
	now := was
	now.Family, now.Given, now.Sex = cmp.Or(p.Family, was.Family), cmp.Or(p.Given, was.Given), cmp.Or(p.Sex, was.Sex)
	if !p.BirthDate.IsZero() {
		now.BirthDate = p.BirthDate
	}
	changed := now.Family != was.Family || now.Given != was.Given || now.Sex != was.Sex || !now.BirthDate.Equal(was.BirthDate)
	if _, err := tx.Exec(ctx, `update patients set family = $2, given = $3, birth_date = $4, sex = $5, news_at = greatest(news_at, $6),
			updated_at = case when $7 then now() else updated_at end where id = $1`,
		was.ID, now.Family, now.Given, now.BirthDate, now.Sex, nullTime(a.At), changed); err != nil || !changed {
		return id, err
	}
	return id, writeAudit(ctx, tx, by.entry("patient.update", "", was.ID))
}

// newsOfVisit inserts or updates the visit of an admission. A visit of another
// patient is a Conflict: a number that was mistyped must not move a visit.
func newsOfVisit(ctx context.Context, tx pgx.Tx, by Actor, patient string, a pipeline.Admission) error {
	v := a.Visit
	void := a.Kind == pipeline.VisitVoid
	start := v.Start
	if start.IsZero() {
		start = a.At
	}
	tag, err := tx.Exec(ctx, `insert into encounters (id, number, patient_id, class, reason, location, started_at, ended_at, cancelled, news_at)
		values ($1, $2, $3, coalesce(nullif($4, ''), 'AMB'), $5, $6, coalesce($7, now()), $8, $9, $10)
		on conflict (number) do nothing`,
		uuid.NewString(), v.Number, patient, v.Class, v.Reason, v.Location, nullTime(start), nullTime(v.End), void, nullTime(a.At))
	if err != nil {
		return err
	}
	was, err := lockVisit(ctx, tx, v.Number)
	switch {
	case err != nil:
		return err
	case tag.RowsAffected() == 1:
		return auditVisit(ctx, tx, by, "visit.create", patient, was.ID)
	case was.PatientID != patient:
		return pipeline.Errorf(pipeline.Conflict, "The visit number (PV1-19 or SCH-2) belongs to a visit of another patient. Nothing was changed; check the number, or merge the two records first.")
	case outdated(was.known, a.At):
		return nil
	}
	now := was.with(a)
	if _, err := tx.Exec(ctx, `update encounters set class = $2, reason = $3, location = $4, started_at = $5, ended_at = $6, cancelled = $7,
			news_at = greatest(news_at, $8), updated_at = case when $9 then now() else updated_at end where id = $1`,
		was.ID, now.Class, now.Reason, now.Location, now.Start, nullTime(now.End), now.cancelled, nullTime(a.At), now != was); err != nil || now == was {
		return err
	}
	return auditVisit(ctx, tx, by, "visit.update", patient, was.ID)
}

func auditVisit(ctx context.Context, tx pgx.Tx, by Actor, action, patient, visit string) error {
	e := by.entry(action, "", patient)
	e.Detail = "visit " + visit
	return writeAudit(ctx, tx, e)
}

// knownVisit is a visit with what only the feed knows of it.
type knownVisit struct {
	pipeline.Encounter // PatientID is that of the record in use
	cancelled          bool
	known              *time.Time // when its newest news happened
}

func lockVisit(ctx context.Context, tx pgx.Tx, number string) (v knownVisit, err error) {
	var end *time.Time
	err = tx.QueryRow(ctx, `select e.id::text, coalesce(p.merged_into, p.id)::text, e.class, e.reason, e.location, e.started_at, e.ended_at, e.cancelled, e.news_at
		from encounters e join patients p on p.id = e.patient_id where e.number = $1 for update of e`, number).
		Scan(&v.ID, &v.PatientID, &v.Class, &v.Reason, &v.Location, &v.Start, &end, &v.cancelled, &v.known)
	v.End = deref(end)
	return v, err
}

// with is the visit after the news; what they do not say stays.
func (v knownVisit) with(a pipeline.Admission) knownVisit {
	v.Class, v.Reason, v.Location = cmp.Or(a.Visit.Class, v.Class), cmp.Or(a.Visit.Reason, v.Reason), cmp.Or(a.Visit.Location, v.Location)
	if !a.Visit.Start.IsZero() && !a.Visit.Start.Equal(v.Start) {
		v.Start = a.Visit.Start
	}
	switch {
	case a.Unended:
		v.End = time.Time{}
	case !a.Visit.End.IsZero() && !a.Visit.End.Equal(v.End):
		v.End = a.Visit.End
	}
	switch {
	case a.Kind == pipeline.VisitVoid:
		v.cancelled = true
	case a.Opens:
		v.cancelled = false
	}
	return v
}

// mergePatients makes one record of two: visits, dictations, notes and documents
// of the old one move to the survivor, each with a line in the audit.
func mergePatients(ctx context.Context, tx pgx.Tx, by Actor, survivor string, a pipeline.Admission) error {
	var old, into string
	err := tx.QueryRow(ctx, "select id::text, coalesce(merged_into, id)::text from patients where mrn = $1 for update", a.From).Scan(&old, &into)
	if errors.Is(err, pgx.ErrNoRows) {
		// It was never heard of here: the number is kept, so that it leads on.
		_, err = tx.Exec(ctx, `insert into patients (id, mrn, family, given, birth_date, sex, merged_into, news_at)
			select $1, $2, family, given, birth_date, sex, id, $4 from patients where id = $3`,
			uuid.NewString(), a.From, survivor, nullTime(a.At))
		if err != nil {
			return err
		}
		return writeAudit(ctx, tx, by.entry("patient.merge", "", survivor))
	}
	if err != nil || into == survivor { // the same record, or merged already
		return err
	}
	if _, err := tx.Exec(ctx, `update patients set merged_into = $2, updated_at = now() where id = $1 or merged_into = $1`, old, survivor); err != nil {
		return err
	}
	rows, _ := tx.Query(ctx, "update dictations set patient_id = $2, updated_at = now() where patient_id = $1 returning id::text", old, survivor)
	moved, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if err := followMerge(ctx, tx, old, survivor, moved); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue("update encounters set patient_id = $2, updated_at = now() where patient_id = $1", old, survivor)
	for _, table := range []string{"notes", "documents", "dispatches"} {
		batch.Queue("update "+table+" set patient_id = $2 where patient_id = $1", old, survivor)
	}
	moveClinical(batch, by, old, survivor)
	for _, id := range moved {
		queueAudit(batch, mergeEntry(by, id, survivor, old))
	}
	queueAudit(batch, mergeEntry(by, "", survivor, old))
	return tx.SendBatch(ctx, batch).Close()
}

// mergeEntry tells the audit that a dictation, or with none the record, moved.
func mergeEntry(by Actor, dictation, survivor, old string) audit.Entry {
	e := by.entry("patient.merge", dictation, survivor)
	e.Detail = "from patient " + old
	return e
}
