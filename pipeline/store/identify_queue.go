package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// StrayFilter narrows the queue of the unidentified. Zero fields do not narrow.
type StrayFilter struct {
	Asks   string        // patient, visit, author or worktype
	Rank   pipeline.Rank // only this one, when Ranked
	Ranked bool
	Older  time.Duration // waiting for longer than that
	After  StrayCursor
	Limit  int // at most; 50 when 0
}

// StrayCursor is the last row of the page before.
type StrayCursor struct {
	Rank     pipeline.Rank
	Priority pipeline.Priority
	Since    time.Time
	ID       string
}

const strayColumns = `, i.opened_at, i.rank, i.claims, i.heard, coalesce(i.match_id::text, ''), i.match_at, i.waits_at,
	coalesce(i.asked_of::text, ''), coalesce(i.asked_by::text, ''), i.asked_at, i.asked, i.answer, i.answered_at`

func scanStray(row pgx.CollectableRow) (st pipeline.Stray, err error) {
	var claims, heard []byte
	var match, waits, asked, answered *time.Time
	st.Dictation, err = scanDictation(tail{row, []any{
		&st.Since, &st.Rank, &claims, &heard, &st.Match, &match, &waits,
		&st.Inquiry.Of, &st.Inquiry.By, &asked, &st.Inquiry.Text, &st.Inquiry.Answer, &answered,
	}})
	if err != nil {
		return st, err
	}
	st.MatchAt, st.Waits, st.Inquiry.At, st.Inquiry.AnsweredAt = deref(match), deref(waits), deref(asked), deref(answered)
	if err := json.Unmarshal(claims, &st.Claims); err != nil {
		return st, err
	}
	return st, unmarshal(heard, &st.Heard)
}

// Strays lists the queue of the unidentified: news first, then what nobody has
// looked at, last what waits for somebody else; in each STAT first, then the oldest.
func (s *Store) Strays(ctx context.Context, f StrayFilter) ([]pipeline.Stray, error) {
	if f.After.ID == "" {
		f.After = StrayCursor{Rank: -1, ID: uuid.Nil.String()}
	}
	rows, _ := s.pool.Query(ctx, "select "+columns+strayColumns+` from identifications i join dictations d on d.id = i.dictation_id
		where i.resolved_at is null and (not $1 or i.rank = $2)
		and ($3 = '' or exists (select from unnest(d.questions) q where starts_with(q, $3 || '-')))
		and i.opened_at < now() - $4::interval
		and (i.rank, i.priority, i.opened_at, i.dictation_id) > ($5, $6, $7, $8)
		order by i.rank, i.priority, i.opened_at, i.dictation_id limit $9`,
		f.Ranked, int(f.Rank), f.Asks, f.Older, int(f.After.Rank), int(f.After.Priority), f.After.Since, f.After.ID, pageSize(f.Limit))
	list, err := pgx.CollectRows(rows, scanStray)
	return list, kind(err)
}

// CountStrays counts the open places of the queue by their rank, each up to most.
func (s *Store) CountStrays(ctx context.Context, most int) (map[pipeline.Rank]int, error) {
	counts := make(map[pipeline.Rank]int)
	for _, r := range []pipeline.Rank{pipeline.RankNews, pipeline.RankOpen, pipeline.RankWaiting} {
		var n int
		err := s.pool.QueryRow(ctx, `select count(*) from (select from identifications
			where resolved_at is null and rank = $1 limit $2) x`, int(r), most).Scan(&n)
		if err != nil {
			return nil, kind(err)
		}
		counts[r] = n
	}
	return counts, nil
}

// Stray reads a dictation's place in the queue; also one that was identified or
// closed. NotFound when it never was in it.
func (s *Store) Stray(ctx context.Context, id string) (st pipeline.Stray, open bool, err error) {
	if uuid.Validate(id) != nil {
		return st, false, noDictation()
	}
	rows, _ := s.pool.Query(ctx, "select "+columns+strayColumns+` from identifications i join dictations d on d.id = i.dictation_id
		where i.dictation_id = $1`, id)
	st, err = pgx.CollectExactlyOneRow(rows, scanStray)
	if err = kind(err); pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		return st, false, pipeline.Errorf(pipeline.NotFound, "This dictation is not in the queue of the unidentified.")
	}
	if err != nil {
		return st, false, err
	}
	err = s.pool.QueryRow(ctx, "select resolved_at is null from identifications where dictation_id = $1", id).Scan(&open)
	return st, open, kind(err)
}

