package decode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"dictation/audio"
	"dictation/pipeline"
)

// conversion is what became of a recording. Its work files are the caller's to
// close.
type conversion struct {
	report    audio.Report
	canonical *scratch
	peaks     *scratch
}

func (c conversion) close() error { return errors.Join(c.canonical.Close(), c.peaks.Close()) }

// convert reads r to its end, whatever it is, and makes the canonical sound
// and the waveform of it. sum is the SHA-256 it must have.
func convert(ctx context.Context, r io.Reader, sum string, opts Options) (conversion, error) {
	c := conversion{canonical: &scratch{dir: opts.TempDir}, peaks: &scratch{dir: opts.TempDir}}
	src := &source{r: r, hash: sha256.New()}
	var err error
	c.report, err = audio.Convert(ctx, src, audio.Options{Canonical: c.canonical, Peaks: c.peaks, Limits: opts.Limits})
	if verdict := src.verify(ctx, sum); verdict != nil {
		return c, verdict
	}
	return c, unreadable(err)
}

// source hashes what passes and remembers why reading failed.
type source struct {
	r    io.Reader
	hash hash.Hash
	err  error // other than io.EOF
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.hash.Write(p[:n])
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// verify reads what conversion has left over and compares the hash. It comes
// before any judgement of the recording: what is not what was sent must not be
// called bad.
func (s *source) verify(ctx context.Context, sum string) error {
	buf := make([]byte, 64<<10)
	for s.err == nil && ctx.Err() == nil {
		if _, err := s.Read(buf); err == io.EOF {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("read the original: %w", err)
	}
	if s.err != nil {
		return pipeline.Wrap(pipeline.Unavailable, s.err, "The recording could not be read to its end from the object store. It will be tried again.")
	}
	if got := hex.EncodeToString(s.hash.Sum(nil)); got != sum {
		return pipeline.Wrap(pipeline.Internal, fmt.Errorf("SHA-256 is %s, the receipt says %s", got, sum),
			"The stored recording is not the one that was sent: its SHA-256 differs from the receipt. Nothing was changed; an administrator must look at the object store.")
	}
	return nil
}

// unreadable gives a recording's fault its kind; other errors pass.
func unreadable(err error) error {
	var e *audio.Error
	if !errors.As(err, &e) {
		return err
	}
	return pipeline.Wrap(pipeline.Unreadable, e.Reason, "%s What you sent is kept unchanged.", e.Message)
}
