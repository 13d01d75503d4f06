package store_test

import (
	"slices"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// TestQueuePages walks the queue page by page: each row once, STAT first, then by
// due date, and the same through pools.
func TestQueuePages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.AddPool(t.Context(), b.author, "Letters"); err != nil {
		t.Fatal(err)
	}
	if err := b.AddPoolRule(t.Context(), b.author, "Letters", pipeline.PoolRule{Worktype: pipeline.Letter}); err != nil {
		t.Fatal(err)
	}
	want := make(map[string]bool)
	for i := range 12 {
		d := b.fresh(pipeline.Routine)
		if i%4 == 0 {
			d.Priority = pipeline.STAT
		}
		if i%2 == 0 {
			d.Worktype = pipeline.Letter
		}
		want[b.draftOf(t, d).ID] = true
	}
	for name, f := range map[string]store.QueueFilter{
		"all":   {Step: pipeline.Typing},
		"pools": {Step: pipeline.Typing, Pools: []string{"", "Letters"}},
		"age":   {Step: pipeline.Typing, Older: time.Nanosecond},
	} {
		f.Limit = 5
		var all []pipeline.Dictation
		for {
			page, err := b.Queue(t.Context(), f)
			if err != nil {
				t.Fatal(name, err)
			}
			if len(page) == 0 {
				break
			}
			all = append(all, page...)
			f.After = f.Cursor(page[len(page)-1])
		}
		seen := make(map[string]bool)
		for _, d := range all {
			seen[d.ID] = true
		}
		if len(all) != len(want) || len(seen) != len(want) {
			t.Errorf("%s: %d rows of %d dictations, want %d", name, len(all), len(seen), len(want))
		}
		if !slices.IsSortedFunc(all, func(a, b pipeline.Dictation) int { return int(a.Priority) - int(b.Priority) }) {
			t.Errorf("%s: STAT does not come first", name)
		}
	}
	for name, c := range map[string]struct {
		f    store.QueueFilter
		want int
	}{
		"worktype":        {store.QueueFilter{Worktype: pipeline.Letter}, 6},
		"author":          {store.QueueFilter{AuthorID: b.author.ID}, 12},
		"another author":  {store.QueueFilter{AuthorID: b.other.ID}, 0},
		"STAT":            {store.QueueFilter{Priority: pipeline.STAT}, 3},
		"pool":            {store.QueueFilter{Pools: []string{"Letters"}}, 6},
		"no pool":         {store.QueueFilter{Pools: []string{""}}, 6},
		"an hour old":     {store.QueueFilter{Older: time.Hour}, 0},
		"in hand":         {store.QueueFilter{State: pipeline.InProgress}, 0},
		"letters of STAT": {store.QueueFilter{Worktype: pipeline.Letter, Priority: pipeline.STAT, Pools: []string{"", "Letters"}}, 3},
	} {
		c.f.Step = pipeline.Typing
		list, err := b.Queue(t.Context(), c.f)
		if err != nil || len(list) != c.want {
			t.Errorf("%s lists %d, want %d: %v", name, len(list), c.want, err)
		}
		if n, err := b.QueueCount(t.Context(), c.f, 1000); err != nil || n != c.want {
			t.Errorf("%s counts %d, want %d: %v", name, n, c.want, err)
		}
	}
	if n, err := b.QueueCount(t.Context(), store.QueueFilter{Step: pipeline.Typing}, 4); err != nil || n != 4 {
		t.Errorf("counted to %d, want to stop at 4: %v", n, err)
	}
}

// draftOf receives d and brings it to typing.
func (b bench) draftOf(t *testing.T, d pipeline.Dictation) pipeline.Dictation {
	t.Helper()
	d, _, err := b.Receive(t.Context(), b.author, d, "", "")
	if err != nil {
		t.Fatal(err)
	}
	d = b.do(t, d, pipeline.Result{Sound: &pipeline.Sound{Canonical: pipeline.Object{Key: "k"}, DurationMS: 1000}})
	return b.do(t, d, pipeline.Result{Draft: &transcript.Draft{Engine: "e", Text: "a b"}})
}