// Settled lists places of the queue that were answered or closed, newest first,
// of dictations that were not signed yet: what can be taken back.
func (s *Store) Settled(ctx context.Context, limit int) ([]pipeline.Stray, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+strayColumns+` from
		(select * from identifications where resolved_at is not null and outcome <> 'split' order by resolved_at desc, dictation_id desc limit $1) i
		join dictations d on d.id = i.dictation_id where d.stage <> 'deliver' order by i.resolved_at desc, i.dictation_id desc`, pageSize(limit))
	list, err := pgx.CollectRows(rows, scanStray)
	return list, kind(err)
}

// keepHeard keeps who and what is named in a recording, for people and so that
// a patient who is registered later can be compared with it.
func keepHeard(ctx context.Context, tx pgx.Tx, id string, heard any) error {
	body, err := json.Marshal(heard)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `with said as (select x->>'name' as name, x->>'value' as value from jsonb_array_elements(nullif($2::jsonb, 'null')) x)
		update identifications set heard = coalesce(nullif($2::jsonb, 'null'), '[]'),
			sounds = coalesce((select array_agg(distinct name_sound(w)) from said, regexp_split_to_table(value, '[ ,]+') w
				where said.name = 'name' and name_sound(w) not in ('', 'a')), '{}'),
			numbers = (select coalesce(array_agg(distinct n), '{}') from (
				select unnest(numbers) union select number_digits(value) from said where said.name in ('mrn', 'visit')) x(n) where n <> ''),
			births = coalesce((select array_agg(value::date) from said where said.name = 'birth date'), '{}')
		where dictation_id = $1`, id, body)
	return err
}

// WaitForRegistration lays a dictation aside until its patient is registered.
func (s *Store) WaitForRegistration(ctx context.Context, by Actor, id string) error {
	return s.atQueue(ctx, by, id, func(c *change) error {
		if err := c.open(ctx); err != nil {
			return err
		}
		if _, err := c.tx.Exec(ctx, "update identifications set waits_at = now(), rank = $2, match_id = null, match_at = null where dictation_id = $1",
			id, pipeline.RankWaiting); err != nil {
			return err
		}
		return writeAudit(ctx, c.tx, c.by.entry("identify.wait", id, c.d.PatientID))
	})
}

// open refuses what is not in the queue any more.
func (c *change) open(ctx context.Context) error {
	var open bool
	err := c.tx.QueryRow(ctx, "select exists (select from identifications where dictation_id = $1 and resolved_at is null)", c.d.ID).Scan(&open)
	if err != nil {
		return err
	}
	if !open || !c.d.Unidentified() {
		return pipeline.Errorf(pipeline.Conflict, "Somebody has answered this meanwhile: it is known whose dictation it is. Nothing was changed.")
	}
	return nil
}

// CloseStray takes a dictation that belongs to no chart out of the queue, with
// the reason. It is kept on hold, and its questions stay open.
func (s *Store) CloseStray(ctx context.Context, by Actor, id, reason string) error {
	return s.atQueue(ctx, by, id, func(c *change) error {
		if err := c.open(ctx); err != nil {
			return err
		}
		if c.d.State == pipeline.InProgress || c.d.State == pipeline.Suspended {
			return pipeline.Errorf(pipeline.Conflict, "This dictation is being worked on just now. Close it when that has ended; nothing was changed.")
		}
		c.d.Reason = reason
		if c.d.State != pipeline.Held {
			if err := c.write(ctx, pipeline.Hold); err != nil {
				return err
			}
		} else if _, err := c.tx.Exec(ctx, "update dictations set reason = $2, updated_at = now() where id = $1", id, reason); err != nil {
			return err
		}
		if _, err := c.tx.Exec(ctx, `update identifications set resolved_at = now(), resolved_by = $2, outcome = $3, waits_at = null, before = null
			where dictation_id = $1`, id, by.ID, closedOut); err != nil {
			return err
		}
		return writeAudit(ctx, c.tx, c.by.entry("identify.close", id, c.d.PatientID))
	})
}

