package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/transcript"
	"dictation/transcript/check"
)

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func qaRules(ctx context.Context, q querier) (rules pipeline.QARules, rev int64, err error) {
	var column []byte
	err = q.QueryRow(ctx, "select rev, rules from qa_rules order by rev desc limit 1").Scan(&rev, &column)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	return rules, rev, json.Unmarshal(column, &rules)
}

// QARules gives the rules that hold, in order, and their revision; 0 and none
// before the first were set.
func (s *Store) QARules(ctx context.Context) (pipeline.QARules, int64, error) {
	rules, rev, err := qaRules(ctx, s.pool)
	return rules, rev, kind(err)
}

// SetQARules replaces the rules of revision rev. Stale when somebody else has
// changed them since. what says in the audit what was done; it names ids only.
func (s *Store) SetQARules(ctx context.Context, by Actor, rev int64, rules pipeline.QARules, what string) (int64, error) {
	column, err := json.Marshal(rules)
	if err != nil {
		return 0, err
	}
	stale := pipeline.Errorf(pipeline.Stale, "Somebody else changed the QA rules meanwhile. Nothing was changed; look at them again.")
	err = s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `insert into qa_rules (rev, rules, by_id)
			select $1::bigint + 1, $2, $3 where $1 = coalesce((select max(rev) from qa_rules), 0)`, rev, column, by.ID)
		switch {
		case unique(err, "qa_rules_pkey"):
			return stale
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return stale
		}
		e := by.entry("qa.rules_changed", "", "")
		e.Version, e.Detail = rev+1, what
		return writeAudit(ctx, tx, e)
	})
	return rev + 1, err
}

// typed notes who typed what, and asks the site's rules whether a completed text
// goes to QA before the signature.
func (c *change) typed(ctx context.Context) error {
	if _, err := c.tx.Exec(ctx, `update dictations set typed_by = $2, typed_n = $3, typed_v = version + 1, typed_at = clock_timestamp()
		where id = $1`, c.d.ID, c.by.ID, c.d.TextN); err != nil {
		return err
	}
	if c.on != pipeline.Completed {
		return nil
	}
	rules, _, err := qaRules(ctx, c.tx)
	if err != nil || len(rules) == 0 {
		return err
	}
	about, err := c.qaCase(ctx)
	if err != nil {
		return err
	}
	if rule, toQA, _ := rules.Decide(about); toQA {
		c.on, c.d.Reason = pipeline.ToQA, rule.Name
	}
	return nil
}

func (c *change) qaCase(ctx context.Context) (pipeline.QACase, error) {
	about := pipeline.QACase{Dictation: c.d.ID, AuthorID: c.d.AuthorID, TypistID: c.by.ID, Worktype: c.d.Worktype}
	var text, draft string
	var flags []byte
	err := c.tx.QueryRow(ctx, `select v.text, coalesce(f.text, ''), f.flags,
		(select count(*) from qa_assessments where typist_id = $3)
		from versions v left join lateral (select text, flags from versions
			where dictation_id = $1 and kind = 'draft' order by n desc limit 1) f on true
		where v.dictation_id = $1 and v.n = $2`, c.d.ID, c.d.TextN, c.by.ID).Scan(&text, &draft, &flags, &about.Assessed)
	if err != nil {
		return about, err
	}
	var found []check.Flag
	if err := unmarshal(flags, &found); err != nil {
		return about, err
	}
	for _, f := range check.Carry(found, draft, text) {
		if f.Severity == check.Critical {
			about.Flags++
		}
	}
	about.Blanks = len(transcript.Blanks(text, nil))
	return about, nil
}

// UndoTyping gives a text back to the typist who sent it on within the last
// while, as long as nobody has taken it up: the dictation has not moved since.
func (s *Store) UndoTyping(ctx context.Context, by Actor, id string, within, lease time.Duration) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Undone, func(c *change) error {
		var fresh bool
		if err := c.tx.QueryRow(ctx, `select coalesce(typed_by::text = $2 and typed_v = version and typed_n = text_n and typed_at > clock_timestamp() - $3::interval, false)
			from dictations where id = $1`, id, by.ID, within).Scan(&fresh); err != nil {
			return err
		}
		if !fresh {
			return pipeline.Errorf(pipeline.Conflict, "This can no longer be taken back: somebody has it already, or it was sent on more than %.0f minutes ago. Ask for it to be returned.", within.Minutes())
		}
		c.d.Reason = ""
		c.take(by.ID, lease)
		return nil
	})
}

// Undoable lists what the user sent on within the last while and nobody has taken
// up, the newest first.
func (s *Store) Undoable(ctx context.Context, user string, within time.Duration) ([]pipeline.Dictation, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+` from dictations d
		where d.typed_by = $1 and d.typed_at > clock_timestamp() - $2::interval and d.typed_v = d.version and d.typed_n = d.text_n and d.state = 'pending'
		order by d.typed_at desc limit 10`, user, within)
	list, err := pgx.CollectRows(rows, scanDictation)
	return list, kind(err)
}
