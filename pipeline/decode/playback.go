package decode

import (
	"context"
	"errors"
	"io"

	"dictation/pipeline"
	"dictation/pipeline/blob"
)

// playback makes and stores the small copy of a recording that is long enough
// for one. Nobody has to wait for it: when it fails, the canonical sound is
// played, and the log says why.
func (h *Handler) playback(ctx context.Context, id string, c conversion) pipeline.Object {
	if h.opts.PlaybackFrom < 0 || c.report.Duration < h.opts.PlaybackFrom {
		return pipeline.Object{}
	}
	copied := &scratch{dir: h.opts.TempDir, most: copyInMemory}
	err := h.encode(ctx, c.canonical, copied)
	var made pipeline.Object
	if err == nil {
		made, err = h.put(ctx, blob.PlaybackKey(id), copied, "audio/mpeg")
	}
	if err := errors.Join(err, copied.Close()); err != nil {
		h.opts.Log.WarnContext(ctx, "no playback copy", "dictation", id, "err", err)
		return pipeline.Object{}
	}
	return made
}

// encode writes the canonical sound as MP3. It goes to a work file first: of an
// object whose length is not known beforehand the client of the object store
// holds far more in memory than the encoder does.
func (h *Handler) encode(ctx context.Context, canonical *scratch, dst io.Writer) error {
	r, _, err := canonical.reader()
	if err != nil {
		return err
	}
	in, err := h.decoder.Store(r)
	if err != nil {
		return err
	}
	mp3, err := h.decoder.Playback(ctx, in)
	if err == nil {
		_, err = io.Copy(dst, mp3)
		err = errors.Join(err, mp3.Close())
	}
	return errors.Join(err, in.Close())
}
