package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"golang.org/x/sync/errgroup"

	"dictation/pipeline"
)

// Options are the queue's limits. Zero values give the defaults.
type Options struct {
	Lease    time.Duration // a job without a sign of life is given to another worker; default 30 s
	MaxBytes int64         // of the stream on disk; default 256 MiB
	Replicas int           // of the stream in a NATS cluster; default 1
}

// Queue is a connection to the work queue. It is safe for concurrent use.
type Queue struct {
	nc        *nats.Conn
	js        jetstream.JetStream
	opts      Options
	consumers atomic.Pointer[map[lane]jetstream.Consumer]
}

// lane is one consumer: a stage and a priority.
type lane struct {
	stage    pipeline.Stage
	priority pipeline.Priority
}

// stream is the name of the work queue's stream.
const stream = "JOBS"

var priorities = []pipeline.Priority{pipeline.STAT, pipeline.Routine}

// Open makes or updates the stream and its consumers.
func Open(ctx context.Context, nc *nats.Conn, opts Options) (*Queue, error) {
	if opts.Lease == 0 {
		opts.Lease = 30 * time.Second
	}
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 256 << 20
	}
	opts.Replicas = max(opts.Replicas, 1)
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	q := &Queue{nc: nc, js: js, opts: opts}
	return q, q.Ensure(ctx)
}

// Ensure makes the stream and consumers when they are missing.
func (q *Queue) Ensure(ctx context.Context) error {
	_, err := q.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:                 stream,
		Description:          "One message per dictation and machine stage; ids only.",
		Subjects:             []string{"job.>"},
		Retention:            jetstream.WorkQueuePolicy,
		Storage:              jetstream.FileStorage,
		Replicas:             q.opts.Replicas,
		Discard:              jetstream.DiscardNew,
		MaxMsgsPerSubject:    1,
		DiscardNewPerSubject: true,
		MaxBytes:             q.opts.MaxBytes,
		MaxMsgSize:           64 << 10,
	})
	if err != nil {
		return fmt.Errorf("make the job stream: %w", err)
	}
	consumers := make(map[lane]jetstream.Consumer)
	for _, st := range append(slices.Clone(pipeline.MachineStages), pieces) {
		for _, p := range priorities {
			c, err := q.js.CreateOrUpdateConsumer(ctx, stream, jetstream.ConsumerConfig{
				Durable:       fmt.Sprintf("%s-%s", st, p),
				FilterSubject: fmt.Sprintf("job.%s.%s.>", st, p),
				AckPolicy:     jetstream.AckExplicitPolicy,
				AckWait:       q.opts.Lease,
				MaxAckPending: 1000,
				MaxDeliver:    -1, // the row counts attempts
			})
			if err != nil {
				return fmt.Errorf("make the consumer of %s %s: %w", st, p, err)
			}
			consumers[lane{st, p}] = c
		}
	}
	q.consumers.Store(&consumers)
	return nil
}

// tooMany is JetStream's code for "this subject has its message already"; a
// stream that is full has the same code and another description.
const tooMany jetstream.ErrorCode = 10077

// Publish rings for a job and returns when JetStream has stored the message. A
// job that is in the queue already is no error.
func (q *Queue) Publish(ctx context.Context, stage pipeline.Stage, p pipeline.Priority, dictation string) error {
	return q.publish(ctx, fmt.Sprintf("job.%s.%s.%s", stage, p, dictation))
}

func (q *Queue) publish(ctx context.Context, subject string) error {
	msg := nats.NewMsg(subject)
	otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(msg.Header))
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := q.js.PublishMsg(ctx, msg)
	var api *jetstream.APIError
	if errors.As(err, &api) && api.ErrorCode == tooMany && strings.Contains(api.Description, "per subject") {
		return nil
	}
	return pipeline.Wrap(pipeline.Unavailable, err, "The job queue does not answer.")
}

// PublishAll rings for several jobs, some at a time.
func (q *Queue) PublishAll(ctx context.Context, calls []pipeline.Call) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	for _, c := range calls {
		g.Go(func() error { return q.Publish(ctx, c.Stage, c.Priority, c.Dictation) })
	}
	return g.Wait()
}

// Message is a job taken from the queue. Exactly one of Done, Again and Drop ends it.
type Message struct {
	Stage     pipeline.Stage
	Dictation string
	Piece     int // of the dictation; only in what PullPiece gives
	msg       jetstream.Msg
}

// Pull takes a job of the stage and priority, waiting up to wait for one; 0 only
// looks. It returns nil when there is none.
func (q *Queue) Pull(ctx context.Context, stage pipeline.Stage, p pipeline.Priority, wait time.Duration) (*Message, error) {
	msg, err := q.pull(ctx, lane{stage, p}, wait)
	if msg == nil || err != nil {
		return nil, err
	}
	id := msg.Subject()[strings.LastIndexByte(msg.Subject(), '.')+1:]
	return &Message{Stage: stage, Dictation: id, msg: msg}, nil
}

func (q *Queue) pull(ctx context.Context, l lane, wait time.Duration) (jetstream.Msg, error) {
	c := (*q.consumers.Load())[l]
	var batch jetstream.MessageBatch
	var err error
	if wait == 0 {
		batch, err = c.FetchNoWait(1)
	} else {
		fetch, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		batch, err = c.Fetch(1, jetstream.FetchContext(fetch))
	}
	if err != nil {
		return nil, away(err)
	}
	for msg := range batch.Messages() {
		return msg, nil
	}
	if err := batch.Error(); err != nil && !quiet(err) {
		return nil, away(err)
	}
	return nil, nil
}

// quiet reports whether err only says that nothing came.
func quiet(err error) bool {
	return errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, context.Canceled) || errors.Is(err, jetstream.ErrNoMessages)
}

func away(err error) error {
	return pipeline.Wrap(pipeline.Unavailable, err, "The job queue does not answer.")
}

// Context carries on the trace that the publisher was in.
func (m *Message) Context(ctx context.Context) context.Context {
	return otel.GetTextMapPropagator().Extract(ctx, propagation.HeaderCarrier(m.msg.Headers()))
}

// Working tells JetStream that the job is still being worked on.
func (m *Message) Working() error { return away(m.msg.InProgress()) }

// Done removes the job and waits until JetStream says so.
func (m *Message) Done(ctx context.Context) error { return away(m.msg.DoubleAck(ctx)) }

// Again gives the job back, to come again after the delay.
func (m *Message) Again(after time.Duration) error { return away(m.msg.NakWithDelay(after)) }

// Drop removes a job that can never be done, with the reason in JetStream's advisory.
func (m *Message) Drop(reason string) error { return away(m.msg.TermWithReason(reason)) }

// Waiting says how many jobs are in the queue, per stage and priority.
func (q *Queue) Waiting(ctx context.Context) (map[string]uint64, error) {
	waiting := make(map[string]uint64)
	for l, c := range *q.consumers.Load() {
		info, err := c.Info(ctx)
		if err != nil {
			return nil, away(err)
		}
		waiting[fmt.Sprintf("%s.%s", l.stage, l.priority)] = info.NumPending + uint64(info.NumAckPending)
	}
	return waiting, nil
}

// Ping asks JetStream for the stream.
func (q *Queue) Ping(ctx context.Context) error {
	_, err := q.js.Stream(ctx, stream)
	return away(err)
}
