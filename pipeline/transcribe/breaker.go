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

// longestRest bounds how long an engine rests because it was too busy for one
// recording: others may find it free.
const longestRest = time.Minute

// breaker counts an engine's failures.
type breaker struct {
	opts Breaker

	mu       sync.Mutex
	failures int
	until    time.Time // it rests until then; zero: closed
	trying   bool      // half-open, and the trial runs
}

// allow asks for leave to use the engine, which [breaker.record] gives back:
// trial says that it is the one sound that tells whether the engine is well
// again. rest is how long it is still left alone; 0: it may be used.
func (b *breaker) allow() (trial bool, rest time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if rest := b.rest(); rest > 0 {
		return false, rest
	}
	trial = !b.until.IsZero()
	b.trying = b.trying || trial
	return trial, 0
}

// rests is how long the engine would be left alone if somebody asked now.
func (b *breaker) rests() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rest()
}

// rest is [breaker.rests] under the lock. While a trial runs, nobody knows its
// end: as long again as after a bad one.
func (b *breaker) rest() time.Duration {
	switch {
	case b.until.IsZero():
		return 0
	case b.trying:
		return b.opts.Rest
	}
	return max(0, time.Until(b.until))
}

// record books how it went. A failure is one of the engine's: that it was
// stopped, or cannot take this recording, says nothing of it. Nor do those that
// began before the breaker opened: the trial tells.
func (b *breaker) record(trial bool, err error, stopped bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !trial && !b.until.IsZero() {
		return
	}
	if trial {
		b.trying = false
	}
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
		b.until = time.Now().Add(min(later.After, longestRest))
	case trial || b.failures >= b.opts.Failures:
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
