package store_test

import (
	"errors"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

func TestReceiveOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, again, err := b.Receive(t.Context(), b.author, b.fresh(pipeline.STAT), "file-1", "")
	if err != nil || again {
		t.Fatal(err, again)
	}
	second, again, err := b.Receive(t.Context(), b.author, b.fresh(pipeline.STAT), "file-1", "")
	if err != nil || !again || second.ID != first.ID || second.JobNumber != first.JobNumber {
		t.Errorf("the same file made %s after %s: %v", second.JobNumber, first.JobNumber, err)
	}
	if len(first.JobNumber) > 16 {
		t.Errorf("job number %q does not fit HL7 TXA-12 with its parts", first.JobNumber)
	}
	select {
	case <-b.Outbox():
	default:
		t.Error("the relay was not woken")
	}
	var calls []pipeline.Call
	n, err := b.Relay(t.Context(), 10, func(c []pipeline.Call) error { calls = c; return nil })
	if err != nil || n != 1 || calls[0] != (pipeline.Call{Dictation: first.ID, Stage: pipeline.Decode, Priority: pipeline.STAT}) {
		t.Errorf("outbox %v, %v", calls, err)
	}
	b.whole(t)
}

func TestOutboxKeepsWhatWasNotPublished(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.receive(t, pipeline.Routine)
	away := errors.New("away")
	if _, err := b.Relay(t.Context(), 10, func([]pipeline.Call) error { return away }); !errors.Is(err, away) {
		t.Fatal(err)
	}
	if n, err := b.Relay(t.Context(), 10, func([]pipeline.Call) error { return nil }); n != 1 || err != nil {
		t.Errorf("%d rows left, %v", n, err)
	}
}

func TestHeldWithoutPatient(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.fresh(pipeline.Routine)
	d.PatientID = ""
	d, _, err := b.Receive(t.Context(), b.author, d, "", "no patient")
	if err != nil || d.State != pipeline.Held || d.Reason != "no patient" {
		t.Fatalf("%s %q, %v", d.Position, d.Reason, err)
	}
	_, err = b.Unhold(t.Context(), b.author, d.ID)
	wantKind(t, err, pipeline.Conflict)
	if err := b.Identify(t.Context(), b.author, d.ID, store.Identity{PatientID: b.patient}); err != nil {
		t.Fatal(err)
	}
	if d, err = b.Unhold(t.Context(), b.author, d.ID); err != nil || d.State != pipeline.Pending || d.Reason != "" {
		t.Fatalf("%s %q, %v", d.Position, d.Reason, err)
	}
	if n, err := b.Relay(t.Context(), 10, func([]pipeline.Call) error { return nil }); n != 1 || err != nil {
		t.Errorf("released dictation was announced %d times, %v", n, err)
	}
	b.whole(t)
}

func TestOneWorkerClaims(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.receive(t, pipeline.Routine)
	errs := race(8, func(i int) error {
		_, err := b.Claim(t.Context(), d.ID, pipeline.Decode, string(rune('a'+i)), time.Minute)
		return err
	})
	if n := successes(errs); n != 1 {
		t.Fatalf("%d workers have it: %v", n, errs)
	}
	got, err := b.Claim(t.Context(), d.ID, pipeline.Decode, "late", time.Minute)
	wantKind(t, err, pipeline.Locked)
	if got.Lease.IsZero() {
		t.Error("the one who is locked out is not told until when")
	}
	_, err = b.Claim(t.Context(), d.ID, pipeline.Transcribe, "other stage", time.Minute)
	wantKind(t, err, pipeline.Conflict)
	b.whole(t)
}

