package worker

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// process does one job from claim to acknowledgement. It never returns an
// error: what goes wrong decides what happens to the message.
func (w *Worker) process(ctx context.Context, m *queue.Message, h pipeline.Handler) {
	began := time.Now()
	ctx, span := w.tracer.Start(m.Context(ctx), string(m.Stage),
		trace.WithAttributes(attribute.String("dictation", m.Dictation)))
	defer span.End()

	d, err := w.store.Claim(ctx, m.Dictation, m.Stage, w.name, w.opts.Lease)
	if err != nil {
		w.unclaimed(ctx, m, d, err)
		return
	}
	w.queue.Announce(d.ID)
	job := pipeline.Job{Dictation: d, Stage: m.Stage, Attempt: d.Attempt}
	if job.Attempt > w.opts.Attempts {
		// Earlier tries ended without a word: the worker itself died over it.
		err = pipeline.Errorf(pipeline.Unreadable, "The work on this dictation was broken off %d times. It is kept as it is; an administrator can try again.", w.opts.Attempts)
		w.settle(ctx, m, job, pipeline.Result{}, err)
		w.opts.Observe(m.Stage, "failed", time.Since(began))
		return
	}
	result, err := w.handle(ctx, m, job, h)
	outcome := w.settle(ctx, m, job, result, err)
	w.opts.Observe(m.Stage, outcome, time.Since(began))
}

// unclaimed ends a message whose row could not be claimed.
func (w *Worker) unclaimed(ctx context.Context, m *queue.Message, d pipeline.Dictation, err error) {
	log := w.opts.Log.With("dictation", m.Dictation, "stage", m.Stage)
	switch pipeline.KindOf(err) {
	case pipeline.Conflict:
		// The row is elsewhere. If it waits for the next machine stage, the worker
		// that brought it there may have died before it rang: ring again.
		if d.Stage != m.Stage && d.Stage.Machine() && d.State == pipeline.Pending {
			if err := w.queue.Publish(ctx, d.Stage, d.Priority, d.ID); err != nil {
				w.again(ctx, m, w.opts.Backoff(1))
				return
			}
		}
		w.done(ctx, m)
	case pipeline.Locked:
		w.again(ctx, m, min(w.opts.Lease, max(time.Second, time.Until(d.Lease))))
	case pipeline.NotFound:
		log.ErrorContext(ctx, "job without a row", "err", err)
		if err := m.Drop("no such dictation"); err != nil {
			log.WarnContext(ctx, "message not dropped", "err", err)
		}
	default:
		log.WarnContext(ctx, "job not claimed", "err", err)
		w.again(ctx, m, w.opts.Backoff(1))
	}
}

// handle runs the handler while message and row are kept alive.
func (w *Worker) handle(ctx context.Context, m *queue.Message, job pipeline.Job, h pipeline.Handler) (result pipeline.Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.opts.Limit)
	defer cancel()
	ctx, lost := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.beat(ctx, m, job, lost)
	}()
	defer func() { lost(nil); <-stopped }()
	defer w.broke(ctx, job, &err)
	result, err = w.do(ctx, job, h)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, store.ErrTakenOver) {
		err = cause
	}
	return result, err
}

// broke turns a panic of a handler into an error; it is deferred.
func (w *Worker) broke(ctx context.Context, job pipeline.Job, err *error) {
	if v := recover(); v != nil {
		// The value may hold patient data: only where it happened is logged.
		w.opts.Log.ErrorContext(ctx, "panic in a stage", "stage", job.Stage, "dictation", job.Dictation.ID, "stack", string(debug.Stack()))
		*err = pipeline.Errorf(pipeline.Internal, "The %s stage broke down over this dictation. It is kept as it is.", job.Stage)
	}
}

// beat keeps message and row alive until ctx ends.
func (w *Worker) beat(ctx context.Context, m *queue.Message, job pipeline.Job, lost context.CancelCauseFunc) {
	w.keep(ctx, job.Dictation.ID, lost, func() error {
		return errors.Join(m.Working(), w.store.Heartbeat(ctx, job.Dictation.ID, w.name, job.Attempt, w.opts.Lease))
	})
}

// keep gives a sign of life every third of a lease until ctx ends. When the work
// was taken over it ends it with that as the cause.
func (w *Worker) keep(ctx context.Context, what string, lost context.CancelCauseFunc, sign func() error) {
	tick := time.NewTicker(w.opts.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := sign()
		switch {
		case err == nil, ctx.Err() != nil:
		case errors.Is(err, store.ErrTakenOver):
			lost(err)
			return
		default:
			w.opts.Log.WarnContext(ctx, "heartbeat", "dictation", what, "err", err)
		}
	}
}

// settleTime bounds writing the outcome once the worker was told to stop, and
// resultTime how long a finished result waits for a database that is away.
const (
	settleTime = 10 * time.Second
	resultTime = 15 * time.Minute
)

// outlast gives a context that ends resultTime from now, or settleTime after ctx
// has ended.
func outlast(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), resultTime)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(settleTime, cancel) })
	return longer, func() { stop(); cancel() }
}