// Reopen takes an answer back, or a closing: the dictation is in the queue again,
// bound to what it was bound to before. Conflict once it was signed.
func (s *Store) Reopen(ctx context.Context, by Actor, id string) error {
	return s.atQueue(ctx, by, id, func(c *change) error {
		if c.d.Stage == pipeline.Deliver || c.d.Step == pipeline.Cosignature {
			return pipeline.Errorf(pipeline.Conflict, "This note was signed, and what is signed does not change. If it stands in the wrong chart, withdraw it on the page Deliveries where it was sent, and have it dictated or typed again for the right patient.")
		}
		var before []byte
		var outcome string
		if err := c.tx.QueryRow(ctx, "select before, outcome from identifications where dictation_id = $1 for update", id).Scan(&before, &outcome); err != nil {
			return err
		}
		if outcome == "" || outcome == "split" {
			return pipeline.Errorf(pipeline.Conflict, "There is nothing to take back: the dictation is in the queue.")
		}
		if before != nil {
			if err := c.unbind(ctx, before); err != nil {
				return err
			}
		}
		if _, err := c.tx.Exec(ctx, `update identifications set resolved_at = null, resolved_by = '', outcome = '', before = null, rank = $2, opened_at = now()
			where dictation_id = $1`, id, pipeline.RankOpen); err != nil {
			return err
		}
		if err := writeAudit(ctx, c.tx, c.by.entry("identify.reopen", id, c.d.PatientID)); err != nil {
			return err
		}
		return c.waitAgain(ctx)
	})
}

// unbind gives a dictation back what it was bound to; a patient who was merged
// since is the one he is now.
func (c *change) unbind(ctx context.Context, before []byte) error {
	var was bound
	if err := json.Unmarshal(before, &was); err != nil {
		return err
	}
	_, err := c.tx.Exec(ctx, `update dictations set
			patient_id = (select coalesce(p.merged_into, p.id) from patients p where p.id = $2),
			encounter_id = $3, author_id = $4, worktype = $5, pool = route($5, $4, facility), updated_at = now()
		where id = $1`, c.d.ID, null(was.Patient), null(was.Encounter), null(was.Author), was.Worktype)
	if err != nil {
		return err
	}
	c.d.Questions = was.Questions
	if err := c.saveQuestions(ctx); err != nil {
		return err
	}
	return c.reload(ctx, was.Questions)
}

// waitAgain stops a dictation that nobody has in hand: where nobody types before
// it is known whose it is, it is as it was; elsewhere a person lets it go on.
func (c *change) waitAgain(ctx context.Context) error {
	switch {
	case c.d.Stage == pipeline.Review && c.d.State == pipeline.Pending:
		c.d.Reason = pipeline.ForIdentity
		return c.write(ctx, pipeline.Hold)
	case c.d.State == pipeline.Held:
		_, err := c.tx.Exec(ctx, "update dictations set reason = $2, updated_at = now() where id = $1", c.d.ID, pipeline.ForIdentity)
		return err
	}
	return nil
}

// followMerge lets the queue follow a merge: what is bound to the old record asks
// again, and what was thought to be the old patient is thought to be the new one.
func followMerge(ctx context.Context, tx pgx.Tx, old, survivor string, moved []string) error {
	batch := &pgx.Batch{}
	batch.Queue(`update dictations set questions = array_append(questions, $2)
		where id = any($1) and questions <> '{}' and not $2 = any(questions)`, moved, string(pipeline.PatientMerged))
	batch.Queue(`update identifications set rank = $2 where resolved_at is null and dictation_id = any($1)`, moved, int(pipeline.RankNews))
	batch.Queue("update identifications set match_id = $2 where match_id = $1", old, survivor)
	return tx.SendBatch(ctx, batch).Close()
}

