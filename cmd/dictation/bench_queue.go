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

// The two sizes that the queue page is measured at.
const (
	fewDictations  = 1_000
	manyDictations = 1_000_000
)

// rehearsed is a database full of made-up dictations.
type rehearsed struct {
	srv   *local.Servers
	store *store.Store
	store.Rehearsal
}

// benchQueue asks what the queue page asks, with a million dictations and with a
// thousand, in turn, on one machine in the same minute.
func benchQueue(ctx context.Context, o benchOptions) (_ []figure, err error) {
	dir, remove, err := benchFolder(o)
	if err != nil {
		return nil, err
	}
	defer remove()
	var sites [2]rehearsed
	for i, n := range []int{fewDictations, manyDictations} {
		began := time.Now()
		if sites[i], err = rehearse(ctx, filepath.Join(dir, fmt.Sprint(n)), n); err != nil {
			return nil, err
		}
		defer func() {
			sites[i].store.Close()
			err = errors.Join(err, closeServers(ctx, sites[i].srv))
		}()
		fmt.Fprintf(o.stderr, "%d dictations made in %.0f s\n", n, time.Since(began).Seconds())
	}
	var figures []figure
	worst := 0.0
	for _, page := range queuePages() {
		few, many, err := sideBySide(ctx, &sites, page.filter, 50*max(o.rounds, 1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", page.name, err)
		}
		worst = max(worst, many/few)
		figures = append(figures, figure{Name: page.name + ", of 1,000", Value: few, Unit: "ms"}, figure{Name: page.name + ", of 1,000,000", Value: many, Unit: "ms"})
	}
	return append(figures, aim("queue page, worst ratio 1,000,000 ÷ 1,000", worst, "", "≤ 2", worst <= 2)), nil
}

func rehearse(ctx context.Context, dir string, n int) (r rehearsed, err error) {
	if r.srv, err = local.Start(ctx, local.Config{Data: dir}); err != nil {
		return r, err
	}
	if r.store, err = store.Open(ctx, r.srv.Postgres.URL); err == nil {
		if _, err = r.store.Migrate(ctx); err == nil {
			r.Rehearsal, err = r.store.Rehearse(ctx, n)
		}
	}
	if err != nil {
		err = errors.Join(err, closeServers(ctx, r.srv))
	}
	return r, err
}

// queueView is one view of the queue page.
type queueView struct {
	name   string
	filter func(rehearsed) store.QueueFilter
}

func queuePages() []queueView {
	typing := func(f store.QueueFilter) func(rehearsed) store.QueueFilter {
		return func(r rehearsed) store.QueueFilter {
			f.Step, f.Pools = pipeline.Typing, r.Own
			return f
		}
	}
	all := func(change func(rehearsed, *store.QueueFilter)) func(rehearsed) store.QueueFilter {
		return func(r rehearsed) store.QueueFilter {
			f := store.QueueFilter{Step: pipeline.Typing}
			change(r, &f)
			return f
		}
	}
	return []queueView{
		{"own pools", typing(store.QueueFilter{})},
		{"own pools, STAT", typing(store.QueueFilter{Priority: pipeline.STAT})},
		{"own pools, a worktype", typing(store.QueueFilter{Worktype: pipeline.Letter})},
		{"own pools, a worktype, older than a day", typing(store.QueueFilter{Worktype: pipeline.Letter, Older: 24 * time.Hour})},
		{"own pools, author and worktype", func(r rehearsed) store.QueueFilter {
			return store.QueueFilter{Step: pipeline.Typing, Pools: r.Own, AuthorID: r.Author, Worktype: pipeline.Letter}
		}},
		{"all", all(func(rehearsed, *store.QueueFilter) {})},
		{"of an author", all(func(r rehearsed, f *store.QueueFilter) { f.AuthorID = r.Author })},
		{"of a worktype", all(func(_ rehearsed, f *store.QueueFilter) { f.Worktype = pipeline.Letter })},
		{"of a pool", all(func(r rehearsed, f *store.QueueFilter) { f.Pools = []string{r.Pool} })},
		{"older than a day", all(func(_ rehearsed, f *store.QueueFilter) { f.Older = 24 * time.Hour })},
		{"in hand", all(func(_ rehearsed, f *store.QueueFilter) { f.State = pipeline.InProgress })},
		{"author and worktype", all(func(r rehearsed, f *store.QueueFilter) { f.AuthorID, f.Worktype = r.Author, pipeline.Letter })},
	}
}

// sideBySide gives the median times of a page in milliseconds, second page included.
func sideBySide(ctx context.Context, sites *[2]rehearsed, filter func(rehearsed) store.QueueFilter, rounds int) (few, many float64, err error) {
	var took [2][]float64
	for i := range sites { // the pages of the tables are read once
		if err := askQueue(ctx, sites[i], filter(sites[i])); err != nil {
			return 0, 0, err
		}
	}
	for round := range rounds {
		for k := range sites {
			i := (k + round) % 2 // neither is always first
			began := time.Now()
			if err := askQueue(ctx, sites[i], filter(sites[i])); err != nil {
				return 0, 0, err
			}
			took[i] = append(took[i], ms(time.Since(began)))
		}
	}
	return median(took[0]), median(took[1]), nil
}

// askQueue asks what the page Work does, twice for a page: the first and the next,
// both of them full.
func askQueue(ctx context.Context, r rehearsed, f store.QueueFilter) error {
	for range 2 {
		f.Limit = 51 // one more than a page, to see whether there is another
		list, err := r.store.Queue(ctx, f)
		if err != nil {
			return err
		}
		if len(list) < f.Limit {
			return fmt.Errorf("a page of %d rows instead of %d compares with nothing", len(list), f.Limit)
		}
		f.After = f.Cursor(list[49])
	}
	for _, state := range []pipeline.State{pipeline.Pending, pipeline.InProgress, pipeline.Suspended, pipeline.Held} {
		f.State = state
		if _, err := r.store.QueueCount(ctx, f, 200); err != nil {
			return err
		}
	}
	for _, p := range []pipeline.Priority{0, pipeline.STAT} {
		if _, err := r.store.QueueCount(ctx, store.QueueFilter{Step: f.Step, Priority: p, Pools: r.Own}, 200); err != nil {
			return err
		}
	}
	for _, ask := range []func(context.Context, string) error{
		func(ctx context.Context, who string) error { _, err := r.store.PoolsOf(ctx, who); return err },
		func(ctx context.Context, who string) error { _, err := r.store.InHand(ctx, who); return err },
		func(ctx context.Context, who string) error { _, err := r.store.Takeovers(ctx, who); return err },
		func(ctx context.Context, _ string) error { _, err := r.store.Users(ctx); return err },
		func(ctx context.Context, _ string) error { _, err := r.store.Pools(ctx); return err },
	} {
		if err := ask(ctx, r.Typist); err != nil {
			return err
		}
	}
	return nil
}
