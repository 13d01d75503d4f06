package deliver_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/record/recordtest"
)

var errAway = pipeline.Errorf(pipeline.Unavailable, "The patient record is away. The note will be delivered when it is back.")

// wire is a line to a record: it looks at what is sent and spoils the answer.
type wire struct {
	record.System
	before func(ctx context.Context, doc record.Document) error // an error: never arrives
	after  func() error                                         // an error: arrives, the answer is lost
}

func (w wire) Attach(ctx context.Context, doc record.Document) (record.Receipt, error) {
	if w.before != nil {
		if err := w.before(ctx, doc); err != nil {
			return record.Receipt{}, err
		}
	}
	r, err := w.System.Attach(ctx, doc)
	if err == nil && w.after != nil {
		if err := w.after(); err != nil {
			return record.Receipt{}, err
		}
	}
	return r, err
}

func TestDelivers(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(1)
	l, rows := newLedger(doc), &recordtest.Rows{}
	var sent record.Document
	w := wire{System: record.NewChart(rows), before: func(_ context.Context, d record.Document) error {
		sent = d
		if l.open(d.Key) != 1 {
			t.Error("sent before the ledger knew of the try")
		}
		return nil
	}}
	res, err := deliver.New(l, w, "en-US").Handle(t.Context(), job(doc, 2))
	if err != nil {
		t.Fatal(err)
	}
	want := doc
	want.Key, want.Created = doc.Note.DocumentNumber+"@chart", time.Unix(0, 0)
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent document (-want +got):\n%s", diff)
	}
	d := res.Delivery
	if ids := rows.Held(doc.Note.DocumentNumber); len(ids) != 1 || d.RecordID != ids[0] {
		t.Errorf("delivery %+v, the record holds %q", d, ids)
	}
	wantLine := line{dictation: doc.Note.DictationID, attempt: 2, delivery: *d, ended: true}
	if d.Destination != "chart" || d.Key != want.Key || d.At.IsZero() || l.lines[0] != wantLine {
		t.Errorf("delivery %+v, ledger %+v", d, l.lines)
	}
}

func TestDoesNotSendWhatWasDelivered(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(1)
	l := newLedger(doc)
	sent := 0
	h := deliver.New(l, wire{System: record.NewChart(&recordtest.Rows{}), before: func(context.Context, record.Document) error {
		sent++
		return nil
	}}, "")
	first, err := h.Handle(t.Context(), job(doc, 1))
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.Handle(t.Context(), job(doc, 2))
	if err != nil || *again.Delivery != *first.Delivery || sent != 1 || len(l.lines) != 1 {
		t.Errorf("second: %+v, %v, sent %d times, %d ledger lines; want %+v sent once", again.Delivery, err, sent, len(l.lines), first.Delivery)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	altered := recordtest.NewDocument(1)
	altered.Note.Text += " No allergies."
	good := recordtest.NewDocument(2)
	refusal := pipeline.Errorf(pipeline.Invalid, "The record refused the note: the visit is closed.")
	for _, c := range []struct {
		name    string
		doc     record.Document
		unknown bool // the ledger has no note
		answer  error
		kind    pipeline.Kind
		outcome pipeline.Outcome
		lines   int
	}{
		{"record away", good, false, errAway, pipeline.Unavailable, pipeline.Again, 1},
		{"record refuses", good, false, refusal, pipeline.Invalid, pipeline.Park, 1},
		{"text altered after signing", altered, false, nil, pipeline.Invalid, pipeline.Park, 1},
		{"never signed", good, true, nil, pipeline.NotFound, pipeline.Park, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, rows := newLedger(), &recordtest.Rows{}
			if !c.unknown {
				l = newLedger(c.doc)
			}
			w := wire{System: record.NewChart(rows), before: func(context.Context, record.Document) error { return c.answer }}
			_, err := deliver.New(l, w, "").Handle(t.Context(), job(c.doc, 1))
			if pipeline.KindOf(err) != c.kind || pipeline.OutcomeOf(err) != c.outcome {
				t.Errorf("error %v, want kind %s, job %s", err, c.kind, c.outcome)
			}
			if c.answer != nil && pipeline.Sentence(err) != pipeline.Sentence(c.answer) {
				t.Errorf("the author reads %q, want the record's sentence", pipeline.Sentence(err))
			}
			if len(l.lines) != c.lines {
				t.Fatalf("%d ledger lines, want %d", len(l.lines), c.lines)
			}
			if c.lines == 1 && (!l.lines[0].ended || pipeline.KindOf(l.lines[0].failure) != c.kind || l.lines[0].delivery.RecordID != "") {
				t.Errorf("ledger line %+v, want it ended as %s", l.lines[0], c.kind)
			}
			if held := rows.Held(c.doc.Note.DocumentNumber); len(held) != 0 {
				t.Errorf("the record holds %q", held)
			}
		})
	}
}

func TestAnswerIsKeptWhenTheWorkerMustStop(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(1)
	l := newLedger(doc)
	ctx, cancel := context.WithCancel(t.Context())
	w := wire{System: record.NewChart(&recordtest.Rows{}), after: func() error { cancel(); return nil }}
	res, err := deliver.New(l, w, "").Handle(ctx, job(doc, 1))
	if err != nil || !l.lines[0].ended || l.lines[0].delivery != *res.Delivery {
		t.Errorf("result %+v, error %v, ledger %+v", res.Delivery, err, l.lines)
	}
}

func TestLedgerFailure(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(1)
	l, rows := newLedger(doc), &recordtest.Rows{}
	held := func() int { return len(rows.Held(doc.Note.DocumentNumber)) }
	handle := func(l deliver.Ledger) error {
		_, err := deliver.New(l, record.NewChart(rows), "").Handle(t.Context(), job(doc, 1))
		return err
	}
	if err := handle(lossy{Ledger: l, begin: errAway}); !errors.Is(err, errAway) || held() != 0 {
		t.Errorf("nothing may be sent without a ledger line: error %v, %d documents", err, held())
	}
	if err := handle(lossy{Ledger: l, end: errAway}); pipeline.OutcomeOf(err) != pipeline.Again {
		t.Errorf("outcome not written: error %v, want the job tried again", err)
	}
	if err := handle(l); err != nil || held() != 1 {
		t.Errorf("third try: error %v, %d documents", err, held())
	}
}
