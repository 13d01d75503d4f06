package transcribe_test

import (
	"context"
	"errors"
	"sync"
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
		if calls != 2 || !errors.As(err, &later) {
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
