package decode

import (
	"context"
	"errors"
	"fmt"
	"io"

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
}

// Handler does decode jobs. It is safe for concurrent use.
type Handler struct {
	blob *blob.Store
	converter
}

// New makes a handler on the object store.
func New(store *blob.Store, opts Options) *Handler {
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
	sound := describe(made.report)
	sound.PeaksKey = blob.PeaksKey(d.ID)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		sound.Canonical, err = h.put(gctx, blob.CanonicalKey(d.ID), made.canonical, "audio/wav")
		return err
	})
	g.Go(func() error {
		_, err := h.put(gctx, sound.PeaksKey, made.peaks, "application/octet-stream")
		return err
	})
	if err := errors.Join(g.Wait(), made.close()); err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Sound: &sound}, nil
}

// put stores a work file.
func (h *Handler) put(ctx context.Context, key string, f *scratch, contentType string) (pipeline.Object, error) {
	r, size, err := f.reader()
	if err != nil {
		return pipeline.Object{}, fmt.Errorf("rewind %s: %w", key, err)
	}
	return h.blob.Put(ctx, key, r, size, contentType)
}
