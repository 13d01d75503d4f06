package worker_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
	"dictation/pipeline/worker"
	"dictation/transcript"
)

func TestMain(m *testing.M) {
	localtest.Main(m, func(ctx context.Context, url string) error {
		s, err := store.Open(ctx, url)
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Migrate(ctx)
		return err
	})
}

// handler is a function as a stage.
type handler func(ctx context.Context, job pipeline.Job) (pipeline.Result, error)

func (h handler) Handle(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	return h(ctx, job)
}

func decoded(context.Context, pipeline.Job) (pipeline.Result, error) {
	return pipeline.Result{Sound: &pipeline.Sound{Canonical: pipeline.Object{Key: "k"}}}, nil
}

func drafted(context.Context, pipeline.Job) (pipeline.Result, error) {
	return pipeline.Result{Draft: &transcript.Draft{Engine: "test", Text: "words"}}, nil
}

// house is a store and a queue with a relay, and the news of what changed.
type house struct {
	store   *store.Store
	queue   *queue.Queue
	patient string
	news    chan string
}

const lease = 600 * time.Millisecond

func setup(t *testing.T) *house {
	t.Helper()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	q, err := queue.Open(t.Context(), localtest.NATS(t), queue.Options{Lease: lease})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{store: s, queue: q, news: make(chan string, 1000)}
	h.patient, err = s.PutPatient(t.Context(), pipeline.Patient{MRN: "M1", Family: "F", BirthDate: time.Now(), Sex: "other"})
	if err != nil {
		t.Fatal(err)
	}
	h.background(t, func(ctx context.Context) { worker.Relay(ctx, s, q, discard()) })
	h.background(t, func(ctx context.Context) {
		if err := q.Listen(ctx, func(id string) { h.news <- id }); err != nil {
			t.Error(err)
		}
	})
	return h
}

// background runs f until the returned function or the test ends it.
func (h *house) background(t *testing.T, f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// work runs a worker.
func (h *house) work(t *testing.T, opts worker.Options, handlers map[pipeline.Stage]pipeline.Handler) (stop func()) {
	opts.Lease = lease
	if opts.Backoff == nil {
		opts.Backoff = func(int) time.Duration { return time.Millisecond }
	}
	return h.background(t, worker.New(h.store, h.queue, handlers, opts).Run)
}

func (h *house) receive(t *testing.T, p pipeline.Priority) string {
	t.Helper()
	return h.receiveDue(t, p, time.Now().Add(time.Hour))
}

func (h *house) receiveDue(t *testing.T, p pipeline.Priority, due time.Time) string {
	t.Helper()
	id := uuid.NewString()
	_, _, err := h.store.Receive(t.Context(), store.Actor{ID: "test"}, pipeline.Dictation{
		ID: id, PatientID: h.patient, Worktype: pipeline.Letter, Priority: p, Due: due, Source: "api",
	}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// until waits for the dictation to be as wanted.
func (h *house) until(t *testing.T, id string, want func(pipeline.Dictation) bool) pipeline.Dictation {
	t.Helper()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	limit := time.After(30 * time.Second)
	for {
		d, err := h.store.Dictation(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if want(d) {
			return d
		}
		select {
		case <-h.news:
		case <-poll.C:
		case <-limit:
			t.Fatalf("still at %s: %s", d.Position, d.Reason)
		}
	}
}

func inReview(d pipeline.Dictation) bool { return d.Stage == pipeline.Review }
func failed(d pipeline.Dictation) bool   { return d.State == pipeline.Failed }

// empty checks that nothing is left in the queue.
func (h *house) empty(t *testing.T) {
	t.Helper()
	limit := time.Now().Add(10 * time.Second)
	for {
		waiting, err := h.queue.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var n uint64
		for _, w := range waiting {
			n += w
		}
		if n == 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("left in the queue: %v", waiting)
		}
	}
}

func TestThroughAllStages(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var calls atomic.Int64
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(func(ctx context.Context, j pipeline.Job) (pipeline.Result, error) {
			calls.Add(1)
			return decoded(ctx, j)
		}),
		pipeline.Transcribe: handler(drafted),
	})
	const n = 10
	ids := make([]string, n)
	for i := range ids {
		ids[i] = h.receive(t, []pipeline.Priority{pipeline.STAT, pipeline.Routine}[i%2])
	}
	for _, id := range ids {
		d := h.until(t, id, inReview)
		if d.Step != pipeline.Typing || d.TextN != 1 || d.Sound.Canonical.Key != "k" {
			t.Errorf("%s text %d sound %q", d.Position, d.TextN, d.Sound.Canonical.Key)
		}
	}
	if calls.Load() != n {
		t.Errorf("%d dictations were decoded %d times", n, calls.Load())
	}
	h.empty(t)
}

func TestBadRecordingIsNotRetried(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var calls atomic.Int64
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(func(context.Context, pipeline.Job) (pipeline.Result, error) {
			calls.Add(1)
			return pipeline.Result{}, pipeline.Errorf(pipeline.Unreadable, "This is not a recording.")
		}),
	})
	d := h.until(t, h.receive(t, pipeline.Routine), failed)
	if d.Reason != "This is not a recording." || calls.Load() != 1 {
		t.Errorf("reason %q after %d tries", d.Reason, calls.Load())
	}
	h.empty(t)
}

