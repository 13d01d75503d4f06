package audio

import (
	"bufio"
	"errors"
	"io"
)

// blockFrames is how many frames are worked on at a time.
const blockFrames = 4096

// waveReader is the Source of the WAV family.
type waveReader struct {
	info    Info
	limits  Limits
	w       *walker
	format  waveFormat
	codec   codec
	raw     []byte
	held    []float32 // decoded, not yet given: packed codecs give whole blocks
	heldBuf []float32
	end     error
	missing int64 // bytes that the header promised and the file does not have
	meta    metadata
	torn    bool // the sound ends within a frame, where no length tells how much is missing
}

// openWave reads up to the first sample. The reader is never nil: its info
// tells what was found out before an error.
func openWave(br *bufio.Reader, limits Limits) (*waveReader, error) {
	rd := &waveReader{limits: limits, info: Info{Kind: WAV}}
	var err error
	if rd.w, err = newWalker(br, rd.limits.MaxChunks); err == nil {
		err = rd.seekData(true)
	}
	if err == io.EOF {
		err = noSound(rd.info, rd.w != nil && rd.w.cut)
	}
	if err != nil {
		return rd, rd.w64(err)
	}
	return rd, nil
}

// w64 sends what is left to a decoder to the one of Wave64, where it is that.
func (r *waveReader) w64(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Decoder != "" && r.w.w64 {
		e.Decoder = "w64"
	}
	return err
}

// noSound is the answer to a file in which no sound was found; cut says that it
// ends in the middle of something else.
func noSound(i Info, cut bool) error {
	if i.Rate == 0 || cut {
		return refuse(ErrTruncated, "The recording was cut off before the sound begins. Please send it again from the recorder.")
	}
	return refuse(ErrEmpty, "The file has a header but no sound. Please check the recorder and send the recording again.")
}

// seekData goes to the next data chunk, looking at what lies before it.
func (r *waveReader) seekData(first bool) error {
	for {
		c, err := r.w.next()
		if err != nil {
			return err
		}
		switch c.id {
		case "fmt ":
			if r.info.Rate != 0 {
				continue // the first description wins
			}
			if err := r.readFormat(c); err != nil {
				return err
			}
		case "ds64":
			b, err := r.w.body(28)
			if err != nil {
				return err
			}
			if len(b) >= 16 {
				if n := int64(r.w.order.Uint64(b[8:])); n > 0 {
					r.w.ds64 = n
				}
			}
		case "data":
			if c.size == 0 {
				continue
			}
			return r.startData(c, first)
		default:
			if err := r.meta.read(c, r.w, r.limits.MaxMetadata); err != nil {
				return err
			}
		}
	}
}

func (r *waveReader) readFormat(c chunk) error {
	if c.size > 4096 || c.size < 14 {
		return refuse(ErrDamaged, "The file's description of its sound is damaged. Please record or export it again.")
	}
	b, err := r.w.body(c.size)
	if err != nil {
		return err
	}
	if int64(len(b)) < c.size {
		return io.EOF
	}
	if r.format, err = parseFormat(b, r.w.order); err != nil {
		return err
	}
	r.info = r.format.info()
	return r.info.check(r.limits)
}

func (r *waveReader) startData(c chunk, first bool) error {
	if r.info.Rate == 0 {
		return refuse(ErrDamaged, "The file has its sound before the description of it, so it cannot be read. Please record or export it again.")
	}
	if !first {
		return nil
	}
	peek, err := r.w.br.Peek(int(min(uint64(c.size), 4096)))
	if err != nil && err != io.EOF {
		return err
	}
	r.codec, err = newCodec(r.format, peek)
	if err != nil {
		return err
	}
	units := max(1, blockFrames/r.codec.frames)
	r.raw = make([]byte, units*r.codec.unit)
	r.heldBuf = make([]float32, units*r.codec.frames*r.info.Channels)
	return nil
}

// Info tells what the file is.
func (r *waveReader) Info() Info { return r.info }

func (r *waveReader) fullScale() float32 { return r.codec.full }

// Details includes what stands behind the sound.
func (r *waveReader) Details() Details {
	return Details{
		Meta:     r.meta.result(r.info.Rate),
		Missing:  r.missing / int64(r.codec.unit) * int64(r.codec.frames),
		Repaired: r.w.open || r.torn,
	}
}

// Read implements [Source]. It goes on to the next data chunk where one ends.
func (r *waveReader) Read(dst []float32) (int, error) {
	ch := r.info.Channels
	for len(r.held) == 0 {
		if r.end != nil {
			return 0, r.end
		}
		r.fill()
	}
	n := copy(dst[:len(dst)/ch*ch], r.held)
	r.held = r.held[n:]
	return n / ch, nil
}

// fill decodes the next block, going on to the next data chunk where one ends.
func (r *waveReader) fill() {
	n, err := r.w.read(r.raw)
	if !r.codec.packed {
		rest := n % r.codec.unit // half a frame at the end of a chunk is no sound
		// One byte alone may be there to make the length even.
		endless := r.w.left == unknownSize || r.w.left+int64(n) >= unlikelySize
		r.torn = r.torn || endless && rest > r.codec.unit%2
		n -= rest
	}
	r.held = r.heldBuf[:r.codec.decode(r.heldBuf, r.raw[:n])]
	if err == io.EOF {
		if r.w.left > 0 { // the file ends, the chunk does not
			if r.w.left+int64(n) < unlikelySize {
				r.missing += r.w.left
			}
		}
		err = r.seekData(false)
	}
	r.end = err
}
