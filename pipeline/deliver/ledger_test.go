package deliver_test

import (
	"context"
	"sync"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
)

// line is one entry of the ledger.
type line struct {
	dictation string
	attempt   int
	delivery  pipeline.Delivery
	ended     bool
	failure   error
}

// ledger keeps in memory what package store keeps in PostgreSQL: it outlives
// the handler that writes to it.
type ledger struct {
	mu    sync.Mutex
	docs  map[string]record.Document // by dictation id
	lines []line
}

func newLedger(docs ...record.Document) *ledger {
	l := &ledger{docs: map[string]record.Document{}}
	for _, d := range docs {
		l.docs[d.Note.DictationID] = d
	}
	return l
}

func (l *ledger) NoteForDelivery(ctx context.Context, dictation string) (pipeline.Note, pipeline.Patient, pipeline.Encounter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, ok := l.docs[dictation]
	switch {
	case ctx.Err() != nil:
		return pipeline.Note{}, pipeline.Patient{}, pipeline.Encounter{}, ctx.Err()
	case !ok:
		return pipeline.Note{}, pipeline.Patient{}, pipeline.Encounter{},
			pipeline.Errorf(pipeline.NotFound, "There is no signed note for this dictation.")
	}
	return d.Note, d.Patient, d.Encounter, nil
}

func (l *ledger) BeginAttempt(ctx context.Context, dictation string, attempt int, d pipeline.Delivery) (int64, *pipeline.Delivery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil {
		return 0, nil, ctx.Err()
	}
	for _, e := range l.lines {
		if e.delivery.Key == d.Key && e.ended && e.failure == nil {
			done := e.delivery
			return 0, &done, nil
		}
	}
	l.lines = append(l.lines, line{dictation: dictation, attempt: attempt, delivery: d})
	return int64(len(l.lines)), nil, nil
}

func (l *ledger) EndAttempt(ctx context.Context, n int64, d pipeline.Delivery, failure error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := &l.lines[n-1]
	e.delivery, e.failure, e.ended = d, failure, true
	return nil
}

// open counts the entries for key that have begun and not ended.
func (l *ledger) open(key string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.lines {
		if e.delivery.Key == key && !e.ended {
			n++
		}
	}
	return n
}

// lossy is a ledger whose answers get lost: begin after the line was written,
// end before anything was.
type lossy struct {
	deliver.Ledger
	begin, end error
}

func (l lossy) BeginAttempt(ctx context.Context, dictation string, attempt int, d pipeline.Delivery) (int64, *pipeline.Delivery, error) {
	n, done, err := l.Ledger.BeginAttempt(ctx, dictation, attempt, d)
	if l.begin != nil {
		return 0, nil, l.begin
	}
	return n, done, err
}

func (l lossy) EndAttempt(ctx context.Context, n int64, d pipeline.Delivery, failure error) error {
	if l.end != nil {
		return l.end
	}
	return l.Ledger.EndAttempt(ctx, n, d, failure)
}

// job is a deliver job for the dictation of doc.
func job(doc record.Document, attempt int) pipeline.Job {
	return pipeline.Job{
		Dictation: pipeline.Dictation{ID: doc.Note.DictationID, JobNumber: doc.Note.DocumentNumber, Created: time.Unix(0, 0)},
		Stage:     pipeline.Deliver,
		Attempt:   attempt,
	}
}
