package deliver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/store"
)

// Outbound sends notes to the records systems of others, by the ledger in the
// store: one line a document and destination, written with the note's delivery
// to the built-in record, tried until the destination has it, a person must look,
// or it is given up. Any number of processes may run it.
type Outbound struct {
	store        *store.Store
	destinations []*address
	opts         Options
	news         chan struct{}
}

// Options are the Outbound's settings. Zero values give the defaults.
type Options struct {
	Language string        // of the notes, BCP 47
	Poll     time.Duration // how often it looks for what is due; default 1 s
	OnTheWay time.Duration // how old a note must be before it counts as forgotten; default 15 min
	Log      *slog.Logger
}

// address is a destination with its rest: nothing is tried before.
type address struct {
	Destination
	rest atomic.Int64 // Unix nanoseconds
}

// actor is the outbound in the audit.
var actor = store.Actor{ID: "deliver"}

// NewOutbound makes an Outbound; the destinations' names must differ.
func NewOutbound(s *store.Store, destinations []Destination, opts Options) *Outbound {
	opts.Poll, opts.OnTheWay = cmp.Or(opts.Poll, time.Second), cmp.Or(opts.OnTheWay, 15*time.Minute)
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	o := &Outbound{store: s, opts: opts, news: make(chan struct{}, 1)}
	for _, d := range destinations {
		d.Parallel, d.Lease = max(d.Parallel, 1), cmp.Or(d.Lease, 5*time.Minute)
		o.destinations = append(o.destinations, &address{Destination: d})
	}
	return o
}

// Register notes the destinations in the store; what is signed from the first
// time on goes there. It is called once before anything else.
func (o *Outbound) Register(ctx context.Context) error {
	names := make([]string, len(o.destinations))
	for i, d := range o.destinations {
		names[i] = d.System.Name()
	}
	return o.store.AddDestinations(ctx, names)
}

