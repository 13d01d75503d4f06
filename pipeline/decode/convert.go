package decode

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/decode/ffmpeg"
)

// conversion is what became of a recording. Its work files are the caller's to
// close.
type conversion struct {
	report    audio.Report
	canonical *scratch
	peaks     *scratch
}

func (c conversion) close() error { return errors.Join(c.canonical.Close(), c.peaks.Close()) }

// original is where a recording is read from its beginning, and the SHA-256 it
// must have.
type original struct {
	open func(context.Context) (io.ReadCloser, error)
	sum  string
}

// converter makes the canonical sound and the waveform.
type converter struct {
	opts    Options
	decoder *ffmpeg.Runner
}

func newConverter(opts Options) converter {
	if opts.FFmpeg.TempDir == "" {
		opts.FFmpeg.TempDir = opts.TempDir
	}
	return converter{opts: opts, decoder: ffmpeg.New(opts.FFmpeg)}
}

// convert reads a recording to its end, whatever it is: with package audio, or
// with ffmpeg where that does not read it.
func (v converter) convert(ctx context.Context, o original) (conversion, error) {
	c, err := v.once(ctx, o, "")
	if format, ok := audio.DecoderFor(err); ok {
		// Package audio has met a rare codec, or damage, and the stream is used up.
		again, second := v.once(ctx, o, format)
		again.report.Info.Codec = c.report.Info.Codec
		closing := c.close()
		c = again
		err = errors.Join(worse(err, second), closing)
	}
	return c, unreadable(err)
}

// worse is what is said of a recording that both decoders have tried: nothing
// when the second could read it. Of two refusals the first knows more, but not
// of what only ffmpeg finds.
func worse(first, second error) error {
	var e *audio.Error
	if errors.As(second, &e) {
		for _, general := range []error{audio.ErrDamaged, audio.ErrUnsupported, audio.ErrEmpty, audio.ErrTruncated} {
			if errors.Is(second, general) {
				return first
			}
		}
	}
	return second
}

// once reads the recording once. Format is ffmpeg's name of it; without one
// its kind decides.
func (v converter) once(ctx context.Context, o original, format string) (conversion, error) {
	c := conversion{canonical: &scratch{dir: v.opts.TempDir, most: soundInMemory}, peaks: &scratch{dir: v.opts.TempDir, most: peaksInMemory}}
	r, err := o.open(ctx)
	if err != nil {
		return c, err
	}
	src := &source{r: r}
	if o.sum != anySum {
		src.hash = sha256.New()
	}
	br := bufio.NewReaderSize(src, 64<<10)
	head, _ := br.Peek(audio.HeadBytes) // src remembers the error
	kind := audio.Sniff(head)
	if format == "" && !audio.Tagged(head) { // what is behind a long tag is for Convert to find out
		format, _ = kind.NeedsDecoder()
	}
	if format == "" || src.err != nil {
		c.report, err = audio.Convert(ctx, br, v.audioOptions(c))
		err = src.judge(ctx, o.sum, err)
	} else {
		c.report, err = v.outside(ctx, br, audio.Info{Kind: kind}, format, c, func() error { return src.judge(ctx, o.sum, nil) })
	}
	return c, errors.Join(err, r.Close())
}

func (v converter) audioOptions(c conversion) audio.Options {
	return audio.Options{Canonical: c.canonical, Peaks: c.peaks, Limits: v.opts.Limits}
}

// outside has ffmpeg decode r, once all of it is there and right says so.
func (v converter) outside(ctx context.Context, r io.Reader, what audio.Info, format string, c conversion, right func() error) (rep audio.Report, err error) {
	in, err := v.decoder.Store(r)
	if wrong := right(); wrong != nil {
		err = wrong
	}
	if err != nil {
		if in != nil {
			err = errors.Join(err, in.Close())
		}
		return rep, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	sound, err := v.decoder.Decode(ctx, in, what, format, v.opts.Limits)
	if err != nil {
		return audio.Report{Info: what}, err
	}
	rep, err = audio.ConvertSource(ctx, sound, v.audioOptions(c))
	return rep, errors.Join(err, sound.Close())
}

// source hashes what passes and remembers why reading failed.
type source struct {
	r    io.Reader
	hash hash.Hash // nil where there is no receipt to compare with
	err  error     // other than io.EOF
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.hash != nil {
		s.hash.Write(p[:n])
	}
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// judge reads what is left over and compares the hash, and only then lets err
// stand: what is not what was sent must not be called bad. No sum is right for
// every recording.
func (s *source) judge(ctx context.Context, sum string, err error) error {
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
	if s.hash == nil {
		return err
	}
	if got := hex.EncodeToString(s.hash.Sum(nil)); got != sum {
		return pipeline.Wrap(pipeline.Internal, fmt.Errorf("SHA-256 is %s, the receipt says %s", got, sum),
			"The stored recording is not the one that was sent: its SHA-256 differs from the receipt. Nothing was changed; an administrator must look at the object store.")
	}
	return err
}

// anySum stands for a recording that has no receipt.
const anySum = "any"

// unreadable gives a recording's fault its kind; other errors pass.
func unreadable(err error) error {
	var e *audio.Error
	if !errors.As(err, &e) {
		return err
	}
	return pipeline.Wrap(pipeline.Unreadable, e.Reason, "%s What you sent is kept unchanged.", e.Message)
}
