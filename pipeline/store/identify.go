package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// Identity is what a dictation belongs to and is. Of the empty fields, the
// patient's and the visit's take away what is there; the others leave it.
type Identity struct {
	PatientID, EncounterID string
	NoVisit                bool // it belongs to no visit: answers the question for one
	AuthorID               string
	Worktype               pipeline.Worktype
	Priority               pipeline.Priority
}

// answers reports whether the question is answered by what was said.
func (to Identity) answers(q pipeline.Question) bool {
	switch q.Asks() {
	case "patient":
		return to.PatientID != ""
	case "visit":
		return to.EncounterID != "" || to.NoVisit && to.PatientID != ""
	case "author":
		return to.AuthorID != ""
	}
	return to.Worktype != ""
}

// bound is what a dictation was bound to, to be taken back.
type bound struct {
	Patient   string              `json:"patient,omitempty"`
	Encounter string              `json:"encounter,omitempty"`
	Author    string              `json:"author,omitempty"`
	Worktype  pipeline.Worktype   `json:"worktype"`
	Questions []pipeline.Question `json:"questions"`
}

// The outcomes of a place in the queue.
const (
	identified = "identified"
	closedOut  = "closed"
)

// Identify sets what a dictation belongs to, while a question about it is open,
// or it is held or failed; never once it was signed. Questions that are answered
// by it are closed; with the last one the dictation goes on.
func (s *Store) Identify(ctx context.Context, by Actor, id string, to Identity) error {
	return s.atQueue(ctx, by, id, func(c *change) error {
		if !c.mayIdentify() {
			return pipeline.Errorf(pipeline.Conflict, "Only a dictation that is held or failed, or of which it is open whose it is, can be given another patient.")
		}
		if err := checkIdentity(ctx, c.tx, to); err != nil {
			return err
		}
		was := bound{c.d.PatientID, c.d.EncounterID, c.d.AuthorID, c.d.Worktype, c.d.Questions}
		if err := c.bind(ctx, to); err != nil {
			return err
		}
		if !slices.ContainsFunc(was.Questions, to.answers) {
			return nil
		}
		left := slices.DeleteFunc(slices.Clone(was.Questions), to.answers)
		return c.answered(ctx, was, left)
	})
}

// mayIdentify reports whether the dictation can be bound to something else.
func (c *change) mayIdentify() bool {
	stopped := c.d.State == pipeline.Held || c.d.State == pipeline.Failed
	return c.d.Stage != pipeline.Deliver && c.d.Step != pipeline.Cosignature && !c.d.Terminal() && (stopped || c.d.Unidentified())
}

// atQueue runs act on a locked dictation. What act moves it moves itself; see [change.goes].
func (s *Store) atQueue(ctx context.Context, by Actor, id string, act func(*change) error) error {
	if uuid.Validate(id) != nil {
		return noDictation()
	}
	wake := false
	err := s.tx(ctx, func(tx pgx.Tx) error {
		var d pipeline.Dictation
		c := change{tx: tx, by: by, d: &d}
		if err := c.load(ctx, id); err != nil {
			return err
		}
		version := d.Version
		if err := act(&c); err != nil {
			return err
		}
		if wake = d.Version > version && d.Stage.Machine() && d.State == pipeline.Pending; wake {
			return writeOutbox(ctx, tx, d)
		}
		return nil
	})
	if wake && err == nil {
		s.wake()
	}
	return err
}

