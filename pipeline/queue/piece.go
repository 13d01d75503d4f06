package queue

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
)

// pieces is the lane of the pieces of long recordings:
//
//	job.piece.<stat|routine>.<dictation id>.<n>
//
// A message invites other workers to help. The worker that holds the dictation
// does every piece that nobody else takes, so a lost message only costs time.
const pieces pipeline.Stage = "piece"

// PublishPiece rings for a piece; one that is in the queue already is no error.
func (q *Queue) PublishPiece(ctx context.Context, p pipeline.Priority, dictation string, n int) error {
	return q.publish(ctx, fmt.Sprintf("job.%s.%s.%s.%d", pieces, p, dictation, n))
}

// PullPiece is Pull for pieces.
func (q *Queue) PullPiece(ctx context.Context, p pipeline.Priority, wait time.Duration) (*Message, error) {
	msg, err := q.pull(ctx, lane{pieces, p}, wait)
	if msg == nil || err != nil {
		return nil, err
	}
	m := &Message{Stage: pieces, msg: msg}
	parts := strings.Split(msg.Subject(), ".")
	if len(parts) == 5 {
		m.Dictation = parts[3]
		m.Piece, err = strconv.Atoi(parts[4])
	}
	if len(parts) != 5 || err != nil {
		return nil, m.Drop("no piece of this program")
	}
	return m, nil
}
