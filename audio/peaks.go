package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// SamplesPerPixel is how many canonical samples one pair of peaks stands for: 10 ms.
const SamplesPerPixel = CanonicalRate / 100

// The header of BBC audiowaveform's .dat, version 2, little-endian: version,
// flags, sample rate, samples per pixel, length, channels, each of 32 bits.
const (
	peaksHeader   = 24
	peaksLengthAt = 16
	peaks8Bit     = 1
)

// peaksWriter writes the waveform: for each pixel the lowest and the highest
// sample, 8 bits each.
type peaksWriter struct {
	dst      io.WriteSeeker
	buf      []byte
	low, top int16
	inPixel  int
	pixels   uint32
}

func newPeaksWriter(dst io.WriteSeeker) *peaksWriter {
	p := &peaksWriter{dst: dst}
	for _, v := range []uint32{2, peaks8Bit, CanonicalRate, SamplesPerPixel, 0, 1} {
		p.buf = binary.LittleEndian.AppendUint32(p.buf, v)
	}
	return p
}

// write adds samples and writes out what is full.
func (p *peaksWriter) write(s []int16) error {
	for len(s) > 0 {
		n := min(len(s), SamplesPerPixel-p.inPixel)
		low, top := span(s[:n])
		if p.inPixel == 0 {
			p.low, p.top = low, top
		}
		p.low, p.top = min(p.low, low), max(p.top, top)
		s = s[n:]
		if p.inPixel += n; p.inPixel == SamplesPerPixel {
			p.pixel()
		}
	}
	if len(p.buf) < 16<<10 {
		return nil
	}
	return p.drain()
}

func (p *peaksWriter) pixel() {
	p.buf = append(p.buf, byte(p.low>>8), byte(p.top>>8))
	p.inPixel = 0
	p.pixels++
}

func (p *peaksWriter) drain() error {
	_, err := p.dst.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}

// close writes the rest and the length.
func (p *peaksWriter) close() error {
	if p.inPixel > 0 {
		p.pixel()
	}
	if err := p.drain(); err != nil {
		return err
	}
	if _, err := p.dst.Seek(peaksLengthAt, io.SeekStart); err != nil {
		return err
	}
	if err := binary.Write(p.dst, binary.LittleEndian, p.pixels); err != nil {
		return err
	}
	_, err := p.dst.Seek(0, io.SeekEnd)
	return err
}

// Peaks is a waveform to draw: pairs of lowest and highest sample.
type Peaks struct {
	Rate            int     // Hz of the sound it was made of
	SamplesPerPixel int     // samples a pair stands for
	Channels        int     // pairs of each pixel
	Pairs           []int16 // low, high, low, high …; -128..127 when Bits is 8
	Bits            int     // 8 or 16
}

// maxPixels bounds what ReadPeaks keeps: a day at 10 ms.
const maxPixels = 24 * 3600 * 100

// ReadPeaks reads a .dat file of version 1 or 2.
func ReadPeaks(r io.Reader) (Peaks, error) {
	var h [6]uint32
	if err := binary.Read(r, binary.LittleEndian, h[:5]); err != nil {
		return Peaks{}, fmt.Errorf("read the header of the waveform: %w", err)
	}
	h[5] = 1
	switch h[0] {
	case 1:
	case 2:
		if err := binary.Read(r, binary.LittleEndian, h[5:]); err != nil {
			return Peaks{}, fmt.Errorf("read the header of the waveform: %w", err)
		}
	default:
		return Peaks{}, fmt.Errorf("a waveform of version %d", h[0])
	}
	if h[5] < 1 || h[5] > 24 || h[4] > maxPixels || h[2] == 0 || h[2] > 1<<20 || h[3] == 0 || h[3] > 1<<24 {
		return Peaks{}, errors.New("a waveform whose header cannot be true")
	}
	p := Peaks{Rate: int(h[2]), SamplesPerPixel: int(h[3]), Channels: int(h[5]), Bits: 16}
	size := 2
	if h[1]&peaks8Bit != 0 {
		p.Bits, size = 8, 1
	}
	want := int64(h[4]) * int64(h[5]) * 2 * int64(size)
	b, err := io.ReadAll(io.LimitReader(r, want))
	if err != nil {
		return Peaks{}, fmt.Errorf("read the waveform: %w", err)
	}
	if int64(len(b)) < want {
		return Peaks{}, errors.New("a waveform that was cut off")
	}
	p.Pairs = make([]int16, len(b)/size)
	for i := range p.Pairs {
		if size == 1 {
			p.Pairs[i] = int16(int8(b[i]))
		} else {
			p.Pairs[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
	}
	return p, nil
}
