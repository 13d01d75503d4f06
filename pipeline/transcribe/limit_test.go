package transcribe_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
)

func TestLimit(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		limit        transcribe.Limit
		length, want time.Duration
	}{
		{transcribe.Limit{}, 0, time.Minute},
		{transcribe.Limit{}, time.Minute, 11 * time.Minute},
		{transcribe.Limit{Start: time.Second, PerAudio: 0.5}, time.Minute, 31 * time.Second},
	} {
		if got := tc.limit.For(tc.length); got != tc.want {
			t.Errorf("%+v for %v: %v, want %v", tc.limit, tc.length, got, tc.want)
		}
	}
}

func TestLimitTellsLateFromStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wait := func(ctx context.Context) error {
			<-ctx.Done()
			return errors.New("killed")
		}
		err := transcribe.Limit{}.Run(t.Context(), time.Second, wait)
		if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "time allowed") || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("late: %v", err)
		}
		if !transcribe.Ended(err) {
			t.Error("late is not told from broken")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = transcribe.Limit{}.Run(ctx, time.Second, wait)
		if !errors.Is(err, context.Canceled) || pipeline.KindOf(err) != pipeline.Unavailable || !transcribe.Ended(err) {
			t.Errorf("stopped: %v", err)
		}
		broken := errors.New("broken")
		if err := (transcribe.Limit{}).Run(t.Context(), time.Second, func(context.Context) error { return broken }); err != broken || transcribe.Ended(err) {
			t.Errorf("broken: %v", err)
		}
	})
}
