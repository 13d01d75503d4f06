package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"dictation/deploy/local"
	"dictation/pipeline"
	"dictation/pipeline/store"
)

// charted is a database full of made-up charts.
type charted struct {
	srv      *local.Servers
	store    *store.Store
	patients []string
}

// chartQuery is what a page asks, of the patient whose turn it is.
type chartQuery struct {
	name string
	held bool // against the bound
	ask  func(context.Context, *store.Store, string) error
}

// benchChart asks what the pages of the chart ask, with a million notes and with a
// thousand, in turn, on one machine in the same minute.
func benchChart(ctx context.Context, o benchOptions) (_ []figure, err error) {
	dir, remove, err := benchFolder(o)
	if err != nil {
		return nil, err
	}
	defer remove()
	var sites [2]charted
	for i, n := range []int{fewDictations, manyDictations} {
		began := time.Now()
		if sites[i], err = chartFull(ctx, filepath.Join(dir, fmt.Sprint(n)), n); err != nil {
			return nil, err
		}
		defer func() {
			sites[i].store.Close()
			err = errors.Join(err, closeServers(ctx, sites[i].srv))
		}()
		fmt.Fprintf(o.stderr, "%d notes made in %.0f s\n", n, time.Since(began).Seconds())
	}
	var figures []figure
	worst := 0.0
	for _, q := range chartQueries() {
		few, many, err := chartSideBySide(ctx, &sites, q, 40*max(o.rounds, 1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.name, err)
		}
		if q.held {
			worst = max(worst, many/few)
		}
		figures = append(figures, figure{Name: q.name + ", of 1,000 notes", Value: few, Unit: "ms"}, figure{Name: q.name + ", of 1,000,000 notes", Value: many, Unit: "ms"})
	}
	return append(figures, aim("chart pages, worst ratio 1,000,000 ÷ 1,000", worst, "", "≤ 2", worst <= 2)), nil
}

func chartFull(ctx context.Context, dir string, n int) (c charted, err error) {
	if c.srv, err = local.Start(ctx, local.Config{Data: dir}); err != nil {
		return c, err
	}
	if c.store, err = store.Open(ctx, c.srv.Postgres.URL); err == nil {
		if _, err = c.store.Migrate(ctx); err == nil {
			c.patients, err = c.store.RehearseCharts(ctx, n)
		}
	}
	if err != nil {
		err = errors.Join(err, closeServers(ctx, c.srv))
	}
	return c, err
}

func chartQueries() []chartQuery {
	stays := func(k pipeline.DeficiencyKind) func(context.Context, *store.Store, string) error {
		return func(ctx context.Context, s *store.Store, _ string) error {
			_, err := s.Deficiencies(ctx, k, 0, store.Cursor{}, 51)
			return err
		}
	}
	words := func(w string) func(context.Context, *store.Store, string) error {
		return func(ctx context.Context, s *store.Store, _ string) error {
			_, err := s.SearchNotes(ctx, store.NoteSearch{Words: w, Limit: 21})
			return err
		}
	}
	return []chartQuery{
		{"chart", true, askChart},
		{"stays without history and physical", true, stays(pipeline.NoAdmissionNote)},
		{"stays without discharge summary", true, stays(pipeline.NoDischargeNote)},
		{"not signed in time", true, func(ctx context.Context, s *store.Store, _ string) error {
			_, err := s.Unsigned(ctx, 7*24*time.Hour, store.Cursor{}, 51)
			return err
		}},
		{"search in a chart", true, func(ctx context.Context, s *store.Store, p string) error {
			_, err := s.SearchNotes(ctx, store.NoteSearch{Words: "sodium fever", PatientID: p, Limit: 21})
			return err
		}},
		{"search for a word of all notes", false, words("fever")},
		{"search for a word of 20 notes", false, words("case7")},
	}
}

// askChart asks what the page of a chart asks, its second page included.
func askChart(ctx context.Context, s *store.Store, patient string) error {
	if _, err := s.Patient(ctx, patient); err != nil {
		return err
	}
	if _, err := s.ChartCounts(ctx, patient); err != nil {
		return err
	}
	f := store.ChartFilter{PatientID: patient, Limit: 26}
	page, err := s.ChartPage(ctx, f)
	if err != nil {
		return err
	}
	last := page[len(page)-1]
	f.After = store.Cursor{At: last.AttachedAt, ID: last.ID}
	if _, err := s.ChartPage(ctx, f); err != nil {
		return err
	}
	if _, err := s.ChartPage(ctx, store.ChartFilter{PatientID: patient, Limit: 100}); err != nil {
		return err
	}
	_, err = s.Encounters(ctx, patient)
	return err
}

// chartSideBySide gives the median times of a query in milliseconds.
func chartSideBySide(ctx context.Context, sites *[2]charted, q chartQuery, rounds int) (few, many float64, err error) {
	var took [2][]float64
	for round := range rounds + 10 {
		for k := range sites {
			s := sites[(k+round)%2] // neither is always first
			began := time.Now()
			if err := q.ask(ctx, s.store, s.patients[round%len(s.patients)]); err != nil {
				return 0, 0, err
			}
			if round >= 10 { // the pages of the tables have been read once
				took[(k+round)%2] = append(took[(k+round)%2], ms(time.Since(began)))
			}
		}
	}
	return median(took[0]), median(took[1]), nil
}
