package queue

import (
	"context"
	"strings"

	"github.com/nats-io/nats.go"
)

// Announce tells pages that something about the dictation changed. It does not
// wait and cannot fail: who missed it reads the row.
func (q *Queue) Announce(dictation string) {
	// The connection buffers while it reconnects; an error means it was closed.
	_ = q.nc.Publish("evt."+dictation, nil)
}

// Listen calls f with the id of each dictation that changes until ctx ends. f
// must not block.
func (q *Queue) Listen(ctx context.Context, f func(dictation string)) error {
	sub, err := q.nc.Subscribe("evt.*", func(m *nats.Msg) {
		f(strings.TrimPrefix(m.Subject, "evt."))
	})
	if err != nil {
		return away(err)
	}
	<-ctx.Done()
	return sub.Unsubscribe()
}
