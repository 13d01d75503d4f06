package transcribe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/transcript"
	"dictation/transcript/check"
)

// Options are the handler's choices; the zero value is good.
type Options struct {
	// TempDir is where sound lies while an engine listens to it; default the
	// system's. Each job's folder in it is private and removed at the end; only
	// a killed process leaves one behind, so the owner of TempDir empties it
	// at start.
	TempDir string

	// Log is told of engines that failed before another did it; nil: nobody is.
	Log *slog.Logger

	// About tells what is known of a dictation beside its row; nil: nothing.
	About func(context.Context, pipeline.Dictation) (About, error)

	// TypeUnidentified lets typists work on drafts of which it is open whose they
	// are; else these are held until that is known. Nobody signs them before.
	TypeUnidentified bool

	// Proposals are what this site's drafts had and people signed as something else.
	Proposals []Proposal

	// Formatter makes texts of what was spoken; nil: transcript's for English.
	Formatter *transcript.Formatter
}

// About is what is known of a dictation before listening.
type About struct {
	Username string // of the author, as rules may name it
	Hints    Hints  // its Language also goes into the rules
	Patient  check.Patient
	Now      time.Time // the day of the dictation; zero: dates are not compared with it
}

// Handler does the transcribe stage. It implements [pipeline.Handler].
type Handler struct {
	blob   *blob.Store
	router *Router
	opts   Options
	learnt proposals
}

// New gives the handler for one engine, whatever the dictation.
func New(b *blob.Store, e Engine, opts Options) *Handler { return NewRouted(b, only(e), opts) }

// NewRouted gives the handler for engines chosen by rule. Closing the router is
// the caller's, after the last job.
func NewRouted(b *blob.Store, r *Router, opts Options) *Handler {
	if opts.Formatter == nil {
		opts.Formatter = transcript.NewFormatter(transcript.EnglishCommands())
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Handler{blob: b, router: r, opts: opts, learnt: newProposals(opts.Proposals)}
}

// Handle fetches the canonical sound of the job's dictation, has it recognised
// and returns the draft. It obeys ctx.
func (h *Handler) Handle(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	about, err := h.about(ctx, job.Dictation)
	if err != nil {
		return pipeline.Result{}, err
	}
	q := request(job.Dictation, about)
	if nobody, ok := h.router.byHand(q); ok {
		// Nobody will listen: the sound need not be fetched.
		return h.result(job, about, nil, nobody.String(), Transcript{}), nil
	}
	if err := h.router.ready(q); err != nil {
		return pipeline.Result{}, err
	}
	var heard Heard
	var speech []audio.Segment
	err = h.withSound(ctx, job.Dictation.Sound, func(dir string, a Audio, found []audio.Segment) (err error) {
		speech = found
		heard, err = h.router.Recognise(ctx, Task{Request: q, Audio: a, Speech: speech, Hints: about.Hints, Dir: dir})
		return err
	})
	if err != nil {
		return pipeline.Result{}, err
	}
	for _, failed := range heard.Failed {
		h.opts.Log.WarnContext(ctx, "speech engine passed over", "dictation", job.Dictation.ID, "by", heard.Engine.Name, "err", failed)
	}
	return h.result(job, about, speech, heard.Engine.String(), heard.Transcript), nil
}

func (h *Handler) about(ctx context.Context, d pipeline.Dictation) (About, error) {
	if h.opts.About == nil {
		return About{}, nil
	}
	return h.opts.About(ctx, d)
}

// request is what rules go by for a dictation.
func request(d pipeline.Dictation, about About) Request {
	return Request{
		Dictation: d.ID, Facility: d.Facility, Worktype: d.Worktype, AuthorID: d.AuthorID,
		Username: about.Username, Language: about.Hints.Language, Priority: d.Priority,
	}
}

// fetch copies an object to a private file and makes sure it is whole.
func (h *Handler) fetch(ctx context.Context, obj pipeline.Object, path string) (err error) {
	r, err := h.blob.Read(ctx, obj.Key)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, hash), r); err != nil {
		return pipeline.Wrap(pipeline.Unavailable, err, "The prepared sound could not be fetched whole. The recording is kept and recognition is tried again.")
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != obj.SHA256 {
		return pipeline.Errorf(pipeline.Internal, "The prepared sound is not what was stored: its SHA-256 differs. Your recording is kept; ask for it to be decoded again.")
	}
	return nil
}
