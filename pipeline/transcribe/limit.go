package transcribe

import (
	"context"
	"errors"
	"time"

	"dictation/pipeline"
)

// Limit is how long an engine may take for a sound.
type Limit struct {
	Start    time.Duration // whatever the length: start-up with a cold disk, a queue; default a minute
	PerAudio float64       // times the sound's length; default 10: a loaded two-core machine was seen to need 2.5
}

// For gives the limit for a sound of the length.
func (l Limit) For(length time.Duration) time.Duration {
	if l.Start <= 0 {
		l.Start = time.Minute
	}
	if l.PerAudio <= 0 {
		l.PerAudio = 10
	}
	return l.Start + time.Duration(l.PerAudio*float64(length))
}

// errLate is in the chain of what was stopped at its limit.
var errLate = errors.New("time limit of the engine")

// Run calls recognise with a context that ends at the limit. Its error is
// recognise's own, or an Unavailable one when the time was up or ctx ended
// (then wrapping ctx.Err()).
func (l Limit) Run(ctx context.Context, length time.Duration, recognise func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, l.For(length))
	defer cancel()
	err := recognise(limited)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return pipeline.Wrap(pipeline.Unavailable, errors.Join(ctx.Err(), err), "Recognition was stopped before it was done; nothing is lost and it starts again.")
	case limited.Err() != nil:
		return pipeline.Wrap(pipeline.Unavailable, errors.Join(errLate, err), "The speech engine did not finish in the time allowed for a recording of this length. The recording is kept and recognition is tried again.")
	}
	return err
}

// Ended reports whether err came of [Limit.Run]'s context and not of the
// engine: it was stopped, or its time was up.
func Ended(err error) bool {
	return errors.Is(err, errLate) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// RetryAfter is in the chain of an Unavailable error that says when to come
// again: a server's Retry-After, a breaker's rest.
type RetryAfter struct {
	After time.Duration
}

// Error implements error.
func (r RetryAfter) Error() string { return "try again in " + r.After.Round(time.Second).String() }

// RetryAfter lets those who do not know this package ask for the time.
func (r RetryAfter) RetryAfter() time.Duration { return r.After }
