package review

import (
	"context"
	"crypto/ed25519"
	"slices"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// Options are the limits of review. Zero values give the defaults.
type Options struct {
	Lease   time.Duration // how long a claim stands without a sign of life; default 2 min
	MaxText int           // bytes of one note; default 1 MiB
	Now     func() time.Time

	Undo    time.Duration  // how long a typist can take a text back that nobody has taken up; default 5 min
	Scale   pipeline.Scale // of QA's scores; default pipeline.DefaultScale
	Confirm ConfirmRule    // which flags a signer must have heard or checked; default the critical ones
	Ask     bool           // programs too that do not say what their signers heard, see [Desk.Vouch]
}

// Desk does what people ask in review. It is safe for concurrent use.
type Desk struct {
	store *store.Store
	queue *queue.Queue
	key   ed25519.PrivateKey
	opts  Options
}

// New makes a desk; key signs the notes of this site.
func New(s *store.Store, q *queue.Queue, key ed25519.PrivateKey, opts Options) *Desk {
	if opts.Lease == 0 {
		opts.Lease = 2 * time.Minute
	}
	if opts.Undo == 0 {
		opts.Undo = 5 * time.Minute
	}
	if opts.Scale == (pipeline.Scale{}) {
		opts.Scale = pipeline.DefaultScale
	}
	if opts.MaxText == 0 {
		opts.MaxText = 1 << 20
	}
	if opts.Confirm == "" {
		opts.Confirm = ConfirmCritical
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Desk{store: s, queue: q, key: key, opts: opts}
}

// Lease is how long a claim stands without a sign of life.
func (k *Desk) Lease() time.Duration { return k.opts.Lease }

// PublicKey checks the notes signed here.
func (k *Desk) PublicKey() ed25519.PublicKey { return k.key.Public().(ed25519.PublicKey) }

// Steps are the queues a person takes jobs from, in the order they are looked
// at: what waits for QA has been typed already and goes first. Empty for others.
func Steps(u pipeline.User) (steps []pipeline.Step) {
	if u.Is(pipeline.RoleQA, pipeline.RoleLead) {
		steps = append(steps, pipeline.QA)
	}
	if u.Is(pipeline.RoleTranscriptionist, pipeline.RoleLead) {
		steps = append(steps, pipeline.Typing)
	}
	return steps
}

func noQueue() error {
	return pipeline.Errorf(pipeline.Forbidden, "Only transcriptionists and QA editors take jobs from the queue.")
}

// Step is the worklist a person sees first: qa, typing, or signature for clinicians.
func Step(u pipeline.User) pipeline.Step {
	if steps := Steps(u); len(steps) > 0 {
		return steps[0]
	}
	return pipeline.Signature
}

// Next gives the user the next job and locks it. A job the user already holds
// comes back first: nobody collects jobs. NotFound when none waits.
func (k *Desk) Next(ctx context.Context, u pipeline.User, by store.Actor) (pipeline.Dictation, error) {
	steps := Steps(u)
	if len(steps) == 0 {
		return pipeline.Dictation{}, noQueue()
	}
	for _, st := range steps {
		if d, err := k.store.Holding(ctx, u.ID, st); err == nil {
			return k.Claim(ctx, u, by, d.ID)
		} else if pipeline.KindOf(err) != pipeline.NotFound {
			return d, err
		}
	}
	var d pipeline.Dictation
	var err error
	for _, st := range steps {
		d, err = k.store.ClaimNext(ctx, by, st, k.opts.Lease)
		if err == nil || pipeline.KindOf(err) != pipeline.NotFound {
			break
		}
	}
	return k.told(d, err)
}

// Claim locks a chosen dictation for the user.
func (k *Desk) Claim(ctx context.Context, u pipeline.User, by store.Actor, id string) (pipeline.Dictation, error) {
	steps := Steps(u)
	if len(steps) == 0 {
		return pipeline.Dictation{}, noQueue()
	}
	d, err := k.store.Dictation(ctx, id)
	if err != nil {
		return d, err
	}
	st := steps[0]
	if slices.Contains(steps, d.Step) {
		st = d.Step
	}
	return k.told(k.store.ClaimReview(ctx, by, id, st, k.opts.Lease))
}

// told announces a change that was made.
func (k *Desk) told(d pipeline.Dictation, err error) (pipeline.Dictation, error) {
	if err == nil {
		k.queue.Announce(d.ID)
	}
	return d, err
}

// Keep prolongs the user's lease.
func (k *Desk) Keep(ctx context.Context, u pipeline.User, id string) error {
	return k.lost(ctx, u.ID, id, k.store.KeepLease(ctx, u.ID, id, k.opts.Lease))
}

// Save stores the text as a new version, based on version base, and returns its number.
func (k *Desk) Save(ctx context.Context, by store.Actor, id string, base int, text string) (int, error) {
	n, _, err := k.SaveEdit(ctx, by, id, base, Edit{Text: text})
	return n, err
}

func clean(text string) bool {
	return strings.ToValidUTF8(text, "") == text && !strings.ContainsRune(text, 0)
}

// Suspend lays the dictation aside for the same person.
func (k *Desk) Suspend(ctx context.Context, by store.Actor, id string) (pipeline.Dictation, error) {
	d, err := k.told(k.store.SuspendReview(ctx, by, id))
	return d, k.lost(ctx, by.ID, id, err)
}

// Release gives the dictation back to the queue.
func (k *Desk) Release(ctx context.Context, by store.Actor, id string) (pipeline.Dictation, error) {
	return k.told(k.store.ReleaseReview(ctx, by, id))
}

// TakeBack gives a dictation back to the queue whoever holds it.
func (k *Desk) TakeBack(ctx context.Context, by store.Actor, id string) (pipeline.Dictation, error) {
	return k.told(k.store.TakeBack(ctx, by, id))
}

// TypeByHand sends a dictation whose recognition failed to a transcriptionist.
func (k *Desk) TypeByHand(ctx context.Context, by store.Actor, id string) (pipeline.Dictation, error) {
	return k.told(k.store.TypeByHand(ctx, by, id))
}

// Complete sends the text, version base, to the signature. An empty text is refused.
func (k *Desk) Complete(ctx context.Context, by store.Actor, id string, base int) (pipeline.Dictation, error) {
	v, err := k.store.Text(ctx, id, base)
	if err != nil {
		return pipeline.Dictation{}, err
	}
	if strings.TrimSpace(v.Text) == "" {
		return pipeline.Dictation{}, pipeline.Errorf(pipeline.Conflict, "There is no text yet. Type the note before you complete it, or suspend it.")
	}
	d, err := k.told(k.store.CompleteReview(ctx, by, id, pipeline.Completed, base, ""))
	return d, k.lost(ctx, by.ID, id, err)
}

// SendToQA passes the text to a QA editor, with the reason.
func (k *Desk) SendToQA(ctx context.Context, by store.Actor, id string, base int, reason string) (pipeline.Dictation, error) {
	if err := given(reason); err != nil {
		return pipeline.Dictation{}, err
	}
	d, err := k.told(k.store.CompleteReview(ctx, by, id, pipeline.ToQA, base, strings.TrimSpace(reason)))
	return d, k.lost(ctx, by.ID, id, err)
}

func given(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return pipeline.Errorf(pipeline.Invalid, "Say why: the next person sees the reason.")
	}
	if len(reason) > 1000 {
		return pipeline.Errorf(pipeline.TooLarge, "Keep the reason under 1000 characters.")
	}
	return nil
}

// Return sends a note that waits for a signature back to the transcriptionist,
// or one in QA back to typing, with the reason.
func (k *Desk) Return(ctx context.Context, u pipeline.User, by store.Actor, id string, reason string) (pipeline.Dictation, error) {
	if err := given(reason); err != nil {
		return pipeline.Dictation{}, err
	}
	d, err := k.store.Dictation(ctx, id)
	if err != nil {
		return d, err
	}
	if d.Step == pipeline.QA {
		return k.told(k.store.CompleteReview(ctx, by, id, pipeline.Returned, d.TextN, strings.TrimSpace(reason)))
	}
	if err := pipeline.May(u, pipeline.ReturnNote, &d); err != nil {
		return d, err
	}
	return k.told(k.store.ReturnNote(ctx, by, id, strings.TrimSpace(reason)))
}