func TestTroubleIsRetriedAFewTimes(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func() error{
		"away":  func() error { return pipeline.Errorf(pipeline.Unavailable, "The engine is away.") },
		"panic": func() error { panic("boom") },
		"bug":   func() error { return errors.New("boom") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			var calls atomic.Int64
			h.work(t, worker.Options{Attempts: 3}, map[pipeline.Stage]pipeline.Handler{
				pipeline.Decode: handler(func(context.Context, pipeline.Job) (pipeline.Result, error) {
					calls.Add(1)
					return pipeline.Result{}, trouble()
				}),
			})
			d := h.until(t, h.receive(t, pipeline.Routine), failed)
			if calls.Load() != 3 || d.Reason == "" || d.Reason == "boom" {
				t.Errorf("%d tries, reason %q", calls.Load(), d.Reason)
			}
			h.empty(t)
		})
	}
}

func TestTroubleThatPasses(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var calls atomic.Int64
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(func(ctx context.Context, j pipeline.Job) (pipeline.Result, error) {
			if calls.Add(1) < 3 {
				return pipeline.Result{}, pipeline.Errorf(pipeline.Unavailable, "Away.")
			}
			return decoded(ctx, j)
		}),
	})
	d := h.until(t, h.receive(t, pipeline.Routine), func(d pipeline.Dictation) bool { return d.Stage == pipeline.Transcribe })
	if d.Reason != "" {
		t.Errorf("the reason of an earlier try stands: %q", d.Reason)
	}
}

// While a long routine job fills the only slot, STAT goes past it.
func TestSTATGoesPast(t *testing.T) {
	t.Parallel()
	h := setup(t)
	started, finish := make(chan struct{}), make(chan struct{})
	var once sync.Once
	h.work(t, worker.Options{Slots: map[pipeline.Stage]int{pipeline.Decode: 1}}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(func(ctx context.Context, j pipeline.Job) (pipeline.Result, error) {
			if j.Dictation.Priority == pipeline.Routine {
				once.Do(func() { close(started) })
				<-finish
			}
			return decoded(ctx, j)
		}),
	})
	long := h.receive(t, pipeline.Routine)
	<-started
	for range 5 {
		h.receive(t, pipeline.Routine)
	}
	next := func(d pipeline.Dictation) bool { return d.Stage == pipeline.Transcribe }
	h.until(t, h.receive(t, pipeline.STAT), next)
	if d, err := h.store.Dictation(t.Context(), long); err != nil || d.State != pipeline.InProgress {
		t.Errorf("the long job is at %s, %v", d.Position, err)
	}
	close(finish)
	h.until(t, long, next)
}

// A job longer than its lease is kept alive and done once.
func TestLongWorkKeepsItsLease(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var calls atomic.Int64
	long := map[pipeline.Stage]pipeline.Handler{pipeline.Decode: handler(func(ctx context.Context, j pipeline.Job) (pipeline.Result, error) {
		calls.Add(1)
		select {
		case <-ctx.Done():
			return pipeline.Result{}, ctx.Err()
		case <-time.After(3 * lease):
			return decoded(ctx, j)
		}
	}), pipeline.Transcribe: handler(drafted)}
	h.work(t, worker.Options{}, long)
	h.work(t, worker.Options{}, long)
	h.until(t, h.receive(t, pipeline.Routine), inReview)
	if calls.Load() != 1 {
		t.Errorf("done %d times", calls.Load())
	}
	h.empty(t)
}