// checkIdentity refuses a record that was merged away while somebody looked at it,
// and a visit that is another patient's or does not take place.
func checkIdentity(ctx context.Context, tx pgx.Tx, to Identity) error {
	if to.PatientID == "" {
		return nil
	}
	var gone bool
	if err := tx.QueryRow(ctx, "select merged_into is not null from patients where id = $1 for share", to.PatientID).Scan(&gone); err != nil {
		return err
	}
	if gone {
		return pipeline.Errorf(pipeline.Conflict, "This patient's record was made one with another while you looked. Nothing was changed; look for the patient again.")
	}
	if to.EncounterID == "" {
		return nil
	}
	var theirs, void bool
	err := tx.QueryRow(ctx, "select patient_id = $2, cancelled from encounters where id = $1 for share", to.EncounterID, to.PatientID).Scan(&theirs, &void)
	switch {
	case err != nil:
		return err
	case !theirs:
		return pipeline.Errorf(pipeline.Invalid, "That visit belongs to another patient. Choose one of this patient's visits, or none.")
	case void:
		return pipeline.Errorf(pipeline.Invalid, "That visit was cancelled. Choose another of this patient's visits, or none.")
	}
	return nil
}

// bind writes what the dictation belongs to, with its line in the audit.
func (c *change) bind(ctx context.Context, to Identity) error {
	_, err := c.tx.Exec(ctx, `update dictations set patient_id = $2, encounter_id = $3,
		author_id = coalesce($4, author_id), worktype = coalesce($5, worktype),
		priority = coalesce(nullif($6, 0), priority),
		pool = route(coalesce($5, worktype), coalesce($4, author_id), facility), updated_at = now()
		where id = $1`,
		c.d.ID, null(to.PatientID), null(to.EncounterID), null(to.AuthorID), null(string(to.Worktype)), int(to.Priority))
	if err != nil {
		return err
	}
	if to.Priority != 0 {
		if _, err := c.tx.Exec(ctx, "update identifications set priority = $2 where dictation_id = $1", c.d.ID, int(to.Priority)); err != nil {
			return err
		}
	}
	e := c.by.entry("dictation.identified", c.d.ID, to.PatientID)
	if c.d.PatientID != "" && c.d.PatientID != to.PatientID {
		e.Detail = "from patient " + c.d.PatientID
	}
	return writeAudit(ctx, c.tx, e)
}

// answered closes questions; was is what stood before. With none left the
// dictation leaves the queue, and goes on where it waited for that.
func (c *change) answered(ctx context.Context, was bound, left []pipeline.Question) error {
	before, err := json.Marshal(was)
	if err != nil {
		return err
	}
	c.d.Questions = left
	if len(left) > 0 {
		_, err = c.tx.Exec(ctx, "update identifications set before = $2, rank = $3, waits_at = null where dictation_id = $1", c.d.ID, before, pipeline.RankOpen)
	} else {
		_, err = c.tx.Exec(ctx, `update identifications set before = $2, resolved_at = now(), resolved_by = $3, outcome = $4, waits_at = null
			where dictation_id = $1`, c.d.ID, before, c.by.ID, identified)
	}
	if err != nil {
		return err
	}
	if len(left) == 0 && c.d.State == pipeline.Held && c.d.Reason == pipeline.ForIdentity {
		if err := c.reload(ctx, left); err != nil {
			return err
		}
		c.d.Reason = ""
		return c.write(ctx, pipeline.Unhold)
	}
	return c.saveQuestions(ctx)
}

// reload reads the row again after it was changed in this transaction, with the
// questions that are open now.
func (c *change) reload(ctx context.Context, questions []pipeline.Question) error {
	if err := c.load(ctx, c.d.ID); err != nil {
		return err
	}
	c.d.Questions = questions
	return nil
}

func (c *change) saveQuestions(ctx context.Context) error {
	_, err := c.tx.Exec(ctx, "update dictations set questions = coalesce($2::text[], '{}'), updated_at = now() where id = $1", c.d.ID, c.d.Questions)
	return err
}