// Enqueue puts a signed note of a facility into the ledger for each destination
// that takes it, and returns how many lines are new.
func (o *Outbound) Enqueue(ctx context.Context, doc record.Document, facility string) (int, error) {
	var lines []pipeline.Dispatch
	for _, d := range o.destinations {
		if !d.Takes(doc, facility) {
			continue
		}
		line := pipeline.Dispatch{
			Key: Key(doc.Note.DocumentNumber, d.System.Name()), Destination: d.System.Name(), State: pipeline.DispatchWaiting,
		}
		if d.Hold {
			line.State, line.Reason = pipeline.DispatchHeld, "This destination gets only what a person has released."
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return 0, nil
	}
	added, err := o.store.Dispatch(ctx, doc.Note, lines)
	if added > 0 {
		select {
		case o.news <- struct{}{}:
		default:
		}
	}
	return added, err
}

// Run sends what is due until ctx ends, then waits for the tries that are under way.
func (o *Outbound) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(o.opts.Poll)
	defer tick.Stop()
	free := make(map[*address]chan struct{})
	for _, d := range o.destinations {
		free[d] = make(chan struct{}, 1)
	}
	for {
		for _, d := range o.destinations {
			select {
			case free[d] <- struct{}{}:
				running.Go(func() {
					defer func() { <-free[d] }()
					if _, err := o.drain(ctx, d); err != nil && ctx.Err() == nil {
						o.opts.Log.WarnContext(ctx, "delivery", "destination", d.System.Name(), "err", err)
					}
				})
			default: // it is at work
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-o.news:
		}
	}
}

// Once tries everything that is due one time, and returns how many tries it made.
func (o *Outbound) Once(ctx context.Context) (tries int, err error) {
	for _, d := range o.destinations {
		n, failed := o.drain(ctx, d)
		tries, err = tries+n, errors.Join(err, failed)
	}
	return tries, err
}

// drain tries what is due at a destination, several at a time, until nothing is.
func (o *Outbound) drain(ctx context.Context, d *address) (int, error) {
	var (
		wg    sync.WaitGroup
		tries atomic.Int64
		errs  = make([]error, d.Parallel)
	)
	for i := range d.Parallel {
		wg.Go(func() {
			for ctx.Err() == nil && time.Now().UnixNano() >= d.rest.Load() {
				found, err := o.next(ctx, d)
				if errs[i] = err; err != nil || !found {
					return
				}
				tries.Add(1)
			}
		})
	}
	wg.Wait()
	return int(tries.Load()), errors.Join(errs...)
}

// next tries one document; found is false when none is due.
func (o *Outbound) next(ctx context.Context, d *address) (found bool, err error) {
	line, err := o.store.ClaimDispatch(ctx, d.System.Name(), d.Lease)
	if pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	trying, cancel := context.WithTimeout(ctx, d.Lease)
	receipt, failure := o.send(trying, d, &line)
	cancel()
	if errors.Is(failure, store.ErrTakenOver) {
		return true, nil // whoever took over writes how it ended
	}
	wait := d.outcome(&line, receipt, failure)
	if errors.Is(failure, record.ErrLink) {
		d.rest.Store(time.Now().Add(d.Longest).UnixNano())
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	if failure != nil {
		// Sentence only: what a receiver wrote may tell of a patient.
		o.opts.Log.WarnContext(ctx, "not delivered", "destination", line.Destination, "note", line.NoteID, "try", line.Attempts, "state", line.State, "why", pipeline.Sentence(failure))
	}
	return true, o.store.EndDispatch(ending, actor, line, wait, failure)
}

// send makes one try; what is sent is in the ledger before.
func (o *Outbound) send(ctx context.Context, d *address, line *pipeline.Dispatch) (record.Receipt, error) {
	dict, err := o.store.Dictation(ctx, line.DictationID)
	if err != nil {
		return record.Receipt{}, notSent(err)
	}
	doc, err := document(ctx, o.store, dict, line.Destination, o.opts.Language)
	if err != nil {
		return record.Receipt{}, notSent(err)
	}
	if doc.Note.RefersTo != "" && line.SHA256 == "" { // only what is prepared now needs it
		if doc.Before, err = o.store.NotesBefore(ctx, doc.Note.ID); err != nil {
			return record.Receipt{}, notSent(err)
		}
	}
	doc.Key, doc.Unsettled, doc.Series = line.Key, line.Unsettled, line.Series
	if err := doc.Check(); err != nil {
		return record.Receipt{}, err
	}
	system, prepares := d.System.(record.Preparer)
	if !prepares {
		return o.attach(ctx, d, line, doc)
	}
	if line.SHA256 == "" {
		if line.Payload, err = prepare(system, doc, *line); err != nil {
			return record.Receipt{}, err
		}
		line.SHA256 = pipeline.TextHash(string(line.Payload))
		if err := o.store.PrepareDispatch(ctx, *line); err != nil {
			return record.Receipt{}, notSent(err)
		}
	}
	if pipeline.TextHash(string(line.Payload)) != line.SHA256 {
		return record.Receipt{}, pipeline.Errorf(pipeline.Invalid, "What was to be sent was changed in the ledger. It was not sent. Please have an administrator look at it.")
	}
	return system.Send(ctx, doc, line.Payload)
}

// attach sends to a system that makes its bytes itself; the ledger then keeps
// the hash of the text.
func (o *Outbound) attach(ctx context.Context, d *address, line *pipeline.Dispatch, doc record.Document) (record.Receipt, error) {
	if line.Withdrawal != "" {
		return record.Receipt{}, noWithdrawal()
	}
	line.SHA256 = doc.Note.Seal.TextSHA256
	if err := o.store.PrepareDispatch(ctx, *line); err != nil {
		return record.Receipt{}, notSent(err)
	}
	return d.System.Attach(ctx, doc)
}

func prepare(system record.Preparer, doc record.Document, line pipeline.Dispatch) ([]byte, error) {
	if line.Withdrawal == "" {
		return system.Prepare(doc)
	}
	w, ok := system.(record.Withdrawer)
	if !ok {
		return nil, noWithdrawal()
	}
	return w.PrepareWithdrawal(doc, line.Withdrawal)
}

func noWithdrawal() error {
	return pipeline.Errorf(pipeline.Invalid, "This destination cannot be told that a document was sent by mistake. Please call the people there.")
}

// notSent marks trouble of ours before anything was sent.
func notSent(err error) error {
	return pipeline.Wrap(pipeline.KindOf(err), errors.Join(record.ErrNotSent, err), "%s", pipeline.Sentence(err))
}

// outcome is the table of how a try ended → how the line stands, and how long it
// waits until the next try.
func (d *address) outcome(line *pipeline.Dispatch, receipt record.Receipt, failure error) (wait time.Duration) {
	age := line.Asked.Sub(line.Since)
	var later *record.Later
	switch {
	case failure == nil:
		line.State, line.Reason, line.RecordID, line.Unsettled = pipeline.DispatchSent, "", receipt.RecordID, false
		return 0
	case errors.Is(failure, record.ErrUnknown):
		line.State, line.Reason, line.Unsettled = pipeline.DispatchUnknown, pipeline.Sentence(failure), true
		return 0
	case pipeline.OutcomeOf(failure) == pipeline.Park && !errors.Is(failure, record.ErrLink):
		line.State, line.Reason, line.Unsettled = pipeline.DispatchParked, pipeline.Sentence(failure), false
		return 0
	}
	// What an earlier try left open stays open.
	line.Unsettled = line.Unsettled || !errors.Is(failure, record.ErrNotSent)
	if !line.Unsettled {
		line.SHA256 = "" // patient and visit may change until the next try
	}
	if d.GiveUp > 0 && age >= d.GiveUp {
		line.State = pipeline.DispatchParked
		line.Reason = fmt.Sprintf("Given up after %d tries in %s. %s", line.Attempts, age.Round(time.Minute), pipeline.Sentence(failure))
		return 0
	}
	line.Reason = pipeline.Sentence(failure)
	wait = d.wait(age)
	if errors.As(failure, &later) {
		wait = max(wait, later.After)
	}
	return wait
}
