package sweep

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"time"

	"dictation/pipeline/deliver"
	"dictation/pipeline/intake"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// Options set how often tasks run. Zero values give the defaults.
type Options struct {
	Intake    time.Duration     // look into the intake bucket; default 2 s
	Seal      time.Duration     // seal the audit; default 1 s
	Leases    time.Duration     // end people's leases; default 15 s
	Work      time.Duration     // ring again; default 15 s
	Stuck     time.Duration     // for work that nobody was told of for this long; default 1 min
	Reconcile time.Duration     // signed but not in the record; default 1 h
	FeedKept  time.Duration     // how long messages of the hospital's feed are kept; default 30 days
	Study     time.Duration     // compare drafts with what was signed; default 1 min
	Outbound  *deliver.Outbound // compares notes with what was delivered, nightly; may be nil
	Log       *slog.Logger
}

// Sweeper runs the tasks.
type Sweeper struct {
	store  *store.Store
	queue  *queue.Queue
	intake *intake.Intake
	opts   Options
	noted  time.Time // when the head of the audit was last logged; of the seal task alone
}

// noteHead is how often the head of the audit goes to the ordinary log at most.
const noteHead = time.Minute

// New makes a sweeper.
func New(s *store.Store, q *queue.Queue, in *intake.Intake, opts Options) *Sweeper {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&opts.Intake, 2*time.Second)
	set(&opts.Seal, time.Second)
	set(&opts.Leases, 15*time.Second)
	set(&opts.Work, 15*time.Second)
	set(&opts.Stuck, time.Minute)
	set(&opts.Reconcile, time.Hour)
	set(&opts.Study, time.Minute)
	set(&opts.FeedKept, store.FeedKept)
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Sweeper{store: s, queue: q, intake: in, opts: opts}
}

// actor is the sweeper in the audit.
var actor = store.Actor{ID: "sweep"}

// task is one thing the sweeper does, and how often.
type task struct {
	name  string
	every time.Duration
	do    func(context.Context) error
}

func (s *Sweeper) tasks() []task {
	return []task{
		{"intake", s.opts.Intake, s.scan},
		{"seal", s.opts.Seal, s.seal},
		{"leases", s.opts.Leases, s.leases},
		{"work", s.opts.Work, func(ctx context.Context) error { _, err := s.Ring(ctx, s.opts.Stuck); return err }},
		{"reconcile", s.opts.Reconcile, s.reconcile},
		{"deliveries", time.Hour, s.deliveries},
		{"study", s.opts.Study, s.study},
		{"feed", time.Hour, s.forgetFeed},
		{"recordings", time.Hour, s.recordings},
		{"sessions", time.Hour, func(ctx context.Context) error { _, err := s.store.Sweep(ctx); return err }},
	}
}

// Run does all tasks at their times until ctx ends. At the start it rings for
// all waiting work: the queue may have been lost while nobody looked.
func (s *Sweeper) Run(ctx context.Context) {
	if _, err := s.Ring(ctx, 0); err != nil && ctx.Err() == nil {
		s.opts.Log.WarnContext(ctx, "sweep", "task", "work", "err", err)
	}
	var running sync.WaitGroup
	for _, t := range s.tasks() {
		running.Go(func() { s.repeat(ctx, t) })
	}
	running.Wait()
}

func (s *Sweeper) repeat(ctx context.Context, t task) {
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	for {
		if err := t.do(ctx); err != nil && ctx.Err() == nil {
			s.opts.Log.WarnContext(ctx, "sweep", "task", t.name, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Once does every task one time and returns the errors of those that failed.
func (s *Sweeper) Once(ctx context.Context) error {
	_, err := s.Ring(ctx, 0)
	for _, t := range s.tasks() {
		err = errors.Join(err, t.do(ctx))
	}
	return err
}

// Ring tells the queue of all machine work last announced before age: pending
// work and work whose worker fell silent. It makes the stream again when it is
// gone, and returns how many jobs it rang for.
func (s *Sweeper) Ring(ctx context.Context, age time.Duration) (n int, err error) {
	const batch = 500
	// What this very loop announces is younger than its start.
	began, err := s.store.Clock(ctx)
	if err != nil {
		return 0, err
	}
	for {
		list, err := s.store.Waiting(ctx, began.Add(-age), batch)
		if err != nil || len(list) == 0 {
			return n, err
		}
		if n == 0 {
			if err := s.queue.Ensure(ctx); err != nil {
				return n, err
			}
		}
		if err := s.queue.PublishAll(ctx, list); err != nil {
			return n, err
		}
		n += len(list)
	}
}

func (s *Sweeper) scan(ctx context.Context) error {
	_, err := s.intake.Scan(ctx)
	return err
}

// recordings hands on what nobody finished, and clears what was sent long ago.
func (s *Sweeper) recordings(ctx context.Context) error {
	n, err := s.intake.HandOn(ctx, actor)
	if n > 0 {
		s.opts.Log.WarnContext(ctx, "unfinished recordings are on hold now", "recordings", n)
	}
	_, cleared := s.intake.Clear(ctx, actor)
	return errors.Join(err, cleared)
}

// seal chains what is open and notes the head in the ordinary log: a copy of
// the chain's end outside the database.
func (s *Sweeper) seal(ctx context.Context) error {
	const batch = 1000
	for {
		n, pos, hash, err := s.store.Seal(ctx, batch)
		if err != nil {
			return err
		}
		if now := time.Now(); n > 0 && now.Sub(s.noted) >= noteHead {
			s.noted = now
			s.opts.Log.InfoContext(ctx, "audit sealed", "position", pos, "head", hex.EncodeToString(hash))
		}
		if n < batch {
			return nil
		}
	}
}

func (s *Sweeper) leases(ctx context.Context) error {
	ids, err := s.store.EndLeases(ctx, actor, 200)
	for _, id := range ids {
		s.queue.Announce(id)
	}
	return err
}

// forgetFeed drops messages of the feed that are past their time: they hold
// patient data, and what they said is in the rows.
func (s *Sweeper) forgetFeed(ctx context.Context) error {
	now, err := s.store.Clock(ctx)
	if err != nil {
		return err
	}
	_, err = s.store.ForgetFeed(ctx, now.Add(-s.opts.FeedKept))
	return err
}

// deliveries compares signed notes with the ledger of deliveries, once a night.
func (s *Sweeper) deliveries(ctx context.Context) error {
	if s.opts.Outbound == nil {
		return nil
	}
	if err := s.opts.Outbound.Register(ctx); err != nil {
		return err
	}
	return s.opts.Outbound.Nightly(ctx, actor)
}

func (s *Sweeper) reconcile(ctx context.Context) error {
	// Younger notes may still be on their way.
	const onTheWay = 15 * time.Minute
	ids, err := s.store.Unattached(ctx, onTheWay, 100)
	if len(ids) > 0 {
		s.opts.Log.ErrorContext(ctx, "signed notes that are in no record", "dictations", ids)
	}
	return err
}