// settle writes what came of a job and ends its message. It returns the outcome
// for the metrics.
func (w *Worker) settle(ctx context.Context, m *queue.Message, job pipeline.Job, result pipeline.Result, err error) string {
	stopping := ctx.Err() != nil
	ctx, cancel := outlast(ctx)
	defer cancel()
	log := w.opts.Log.With("dictation", job.Dictation.ID, "stage", job.Stage, "attempt", job.Attempt)
	switch {
	case err == nil:
		return w.complete(ctx, m, job, result)
	case stopping:
		w.giveBack(ctx, m, job, "", uncounted(0))
		return "given back"
	case errors.Is(err, store.ErrTakenOver):
		log.WarnContext(ctx, "work taken over", "err", err)
		w.again(ctx, m, w.opts.Lease)
		return "taken over"
	case pipeline.OutcomeOf(err) == pipeline.Again && asksToWait(err) > 0 && worthWaiting(job.Dictation, time.Now()):
		log.WarnContext(ctx, "stage has to wait", "after", asksToWait(err), "err", err)
		w.giveBack(ctx, m, job, pipeline.Sentence(err), uncounted(asksToWait(err)))
		return "again"
	case pipeline.OutcomeOf(err) == pipeline.Again && job.Attempt < w.opts.Attempts:
		log.WarnContext(ctx, "stage will be tried again", "err", err)
		w.giveBack(ctx, m, job, pipeline.Sentence(err), delay{after: w.opts.Backoff(job.Attempt), counts: true})
		return "again"
	}
	if pipeline.KindOf(err) == pipeline.Internal {
		log.ErrorContext(ctx, "stage failed", "err", err)
	} else {
		log.WarnContext(ctx, "stage failed", "err", err)
	}
	if _, err := w.store.Fail(ctx, job, w.name, pipeline.Sentence(err)); err != nil {
		log.WarnContext(ctx, "failure not written", "err", err)
		w.again(ctx, m, w.opts.Backoff(job.Attempt))
		return "again"
	}
	w.queue.Announce(job.Dictation.ID)
	w.done(ctx, m)
	return "failed"
}

func (w *Worker) complete(ctx context.Context, m *queue.Message, job pipeline.Job, result pipeline.Result) string {
	log := w.opts.Log.With("dictation", job.Dictation.ID, "stage", job.Stage, "attempt", job.Attempt)
	d, err := w.write(ctx, m, job, result)
	if err != nil {
		// Not written: the row is still ours, or another worker's. Either way the
		// message comes back and the claim decides.
		log.WarnContext(ctx, "result not written", "err", err)
		w.again(ctx, m, w.opts.Lease)
		return "again"
	}
	w.queue.Announce(d.ID)
	if d.Stage.Machine() && d.State == pipeline.Pending {
		if err := w.queue.Publish(ctx, d.Stage, d.Priority, d.ID); err != nil {
			// The row has moved on; the message comes back and rings again.
			log.WarnContext(ctx, "next stage not rung", "err", err)
			w.again(ctx, m, time.Second)
			return "done"
		}
	}
	w.done(ctx, m)
	log.InfoContext(ctx, "stage done", "to", d.Position.String())
	return "done"
}

// write stores a result. Work that is done is not thrown away because the
// database is away for a while: as long as ctx lasts and the job is ours, it is
// kept alive and tried again.
func (w *Worker) write(ctx context.Context, m *queue.Message, job pipeline.Job, result pipeline.Result) (pipeline.Dictation, error) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, w.opts.Lease/4) {
		d, err := w.store.Complete(ctx, job, w.name, result)
		if err == nil || pipeline.OutcomeOf(err) == pipeline.Park || errors.Is(err, store.ErrTakenOver) || ctx.Err() != nil {
			return d, err
		}
		w.opts.Log.WarnContext(ctx, "result not written yet", "dictation", job.Dictation.ID, "stage", job.Stage, "err", err)
		sleep(ctx, wait)
		// Either may fail while the servers are away; the next round tells.
		_ = errors.Join(m.Working(), w.store.Heartbeat(ctx, job.Dictation.ID, w.name, job.Attempt, w.opts.Lease))
	}
}

// delay is when a job is tried again, and whether the try counts.
type delay struct {
	after  time.Duration
	counts bool
}

// uncounted is the delay of a try that was not one.
func uncounted(after time.Duration) delay { return delay{after: after} }

// longestWait bounds what a part may ask for.
const longestWait = 10 * time.Minute

// asksToWait is how long the part that failed wants to be left alone: a busy
// speech server says so, or one that rests. 0: it does not say.
func asksToWait(err error) time.Duration {
	var wait interface{ RetryAfter() time.Duration }
	if !errors.As(err, &wait) {
		return 0
	}
	return min(longestWait, wait.RetryAfter())
}

// worthWaiting reports whether a dictation may wait for a part without its tries
// being counted: until half of its turn-around time is over. Then a person is to
// know of it.
func worthWaiting(d pipeline.Dictation, now time.Time) bool {
	return now.Before(d.Created.Add(d.Due.Sub(d.Created) / 2))
}

func (w *Worker) giveBack(ctx context.Context, m *queue.Message, job pipeline.Job, reason string, d delay) {
	if _, err := w.store.GiveBack(ctx, job, w.name, reason, !d.counts); err != nil {
		w.opts.Log.WarnContext(ctx, "job not given back", "dictation", job.Dictation.ID, "err", err)
		d.after = w.opts.Lease
	}
	w.queue.Announce(job.Dictation.ID)
	w.again(ctx, m, d.after)
}

// done and again end a message. If JetStream cannot be told, the message comes
// back by itself and finds the row moved on.
func (w *Worker) done(ctx context.Context, m *queue.Message) {
	if err := m.Done(ctx); err != nil {
		w.opts.Log.WarnContext(ctx, "message not acknowledged", "dictation", m.Dictation, "err", err)
	}
}

func (w *Worker) again(ctx context.Context, m *queue.Message, after time.Duration) {
	if err := m.Again(after); err != nil {
		w.opts.Log.WarnContext(ctx, "message not given back", "dictation", m.Dictation, "err", err)
	}
}
