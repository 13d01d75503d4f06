package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/audit"
)

// AddDestinations notes the destinations that are configured. What is signed
// from the first time on is delivered there.
func (s *Store) AddDestinations(ctx context.Context, names []string) error {
	_, err := s.pool.Exec(ctx, "insert into destinations (name) select unnest($1::text[]) on conflict do nothing", names)
	return kind(err)
}

// Destinations lists every destination that was ever configured.
func (s *Store) Destinations(ctx context.Context) ([]string, error) {
	rows, _ := s.pool.Query(ctx, "select name from destinations order by name")
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return names, kind(err)
}

// Dispatch puts lines for the note of a dictation into the ledger, one for each
// destination, keyed as key says. Those that are there already stay as they are.
func (s *Store) Dispatch(ctx context.Context, note pipeline.Note, lines []pipeline.Dispatch) (added int, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		added = 0
		for _, d := range lines {
			tag, err := tx.Exec(ctx, `insert into dispatches (key, note_id, patient_id, signed_at, destination, withdrawal, state, reason)
				select $2, id, patient_id, created_at, $3, $4, $5, $6 from notes where id = $1
				on conflict (note_id, destination, (withdrawal <> '')) do nothing`,
				note.ID, d.Key, d.Destination, d.Withdrawal, d.State, d.Reason)
			if err != nil {
				return err
			}
			added += int(tag.RowsAffected())
		}
		return nil
	})
	return added, err
}

const dispatchColumns = `x.id, x.key, x.note_id, n.dictation_id, x.patient_id, n.document_number, n.worktype, x.destination, x.withdrawal,
	x.state, x.reason, x.series, x.attempts, x.unsettled, x.sha256, x.record_id, coalesce(x.line, 0),
	x.since, x.next_at, x.asked_at, x.answered_at, x.created_at`

// scanDispatch reads dispatchColumns and what more is given.
func scanDispatch(more ...any) func(pgx.CollectableRow) (pipeline.Dispatch, error) {
	return func(row pgx.CollectableRow) (d pipeline.Dispatch, err error) {
		var asked, answered *time.Time
		err = row.Scan(append([]any{&d.ID, &d.Key, &d.NoteID, &d.DictationID, &d.PatientID, &d.DocumentNumber, &d.Worktype, &d.Destination, &d.Withdrawal,
			&d.State, &d.Reason, &d.Series, &d.Attempts, &d.Unsettled, &d.SHA256, &d.RecordID, &d.Line,
			&d.Since, &d.Next, &asked, &answered, &d.Created}, more...)...)
		d.Asked, d.Answered = deref(asked), deref(answered)
		return d, err
	}
}

// nextDispatch finds the next line to try at a destination. Notes of one patient
// go in the order they were signed; a later note waits for the one it refers to,
// whatever became of that, and also where that one is not in the ledger yet.
const nextDispatch = `select x.id from dispatches x join notes n on n.id = x.note_id
	where x.destination = $1 and x.state = 'waiting' and x.next_at <= clock_timestamp()
	and (x.lease_until is null or x.lease_until < clock_timestamp())
	and not exists (select from dispatches e where e.destination = x.destination and e.patient_id = x.patient_id
		and e.state = 'waiting' and (e.signed_at, e.id) < (x.signed_at, x.id))
	and not exists (select from dispatches p where p.note_id = n.refers_to and p.destination = x.destination and p.state <> 'sent')
	and not exists (select from notes pn join dictations pd on pd.id = pn.dictation_id where pn.id = n.refers_to and pd.state <> 'finished')
	order by x.next_at, x.id limit 1 for update of x skip locked`

// ClaimDispatch takes the next line to try at a destination until lease has
// passed, and begins its entry in the log of tries. NotFound when none is due.
// The line is given as it was before: Unsettled says whether an earlier try may
// have arrived; that this one may have is noted from now on.
func (s *Store) ClaimDispatch(ctx context.Context, destination string, lease time.Duration) (d pipeline.Dispatch, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, nextDispatch, destination).Scan(&id); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, "select "+dispatchColumns+", x.payload from dispatches x join notes n on n.id = x.note_id where x.id = $1", id)
		if d, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (pipeline.Dispatch, error) {
			var payload []byte
			d, err := scanDispatch(&payload)(row)
			d.Payload = payload
			return d, err
		}); err != nil {
			return err
		}
		d.Attempts++
		if err := tx.QueryRow(ctx, `insert into deliveries (note_id, destination, key, attempt) values ($1, $2, $3, $4) returning id`,
			d.NoteID, d.Destination, d.Key, d.Attempts).Scan(&d.Line); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `update dispatches set attempts = $2, line = $3, unsettled = true, asked_at = clock_timestamp(),
			lease_until = clock_timestamp() + $4::interval where id = $1 returning asked_at`, id, d.Attempts, d.Line, lease).Scan(&d.Asked)
	})
	return d, err
}

