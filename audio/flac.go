package audio

import (
	"bufio"
	"encoding/binary"
	"io"
)

// flacReader is the Source of FLAC (RFC 9639). Its memory is bounded by the
// largest block that STREAMINFO announces, whatever the frames say, and is
// taken once. A file that ends in the middle of a frame is read up to there; a
// frame whose checksum is wrong is left to an outside decoder, which conceals.
type flacReader struct {
	br      *bufio.Reader
	info    Info
	total   int64 // frames as STREAMINFO says, 0: unknown
	largest int   // frames of a block
	given   int64
	frame   flacFrame
	at      int // of the current block that was given
	tags    map[string]string
	end     error
	torn    bool // the file ends within a frame
}

// The metadata blocks that are looked at (RFC 9639 section 8).
const (
	flacStreamInfo = 0
	flacComment    = 4
)

// openFLAC reads up to the first frame.
func openFLAC(br *bufio.Reader, limits Limits) (*flacReader, error) {
	r := &flacReader{br: br, info: Info{Kind: FLAC}}
	if _, err := br.Discard(4); err != nil {
		return r, cutOff(err)
	}
	for i, last := 0, false; !last; i++ {
		var h [4]byte
		if _, err := readAll(br, h[:]); err != nil {
			return r, cutOff(err)
		}
		last = h[0]&0x80 != 0
		size := int64(h[1])<<16 | int64(h[2])<<8 | int64(h[3])
		if i >= limits.MaxChunks {
			return r, refuse(ErrLimit, "The file has more than %d parts, the limit MaxChunks. It is damaged; please record or export it again.", limits.MaxChunks)
		}
		if err := r.block(i, h[0]&0x7f, size, limits); err != nil {
			return r, err
		}
	}
	if err := r.info.check(limits); err != nil {
		return r, err
	}
	// A whole frame is looked at at once.
	r.frame.size, r.frame.channels = r.largest, r.info.Channels
	if most := r.frame.most(r.info); br.Size() < most {
		r.br = bufio.NewReaderSize(br, most)
	}
	r.frame.size = 0
	return r, nil
}

// cutOff is the answer to a file that ends before its sound.
func cutOff(err error) error {
	if err == io.EOF {
		return noSound(Info{}, true)
	}
	return err
}

// block reads or skips a metadata block. STREAMINFO must be the first.
func (r *flacReader) block(i int, kind byte, size int64, limits Limits) error {
	keep := int64(0)
	switch {
	case i == 0 && (kind != flacStreamInfo || size < 34):
		return leave(FLAC, ErrDamaged, "The file's description of its sound is damaged. Please record or export it again.")
	case i == 0:
		keep = 34
	case kind == flacComment && r.tags == nil:
		keep = min(size, limits.MaxMetadata)
	}
	b, err := io.ReadAll(io.LimitReader(r.br, keep))
	if err == nil && int64(len(b)) < keep {
		err = io.EOF
	}
	if err == nil {
		_, err = r.br.Discard(int(size - keep))
	}
	if err != nil {
		return cutOff(err)
	}
	if i == 0 {
		return r.streamInfo(b)
	}
	if keep > 0 {
		r.tags = vorbisComment(b)
	}
	return nil
}

// streamInfo reads RFC 9639 section 8.2.
func (r *flacReader) streamInfo(b []byte) error {
	r.largest = int(binary.BigEndian.Uint16(b[2:]))
	v := binary.BigEndian.Uint64(b[10:])
	r.info.Rate = int(v >> 44)
	r.info.Channels = int(v>>41&7) + 1
	r.info.Bits = int(v>>36&31) + 1
	r.total = int64(v & (1<<36 - 1))
	if r.info.Bits < 4 || r.info.Bits > 24 || r.largest < 16 {
		return leave(FLAC, ErrUnsupported, "This is a FLAC file with samples of %d bits in blocks of %d, which cannot be read here. Please export it as 16-bit WAV and send that.", r.info.Bits, r.largest)
	}
	return nil
}

// Info implements [Source].
func (r *flacReader) Info() Info { return r.info }

// Details implements [Detailed].
func (r *flacReader) Details() Details {
	return Details{
		Meta:     Meta{Tags: r.tags},
		Missing:  max(0, r.total-r.given),
		Repaired: r.total == 0 && r.torn,
	}
}

// Read implements [Source].
func (r *flacReader) Read(dst []float32) (int, error) {
	for r.at == r.frame.size {
		if r.end != nil {
			return 0, r.end
		}
		r.at = 0
		if r.end = r.next(); r.end != nil {
			r.frame.size = 0
		}
	}
	ch := r.info.Channels
	n := min(len(dst)/ch, r.frame.size-r.at)
	scale := 1 / float32(int64(1)<<(r.info.Bits-1))
	r.frame.interleave(dst[:n*ch], r.at, scale)
	r.at += n
	r.given += int64(n)
	return n, nil
}

// next decodes the next frame. Bytes behind the last one, such as a tag of
// another program, are no sound.
func (r *flacReader) next() error {
	head, err := r.br.Peek(flacHeaderMost)
	if err != nil && err != io.EOF {
		return err
	}
	atEnd := err == io.EOF
	used, err := r.frame.header(head, r.info, r.largest)
	if err != nil {
		r.torn = atEnd && len(head) > 0 && head[0] == 0xff
		if atEnd && len(head) < flacHeaderMost || r.total > 0 && r.given >= r.total {
			return io.EOF
		}
		return err
	}
	most := r.frame.most(r.info)
	body, err := r.br.Peek(most)
	if err != nil && err != io.EOF {
		return err
	}
	n, err := r.frame.decode(body, used, r.info)
	if err == errFlacShort && len(body) < most {
		r.torn = true
		return io.EOF // the file ends here; what it lacks is in Details
	}
	if err != nil {
		return damagedFLAC()
	}
	_, err = r.br.Discard(n)
	return err
}

func damagedFLAC() error {
	return leave(FLAC, ErrDamaged, "This FLAC recording is damaged in the middle. Please export it again, or send it as WAV.")
}
