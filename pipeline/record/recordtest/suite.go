package recordtest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Harness is one System under test and a view of what arrived behind it.
type Harness struct {
	System record.System

	// NewDocument gives another document at every call that System can take:
	// its patient, visit and note exist wherever System looks them up.
	NewDocument func(t *testing.T) record.Document

	// Held lists the record ids of everything the destination holds with a
	// document number, doubles included.
	Held func(t *testing.T, documentNumber string) []string
}

// Run puts a System through the suite. start is called once for every test and
// may give each the same System; the tests run in parallel.
func Run(t *testing.T, start func(t *testing.T) Harness) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"has a name fit for keys", nameFits},
		{"attaches one document", attachesOne},
		{"same key again gives the same receipt", sameKeyAgain},
		{"same key at the same time gives one document", sameKeyAtOnce},
		{"two keys are two documents", twoKeys},
		{"refuses a key used for another note", keyReused},
		{"refuses what must not be attached", refuses},
		{"does nothing when cancelled, and takes it afterwards", cancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, start(t))
		})
	}
}

func nameFits(t *testing.T, h Harness) {
	name := h.System.Name()
	if name == "" || len(name) > 32 {
		t.Fatalf("Name() = %q, want 1 to 32 characters", name)
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			t.Errorf("Name() = %q: %q is not a lower-case letter, digit or hyphen", name, r)
		}
	}
}

func attachesOne(t *testing.T, h Harness) {
	doc := h.NewDocument(t)
	r := attach(t, h, doc)
	if r.RecordID == "" || r.At.IsZero() {
		t.Errorf("receipt %+v, want record id and time", r)
	}
	holds(t, h, doc, r.RecordID)
}

func sameKeyAgain(t *testing.T, h Harness) {
	doc := h.NewDocument(t)
	first := attach(t, h, doc)
	for range 3 {
		same(t, first, attach(t, h, doc))
	}
	holds(t, h, doc, first.RecordID)
}

func sameKeyAtOnce(t *testing.T, h Harness) {
	const tries = 8
	doc := h.NewDocument(t)
	var (
		wg       sync.WaitGroup
		receipts [tries]record.Receipt
		errs     [tries]error
	)
	for i := range tries {
		wg.Go(func() { receipts[i], errs[i] = h.System.Attach(t.Context(), doc) })
	}
	wg.Wait()
	// A loser of the race may be told to come again, but not that it failed.
	var won []record.Receipt
	for i, err := range errs {
		switch {
		case err == nil:
			won = append(won, receipts[i])
		case pipeline.OutcomeOf(err) != pipeline.Again:
			t.Errorf("try %d: %v", i, err)
		}
	}
	last := attach(t, h, doc)
	for _, r := range won {
		same(t, last, r)
	}
	holds(t, h, doc, last.RecordID)
}

func twoKeys(t *testing.T, h Harness) {
	a, b := h.NewDocument(t), h.NewDocument(t)
	ra, rb := attach(t, h, a), attach(t, h, b)
	if ra.RecordID == rb.RecordID {
		t.Errorf("both documents have record id %s", ra.RecordID)
	}
	holds(t, h, a, ra.RecordID)
	holds(t, h, b, rb.RecordID)
}

func keyReused(t *testing.T, h Harness) {
	a, b := h.NewDocument(t), h.NewDocument(t)
	b.Key = a.Key
	r := attach(t, h, a)
	refused(t, h, b)
	holds(t, h, a, r.RecordID)
	holds(t, h, b)
}

func refuses(t *testing.T, h Harness) {
	for _, c := range Refusals {
		t.Run(c.Name, func(t *testing.T) {
			doc := h.NewDocument(t)
			c.Spoil(&doc)
			refused(t, h, doc)
			holds(t, h, doc)
		})
	}
}

func cancelled(t *testing.T, h Harness) {
	doc := h.NewDocument(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.System.Attach(ctx, doc); pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("cancelled: error %v, want kind unavailable", err)
	}
	holds(t, h, doc)
	holds(t, h, doc, attach(t, h, doc).RecordID)
}

func attach(t *testing.T, h Harness, doc record.Document) record.Receipt {
	t.Helper()
	r, err := h.System.Attach(t.Context(), doc)
	if err != nil {
		t.Fatalf("Attach: %v", err)
	}
	return r
}

func refused(t *testing.T, h Harness, doc record.Document) {
	t.Helper()
	r, err := h.System.Attach(t.Context(), doc)
	if pipeline.KindOf(err) != pipeline.Invalid {
		t.Errorf("receipt %+v, error %v; want kind invalid", r, err)
	}
}

func same(t *testing.T, want, got record.Receipt) {
	t.Helper()
	if got.RecordID != want.RecordID || !got.At.Equal(want.At) {
		t.Errorf("receipt %+v, want %+v", got, want)
	}
}

// holds checks that the destination holds exactly the documents ids under doc's number.
func holds(t *testing.T, h Harness, doc record.Document, ids ...string) {
	t.Helper()
	if got := h.Held(t, doc.Note.DocumentNumber); !slices.Equal(got, ids) {
		t.Errorf("the record holds %q, want %q", got, ids)
	}
}