// A worker that stops gives its job back uncounted, and another does it.
func TestStopGivesBack(t *testing.T) {
	t.Parallel()
	h := setup(t)
	started := make(chan struct{})
	stop := h.work(t, worker.Options{Drain: time.Millisecond}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(func(ctx context.Context, _ pipeline.Job) (pipeline.Result, error) {
			close(started)
			<-ctx.Done()
			return pipeline.Result{}, ctx.Err()
		}),
	})
	id := h.receive(t, pipeline.Routine)
	<-started
	stop()
	d, err := h.store.Dictation(t.Context(), id)
	if err != nil || d.State != pipeline.Pending || d.Attempt != 0 || d.Reason != "" {
		t.Fatalf("%s attempt %d %q, %v", d.Position, d.Attempt, d.Reason, err)
	}
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{pipeline.Decode: handler(decoded), pipeline.Transcribe: handler(drafted)})
	h.until(t, id, inReview)
	h.empty(t)
}

// A worker died between moving the row and ringing for the next stage: the
// message that comes back rings.
func TestRingsAgainAfterACrash(t *testing.T) {
	t.Parallel()
	h := setup(t)
	id := h.receive(t, pipeline.Routine)
	m := pull(t, h, pipeline.Decode)
	d, err := h.store.Claim(t.Context(), id, pipeline.Decode, "dead", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Complete(t.Context(), pipeline.Job{Dictation: d, Stage: pipeline.Decode, Attempt: 1}, "dead", pipeline.Result{}); err != nil {
		t.Fatal(err)
	}
	if err := m.Again(0); err != nil {
		t.Fatal(err)
	}
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{pipeline.Decode: handler(decoded), pipeline.Transcribe: handler(drafted)})
	h.until(t, id, inReview)
	h.empty(t)
}

func pull(t *testing.T, h *house, stage pipeline.Stage) *queue.Message {
	t.Helper()
	m, err := h.queue.Pull(t.Context(), stage, pipeline.Routine, 10*time.Second)
	if err != nil || m == nil {
		t.Fatalf("message %v, %v", m, err)
	}
	return m
}

// A job that kills its worker every time is parked in the end.
func TestPoisonIsParked(t *testing.T) {
	t.Parallel()
	h := setup(t)
	id := h.receive(t, pipeline.Routine)
	for range 3 {
		if _, err := h.store.Claim(t.Context(), id, pipeline.Decode, "dies", time.Nanosecond); err != nil {
			t.Fatal(err)
		}
	}
	h.work(t, worker.Options{Attempts: 3}, map[pipeline.Stage]pipeline.Handler{pipeline.Decode: handler(decoded)})
	if d := h.until(t, id, failed); d.Reason == "" {
		t.Error("parked without a reason")
	}
	h.empty(t)
}

// A message without a row is removed and said so, not tried for ever.
func TestJobWithoutARow(t *testing.T) {
	t.Parallel()
	h := setup(t)
	if err := h.queue.Publish(t.Context(), pipeline.Decode, pipeline.Routine, uuid.NewString()); err != nil {
		t.Fatal(err)
	}
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{pipeline.Decode: handler(decoded)})
	h.empty(t)
}

// busy is an error that says when it is worth another try.
type busy struct{ after time.Duration }

func (b busy) Error() string             { return "busy" }
func (b busy) RetryAfter() time.Duration { return b.after }

// A part that asks to be left alone for a while does not use up the tries.
func TestWaitingIsNoTry(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var calls atomic.Int64
	h.work(t, worker.Options{Attempts: 2}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(func(ctx context.Context, j pipeline.Job) (pipeline.Result, error) {
			if calls.Add(1) < 5 {
				return pipeline.Result{}, pipeline.Wrap(pipeline.Unavailable, busy{time.Millisecond}, "The engine is busy.")
			}
			return decoded(ctx, j)
		}),
		pipeline.Transcribe: handler(drafted),
	})
	h.until(t, h.receive(t, pipeline.Routine), inReview)
	if calls.Load() != 5 {
		t.Errorf("%d tries", calls.Load())
	}
}

// But when much of its turn-around time is over, somebody is to know.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.work(t, worker.Options{Attempts: 2}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(func(context.Context, pipeline.Job) (pipeline.Result, error) {
			return pipeline.Result{}, pipeline.Wrap(pipeline.Unavailable, busy{time.Millisecond}, "The engine is busy.")
		}),
	})
	if d := h.until(t, h.receiveDue(t, pipeline.Routine, time.Now()), failed); d.Reason != "The engine is busy." {
		t.Errorf("failed with %q", d.Reason)
	}
}
