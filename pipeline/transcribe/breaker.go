package transcribe

import (
	"errors"
	"sync"
	"time"

	"dictation/pipeline"
)

// Breaker says when an engine that keeps failing is left alone.
type Breaker struct {
	Failures int           // in a row, until it rests; default 5, below 0: it never rests
	Rest     time.Duration // until one sound is tried on it again; default 30 s
}

func (b Breaker) withDefaults() Breaker {
	if b.Failures == 0 {
		b.Failures = 5
	}
	if b.Rest <= 0 {
		b.Rest = 30 * time.Second
	}
	return b
}

// BreakerState is what an engine's breaker does.
type BreakerState string

// The states of a breaker.
const (
	Closed   BreakerState = "closed"    // the engine gets sound
	Open     BreakerState = "open"      // it rests
	HalfOpen BreakerState = "half-open" // its rest is over: one sound tells whether it is well
)

// breaker counts an engine's failures.
type breaker struct {
	opts Breaker

	mu       sync.Mutex
	failures int
	until    time.Time // it rests until then; zero: closed
	trying   bool      // half-open, and the trial runs
}

// allow asks for leave to use the engine, which [breaker.record] gives back;
// rest is how long it is still left alone.
func (b *breaker) allow() (rest time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch now := time.Now(); {
	case b.until.IsZero():
		return 0, true
	case now.Before(b.until):
		return b.until.Sub(now), false
	case b.trying:
		return time.Second, false
	}
	b.trying = true
	return 0, true
}

// record books how it went. A failure is one of the engine's: that it was
// stopped, or cannot take this recording, says nothing of it.
func (b *breaker) record(err error, stopped bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	tried := b.trying
	b.trying = false
	switch {
	case err == nil:
		b.failures, b.until = 0, time.Time{}
		return
	case stopped || pipeline.OutcomeOf(err) == pipeline.Park:
		return
	}
	b.failures++
	var later RetryAfter
	switch {
	case b.opts.Failures < 0:
	case errors.As(err, &later) && later.After > 0:
		b.until = time.Now().Add(later.After)
	case tried || b.failures >= b.opts.Failures:
		b.until = time.Now().Add(b.opts.Rest)
	}
}

// state tells what the breaker does and for how long.
func (b *breaker) state() (BreakerState, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch rest := time.Until(b.until); {
	case b.until.IsZero():
		return Closed, 0
	case rest > 0:
		return Open, rest
	}
	return HalfOpen, 0
}
