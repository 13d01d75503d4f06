package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// late is how long a note may be committed after the moment it carries.
const late = 24 * time.Hour

// Unstudied gives signed dictations whose texts have not been compared yet, the
// oldest first.
func (s *Store) Unstudied(ctx context.Context, limit int) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `select n.dictation_id::text from notes n
		where n.created_at > coalesce((select max(signed_at) from scores), '-infinity') - $1::interval
		and not exists (select from scores c where c.dictation_id = n.dictation_id)
		and not exists (select from dictations d where d.id = n.dictation_id and d.source = 'written')
		order by n.created_at limit $2`, late, limit)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, kind(err)
}

// SaveScores keeps comparisons of a signed dictation; those it has already stay.
func (s *Store) SaveScores(ctx context.Context, scores []pipeline.Studied) error {
	batch := &pgx.Batch{}
	for _, c := range scores {
		batch.Queue(`insert into scores (dictation_id, compared, engine, author_id, typist_id, worktype, source,
			words, errors, criticals, critical_errors, signed_at)
			select d.id, $2, $3, d.author_id, $4, d.worktype, d.source, $5, $6, $7, $8, n.created_at
			from dictations d join notes n on n.dictation_id = d.id where d.id = $1
			on conflict do nothing`,
			c.Dictation, c.Compared, c.Engine, null(c.Typist), c.Words, c.Errors, c.Criticals, c.CriticalErrors)
	}
	return kind(s.pool.SendBatch(ctx, batch).Close())
}

// StudyBy is what the lines of the error study stand for.
type StudyBy string

// The groups of the study.
const (
	ByEngine   StudyBy = "engine"
	ByAuthor   StudyBy = "author"
	ByTypist   StudyBy = "typist"
	ByWorktype StudyBy = "worktype"
	BySource   StudyBy = "source"
)

// studyGroups gives the expression of each group and of its name.
var studyGroups = map[StudyBy][2]string{
	ByEngine:   {"c.engine", "c.engine"},
	ByAuthor:   {"coalesce(c.author_id::text, '')", "coalesce(a.name, '')"},
	ByTypist:   {"coalesce(c.typist_id::text, '')", "coalesce(t.name, '')"},
	ByWorktype: {"c.worktype", "c.worktype"},
	BySource:   {"c.source", "c.source"},
}

// Study sums the comparisons of notes signed since a moment, the group with most
// words first.
func (s *Store) Study(ctx context.Context, compared pipeline.Compared, by StudyBy, since time.Time) ([]pipeline.StudyLine, error) {
	group, ok := studyGroups[by]
	if !ok {
		return nil, pipeline.Errorf(pipeline.Invalid, "The study is told by engine, author, typist, worktype or source, not by %q.", by)
	}
	rows, _ := s.pool.Query(ctx, `select `+group[0]+`, `+group[1]+`, count(*),
		sum(c.words), sum(c.errors), sum(c.criticals), sum(c.critical_errors)
		from scores c left join users a on a.id = c.author_id left join users t on t.id = c.typist_id
		where c.compared = $1 and c.signed_at >= $2
		group by 1, 2 order by sum(c.words) desc, 1`, compared, since)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l pipeline.StudyLine, err error) {
		err = row.Scan(&l.Group, &l.Name, &l.Notes, &l.Words, &l.Errors, &l.Criticals, &l.CriticalErrors)
		return l, err
	})
	return list, kind(err)
}

// DraftScore sums the comparisons of an author's newest drafts, at most last of
// them, and says how many there were.
func (s *Store) DraftScore(ctx context.Context, author string, last int) (score pipeline.Score, notes int, err error) {
	err = s.pool.QueryRow(ctx, `select count(*), coalesce(sum(words), 0), coalesce(sum(errors), 0),
		coalesce(sum(criticals), 0), coalesce(sum(critical_errors), 0)
		from (select * from scores where author_id = $1 and compared = 'draft' and engine not like 'none%'
			order by signed_at desc limit $2) c`, author, last).
		Scan(&notes, &score.Words, &score.Errors, &score.Criticals, &score.CriticalErrors)
	return score, notes, kind(err)
}

// SaveComparison keeps a comparison of two engines.
func (s *Store) SaveComparison(ctx context.Context, c pipeline.Comparison) error {
	_, err := s.pool.Exec(ctx, `insert into comparisons (dictation_id, main, shadow, length_ms, words, differ, main_ms, shadow_ms, failure)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.Dictation, c.Main, c.Shadow, c.LengthMS, c.Words, c.Differ, c.MainMS, c.ShadowMS, c.Failure)
	return kind(err)
}

// ComparisonLine sums the comparisons of two engines.
type ComparisonLine struct {
	pipeline.Comparison
	Recordings int
	Failed     int
}

// Comparisons sums what second engines made since a moment, for each two engines.
func (s *Store) Comparisons(ctx context.Context, since time.Time) ([]ComparisonLine, error) {
	rows, _ := s.pool.Query(ctx, `select main, shadow, count(*), count(*) filter (where failure <> ''),
		sum(length_ms)::bigint, sum(words), sum(differ), sum(main_ms)::bigint, sum(shadow_ms)::bigint
		from comparisons where at >= $1 group by main, shadow order by count(*) desc, main, shadow`, since)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l ComparisonLine, err error) {
		err = row.Scan(&l.Main, &l.Shadow, &l.Recordings, &l.Failed, &l.LengthMS, &l.Words, &l.Differ, &l.MainMS, &l.ShadowMS)
		return l, err
	})
	return list, kind(err)
}
