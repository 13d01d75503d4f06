package sweep_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
	"dictation/pipeline/sweep"
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

type house struct {
	store  *store.Store
	blob   *blob.Store
	queue  *queue.Queue
	nc     *nats.Conn
	intake *intake.Intake
	sweep  *sweep.Sweeper
}

func setup(t *testing.T) *house {
	t.Helper()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	at := localtest.S3(t)
	b, err := blob.Open(t.Context(), blob.Config{
		Endpoint: at.Endpoint, Region: at.Region, AccessKey: at.AccessKey, SecretKey: at.SecretKey, Bucket: at.Work, Intake: at.Intake,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{store: s, blob: b, nc: localtest.NATS(t)}
	if h.queue, err = queue.Open(t.Context(), h.nc, queue.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutPatient(t.Context(), pipeline.Patient{MRN: "M1", Family: "F", BirthDate: time.Now(), Sex: "other"}); err != nil {
		t.Fatal(err)
	}
	h.intake = intake.New(s, b, h.queue, intake.Options{})
	h.sweep = sweep.New(s, h.queue, h.intake, sweep.Options{})
	return h
}

func (h *house) receive(t *testing.T) pipeline.Dictation {
	t.Helper()
	d, err := h.intake.Receive(t.Context(), store.Actor{ID: "test"}, intake.Request{PatientMRN: "M1", Worktype: "letter", Source: "api"}, strings.NewReader("sound"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// waiting counts the jobs in the queue; JetStream's own count follows the
// messages by a moment, so it is asked until it is what is wanted.
func (h *house) waiting(t *testing.T, want uint64) uint64 {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); ; {
		all, err := h.queue.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := all["decode.routine"]; n == want || time.Now().After(limit) {
			return n
		}
	}
}

// The whole work queue is lost: everything that waited is rung for again, once.
func TestQueueIsMadeAgain(t *testing.T) {
	t.Parallel()
	h := setup(t)
	const n = 7
	for range n {
		h.receive(t)
	}
	got, err := h.sweep.Ring(t.Context(), 0)
	if in := h.waiting(t, n); err != nil || got != n || in != n {
		t.Fatalf("rang for %d, %d in the queue, %v", got, in, err)
	}
	js, err := jetstream.New(h.nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(t.Context(), "JOBS"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := h.sweep.Ring(t.Context(), 0)
		if in := h.waiting(t, n); err != nil || got != n || in != n {
			t.Fatalf("rang for %d, %d in the queue, %v", got, in, err)
		}
	}
	if got, err := h.sweep.Ring(t.Context(), time.Minute); err != nil || got != 0 {
		t.Errorf("rang for %d that were told just now, %v", got, err)
	}
}

func TestOnceDoesEverything(t *testing.T) {
	t.Parallel()
	h := setup(t)
	d := h.receive(t)
	if err := h.sweep.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, n, err := h.store.CheckAudit(t.Context())
	if pos, _ := v.Head(); err != nil || len(v.Problems()) > 0 || pos != int64(n) || n == 0 {
		t.Errorf("%d of %d entries of %s sealed, %v, %v", pos, n, d.ID, v.Problems(), err)
	}
}