// PrepareDispatch keeps what is about to be sent.
func (s *Store) PrepareDispatch(ctx context.Context, d pipeline.Dispatch) error {
	tag, err := s.pool.Exec(ctx, "update dispatches set payload = $3, sha256 = $4 where id = $1 and line = $2 and state = 'waiting'",
		d.ID, d.Line, d.Payload, d.SHA256)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrTakenOver
	}
	return kind(err)
}

// EndDispatch writes how a try ended: d's State, Reason, RecordID and Unsettled;
// what waits on is tried again after wait. Without SHA256 the payload is
// forgotten, and made anew by the next try. failure is what the try's own entry
// says. A try that was taken over by a later one writes nothing but its entry,
// unless the destination has the document.
func (s *Store) EndDispatch(ctx context.Context, by Actor, d pipeline.Dispatch, wait time.Duration, failure error) error {
	why := ""
	if failure != nil {
		why = string(pipeline.KindOf(failure)) + ": " + pipeline.Sentence(failure)
	}
	return s.tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "update deliveries set answered_at = now(), record_id = $2, error = $3 where id = $1", d.Line, d.RecordID, why); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update dispatches set state = $3, reason = $4, record_id = $5, unsettled = $6, next_at = clock_timestamp() + $7::interval,
			sha256 = $8, payload = case when $8 = '' then null else payload end, answered_at = now(), lease_until = null
			where id = $1 and (line = $2 or $3 = 'sent') and state in ('waiting', 'unknown')`,
			d.ID, d.Line, d.State, d.Reason, d.RecordID, d.Unsettled, wait, d.SHA256)
		if err != nil || tag.RowsAffected() == 0 || d.State == pipeline.DispatchWaiting {
			return err
		}
		return writeAudit(ctx, tx, dispatchEntry(by, string(d.State), d))
	})
}

// dispatchEntry is the audit entry of a change of a line.
func dispatchEntry(by Actor, act string, d pipeline.Dispatch) audit.Entry {
	e := by.entry("delivery."+act, d.DictationID, d.PatientID)
	e.Detail = d.Destination
	if d.SHA256 != "" {
		e.Detail += " sha256 " + d.SHA256
	}
	return e
}

// DispatchByID reads a line of the ledger.
func (s *Store) DispatchByID(ctx context.Context, id int64) (pipeline.Dispatch, error) {
	return oneDispatch(ctx, s.pool, id, "")
}

type rowsQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func oneDispatch(ctx context.Context, q rowsQuerier, id int64, lock string) (pipeline.Dispatch, error) {
	rows, _ := q.Query(ctx, "select "+dispatchColumns+" from dispatches x join notes n on n.id = x.note_id where x.id = $1 "+lock, id)
	d, err := pgx.CollectExactlyOneRow(rows, scanDispatch())
	if errors.Is(err, pgx.ErrNoRows) {
		err = pipeline.Errorf(pipeline.NotFound, "There is no such delivery.")
	}
	return d, kind(err)
}

// moveDispatch locks a line, lets edit change it and writes it with its audit.
func (s *Store) moveDispatch(ctx context.Context, by Actor, id int64, act string, edit func(*pipeline.Dispatch) error) (d pipeline.Dispatch, err error) {
	err = s.tx(ctx, func(tx pgx.Tx) error {
		if d, err = oneDispatch(ctx, tx, id, "for update of x"); err != nil {
			return err
		}
		var busy bool
		if err := tx.QueryRow(ctx, "select coalesce(lease_until > clock_timestamp(), false) from dispatches where id = $1", id).Scan(&busy); err != nil {
			return err
		}
		if busy {
			return pipeline.Errorf(pipeline.Locked, "This document is being sent just now. Wait a moment and look again.")
		}
		sum := d.SHA256
		if err := edit(&d); err != nil {
			return err
		}
		// Without its hash the payload is made anew.
		if _, err := tx.Exec(ctx, `update dispatches set state = $2, reason = $3, series = $4, unsettled = $5, record_id = $6, sha256 = $7,
			payload = case when $7 = '' then null else payload end,
			since = case when $2 = 'waiting' then now() else since end, next_at = case when $2 = 'waiting' then now() else next_at end
			where id = $1`, id, d.State, d.Reason, d.Series, d.Unsettled, d.RecordID, d.SHA256); err != nil {
			return err
		}
		logged := d
		logged.SHA256 = sum
		return writeAudit(ctx, tx, dispatchEntry(by, act, logged))
	})
	return d, err
}

// Resend sends a document again. What may have arrived goes out as the same
// bytes, by which receivers tell a repetition; what was refused is made anew.
// A destination that cannot tell repetitions may get a second document: look
// there first.
func (s *Store) Resend(ctx context.Context, by Actor, id int64) (pipeline.Dispatch, error) {
	return s.moveDispatch(ctx, by, id, "resend", func(d *pipeline.Dispatch) error {
		switch {
		case d.State == pipeline.DispatchHeld:
			return pipeline.Errorf(pipeline.Conflict, "This document is held. Release it, and it is sent.")
		case d.State == pipeline.DispatchParked && !d.Unsettled && d.Attempts > 0:
			d.Series++
			d.SHA256 = ""
		case d.State != pipeline.DispatchWaiting:
			// A person answers for it: the destination was looked at.
			d.Unsettled = false
		}
		d.State, d.Reason = pipeline.DispatchWaiting, ""
		return nil
	})
}

// HoldDispatch keeps back what was not sent yet, with the reason.
func (s *Store) HoldDispatch(ctx context.Context, by Actor, id int64, reason string) (pipeline.Dispatch, error) {
	return s.moveDispatch(ctx, by, id, "hold", func(d *pipeline.Dispatch) error {
		if d.State != pipeline.DispatchWaiting {
			return pipeline.Errorf(pipeline.Conflict, "Only a document that waits can be held; this one is %s.", d.State)
		}
		d.State, d.Reason = pipeline.DispatchHeld, reason
		return nil
	})
}

// ReleaseDispatch lets a held document go.
func (s *Store) ReleaseDispatch(ctx context.Context, by Actor, id int64) (pipeline.Dispatch, error) {
	return s.moveDispatch(ctx, by, id, "release", func(d *pipeline.Dispatch) error {
		if d.State != pipeline.DispatchHeld {
			return pipeline.Errorf(pipeline.Conflict, "This document is not held; it is %s.", d.State)
		}
		d.State, d.Reason = pipeline.DispatchWaiting, ""
		return nil
	})
}

// SettleDispatch notes that a person found the document at its destination.
func (s *Store) SettleDispatch(ctx context.Context, by Actor, id int64) (pipeline.Dispatch, error) {
	return s.moveDispatch(ctx, by, id, "settle", func(d *pipeline.Dispatch) error {
		if d.State != pipeline.DispatchUnknown && d.State != pipeline.DispatchParked {
			return pipeline.Errorf(pipeline.Conflict, "Only what is unknown or parked is settled by looking; this document is %s.", d.State)
		}
		d.State, d.Unsettled, d.Reason = pipeline.DispatchSent, false, "A person found it at the destination."
		return nil
	})
}

// WithdrawDispatch tells the destination of a document that was sent that this
// was a mistake: a line of its own, under key.
func (s *Store) WithdrawDispatch(ctx context.Context, by Actor, id int64, key, reason string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		d, err := oneDispatch(ctx, tx, id, "for update of x")
		if err != nil {
			return err
		}
		if d.State != pipeline.DispatchSent || d.Withdrawal != "" {
			return pipeline.Errorf(pipeline.Conflict, "Only a document that was sent can be withdrawn.")
		}
		tag, err := tx.Exec(ctx, `insert into dispatches (key, note_id, patient_id, signed_at, destination, withdrawal, state)
			select $2, note_id, patient_id, now(), destination, $3, 'waiting' from dispatches where id = $1
			on conflict (note_id, destination, (withdrawal <> '')) do nothing`, id, key, reason)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return pipeline.Errorf(pipeline.Conflict, "This document was withdrawn already.")
		}
		return writeAudit(ctx, tx, dispatchEntry(by, "withdraw", d))
	})
}
