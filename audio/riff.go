package audio

import (
	"bufio"
	"encoding/binary"
	"io"
)

// The GUIDs that open a Sony Wave64 file; its other chunk names end like w64Tail.
const (
	w64RIFF = "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
	w64Tail = "\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
)

// unknownSize stands for a length the header does not tell: up to the end of the file.
const unknownSize = -1

// unlikelySize is where programs that write to a pipe put their made-up
// lengths: 0x7ffff000 and above.
const unlikelySize = 0x7fff0000

// chunk is one part of a RIFF file.
type chunk struct {
	id   string // four bytes; lower case in Wave64
	size int64  // bytes of body, or unknownSize
}

// walker goes through the chunks of RIFF, RIFX, RF64, BW64 and Wave64 files.
// It only reads forward, believes no length, and allocates nothing that grows
// with what a header says.
type walker struct {
	br     *bufio.Reader
	order  binary.ByteOrder
	w64    bool
	ds64   int64 // size of the data chunk as the ds64 chunk says, 0 without one
	left   int64 // bytes of the current body not yet read, or unknownSize
	pad    int64 // bytes between the current body and the next chunk
	chunks int
	max    int
	cut    bool // the file ended inside a chunk that was passed over
	open   bool // a recorder left the length of the sound at 0: it never finished the file
}

// newWalker reads the outer header. The caller has sniffed that it is there.
func newWalker(br *bufio.Reader, maxChunks int) (*walker, error) {
	w := &walker{br: br, order: binary.LittleEndian, max: maxChunks}
	var head [40]byte
	n := 12
	if b, err := br.Peek(4); err != nil {
		return nil, err
	} else if w.w64 = string(b) == "riff"; w.w64 {
		n = 40
	}
	if _, err := readAll(br, head[:n]); err != nil {
		return nil, err
	}
	if string(head[:4]) == "RIFX" && !w.mislabelled() {
		w.order = binary.BigEndian
	}
	return w, nil
}

// mislabelled finds the RIFX files that are little-endian inside: the first
// chunk's size makes sense only that way round.
func (w *walker) mislabelled() bool {
	b, _ := w.br.Peek(8)
	return len(b) == 8 && binary.BigEndian.Uint32(b[4:]) >= 1<<24 && binary.LittleEndian.Uint32(b[4:]) < 1<<24
}

// next moves to the following chunk. io.EOF is the end of the file or the
// beginning of bytes that are no chunk.
func (w *walker) next() (chunk, error) {
	if err := w.skip(); err != nil {
		return chunk{}, err
	}
	if w.chunks++; w.chunks > w.max {
		return chunk{}, refuse(ErrLimit, "The file has more than %d parts, the limit MaxChunks. It is damaged; please record or export it again.", w.max)
	}
	c, err := w.header()
	w.left = c.size
	return c, err
}

func (w *walker) header() (chunk, error) {
	var b [24]byte
	n := 8
	if w.w64 {
		n = 24
	}
	if _, err := readAll(w.br, b[:n]); err != nil {
		return chunk{}, err
	}
	c := chunk{id: string(b[:4])}
	if !plausible(b[:4]) {
		return chunk{}, io.EOF
	}
	if w.w64 {
		c.size = int64(binary.LittleEndian.Uint64(b[16:])) - 24
		w.pad = -c.size & 7
		if c.size < 0 {
			c.size = unknownSize
		}
		return c, nil
	}
	c.size = int64(w.order.Uint32(b[4:]))
	w.pad = c.size & 1
	if c.id == "data" {
		c.size = w.dataSize(c.size)
	}
	return c, nil
}

// dataSize sees through the ways a header does not tell the length of the sound.
func (w *walker) dataSize(size int64) int64 {
	switch {
	case size == 0xffffffff && w.ds64 > 0:
		w.pad = w.ds64 & 1
		return w.ds64
	case size == 0xffffffff:
		return unknownSize
	case size == 0:
		// A recorder that died leaves 0 with sound behind it; an empty chunk
		// has nothing or a known chunk behind it.
		if b, _ := w.br.Peek(4); len(b) == 4 && !knownID(b) {
			w.open = true
			return unknownSize
		}
	}
	return size
}

// read fills p from the current body. A short count with io.EOF is the end of
// the body or of the file; w.left tells which.
func (w *walker) read(p []byte) (int, error) {
	if w.left != unknownSize && int64(len(p)) > w.left {
		p = p[:w.left]
		if len(p) == 0 {
			return 0, io.EOF
		}
		n, err := readAll(w.br, p)
		w.left -= int64(n)
		if err == nil {
			err = io.EOF
		}
		return n, err
	}
	n, err := readAll(w.br, p)
	if w.left != unknownSize {
		w.left -= int64(n)
	}
	return n, err
}

// body reads a whole metadata chunk, or as much of it as limit allows.
func (w *walker) body(limit int64) ([]byte, error) {
	if w.left == unknownSize {
		return nil, nil
	}
	// ReadAll grows with what is there, not with what the header says.
	b, err := io.ReadAll(io.LimitReader(w.br, min(w.left, limit)))
	w.left -= int64(len(b))
	return b, err
}

// skip goes to the end of the current body and over its pad byte, which many
// programs forget: then the next name stands right behind the body.
func (w *walker) skip() error {
	if w.left == unknownSize {
		_, err := io.Copy(io.Discard, w.br)
		w.left, w.pad = 0, 0
		return err
	}
	for w.left > 0 {
		n, err := w.br.Discard(int(min(w.left, 1<<30)))
		w.left -= int64(n)
		if err != nil {
			w.cut = err == io.EOF
			return err
		}
	}
	pad := w.pad
	w.pad = 0
	if pad == 1 && !w.w64 {
		b, _ := w.br.Peek(5)
		if len(b) == 5 && !padded(b) {
			return nil
		}
	}
	_, err := w.br.Discard(int(pad))
	return err
}

// padded judges the bytes behind a body of odd length.
func padded(b []byte) bool {
	switch {
	case knownID(b[1:5]):
		return true
	case knownID(b[:4]):
		return false
	}
	return b[0] == 0 || !plausible(b[:4])
}

// plausible says whether four bytes can be a chunk's name.
func plausible(id []byte) bool {
	for _, c := range id {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// knownIDs are the usual chunks, four bytes each and a space between.
const knownIDs = "data LIST fact bext cart iXML cue  smpl inst JUNK junk PAD  FLLR id3  ID3  CSET DISP axml chna plst labl note ltxt PEAK umid _PMX aXML fmt "

func knownID(id []byte) bool {
	for i := 0; i < len(knownIDs); i += 5 {
		if knownIDs[i:i+4] == string(id) {
			return true
		}
	}
	return false
}

// readAll fills p. Unlike io.ReadFull it keeps io.EOF for the end of the file,
// so that a connection that broke (io.ErrUnexpectedEOF) is not taken for one.
func readAll(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var k int
		k, err = r.Read(p[n:])
		n += k
	}
	if n == len(p) {
		err = nil
	}
	return n, err
}
