package transcribe_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
)

// Routine waits its turn; STAT does not wait for it.
func TestNoMoreAtATimeThanTheEngineGainsBy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		inside, most := 0, 0
		var order []time.Duration
		e := script{transcribe.Description{Name: "a", Words: true, Parallel: 2}, func(_ context.Context, a transcribe.Audio) (transcribe.Transcript, error) {
			mu.Lock()
			inside++
			most = max(most, inside)
			order = append(order, a.Duration)
			mu.Unlock()
			time.Sleep(a.Duration)
			mu.Lock()
			inside--
			mu.Unlock()
			return spoken("hello"), nil
		}, nil}
		r := router(t, transcribe.Routing{}, e)
		var wg sync.WaitGroup
		start := func(p pipeline.Priority, length time.Duration) {
			task := minute()
			task.Request.Priority, task.Audio.Duration = p, length
			wg.Go(func() {
				if _, err := r.Recognise(t.Context(), task); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		atATime := func() int {
			mu.Lock()
			defer mu.Unlock()
			return most
		}
		for i := range 4 {
			start(pipeline.Routine, time.Hour+time.Duration(i))
		}
		if n := atATime(); n != 2 {
			t.Fatalf("%d at a time", n)
		}
		start(pipeline.STAT, 1)
		start(pipeline.STAT, 2)
		if n := atATime(); n != 3 {
			t.Fatalf("%d at a time with STAT", n)
		}
		wg.Wait()
		if want := []time.Duration{time.Hour, time.Hour + 1, 1, 2, time.Hour + 2, time.Hour + 3}; !slices.Equal(order, want) {
			t.Errorf("order %v", order)
		}
	})
}

func TestWaitingForATurnCanBeStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := script{transcribe.Description{Name: "a", Words: true, Parallel: 1}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
			time.Sleep(time.Hour)
			return spoken("hello"), nil
		}, nil}
		r := router(t, transcribe.Routing{}, e)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := r.Recognise(t.Context(), minute()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := r.Recognise(ctx, minute()); !errors.Is(err, context.DeadlineExceeded) || pipeline.KindOf(err) != pipeline.Unavailable {
			t.Errorf("stopped while it waited: %v", err)
		}
		wg.Wait()
		if _, err := r.Recognise(t.Context(), minute()); err != nil {
			t.Errorf("the turn is lost: %v", err)
		}
	})
}
