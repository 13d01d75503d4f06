package deliver

import (
	"context"
	"errors"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Ledger is what package store knows of notes and deliveries.
type Ledger interface {
	// NoteForDelivery gives the signed note of a dictation with its patient and
	// its visit (zero when it has none); NotFound when nothing was signed.
	NoteForDelivery(ctx context.Context, dictationID string) (pipeline.Note, pipeline.Patient, pipeline.Encounter, error)

	// BeginAttempt logs durably that a try is about to be made; d has
	// Destination and Key. When a try with that key was delivered already it
	// logs nothing and returns that delivery; otherwise done is nil and line
	// names the new entry.
	BeginAttempt(ctx context.Context, dictationID string, attempt int, d pipeline.Delivery) (line int64, done *pipeline.Delivery, err error)

	// EndAttempt completes the entry: with d's RecordID and At when failure is
	// nil, otherwise with failure's kind and sentence.
	EndAttempt(ctx context.Context, line int64, d pipeline.Delivery, failure error) error
}

// Handler attaches notes to one record. It implements [pipeline.Handler] and
// is safe for concurrent use.
type Handler struct {
	ledger   Ledger
	system   record.System
	language string
	others   *Outbound // nil where there are no other destinations
}

// And makes the handler put every note it has delivered into the ledger of out,
// for the destinations whose rules want it.
func (h *Handler) And(out *Outbound) *Handler {
	h.others = out
	return h
}

// New makes a handler that delivers to system. language is the BCP 47 tag of
// the site's notes, for example "en-US"; empty when not known.
func New(ledger Ledger, system record.System, language string) *Handler {
	return &Handler{ledger: ledger, system: system, language: language}
}

// Key is the idempotency key of a note at a destination: the same on every
// try, after any restart, from any worker.
func Key(documentNumber, destination string) string { return documentNumber + "@" + destination }

// WithdrawalKey is the key of telling a destination that a note was sent by mistake.
func WithdrawalKey(documentNumber, destination string) string {
	return Key(documentNumber, destination) + "_withdrawal"
}

// Handle implements [pipeline.Handler]; Result.Delivery is set.
func (h *Handler) Handle(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	doc, err := document(ctx, h.ledger, job.Dictation, h.system.Name(), h.language)
	if err != nil {
		return pipeline.Result{}, err
	}
	done, err := h.attach(ctx, job, doc)
	if err != nil {
		return pipeline.Result{}, err
	}
	// Last, and again after a restart in between: it adds nothing twice.
	if h.others != nil {
		if _, err := h.others.Enqueue(ctx, doc, job.Dictation.Facility); err != nil {
			return pipeline.Result{}, err
		}
	}
	return pipeline.Result{Delivery: done}, nil
}

// attach does the try: log, do, log.
func (h *Handler) attach(ctx context.Context, job pipeline.Job, doc record.Document) (*pipeline.Delivery, error) {
	d := pipeline.Delivery{Destination: h.system.Name(), Key: doc.Key}
	line, done, err := h.ledger.BeginAttempt(ctx, job.Dictation.ID, job.Attempt, d)
	if err != nil || done != nil {
		return done, err
	}
	receipt, failure := h.system.Attach(ctx, doc)
	d.RecordID, d.At = receipt.RecordID, receipt.At
	return &d, errors.Join(failure, h.end(ctx, line, d, failure))
}

// notes is the part of [Ledger] that knows what was signed.
type notes interface {
	NoteForDelivery(ctx context.Context, dictationID string) (pipeline.Note, pipeline.Patient, pipeline.Encounter, error)
}

// document gathers what a record is given.
func document(ctx context.Context, from notes, dict pipeline.Dictation, destination, language string) (record.Document, error) {
	note, patient, visit, err := from.NoteForDelivery(ctx, dict.ID)
	if err != nil {
		return record.Document{}, err
	}
	return record.Document{
		Key:       Key(note.DocumentNumber, destination),
		Note:      note,
		Patient:   patient,
		Encounter: visit,
		Author:    record.Person{ID: note.Seal.AuthorID, Name: note.Seal.AuthorName},
		Signer:    record.Person{ID: note.Seal.SignerID, Name: note.Seal.SignerName},
		Created:   dict.Created,
		Language:  language,
	}, nil
}

// endWithin bounds writing the outcome once the work itself is cancelled.
const endWithin = 5 * time.Second

// end writes the outcome of a try even when the worker is told to stop: the
// record's answer is known by now and must not get lost.
func (h *Handler) end(ctx context.Context, line int64, d pipeline.Delivery, failure error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	return h.ledger.EndAttempt(ctx, line, d, failure)
}
