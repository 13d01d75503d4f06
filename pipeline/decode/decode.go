package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/decode/ffmpeg"
)

// Options tune the stage. The zero value works.
type Options struct {
	TempDir string        // for the work files; empty: the system's
	Limits  audio.Limits  // what a recording may ask for
	FFmpeg  ffmpeg.Config // the decoder of what package audio does not read; its TempDir follows ours
	Log     *slog.Logger  // nil: none

	// PlaybackFrom is the length from which on a recording gets a small copy for
	// slow links, below which the canonical sound is small enough. 0: two
	// minutes, 3.8 MB of canonical sound; negative: no copies.
	PlaybackFrom time.Duration
}

const defaultPlaybackFrom = 2 * time.Minute

// Handler does decode jobs. It is safe for concurrent use.
type Handler struct {
	blob *blob.Store
	converter
}

// New makes a handler on the object store.
func New(store *blob.Store, opts Options) *Handler {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.PlaybackFrom == 0 {
		opts.PlaybackFrom = defaultPlaybackFrom
	}
	return &Handler{blob: store, converter: newConverter(opts)}
}

// Check finds out whether ffmpeg is there and can be confined. Without it only
// what package audio reads is decoded; the rest waits.
func (h *Handler) Check(ctx context.Context) (ffmpeg.Status, error) { return h.decoder.Check(ctx) }

// Probe tells everything about a recording and writes nothing but work files.
// open is called once, or twice where the first reading shows that ffmpeg is
// needed. A recording that cannot be used is Unreadable; the report then holds
// what is known.
func Probe(ctx context.Context, open func(context.Context) (io.ReadCloser, error), opts Options) (audio.Report, error) {
	c, err := newConverter(opts).convert(ctx, original{open: open, sum: anySum})
	return c.report, errors.Join(err, c.close())
}

// Handle implements [pipeline.Handler]; the result's Sound is set.
func (h *Handler) Handle(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	d := job.Dictation
	open := func(ctx context.Context) (io.ReadCloser, error) { return h.blob.Read(ctx, d.Original.Key) }
	made, err := h.convert(ctx, original{open: open, sum: d.Original.SHA256})
	if err != nil {
		return pipeline.Result{}, errors.Join(err, made.close())
	}
	sound := Describe(made.report)
	if err := errors.Join(h.keep(ctx, d.ID, made, &sound), made.close()); err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Sound: &sound}, nil
}

// keep stores what was made of a recording, side by side, and says in s where
// it is.
func (h *Handler) keep(ctx context.Context, id string, c conversion, s *pipeline.Sound) error {
	report, err := json.Marshal(c.report)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	s.PeaksKey, s.ReportKey = blob.PeaksKey(id), blob.ReportKey(id)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.Canonical, err = h.put(ctx, blob.CanonicalKey(id), c.canonical, "audio/wav")
		return err
	})
	g.Go(func() error {
		_, err := h.put(ctx, s.PeaksKey, c.peaks, "application/octet-stream")
		return err
	})
	g.Go(func() error {
		_, err := h.blob.Put(ctx, s.ReportKey, bytes.NewReader(report), int64(len(report)), "application/json")
		return err
	})
	g.Go(func() error {
		s.Playback = h.playback(ctx, id, c)
		return nil
	})
	return g.Wait()
}

// put stores a work file.
func (h *Handler) put(ctx context.Context, key string, f *scratch, contentType string) (pipeline.Object, error) {
	r, size, err := f.reader()
	if err != nil {
		return pipeline.Object{}, fmt.Errorf("measure %s: %w", key, err)
	}
	return h.blob.Put(ctx, key, r, size, contentType)
}