// openQuestions puts a dictation into the queue, or more questions to one that is there.
func openQuestions(ctx context.Context, tx pgx.Tx, by Actor, d pipeline.Dictation, questions []pipeline.Question) error {
	claims, err := json.Marshal(d.Claims)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into identifications (dictation_id, priority, rank, claims, numbers)
		values ($1, $2, $3, $4, (select coalesce(array_agg(n), '{}') from (select number_digits(unnest($5::text[]))) x(n) where n <> ''))
		on conflict (dictation_id) do update set
			opened_at = case when identifications.resolved_at is null then identifications.opened_at else now() end,
			rank = case when identifications.resolved_at is null then least(identifications.rank, excluded.rank) else excluded.rank end,
			resolved_at = null, resolved_by = '', outcome = '', waits_at = null`,
		d.ID, int(d.Priority), pipeline.RankOpen, claims, []string{d.Claims.PatientMRN, d.Claims.Encounter})
	if err != nil {
		return err
	}
	e := by.entry("dictation.unidentified", d.ID, d.PatientID)
	e.Detail = questionNames(questions)
	return writeAudit(ctx, tx, e)
}

func questionNames(questions []pipeline.Question) string {
	names := make([]string, len(questions))
	for i, q := range questions {
		names[i] = string(q)
	}
	return strings.Join(names, " ")
}

// ask opens questions about the dictation that is being moved; what is open stays.
func (c *change) ask(ctx context.Context, questions ...pipeline.Question) error {
	questions = slices.DeleteFunc(questions, func(q pipeline.Question) bool { return slices.Contains(c.d.Questions, q) })
	if len(questions) == 0 {
		return nil
	}
	c.d.Questions = append(slices.Clone(c.d.Questions), questions...)
	return openQuestions(ctx, c.tx, c.by, *c.d, questions)
}

// unask closes all questions of a recording that ends by being split.
func (c *change) unask(ctx context.Context) error {
	if !c.d.Unidentified() {
		return nil
	}
	c.d.Questions = nil
	_, err := c.tx.Exec(ctx, "update identifications set resolved_at = now(), resolved_by = $2, outcome = 'split' where dictation_id = $1", c.d.ID, c.by.ID)
	return err
}

// askRecorder asks where what the recorder wrote into the file is clearly somebody
// or something else. What it wrote proves nothing, and never answers a question.
func (c *change) askRecorder(ctx context.Context) error {
	said := c.d.Sound.Said
	var questions []pipeline.Question
	if said.Author != "" && c.d.AuthorID != "" {
		var other bool
		err := c.tx.QueryRow(ctx, `select exists (select from users where (username = lower($1) or lower(name) = lower($1))
				and roles && '{author,clinician}' and id <> $2)
			and not exists (select from users where id = $2 and (username = lower($1) or lower(name) = lower($1)))`,
			strings.TrimSpace(said.Author), c.d.AuthorID).Scan(&other)
		if err != nil {
			return err
		}
		if other {
			questions = append(questions, pipeline.AuthorOther)
		}
	}
	if w, err := pipeline.ParseWorktype(said.Worktype); err == nil && said.Worktype != "" && w != c.d.Worktype && !c.d.AsksFor("worktype") {
		questions = append(questions, pipeline.WorktypeOther)
	}
	return c.ask(ctx, questions...)
}

// askDraft asks what recognition found to be contradicted, keeps who was named
// while questions are open, and holds what nobody may type before they are answered.
func (c *change) askDraft(ctx context.Context, r pipeline.Result) error {
	if err := c.ask(ctx, r.Questions...); err != nil {
		return err
	}
	if !c.d.Unidentified() {
		return nil
	}
	if c.hold == "" {
		c.hold = r.Unidentified
	}
	return keepHeard(ctx, c.tx, c.d.ID, r.Heard)
}

// VisitEnded says whether a visit was cancelled, and when it ended; zero while it lasts.
func (s *Store) VisitEnded(ctx context.Context, id string) (cancelled bool, end time.Time, err error) {
	var at *time.Time
	err = s.pool.QueryRow(ctx, "select cancelled, ended_at from encounters where id = $1", id).Scan(&cancelled, &at)
	return cancelled, deref(at), kind(err)
}