// TestRouting: the rule that says most decides, and who is in a pool gets its
// dictations and those without one.
func TestRouting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for pool, r := range map[string]pipeline.PoolRule{
		"Letters": {Worktype: pipeline.Letter}, "Surgery": {AuthorID: b.other.ID}, "North": {Facility: "North"},
	} {
		if err := b.AddPool(t.Context(), b.author, pool); err != nil {
			t.Fatal(err)
		}
		if err := b.AddPoolRule(t.Context(), b.author, pool, r); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, b.AddPool(t.Context(), b.author, "North"), pipeline.Conflict)
	wantKind(t, b.AddPoolRule(t.Context(), b.author, "North", pipeline.PoolRule{Worktype: pipeline.Letter}), pipeline.Conflict)
	wantKind(t, b.AddPoolRule(t.Context(), b.author, "South", pipeline.PoolRule{Facility: "South"}), pipeline.NotFound)
	for want, d := range map[string]pipeline.Dictation{
		"":        {Worktype: pipeline.ProgressNote, AuthorID: b.author.ID},
		"Letters": {Worktype: pipeline.Letter, AuthorID: b.author.ID, Facility: "North"},
		"Surgery": {Worktype: pipeline.Letter, AuthorID: b.other.ID, Facility: "North"},
		"North":   {Worktype: pipeline.Consultation, AuthorID: b.author.ID, Facility: "North"},
	} {
		f := b.fresh(pipeline.Routine)
		f.Worktype, f.AuthorID, f.Facility = d.Worktype, d.AuthorID, d.Facility
		if got := b.draftOf(t, f); got.Pool != want {
			t.Errorf("pool %q, want %q", got.Pool, want)
		}
	}
	// Nobody is in a pool: all are typed by all.
	if pools, err := b.PoolsOf(t.Context(), b.typist.ID); err != nil || pools != nil {
		t.Errorf("pools %q, %v", pools, err)
	}
	for pool, who := range map[string]store.Actor{"Letters": b.typist, "Surgery": b.other} {
		if err := b.JoinPool(t.Context(), b.author, pool, who.ID); err != nil {
			t.Fatal(err)
		}
	}
	pools, err := b.PoolsOf(t.Context(), b.typist.ID)
	slices.Sort(pools)
	if err != nil || !slices.Equal(pools, []string{"", "Letters", "North"}) { // nobody is in North
		t.Errorf("pools %q, %v", pools, err)
	}
	got := make(map[string]bool)
	for range 3 {
		d, err := b.ClaimNext(t.Context(), b.typist, pipeline.Typing, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		got[d.Pool] = true
	}
	if !got[""] || !got["Letters"] || !got["North"] {
		t.Errorf("the typist got jobs of %v", got)
	}
	_, err = b.ClaimNext(t.Context(), b.typist, pipeline.Typing, time.Minute)
	wantKind(t, err, pipeline.NotFound)
	if err := b.DropPool(t.Context(), b.author, "Surgery"); err != nil {
		t.Fatal(err)
	}
	if _, err = b.ClaimNext(t.Context(), b.typist, pipeline.Typing, time.Minute); err != nil {
		t.Errorf("what had a pool that is gone waits for nobody: %v", err)
	}
	b.whole(t)
}

func TestTakeOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.drafted(t, pipeline.Routine)
	_, err := b.TakeOver(t.Context(), b.other, d.ID, "", time.Minute)
	wantKind(t, err, pipeline.Conflict)
	if _, err := b.ClaimReview(t.Context(), b.typist, d.ID, pipeline.Typing, time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err = b.Taken(t.Context(), b.typist.ID, d.ID)
	wantKind(t, err, pipeline.NotFound)
	d, err = b.TakeOver(t.Context(), b.other, d.ID, "Sofia went home.", time.Minute)
	if err != nil || d.HolderID != b.other.ID || d.State != pipeline.InProgress {
		t.Fatalf("%s held by %s, %v", d.Position, d.HolderID, err)
	}
	taken, err := b.Taken(t.Context(), b.typist.ID, d.ID)
	if err != nil || taken.By != "other" || taken.Reason != "Sofia went home." || taken.Back {
		t.Errorf("%+v, %v", taken, err)
	}
	list, err := b.Takeovers(t.Context(), b.typist.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := b.NoteTakeovers(t.Context(), b.typist.ID, list[0].At); err != nil {
		t.Fatal(err)
	}
	if list, err = b.Takeovers(t.Context(), b.typist.ID); err != nil || len(list) != 0 {
		t.Errorf("what was read is told again: %+v, %v", list, err)
	}
	// Back to the queue; and who takes it up again lost nothing any more.
	if _, err = b.TakeBack(t.Context(), b.author, d.ID); err != nil {
		t.Fatal(err)
	}
	if taken, err = b.Taken(t.Context(), b.other.ID, d.ID); err != nil || !taken.Back {
		t.Errorf("%+v, %v", taken, err)
	}
	if _, err := b.ClaimReview(t.Context(), b.other, d.ID, pipeline.Typing, time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err = b.Taken(t.Context(), b.other.ID, d.ID)
	wantKind(t, err, pipeline.NotFound)
	b.whole(t)
}
