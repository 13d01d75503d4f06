package worker

import (
	"context"
	"log/slog"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// relayBatch is how many outbox rows are published in one transaction, and
// relayPoll how often the relay looks without being woken.
const (
	relayBatch = 64
	relayPoll  = time.Second
)

// Relay publishes what transactions left in the outbox until ctx ends: at once
// when this process wrote it, within a second when another did. Any number of
// relays may run.
func Relay(ctx context.Context, s *store.Store, q *queue.Queue, log *slog.Logger) {
	tick := time.NewTicker(relayPoll)
	defer tick.Stop()
	for {
		for {
			n, err := s.Relay(ctx, relayBatch, func(calls []pipeline.Call) error { return q.PublishAll(ctx, calls) })
			if err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "outbox not relayed", "err", err)
			}
			if n < relayBatch || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.Outbox():
		}
	}
}
