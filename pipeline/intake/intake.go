package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// Options are the limits of intake. Zero values give the defaults.
type Options struct {
	MaxBytes int64 // of one recording; default 2 GiB
	Log      *slog.Logger
	Now      func() time.Time

	// NeedVisit lists the worktypes that belong to a visit; one without is received
	// and waits to be identified.
	NeedVisit []pipeline.Worktype

	Unfinished time.Duration // how long a recording waits for its end; default 14 days
	Chunks     time.Duration // how long chunks are kept once it is sent or discarded; default 30 days
}

// Intake receives recordings. It is safe for concurrent use.
type Intake struct {
	store *store.Store
	blob  *blob.Store
	queue *queue.Queue
	opts  Options
}

// New makes an intake over the three rooms.
func New(s *store.Store, b *blob.Store, q *queue.Queue, opts Options) *Intake {
	if opts.MaxBytes == 0 {
		opts.MaxBytes = 2 << 30
	}
	if opts.Unfinished == 0 {
		opts.Unfinished = 14 * 24 * time.Hour
	}
	if opts.Chunks == 0 {
		opts.Chunks = 30 * 24 * time.Hour
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Intake{store: s, blob: b, queue: q, opts: opts}
}

// Request is what comes with a recording.
type Request struct {
	Author     string // user id
	AuthorName string // as the sender named him, where that is no account
	PatientMRN string
	Encounter  string // visit number; may be empty
	Worktype   string
	Priority   string
	FileName   string
	Source     string // "page", "command", "api"
	Ref        string // idempotency key of the sender; may be empty
	Several    bool   // it holds several dictations, as a tape does: a person splits it before it is recognised
	Unsure     bool   // the sender does not know whose it is: what is missing or unknown is asked in the queue of the unidentified
	Refers     pipeline.Refers
}

// Receive stores a recording and gives its dictation: the receipt is its
// JobNumber and Original.SHA256. The same Ref again gives the dictation made
// the first time.
func (in *Intake) Receive(ctx context.Context, by store.Actor, req Request, r io.Reader) (pipeline.Dictation, error) {
	if req.Ref != "" {
		if d, err := in.store.DictationBySource(ctx, req.Ref); err == nil {
			return d, same(d, r)
		}
	}
	d, err := in.properties(ctx, req)
	if err != nil {
		return d, err
	}
	if err := in.keep(ctx, &d, r); err != nil {
		return d, err
	}
	return in.commit(ctx, by, d, req.Ref, "")
}

// same checks that what is sent again is what was received the first time.
func same(d pipeline.Dictation, r io.Reader) error {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != d.Original.SHA256 {
		return pipeline.Errorf(pipeline.Conflict, "Another recording was sent before with the same key. Both are untouched; send this one with a key of its own.")
	}
	return nil
}

// properties checks what was said about the recording, before its bytes are read.
func (in *Intake) properties(ctx context.Context, req Request) (d pipeline.Dictation, err error) {
	d = pipeline.Dictation{ID: newID(), AuthorID: req.Author, Source: req.Source, Several: req.Several, Claims: req.claims()}
	d.Original.Name = fileName(req.FileName)
	if d.Worktype, err = pipeline.ParseWorktype(req.Worktype); err != nil {
		if !req.Unsure {
			return d, err
		}
		d.Worktype, d.Questions = pipeline.ProgressNote, append(d.Questions, pipeline.WorktypeUnknown)
	}
	if d.Priority, err = pipeline.ParsePriority(req.Priority); err != nil {
		return d, err
	}
	d.Due = d.Priority.Due(in.opts.Now())
	if req.PatientMRN == "" && req.Encounter == "" && req.Several {
		return d, nil // each part has a patient of its own
	}
	if err := in.belongsOrAsks(ctx, &d, req); err != nil || req.Refers.To == "" {
		return d, err
	}
	return d, in.addsTo(ctx, &d, req.Refers)
}

// addsTo makes the dictation an addendum to a signed note of the same patient, or
// an amendment of it.
func (in *Intake) addsTo(ctx context.Context, d *pipeline.Dictation, to pipeline.Refers) error {
	n, err := in.store.NoteByNumber(ctx, to.To)
	if err != nil {
		return invalid(err)
	}
	if n.PatientID != d.PatientID {
		return pipeline.Errorf(pipeline.Invalid, "The note that this dictation refers to belongs to another patient. Nothing was kept.")
	}
	if d.Several {
		return pipeline.Errorf(pipeline.Invalid, "A recording of several dictations cannot refer to one note. Nothing was kept.")
	}
	d.RefersTo, d.Relation, d.Why = n.ID, to.Relation, to.Why
	if d.EncounterID == "" && n.EncounterID != "" {
		return in.sameVisit(ctx, d, n.EncounterID)
	}
	return nil
}

// sameVisit files the dictation with the visit of the note that it refers to.
func (in *Intake) sameVisit(ctx context.Context, d *pipeline.Dictation, id string) error {
	e, err := in.store.Encounter(ctx, id)
	if err == nil {
		d.EncounterID, d.Facility = e.ID, e.Location
	}
	return err
}

// belongs sets whose the dictation is: a patient, and a visit when one is named.
func (in *Intake) belongs(ctx context.Context, d *pipeline.Dictation, mrn, visit string) error {
	if mrn == "" {
		return pipeline.Errorf(pipeline.Invalid, "Say whose recording this is: the patient's medical record number (MRN) is missing.")
	}
	p, err := in.store.PatientByMRN(ctx, mrn)
	if err != nil {
		return invalid(err)
	}
	d.PatientID = p.ID
	if visit == "" {
		return nil
	}
	e, err := in.store.EncounterByNumber(ctx, visit)
	if err != nil {
		return invalid(err)
	}
	if e.PatientID != p.ID {
		return pipeline.Errorf(pipeline.Invalid, "That visit belongs to another patient. Choose one of this patient's visits, or none.")
	}
	d.EncounterID, d.Facility = e.ID, e.Location
	return nil
}

// newID is a UUID v7: rows and objects lie in the order they came.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// invalid makes "not found" the request's fault.
func invalid(err error) error {
	if pipeline.KindOf(err) == pipeline.NotFound {
		return pipeline.Wrap(pipeline.Invalid, err, "%s", pipeline.Sentence(err))
	}
	return err
}

// fileName keeps at most 200 bytes of a file's name, whole characters only.
func fileName(s string) string {
	const limit = 200
	for len(s) > limit || !utf8.ValidString(s) {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// keep stores the bytes. What is over the limit is removed again and refused.
func (in *Intake) keep(ctx context.Context, d *pipeline.Dictation, r io.Reader) error {
	limited := &io.LimitedReader{R: r, N: in.opts.MaxBytes + 1}
	obj, err := in.blob.Put(ctx, blob.OriginalKey(d.ID), limited, -1, "application/octet-stream")
	if err != nil {
		return err
	}
	if limited.N <= 0 {
		return errors.Join(tooLarge(in.opts.MaxBytes), in.blob.Delete(context.WithoutCancel(ctx), obj.Key))
	}
	obj.Name = d.Original.Name
	d.Original = obj
	return nil
}

// ParseSeveral reads what a sender says about several dictations in a
// recording: "true", "yes" and "1", or "false", "no", "0" and nothing.
func ParseSeveral(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "1":
		return true, nil
	case "false", "no", "0", "":
		return false, nil
	}
	return false, pipeline.Errorf(pipeline.Invalid, "Whether a recording holds several dictations is said with true or false.")
}

func tooLarge(limit int64) error {
	return pipeline.Errorf(pipeline.TooLarge, "This recording is larger than the limit of %d MB. It was not kept; send it in parts, or ask an administrator to raise the limit.", limit>>20)
}

// commitTime bounds writing the row once the bytes are stored.
const commitTime = 30 * time.Second

func (in *Intake) commit(ctx context.Context, by store.Actor, d pipeline.Dictation, ref, hold string) (pipeline.Dictation, error) {
	// The sender may hang up now: the row is written all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	kept, again, err := in.store.Receive(ctx, by, d, ref, hold)
	if err != nil {
		// A commit whose answer was lost may have been made: the bytes stay. If it
		// was not, they are an object without a row, which costs only room.
		return kept, err
	}
	if again {
		// Two senders of the same recording crossed: these bytes are the second's.
		return kept, in.blob.Delete(ctx, d.Original.Key)
	}
	in.queue.Announce(kept.ID)
	return kept, nil
}
