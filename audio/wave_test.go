package audio

import (
	"bytes"
	"encoding/binary"
	"math"
)

// part is a chunk of a test file; size overrides what its header says.
type part struct {
	id    string
	body  []byte
	size  int64 // 0: the true one
	nopad bool
}

// wave puts a RIFF file together.
func wave(parts ...part) []byte {
	var b []byte
	for _, p := range parts {
		size := uint32(len(p.body))
		if p.size != 0 {
			size = uint32(p.size)
		}
		b = append(b, p.id...)
		b = binary.LittleEndian.AppendUint32(b, size)
		b = append(b, p.body...)
		if len(p.body)%2 == 1 && !p.nopad {
			b = append(b, 0)
		}
	}
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(b)+4))
	return append(append(head, "WAVE"...), b...)
}

// pcmFormat is a fmt chunk for integers.
func pcmFormat(rate, channels, bits int) part {
	size := (bits + 7) / 8
	return format(tagPCM, rate, channels, channels*size, bits, nil)
}

func format(tag, rate, channels, align, bits int, extra []byte) part {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(tag))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*align))
	b = le.AppendUint16(b, uint16(align))
	b = le.AppendUint16(b, uint16(bits))
	if extra != nil {
		b = append(le.AppendUint16(b, uint16(len(extra))), extra...)
	}
	return part{id: "fmt ", body: b}
}

// data16 is a data chunk of 16-bit samples.
func data16(x []float32) part {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.RoundToEven(float64(v)*32767))))
	}
	return part{id: "data", body: b}
}

// seekBuffer is a file in memory.
type seekBuffer struct {
	b  []byte
	at int64
}

func (s *seekBuffer) Write(p []byte) (int, error) {
	if need := s.at + int64(len(p)); need > int64(len(s.b)) {
		s.b = append(s.b, make([]byte, need-int64(len(s.b)))...)
	}
	s.at += int64(copy(s.b[s.at:], p))
	return len(p), nil
}

func (s *seekBuffer) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case 1:
		offset += s.at
	case 2:
		offset += int64(len(s.b))
	}
	s.at = offset
	return offset, nil
}

func (s *seekBuffer) reader() *bytes.Reader { return bytes.NewReader(s.b) }
