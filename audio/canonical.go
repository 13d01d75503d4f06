package audio

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/go-audio/wav"
)

const (
	canonicalHeader = 44       // bytes before the first sample
	dataSizeAt      = 40       // where the header says the length of the sound
	canonicalBlock  = 32 << 10 // bytes that are written at a time
)

// canonicalWriter writes 16 kHz mono 16-bit WAV.
type canonicalWriter struct {
	dst   *plainSeeker
	enc   *wav.Encoder
	count int64
	raw   []byte // samples as they lie in the file, not yet written
}

// plainSeeker hides that a destination is an *os.File: the encoder would sync
// it to disk on Close, which a work file does not need. And it remembers the
// error of a write, which the encoder drops or flattens.
type plainSeeker struct {
	io.WriteSeeker
	err error
}

func (p *plainSeeker) Write(b []byte) (int, error) {
	n, err := p.WriteSeeker.Write(b)
	if err != nil {
		p.err = err
	}
	return n, err
}

func newCanonicalWriter(dst io.WriteSeeker) *canonicalWriter {
	p := &plainSeeker{WriteSeeker: dst}
	return &canonicalWriter{dst: p, enc: wav.NewEncoder(p, CanonicalRate, 16, 1, tagPCM)}
}

// write appends samples.
func (w *canonicalWriter) write(s []int16) error {
	w.count += int64(len(s))
	n := len(w.raw)
	w.raw = slices.Grow(w.raw, 2*len(s))[:n+2*len(s)]
	for i, v := range s {
		binary.LittleEndian.PutUint16(w.raw[n+2*i:], uint16(v))
	}
	if len(w.raw) < canonicalBlock {
		return nil
	}
	return w.drain()
}

// drain writes what has gathered. It goes to the encoder as one of its frames:
// sample by sample it takes ten times as long.
func (w *canonicalWriter) drain() error {
	if len(w.raw) == 0 {
		return nil
	}
	err := w.enc.WriteFrame(w.raw) // bytes it copies; samples it would take apart one by one
	w.raw = w.raw[:0]
	return cmp.Or(w.dst.err, err)
}

// close finishes the header. The encoder has counted blocks, not samples, so
// the length of the sound is put right here.
func (w *canonicalWriter) close() error {
	if w.count == 0 {
		return errors.New("a canonical recording without samples")
	}
	if err := w.drain(); err != nil {
		return err
	}
	if err := w.enc.Close(); err != nil {
		return cmp.Or(w.dst.err, err)
	}
	if _, err := w.dst.Seek(dataSizeAt, io.SeekStart); err != nil {
		return err
	}
	if err := binary.Write(w.dst, binary.LittleEndian, uint32(2*w.count)); err != nil {
		return err
	}
	_, err := w.dst.Seek(0, io.SeekEnd)
	return err
}

// Canonical is an open canonical recording: 16 kHz, mono, 16-bit.
type Canonical struct {
	file    *os.File
	pcm     io.Reader
	samples int64
	raw     []byte
}

// OpenCanonical opens a file that [Convert] has written, and no other: an
// upload goes through [Open].
func OpenCanonical(path string) (*Canonical, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	d := wav.NewDecoder(f)
	err = d.FwdToPCM()
	if err == nil && (d.PCMChunk == nil || d.SampleRate != CanonicalRate || d.NumChans != 1 || d.BitDepth != 16 || d.WavAudioFormat != tagPCM) {
		err = errors.New("not 16 kHz mono 16-bit WAV")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open canonical recording: %w", err), f.Close())
	}
	return &Canonical{file: f, pcm: d.PCMChunk.R, samples: int64(d.PCMSize) / 2}, nil
}

// Len is the number of samples.
func (c *Canonical) Len() int64 { return c.samples }

// Duration is the length of the sound.
func (c *Canonical) Duration() time.Duration { return samplesToTime(c.samples) }

// Read fills dst with samples. It gives io.EOF at the end, together with the
// last samples or alone.
func (c *Canonical) Read(dst []int16) (int, error) {
	if len(c.raw) < 2*len(dst) {
		c.raw = make([]byte, 2*len(dst))
	}
	n, err := readAll(c.pcm, c.raw[:2*len(dst)])
	for i := range n / 2 {
		dst[i] = int16(binary.LittleEndian.Uint16(c.raw[2*i:]))
	}
	return n / 2, err
}

// Close closes the file.
func (c *Canonical) Close() error { return c.file.Close() }

func samplesToTime(n int64) time.Duration {
	return time.Duration(n) * (time.Second / CanonicalRate)
}
