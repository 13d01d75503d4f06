package audio

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Options say where [Convert] writes and what it accepts. Without a
// destination that output is left out.
type Options struct {
	Canonical io.WriteSeeker // 16 kHz mono 16-bit WAV
	Peaks     io.WriteSeeker // BBC audiowaveform .dat version 2, 8-bit, 10 ms a pixel
	Limits    Limits
}

// Report is everything that Convert found out about a recording.
type Report struct {
	Info     Info          `json:"info"`
	Frames   int64         `json:"frames"`      // of the original
	Samples  int64         `json:"samples"`     // of the canonical sound
	Duration time.Duration `json:"duration_ns"` // from the samples, never from the header

	PeakDBFS float64   `json:"peak_dbfs"` // highest sample of any channel of the original
	RMSDBFS  float64   `json:"rms_dbfs"`  // of the canonical sound
	LUFS     float64   `json:"lufs"`      // integrated loudness of the canonical sound (EBU R 128)
	SNR      float64   `json:"snr_db"`    // speech above the noise floor, an estimate; 0 where it cannot be told
	DC       float64   `json:"dc"`        // mean of the channel that has most of it, full scale ±1
	Clipped  int64     `json:"clipped"`   // samples of the original at full scale, all channels
	Channels []Channel `json:"channels"`

	Segments []Segment     `json:"segments"`        // where there is speech; they tile the recording
	Speech   time.Duration `json:"speech_ns"`       // sum of the speech segments
	Tones    []Tone        `json:"tones,omitempty"` // cue tones and DTMF

	Meta     Meta          `json:"meta"`
	Missing  time.Duration `json:"missing_ns"` // what the header promised and the file does not have
	Repaired bool          `json:"repaired"`   // some sound was damaged, or may be missing: see Details
}

// Convert reads a recording to its end in one pass, writes the canonical sound
// and the waveform, and measures. What is in memory does not grow with the
// length. An [Error] says why the recording cannot be used; the Report then
// holds what is known. Other errors come from r, from the destinations or from
// the context. The destinations hold nothing of use after an error.
func Convert(ctx context.Context, r io.Reader, opts Options) (Report, error) {
	src, info, err := Open(r, opts.Limits)
	if err != nil {
		return Report{Info: info, PeakDBFS: FloorDBFS, RMSDBFS: FloorDBFS, LUFS: FloorDBFS}, err
	}
	return ConvertSource(ctx, src, opts)
}

// Probe tells everything about a recording and writes nothing. Its errors are
// Convert's.
func Probe(ctx context.Context, r io.Reader, limits Limits) (Report, error) {
	return Convert(ctx, r, Options{Limits: limits})
}

// conversion is the chain of one pass.
type conversion struct {
	in        *intake
	meter     *meter
	mix       *downmix
	rs        *resampler // nil: the samples pass unchanged
	pcm       []int16
	canonical *canonicalWriter // nil: not wanted
	peaks     *peaksWriter     // nil: not wanted
	samples   int64
	square    float64
	loud      *loudness
	tones     *tones
}

func newConversion(in *intake, opts Options) *conversion {
	c := &conversion{
		in:    in,
		meter: newMeter(in.info.Channels, in.clipLevel()),
		mix:   newDownmix(in.info.Channels),
		rs:    in.resampler(),
		loud:  newLoudness(),
		tones: newTones(),
	}
	if opts.Canonical != nil {
		c.canonical = newCanonicalWriter(opts.Canonical)
	}
	if opts.Peaks != nil {
		c.peaks = newPeaksWriter(opts.Peaks)
	}
	return c
}

func (c *conversion) run(ctx context.Context) error {
	block := make([]float32, max(1, c.in.info.Rate/10)*c.in.info.Channels)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := c.in.full(block)
		if err != nil && err != io.EOF {
			return err
		}
		x := block[:n*c.in.info.Channels]
		mono := c.mix.process(x, c.meter.measure(x))
		if c.rs != nil {
			mono = c.rs.process(mono)
		}
		if err := c.store(mono); err != nil {
			return err
		}
		if err == io.EOF {
			break
		}
	}
	if c.rs == nil {
		return nil
	}
	return c.store(c.rs.flush())
}

// store takes canonical samples to where they are wanted.
func (c *conversion) store(x []float32) error {
	c.pcm = slices.Grow(c.pcm[:0], len(x))[:len(x)]
	quantize(c.pcm, x)
	c.samples += int64(len(c.pcm))
	var l lanes
	observe(x, &l)
	for _, v := range l.square {
		c.square += float64(v)
	}
	c.loud.add(x)
	c.tones.add(x)
	if c.canonical != nil {
		if err := c.canonical.write(c.pcm); err != nil {
			return fmt.Errorf("write the canonical sound: %w", err)
		}
	}
	if c.peaks != nil {
		if err := c.peaks.write(c.pcm); err != nil {
			return fmt.Errorf("write the waveform: %w", err)
		}
	}
	return nil
}

func (c *conversion) report(rep *Report) {
	rep.Frames, rep.Samples = c.in.frames, c.samples
	rate := float64(rep.Info.Rate)
	rep.Duration = framesToTime(rep.Frames, rate)
	d := c.in.details()
	rep.Meta, rep.Repaired = d.Meta, d.Repaired
	rep.Missing = framesToTime(d.Missing, rate)
	rep.RMSDBFS = decibels(math.Sqrt(c.square / float64(max(1, c.samples))))
	rep.Channels = c.meter.channels()
	c.loud.finish()
	rep.LUFS = c.loud.integrated()
	speech, snr := speechMap(c.loud.frames())
	rep.SNR = snr
	rep.Tones = c.tones.finish()
	rep.Segments = segments(speech, rep.Duration)
	for _, s := range rep.Segments {
		if s.Speech {
			rep.Speech += s.End - s.Start
		}
	}
	for _, ch := range rep.Channels {
		rep.PeakDBFS = max(rep.PeakDBFS, ch.PeakDBFS)
		rep.Clipped += ch.Clipped
		if math.Abs(ch.DC) > math.Abs(rep.DC) {
			rep.DC = ch.DC
		}
	}
}

func (c *conversion) close() error {
	if c.canonical != nil {
		if err := c.canonical.close(); err != nil {
			return fmt.Errorf("write the canonical sound: %w", err)
		}
	}
	if c.peaks != nil {
		if err := c.peaks.close(); err != nil {
			return fmt.Errorf("write the waveform: %w", err)
		}
	}
	return nil
}

func framesToTime(n int64, rate float64) time.Duration {
	return time.Duration(math.Round(float64(n) / rate * float64(time.Second)))
}
