package queue_test

import (
	"context"
	"testing"
	"time"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/queue"
)

func TestMain(m *testing.M) { localtest.Main(m) }

func open(t *testing.T, opts queue.Options) *queue.Queue {
	t.Helper()
	q, err := queue.Open(t.Context(), localtest.NATS(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func publish(t *testing.T, q *queue.Queue, p pipeline.Priority, id string) {
	t.Helper()
	if err := q.Publish(t.Context(), pipeline.Decode, p, id); err != nil {
		t.Fatal(err)
	}
}

func pull(t *testing.T, q *queue.Queue, p pipeline.Priority, wait time.Duration) *queue.Message {
	t.Helper()
	m, err := q.Pull(t.Context(), pipeline.Decode, p, wait)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOneMessageAJob(t *testing.T) {
	t.Parallel()
	q := open(t, queue.Options{})
	for range 3 {
		publish(t, q, pipeline.STAT, "a")
	}
	if m := pull(t, q, pipeline.Routine, 0); m != nil {
		t.Errorf("STAT came in the routine lane: %v", m)
	}
	m := pull(t, q, pipeline.STAT, 0)
	if m == nil || m.Dictation != "a" || m.Stage != pipeline.Decode {
		t.Fatalf("message %v", m)
	}
	publish(t, q, pipeline.STAT, "a") // while it is worked on
	if m := pull(t, q, pipeline.STAT, 0); m != nil {
		t.Errorf("a second message: %v", m)
	}
	if err := m.Done(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish(t, q, pipeline.STAT, "a") // a new round of the same job
	if m := pull(t, q, pipeline.STAT, time.Second); m == nil {
		t.Error("the job cannot come back")
	}
}

func TestAgainComesBack(t *testing.T) {
	t.Parallel()
	q := open(t, queue.Options{})
	publish(t, q, pipeline.Routine, "a")
	m := pull(t, q, pipeline.Routine, time.Second)
	if err := m.Again(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if m = pull(t, q, pipeline.Routine, 5*time.Second); m == nil {
		t.Fatal("it did not come back")
	}
	if err := m.Drop("no use"); err != nil {
		t.Fatal(err)
	}
	if m := pull(t, q, pipeline.Routine, 0); m != nil {
		t.Error("a dropped message came back")
	}
}

// Without a sign of life a message goes to another worker; with one it stays.
func TestLease(t *testing.T) {
	t.Parallel()
	q := open(t, queue.Options{Lease: 300 * time.Millisecond})
	publish(t, q, pipeline.Routine, "a")
	m := pull(t, q, pipeline.Routine, time.Second)
	for range 4 {
		if other := pull(t, q, pipeline.Routine, 150*time.Millisecond); other != nil {
			t.Fatal("it was given away while it was worked on")
		}
		if err := m.Working(); err != nil {
			t.Fatal(err)
		}
	}
	if other := pull(t, q, pipeline.Routine, 5*time.Second); other == nil {
		t.Error("a silent worker kept it")
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	q := open(t, queue.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	got, done := make(chan string, 10), make(chan error, 1)
	go func() { done <- q.Listen(ctx, func(id string) { got <- id }) }()
	// Who listens late misses hints: announce until one arrives.
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for heard := false; !heard; {
		select {
		case id := <-got:
			if heard = true; id != "d1" {
				t.Errorf("heard %q", id)
			}
		case <-tick.C:
			q.Announce("d1")
		case <-t.Context().Done():
			t.Fatal("nothing was heard")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