// A worker that fell silent is replaced, and what it says later is not written.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.receive(t, pipeline.Routine)
	dead, err := b.Claim(t.Context(), d.ID, pipeline.Decode, "dead", time.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	alive, err := b.Claim(t.Context(), d.ID, pipeline.Decode, "alive", time.Minute)
	if err != nil || alive.Attempt != 2 {
		t.Fatalf("attempt %d, %v", alive.Attempt, err)
	}
	late := pipeline.Job{Dictation: dead, Stage: pipeline.Decode, Attempt: dead.Attempt}
	if err := b.Heartbeat(t.Context(), d.ID, "dead", 1, time.Minute); !errors.Is(err, store.ErrTakenOver) {
		t.Errorf("late heartbeat: %v", err)
	}
	for name, f := range map[string]func() error{
		"complete":  func() error { _, err := b.Complete(t.Context(), late, "dead", pipeline.Result{}); return err },
		"fail":      func() error { _, err := b.Fail(t.Context(), late, "dead", "x"); return err },
		"give back": func() error { _, err := b.GiveBack(t.Context(), late, "dead", "x", false); return err },
	} {
		if err := f(); !errors.Is(err, store.ErrTakenOver) {
			t.Errorf("late %s: %v", name, err)
		}
	}
	job := pipeline.Job{Dictation: alive, Stage: pipeline.Decode, Attempt: 2}
	if err := b.Heartbeat(t.Context(), d.ID, "alive", 2, time.Minute); err != nil {
		t.Error(err)
	}
	done, err := b.Complete(t.Context(), job, "alive", pipeline.Result{Sound: &pipeline.Sound{Canonical: pipeline.Object{Key: "k"}}})
	if err != nil || done.Stage != pipeline.Transcribe || done.Attempt != 0 {
		t.Errorf("%s attempt %d, %v", done.Position, done.Attempt, err)
	}
	b.whole(t)
}

func TestFailAndRetry(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.receive(t, pipeline.STAT)
	claimed, err := b.Claim(t.Context(), d.ID, pipeline.Decode, "w", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	failed, err := b.Fail(t.Context(), pipeline.Job{Dictation: claimed, Stage: pipeline.Decode, Attempt: 1}, "w", "It is silent.")
	if err != nil || failed.State != pipeline.Failed || failed.Reason != "It is silent." {
		t.Fatalf("%s %q, %v", failed.Position, failed.Reason, err)
	}
	_, err = b.Claim(t.Context(), d.ID, pipeline.Decode, "w", time.Minute)
	wantKind(t, err, pipeline.Conflict)
	if _, err := b.Relay(t.Context(), 10, func([]pipeline.Call) error { return nil }); err != nil {
		t.Fatal(err)
	}
	again, err := b.Retry(t.Context(), b.author, d.ID)
	if err != nil || again.State != pipeline.Pending || again.Stage != pipeline.Decode {
		t.Fatalf("%s, %v", again.Position, err)
	}
	if n, err := b.Relay(t.Context(), 10, func([]pipeline.Call) error { return nil }); n != 1 || err != nil {
		t.Errorf("retried dictation was announced %d times, %v", n, err)
	}
	b.whole(t)
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	pending, busy, silent := b.receive(t, pipeline.STAT), b.receive(t, pipeline.Routine), b.receive(t, pipeline.Routine)
	b.drafted(t, pipeline.Routine) // waits for a person, not for a machine
	for id, lease := range map[string]time.Duration{busy.ID: time.Hour, silent.ID: time.Microsecond} {
		if _, err := b.Claim(t.Context(), id, pipeline.Decode, "w", lease); err != nil {
			t.Fatal(err)
		}
	}
	now, err := b.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	calls, err := b.Waiting(t.Context(), now, 10)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, c := range calls {
		got[c.Dictation] = true
	}
	if len(calls) != 2 || !got[pending.ID] || !got[silent.ID] {
		t.Errorf("%v, want the pending and the silent one", calls)
	}
	if calls, err := b.Waiting(t.Context(), now, 10); err != nil || len(calls) > 0 {
		t.Errorf("announced just now, and again: %v, %v", calls, err)
	}
}

func TestDraftIsAVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.drafted(t, pipeline.Routine)
	if d.Stage != pipeline.Review || d.Step != pipeline.Typing || d.State != pipeline.Pending || d.TextN != 1 {
		t.Fatalf("%s, text %d", d.Position, d.TextN)
	}
	v, err := b.Draft(t.Context(), d.ID)
	if err != nil || v.Kind != pipeline.DraftVersion || v.Engine != "e" || len(v.Words) != 1 || v.Words[0].Confidence == nil {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err := b.Text(t.Context(), b.receive(t, pipeline.Routine).ID, 0); err != nil || v.N != 0 || len(v.Words) != 0 {
		t.Errorf("a dictation without text has %+v, %v", v, err)
	}
}
