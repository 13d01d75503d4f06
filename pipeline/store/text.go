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

// Version is one saved text of a dictation.
type Version struct {
	N       int
	Kind    pipeline.VersionKind
	Text    string
	Engine  string            // of a draft
	Words   []transcript.Word // of a draft: what was heard, with times
	Flags   []check.Flag      // of a draft: where the checks ask a person to look
	Places  Places            // of a text that a person made
	UserID  string            // whose work it is; empty for a draft
	Created time.Time
}

// version is what addVersion writes.
type version struct {
	kind   pipeline.VersionKind
	text   string
	engine string
	words  []byte // JSON
	flags  []byte // JSON; may be nil
	places []byte // JSON; may be nil
	user   string
}

// addVersion appends a text version to the dictation being changed.
func (c *change) addVersion(ctx context.Context, v version) error {
	c.d.TextN++
	return insertVersion(ctx, c.tx, c.d.ID, c.d.TextN, v)
}

func insertVersion(ctx context.Context, tx pgx.Tx, dictation string, n int, v version) error {
	_, err := tx.Exec(ctx, `insert into versions (dictation_id, n, kind, text, engine, words, flags, places, user_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, dictation, n, v.kind, v.text, v.engine, v.words, v.flags, v.places, null(v.user))
	return err
}

const versionColumns = "n, kind, text, engine, words, flags, places, user_id, created_at"

func scanVersion(row pgx.CollectableRow) (Version, error) {
	var v Version
	var words, flags, places []byte
	var user *string
	if err := row.Scan(&v.N, &v.Kind, &v.Text, &v.Engine, &words, &flags, &places, &user, &v.Created); err != nil {
		return v, err
	}
	v.UserID = deref(user)
	return v, errors.Join(unmarshal(words, &v.Words), unmarshal(flags, &v.Flags), unmarshal(places, &v.Places))
}

// unmarshal reads a column of JSON that may be null.
func unmarshal(column []byte, into any) error {
	if column == nil {
		return nil
	}
	return json.Unmarshal(column, into)
}

// Text reads version n of a dictation, or the newest when n is 0. A dictation
// without text yet gives a zero Version.
func (s *Store) Text(ctx context.Context, dictation string, n int) (Version, error) {
	rows, _ := s.pool.Query(ctx, "select "+versionColumns+` from versions
		where dictation_id = $1 and ($2 = 0 or n = $2) order by n desc limit 1`, dictation, n)
	list, err := pgx.CollectRows(rows, scanVersion)
	if err != nil || len(list) == 0 {
		return Version{}, kind(err)
	}
	return list[0], nil
}

// Draft reads the newest draft of a dictation; a zero Version when there is none.
func (s *Store) Draft(ctx context.Context, dictation string) (Version, error) {
	rows, _ := s.pool.Query(ctx, "select "+versionColumns+` from versions
		where dictation_id = $1 and kind = 'draft' order by n desc limit 1`, dictation)
	list, err := pgx.CollectRows(rows, scanVersion)
	if err != nil || len(list) == 0 {
		return Version{}, kind(err)
	}
	return list[0], nil
}

// TypedText reads the newest text up to version n that a transcriptionist or QA
// editor made; a zero Version when there is none.
func (s *Store) TypedText(ctx context.Context, dictation string, n int) (Version, error) {
	rows, _ := s.pool.Query(ctx, "select "+versionColumns+` from versions
		where dictation_id = $1 and n <= $2 and kind in ('typed', 'qa') order by n desc limit 1`, dictation, n)
	list, err := pgx.CollectRows(rows, scanVersion)
	if err != nil || len(list) == 0 {
		return Version{}, kind(err)
	}
	return list[0], nil
}

// VersionList lists all versions, oldest first, without texts and words: in an
// hour's typing a long text is saved some thousand times.
func (s *Store) VersionList(ctx context.Context, dictation string) ([]Version, error) {
	return s.versions(ctx, dictation, "''")
}

// Versions is VersionList with the texts.
func (s *Store) Versions(ctx context.Context, dictation string) ([]Version, error) {
	return s.versions(ctx, dictation, "text")
}

func (s *Store) versions(ctx context.Context, dictation, text string) ([]Version, error) {
	rows, _ := s.pool.Query(ctx, "select n, kind, "+text+`, engine, null::jsonb, null::jsonb, null::jsonb, user_id, created_at from versions
		where dictation_id = $1 order by n`, dictation)
	list, err := pgx.CollectRows(rows, scanVersion)
	return list, kind(err)
}

// SaveText appends a version by the holder, based on version base. It fails as
// Stale when the text has moved on since, as Locked when somebody else holds
// the dictation. A text equal to the newest is not saved again.
func (s *Store) SaveText(ctx context.Context, by Actor, id string, base int, text string, lease time.Duration) (n int, err error) {
	return s.SaveEdit(ctx, by, id, base, text, Places{}, lease)
}

// SaveEdit is SaveText with what is known besides the text, which counts as a
// change too.
func (s *Store) SaveEdit(ctx context.Context, by Actor, id string, base int, text string, places Places, lease time.Duration) (n int, err error) {
	column, err := places.column()
	if err != nil {
		return 0, err
	}
	err = s.tx(ctx, func(tx pgx.Tx) error {
		var d pipeline.Dictation
		c := change{tx: tx, by: by, d: &d}
		if err := c.load(ctx, id); err != nil {
			return err
		}
		if err := c.heldBy(by.ID); err != nil {
			return err
		}
		n, err = c.save(ctx, base, text, column)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update dictations set text_n = $2, lease_until = clock_timestamp() + $3 where id = $1", id, n, lease)
		return err
	})
	return n, err
}

// save writes text as the next version when it differs from the newest, or when
// places are given that do.
func (c *change) save(ctx context.Context, base int, text string, places []byte) (int, error) {
	var newest string
	var same bool // places too, as JSON values
	err := c.tx.QueryRow(ctx, `select text, $3::jsonb is null or places is not distinct from $3::jsonb
		from versions where dictation_id = $1 and n = $2`, c.d.ID, c.d.TextN, places).Scan(&newest, &same)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, err
	}
	if err == nil && newest == text && same {
		return c.d.TextN, nil
	}
	if base != c.d.TextN {
		return 0, pipeline.Errorf(pipeline.Stale, "The text was changed meanwhile: you edited version %d, the newest is %d. Nothing was overwritten; load the newest and apply your change again.", base, c.d.TextN)
	}
	kind := pipeline.TypedVersion
	if c.d.Step == pipeline.QA {
		kind = pipeline.QAVersion
	}
	if err := c.addVersion(ctx, version{kind: kind, text: text, places: places, user: c.by.ID}); err != nil {
		return 0, err
	}
	return c.d.TextN, writeAudit(ctx, c.tx, c.by.entry("text.saved", c.d.ID, c.d.PatientID))
}
