package audio

import (
	"bufio"
	"context"
	"io"
)

// Source is the decoded sound of one recording, forward only. [Open] makes one
// of what this package reads itself; for the other kinds (see
// [Kind.NeedsDecoder]) a caller brings its own and gives it to [ConvertSource].
type Source interface {
	// Info tells what is read. Rate and Channels are those of the samples that
	// Read gives.
	Info() Info
	// Read fills dst with interleaved samples, full scale ±1, and gives the
	// number of whole frames. At the end it gives io.EOF, together with the
	// last frames or alone. Any other error is returned by ConvertSource as it
	// is; an [Error] says that the recording cannot be used.
	Read(dst []float32) (frames int, err error)
}

// Detailed is a Source that knows more than its samples.
type Detailed interface {
	Source
	// Details is asked for after Read has given io.EOF.
	Details() Details
}

// Details is what a file tells beside its sound.
type Details struct {
	Meta    Meta
	Missing int64 // frames that the file promised and does not have
	// Repaired says that sound was damaged in places, or that the file shows
	// that its end may be missing. A length that the header does not tell, as
	// programs leave it that write to a pipe or a browser, is no damage.
	Repaired bool
}

// graded is a Source whose largest sample is not the one of its bits.
type graded interface{ fullScale() float32 }

// filtered is a Source of CanonicalRate that needs a filter, of a multiple of
// eight taps, where it gives one: see newFilter.
type filtered interface{ filter() []float32 }

// Open finds out what r is and reads up to its first sample. A recording that
// cannot be used is an [Error]; the [Info] then holds what was found out, at
// least the Kind when there is one. Any other error comes from r.
func Open(r io.Reader, limits Limits) (Source, Info, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(HeadBytes)
	if err != nil && err != io.EOF {
		return nil, Info{}, err
	}
	if len(head) == 0 {
		return nil, Info{}, refuse(ErrEmpty, "The file is empty. Please check the recorder and send the recording again.")
	}
	kind := Sniff(head)
	if behind, err := skipTags(br); err != nil {
		return nil, Info{Kind: kind}, err
	} else if behind != Unknown {
		kind = behind
	}
	src, err := open(kind, br, limits.withDefaults())
	if src == nil {
		return nil, Info{Kind: kind}, err
	}
	if err != nil {
		return nil, src.Info(), err
	}
	return src, src.Info(), nil
}

// open gives the Source of a kind; beside an error it is there to tell what was
// found out.
func open(kind Kind, br *bufio.Reader, limits Limits) (Source, error) {
	switch kind {
	case WAV:
		return openWave(br, limits)
	case FLAC:
		return openFLAC(br, limits)
	case Opus:
		return openOggOpus(br, limits)
	case WebM:
		return openWebM(br, limits)
	}
	return nil, refusal(kind)
}

// intake reads a Source whole block by whole block and holds it to the limits.
type intake struct {
	Source
	info   Info
	frames int64
	most   int64 // frames of Limits.MaxDuration
	limits Limits
	wild   bool // a decoder of another house: its samples may be anything
}

// take checks what s says of itself.
func take(s Source, limits Limits) (*intake, error) {
	limits = limits.withDefaults()
	in := &intake{Source: s, info: s.Info(), limits: limits}
	if err := in.info.check(limits); err != nil {
		return nil, err
	}
	switch s.(type) {
	case *waveReader, *flacReader:
	default:
		in.wild = true
	}
	in.most = int64(limits.MaxDuration.Seconds() * float64(in.info.Rate))
	return in, nil
}

// full fills the whole of dst; a short count comes with io.EOF.
func (in *intake) full(dst []float32) (frames int, err error) {
	for frames*in.info.Channels < len(dst) && err == nil {
		var n int
		part := dst[frames*in.info.Channels:]
		n, err = in.Read(part)
		if in.wild {
			for i, v := range part[:n*in.info.Channels] {
				if !(v > -loudest && v < loudest) {
					part[i] = tame(float64(v))
				}
			}
		}
		frames += n
		if in.frames += int64(n); in.frames > in.most {
			return 0, refuse(ErrLimit, "The recording is longer than %s, the most that is taken (limit MaxDuration). Please send it in parts.", spoken(in.limits.MaxDuration))
		}
	}
	return frames, err
}

// clipLevel is the magnitude from which on a sample counts as clipped.
func (in *intake) clipLevel() float32 {
	if g, ok := in.Source.(graded); ok {
		return g.fullScale()
	}
	if in.info.Bits > 0 {
		return fullScale(min(in.info.Bits, 24))
	}
	return fullScale(16) // decoded from a packed format
}

// resampler is what makes the canonical rate of the Source's; nil where nothing
// is to be done.
func (in *intake) resampler() *resampler {
	if f, ok := in.Source.(filtered); ok && in.info.Rate == CanonicalRate {
		if taps := f.filter(); taps != nil {
			return newFilter(taps)
		}
	}
	return newResampler(in.info.Rate)
}

func (in *intake) details() Details {
	if d, ok := in.Source.(Detailed); ok {
		return d.Details()
	}
	return Details{}
}

// ConvertSource is [Convert] for sound that was decoded by somebody else. Of
// opts.Limits it applies rates, channels and duration.
func ConvertSource(ctx context.Context, s Source, opts Options) (Report, error) {
	rep := Report{Info: s.Info(), PeakDBFS: FloorDBFS, RMSDBFS: FloorDBFS, LUFS: FloorDBFS}
	in, err := take(s, opts.Limits)
	if err != nil {
		return rep, err
	}
	c := newConversion(in, opts)
	if err := c.run(ctx); err != nil {
		return rep, err
	}
	c.report(&rep)
	if rep.Frames == 0 {
		return rep, noSound(rep.Info, false)
	}
	return rep, c.close()
}
