package worker

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// Options are the limits of a worker. Zero values give the defaults.
type Options struct {
	Slots    map[pipeline.Stage]int // jobs at a time, per stage; default 2. One more slot is kept for STAT.
	Lease    time.Duration          // as the queue's; default 30 s
	Attempts int                    // tries before a job is parked; default 5
	Limit    time.Duration          // longest one try may take; default 6 h
	Drain    time.Duration          // how long jobs may finish after a stop; default 5 s
	Backoff  func(attempt int) time.Duration
	Log      *slog.Logger
	Observe  func(stage pipeline.Stage, outcome string, took time.Duration) // for metrics; may be nil
}

// Worker does the stages it has handlers for.
type Worker struct {
	name     string
	store    *store.Store
	queue    *queue.Queue
	handlers map[pipeline.Stage]pipeline.Handler
	opts     Options
	tracer   trace.Tracer
}

// New makes a worker for the stages that have a handler.
func New(s *store.Store, q *queue.Queue, handlers map[pipeline.Stage]pipeline.Handler, opts Options) *Worker {
	if opts.Lease == 0 {
		opts.Lease = 30 * time.Second
	}
	if opts.Attempts == 0 {
		opts.Attempts = 5
	}
	if opts.Limit == 0 {
		opts.Limit = 6 * time.Hour
	}
	if opts.Drain == 0 {
		opts.Drain = 5 * time.Second
	}
	if opts.Backoff == nil {
		opts.Backoff = backoff
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Observe == nil {
		opts.Observe = func(pipeline.Stage, string, time.Duration) {}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return &Worker{
		name:  fmt.Sprintf("worker/%s/%d/%s", host, os.Getpid(), uuid.NewString()[:8]),
		store: s, queue: q, handlers: handlers, opts: opts,
		tracer: otel.Tracer("dictation/pipeline/worker"),
	}
}

// Run works until ctx ends; then it takes no new jobs, lets running ones finish
// for at most Options.Drain, gives the others back, and returns.
func (w *Worker) Run(ctx context.Context) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var lanes sync.WaitGroup
	for stage, h := range w.handlers {
		lanes.Go(func() { w.lane(ctx, work, stage, h, 1, true) })
		lanes.Go(func() { w.lane(ctx, work, stage, h, max(1, w.slots(stage)), false) })
		if div, ok := h.(pipeline.Divider); ok {
			lanes.Go(func() { w.helpLane(ctx, work, stage, div) })
		}
	}
	<-ctx.Done()
	drained := make(chan struct{})
	go func() { lanes.Wait(); close(drained) }()
	select {
	case <-drained:
	case <-time.After(w.opts.Drain):
		stop()
		<-drained
	}
}

func (w *Worker) slots(stage pipeline.Stage) int {
	if n, ok := w.opts.Slots[stage]; ok {
		return n
	}
	return 2
}

// Waits of a lane that finds nothing, and of one that finds the queue away.
const (
	pullWait = 2 * time.Second
	awayWait = time.Second
)

// lane pulls jobs of one stage into a number of slots until pull ends.
func (w *Worker) lane(pull, work context.Context, stage pipeline.Stage, h pipeline.Handler, slots int, statOnly bool) {
	w.fill(pull, stage, slots,
		func(ctx context.Context) (*queue.Message, error) { return w.next(ctx, stage, statOnly) },
		func(m *queue.Message) { w.process(work, m, h) })
}

// fill takes messages as slots become free until pull ends, and waits for the
// work on them.
func (w *Worker) fill(pull context.Context, stage pipeline.Stage, slots int,
	next func(context.Context) (*queue.Message, error), work func(*queue.Message)) {
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, slots)
	for {
		select {
		case <-pull.Done():
			return
		case free <- struct{}{}:
		}
		m, err := next(pull)
		if err != nil && pull.Err() == nil {
			w.opts.Log.WarnContext(pull, "queue away", "stage", stage, "err", err)
			sleep(pull, awayWait)
		}
		if m == nil {
			<-free
			continue
		}
		running.Go(func() {
			defer func() { <-free }()
			work(m)
		})
	}
}

// next takes a job: STAT first. A lane that has both looks for STAT without
// waiting and then waits for routine; a STAT job that comes meanwhile is taken
// by the lane that has nothing else to do.
func (w *Worker) next(ctx context.Context, stage pipeline.Stage, statOnly bool) (*queue.Message, error) {
	if statOnly {
		return w.queue.Pull(ctx, stage, pipeline.STAT, pullWait)
	}
	if m, err := w.queue.Pull(ctx, stage, pipeline.STAT, 0); m != nil || err != nil {
		return m, err
	}
	return w.queue.Pull(ctx, stage, pipeline.Routine, pullWait)
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// backoff is 2 s, 4 s, 8 s … up to 5 minutes.
func backoff(attempt int) time.Duration {
	return min(5*time.Minute, time.Second<<min(attempt, 10))
}
