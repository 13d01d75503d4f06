package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/record/recordtest"
)

// fault is what goes wrong in one try.
type fault string

const (
	none         fault = "none"
	neverArrives fault = "never arrives"
	answerLost   fault = "arrives, answer lost"
	beginLost    fault = "ledger line written, answer lost"
	endLost      fault = "arrives, outcome not written"
	stopBefore   fault = "worker stopped before sending"
	stopAfter    fault = "worker stopped after sending"
	killed       fault = "worker killed after sending"
	duplicate    fault = "two workers at once"
)

var faults = []fault{none, neverArrives, answerLost, beginLost, endLost, stopBefore, stopAfter, killed, duplicate}

// dead is the panic that stands for kill -9: nothing after it runs.
type dead struct{}

// try runs one try as a fresh worker would, with only ledger and record left
// from before, and returns the deliveries it reported.
func try(ctx context.Context, l deliver.Ledger, chart record.System, doc record.Document, attempt int, f fault) []pipeline.Delivery {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := wire{System: chart}
	switch f {
	case neverArrives:
		w.before = func(context.Context, record.Document) error { return errAway }
	case answerLost:
		w.after = func() error { return errAway }
	case beginLost:
		l = lossy{Ledger: l, begin: errAway}
	case endLost:
		l = lossy{Ledger: l, end: errAway}
	case stopBefore:
		w.before = func(context.Context, record.Document) error { cancel(); return nil }
	case stopAfter:
		w.after = func() error { cancel(); return nil }
	case killed:
		w.after = func() error { panic(dead{}) }
	}
	workers := 1
	if f == duplicate {
		workers = 2
	}
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		got []pipeline.Delivery
	)
	for range workers {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil && p != (dead{}) {
					panic(p)
				}
			}()
			res, err := deliver.New(l, w, "").Handle(ctx, job(doc, attempt))
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, *res.Delivery)
			}
		})
	}
	wg.Wait()
	return got
}

// run makes one try after another and returns every delivery reported.
func run(ctx context.Context, l deliver.Ledger, chart record.System, doc record.Document, seen []fault) (got []pipeline.Delivery) {
	for i, f := range seen {
		got = append(got, try(ctx, l, chart, doc, i+1, f)...)
	}
	return got
}

// once checks that the record holds one document and that every delivery names it.
func once(got []pipeline.Delivery, held []string) error {
	if len(held) != 1 {
		return fmt.Errorf("the record holds %q, want one document", held)
	}
	if len(got) == 0 {
		return errors.New("the last, undisturbed try delivered nothing")
	}
	for _, d := range got {
		if d.RecordID != held[0] || d.Key != got[0].Key || !d.At.Equal(got[0].At) {
			return fmt.Errorf("deliveries %+v, the record holds %q", got, held)
		}
	}
	return nil
}

// Any sequence of tries, lost answers, duplicates and restarts gives exactly
// one document, and every delivery ever reported names it.
func TestDeliveredOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		doc := recordtest.NewDocument(1)
		l, rows := newLedger(doc), &recordtest.Rows{}
		chart := record.NewChart(rows)
		seen := rapid.SliceOfN(rapid.SampledFrom(faults), 0, 8).Draw(rt, "faults")

		got := run(t.Context(), l, chart, doc, append(seen, none))
		if err := once(got, rows.Held(doc.Note.DocumentNumber)); err != nil {
			rt.Fatal(err)
		}
		// One undisturbed try ends the sending for good.
		if n := len(l.lines); len(try(t.Context(), l, chart, doc, 99, none)) != 1 || len(l.lines) != n {
			rt.Fatal("a delivered note was sent again")
		}
	})
}