// raise puts dictations that may be a patient's of whom there are news at the head
// of the queue. It binds nothing: a person looks.
func raise(ctx context.Context, tx pgx.Tx, by Actor, patient, visit string) error {
	rows, _ := tx.Query(ctx, `update identifications i set rank = $3, match_id = p.id, match_at = now()
		from patients p, dictations d
		where p.id = $1 and d.id = i.dictation_id and i.resolved_at is null and i.match_id is distinct from p.id
		and d.patient_id is distinct from p.id
		and exists (select from unnest(d.questions) q where q like 'patient-%' or q like 'visit-%')
		and (i.numbers && array_remove(array[number_digits(p.mrn), number_digits($2)], '')
			or i.sounds && array[name_sound(p.family)]
				and (p.birth_date = any(i.births) or i.sounds && array[name_sound(split_part(p.given, ' ', 1))]))
		returning i.dictation_id::text`, patient, visit, int(pipeline.RankNews))
	raised, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, id := range raised {
		queueAudit(batch, by.entry("identify.match", id, patient))
	}
	return tx.SendBatch(ctx, batch).Close()
}

// Likely says what is looked for among patients. Names are single words.
type Likely struct {
	Names   []string
	Numbers []string // record or visit numbers
	Births  []time.Time
}

// LikelyPatients finds patients of whom a name sounds alike, or who have one of
// the numbers, one of the visits or one of the birth dates. It ranks nothing.
func (s *Store) LikelyPatients(ctx context.Context, l Likely, limit int) ([]pipeline.Patient, error) {
	rows, _ := s.pool.Query(ctx, `with sounds as (select array(select name_sound(n) from unnest($1::text[]) n where length(name_sound(n)) > 1) as s),
		digits as (select array(select number_digits(n) from unnest($2::text[]) n where number_digits(n) <> '') as n),
		found as (
			(select id from patients, digits where number_digits(mrn) = any(digits.n) limit $4)
			union (select e.patient_id from encounters e, digits where number_digits(e.number) = any(digits.n) limit $4)
			union (select id from patients, sounds where merged_into is null and name_sound(family) = any(sounds.s)
				and name_sound(split_part(given, ' ', 1)) = any(sounds.s) limit $4)
			union (select id from patients where merged_into is null and birth_date = any($3::date[]) limit $4)
			union (select id from patients, sounds where merged_into is null and name_sound(family) = any(sounds.s) limit $4))
		select distinct on (p.mrn) `+patientColumns+` from found join patients o on o.id = found.id
			join patients p on p.id = coalesce(o.merged_into, o.id) order by p.mrn limit 5 * $4`,
		l.Names, l.Numbers, l.Births, limit)
	list, err := pgx.CollectRows(rows, scanPatient)
	return list, kind(err)
}

// Inquire puts a question to a physician; it shows on his page.
func (s *Store) Inquire(ctx context.Context, by Actor, id, of, text string) error {
	return s.atQueue(ctx, by, id, func(c *change) error {
		if err := c.open(ctx); err != nil {
			return err
		}
		if _, err := c.tx.Exec(ctx, `update identifications set asked_of = $2, asked_by = $3, asked_at = now(), asked = $4, answer = '', answered_at = null, rank = $5
			where dictation_id = $1`, id, of, null(by.ID), text, pipeline.RankWaiting); err != nil {
			return err
		}
		e := c.by.entry("identify.ask", id, c.d.PatientID)
		e.Detail = "asked " + of
		return writeAudit(ctx, c.tx, e)
	})
}

// Inquiries lists what a physician was asked and has not answered, oldest first.
func (s *Store) Inquiries(ctx context.Context, user string, limit int) ([]pipeline.Stray, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+strayColumns+` from identifications i join dictations d on d.id = i.dictation_id
		where i.resolved_at is null and i.answered_at is null and i.asked_of = $1 order by i.asked_at limit $2`, user, pageSize(limit))
	list, err := pgx.CollectRows(rows, scanStray)
	return list, kind(err)
}

// AnswerInquiry gives the answer of the one who was asked; it returns to the queue
// as news and binds nothing.
func (s *Store) AnswerInquiry(ctx context.Context, by Actor, id, answer string) error {
	return s.atQueue(ctx, by, id, func(c *change) error {
		if err := c.open(ctx); err != nil {
			return err
		}
		tag, err := c.tx.Exec(ctx, `update identifications set answer = $3, answered_at = now(), rank = $4
			where dictation_id = $1 and asked_of = $2 and answered_at is null and resolved_at is null`, id, by.ID, answer, int(pipeline.RankNews))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return pipeline.Errorf(pipeline.Conflict, "This question was answered before, or is not put to you any more. Nothing was changed.")
		}
		return writeAudit(ctx, c.tx, c.by.entry("identify.answer", id, c.d.PatientID))
	})
}
