package decode

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
)

// Options tune the stage. The zero value works.
type Options struct {
	TempDir string       // for the work files; empty: the system's
	Limits  audio.Limits // what a recording may ask for
}

// Handler does decode jobs. It is safe for concurrent use.
type Handler struct {
	blob *blob.Store
	opts Options
}

// New makes a handler on the object store.
func New(store *blob.Store, opts Options) *Handler {
	return &Handler{blob: store, opts: opts}
}

// Handle implements [pipeline.Handler]; the result's Sound is set.
func (h *Handler) Handle(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	d := job.Dictation
	original, err := h.blob.Read(ctx, d.Original.Key)
	if err != nil {
		return pipeline.Result{}, err
	}
	made, err := convert(ctx, original, d.Original.SHA256, h.opts)
	if err = errors.Join(err, original.Close()); err != nil {
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
