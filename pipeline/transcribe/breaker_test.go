package transcribe_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
)

func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls, err := 0, away
		e := script{transcribe.Description{Name: "a", Words: true}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
			calls++
			return spoken("hello"), err
		}, nil}
		r := router(t, transcribe.Routing{Breaker: transcribe.Breaker{Failures: 3, Rest: time.Minute}}, e, says("b", "hello"))
		by := func() string {
			heard, err := r.Recognise(t.Context(), minute())
			if err != nil {
				t.Fatal(err)
			}
			return heard.Engine.Name
		}
		state := func() transcribe.BreakerState { return r.List(t.Context())[0].Breaker }
		for range 3 {
			by()
		}
		if calls != 3 || state() != transcribe.Open {
			t.Fatalf("%d calls, breaker %s", calls, state())
		}
		if by(); calls != 3 {
			t.Fatal("an engine that rests was asked")
		}
		time.Sleep(time.Minute)
		if state() != transcribe.HalfOpen {
			t.Fatalf("breaker %s", state())
		}
		if by(); calls != 4 || state() != transcribe.Open {
			t.Fatalf("after a bad trial: %d calls, breaker %s", calls, state())
		}
		time.Sleep(time.Minute)
		err = nil
		if by() != "a" || state() != transcribe.Closed {
			t.Fatalf("after a good trial: breaker %s", state())
		}
		err = away
		by()
		by()
		if state() != transcribe.Closed {
			t.Fatal("two failures opened the breaker")
		}
	})
}

// While the trial runs nobody else is sent there.
func TestBreakerTriesOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls, bad := 0, true
		e := script{transcribe.Description{Name: "a", Words: true}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
			calls++
			if bad {
				return transcribe.Transcript{}, away
			}
			time.Sleep(time.Hour)
			return spoken("hello"), nil
		}, nil}
		r := router(t, transcribe.Routing{Breaker: transcribe.Breaker{Failures: 1, Rest: time.Second}}, e)
		if _, err := r.Recognise(t.Context(), minute()); err == nil {
			t.Fatal("no error")
		}
		time.Sleep(time.Second)
		bad = false
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := r.Recognise(t.Context(), minute()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		_, err := r.Recognise(t.Context(), minute())
		var later transcribe.RetryAfter
		if calls != 2 || !errors.As(err, &later) || later.After != time.Second {
			t.Errorf("%d calls, %v", calls, err)
		}
		wg.Wait()
	})
}

func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		e := script{transcribe.Description{Name: "a", Words: true}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
			calls++
			return transcribe.Transcript{}, pipeline.Wrap(pipeline.Unavailable, transcribe.RetryAfter{After: 20 * time.Second}, "Busy.")
		}, nil}
		r := router(t, transcribe.Routing{}, e)
		for _, want := range []time.Duration{20 * time.Second, 15 * time.Second} {
			_, err := r.Recognise(t.Context(), minute())
			var later transcribe.RetryAfter
			if !errors.As(err, &later) || later.After != want || pipeline.KindOf(err) != pipeline.Unavailable {
				t.Errorf("%v, want in %v", err, want)
			}
			time.Sleep(5 * time.Second)
		}
		if calls != 1 {
			t.Errorf("asked %d times", calls)
		}
		if h := r.List(t.Context())[0]; h.Sentence() != "resting for 10s after failures" {
			t.Errorf("health: %s", h.Sentence())
		}
	})
}

// What began before the breaker opened neither ends another's trial nor the rest.
func TestLateCallsAreNoTrial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		takes := []time.Duration{90 * time.Second, 0, time.Hour} // a long one, a failure, the trial
		e := script{transcribe.Description{Name: "a", Words: true}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
			n := calls.Add(1)
			time.Sleep(takes[n-1])
			if n == 2 {
				return transcribe.Transcript{}, away
			}
			return spoken("hello"), nil
		}, nil}
		r := router(t, transcribe.Routing{Breaker: transcribe.Breaker{Failures: 1, Rest: time.Minute}}, e)
		ask := func() error { _, err := r.Recognise(t.Context(), minute()); return err }
		var wg sync.WaitGroup
		wg.Go(func() { _ = ask() })
		synctest.Wait()
		if ask() == nil {
			t.Fatal("no error")
		}
		time.Sleep(time.Minute)
		wg.Go(func() { _ = ask() })
		time.Sleep(time.Minute) // the long one has ended, the trial has not
		if err := ask(); err == nil || calls.Load() != 3 {
			t.Errorf("%d calls, %v", calls.Load(), err)
		}
		wg.Wait()
		if h := r.List(t.Context())[0]; h.Breaker != transcribe.Closed {
			t.Errorf("after a good trial: %s", h.Breaker)
		}
	})
}

// A server may ask one recording to wait for long; others are tried before.
func TestLongRetryAfterRestsAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := pipeline.Wrap(pipeline.Unavailable, transcribe.RetryAfter{After: time.Hour}, "Busy.")
		r := router(t, transcribe.Routing{}, fails("a", busy))
		if _, err := r.Recognise(t.Context(), minute()); err == nil {
			t.Fatal("no error")
		}
		if h := r.List(t.Context())[0]; h.Rest != time.Minute {
			t.Errorf("it rests %v", h.Rest)
		}
	})
}
