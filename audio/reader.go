package audio

import (
	"bufio"
	"io"
)

// blockFrames is how many frames are worked on at a time.
const blockFrames = 4096

// Reader gives the sound of a file as interleaved samples, forward only.
type Reader struct {
	info    Info
	limits  Limits
	w       *walker
	format  waveFormat
	codec   codec
	raw     []byte
	held    []float32 // decoded, not yet given: packed codecs give whole blocks
	heldBuf []float32
	end     error
	frames  int64
	missing int64 // bytes that the header promised and the file does not have
	meta    metadata
	repair  bool // a length was missing from the header
}

// Open finds out what r is and reads up to its first sample. A recording that
// cannot be used is an [Error]; the [Info] then holds what was found out, at
// least the Kind when there is one. Any other error comes from r.
func Open(r io.Reader, limits Limits) (*Reader, Info, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(sniffLen)
	if err != nil && err != io.EOF {
		return nil, Info{}, err
	}
	if len(head) == 0 {
		return nil, Info{}, refuse(ErrEmpty, "The file is empty. Please check the recorder and send the recording again.")
	}
	kind := Sniff(head)
	if kind != WAV {
		return nil, Info{Kind: kind}, refusal(kind)
	}
	rd := &Reader{limits: limits.withDefaults(), info: Info{Kind: WAV}}
	if rd.w, err = newWalker(br, rd.limits.MaxChunks); err == nil {
		err = rd.seekData(true)
	}
	if err == io.EOF {
		err = noSound(rd.info, rd.w.cut)
	}
	if err != nil {
		return nil, rd.info, err
	}
	rd.repair = rd.repair || rd.w.repaired
	return rd, rd.info, nil
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
func (r *Reader) seekData(first bool) error {
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

func (r *Reader) readFormat(c chunk) error {
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
	return r.format.check(r.limits)
}

func (r *Reader) startData(c chunk, first bool) error {
	if r.info.Rate == 0 {
		return refuse(ErrDamaged, "The file has its sound before the description of it, so it cannot be read. Please record or export it again.")
	}
	r.repair = r.repair || c.size == unknownSize
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
func (r *Reader) Info() Info { return r.info }

// Frames is how many frames Read has given.
func (r *Reader) Frames() int64 { return r.frames }

// Repaired says that the header did not tell the length, and that everything
// up to the end of the file was taken for sound.
func (r *Reader) Repaired() bool { return r.repair }

// Missing is how many frames the header promised and the file does not have.
// It is known when Read has given io.EOF.
func (r *Reader) Missing() int64 {
	if r.codec.unit == 0 {
		return 0
	}
	return r.missing / int64(r.codec.unit) * int64(r.codec.frames)
}

// Meta is what the file says about its making. What stands behind the sound is
// there when Read has given io.EOF.
func (r *Reader) Meta() Meta { return r.meta.result(r.info.Rate) }

// Read fills dst with interleaved samples, full scale ±1, and gives the number
// of frames. It gives io.EOF at the end; an [Error] when the recording is
// longer than Limits.MaxDuration.
func (r *Reader) Read(dst []float32) (int, error) {
	ch := r.info.Channels
	for len(r.held) == 0 {
		if r.end != nil {
			return 0, r.end
		}
		r.fill()
	}
	n := copy(dst[:len(dst)/ch*ch], r.held)
	r.held = r.held[n:]
	r.frames += int64(n / ch)
	if r.frames > int64(r.limits.MaxDuration.Seconds()*float64(r.info.Rate)) {
		r.end = refuse(ErrLimit, "The recording is longer than %s, the most that is taken (limit MaxDuration). Please send it in parts.", spoken(r.limits.MaxDuration))
		r.held = nil
		return 0, r.end
	}
	return n / ch, nil
}

// full fills the whole of dst; a short count comes with io.EOF.
func (r *Reader) full(dst []float32) (frames int, err error) {
	for frames*r.info.Channels < len(dst) && err == nil {
		var n int
		n, err = r.Read(dst[frames*r.info.Channels:])
		frames += n
	}
	return frames, err
}

// fill decodes the next block, going on to the next data chunk where one ends.
func (r *Reader) fill() {
	n, err := r.w.read(r.raw)
	if !r.codec.packed {
		n -= n % r.codec.unit // half a frame at the end of a chunk is no sound
	}
	r.held = r.heldBuf[:r.codec.decode(r.heldBuf, r.raw[:n])]
	if err == io.EOF {
		if r.w.left > 0 { // the file ends, the chunk does not
			if r.w.left+int64(n) < unlikelySize {
				r.missing += r.w.left
			} else {
				r.repair = true
			}
		}
		err = r.seekData(false)
	}
	r.end = err
}
