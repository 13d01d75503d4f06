package audio

import (
	"encoding/binary"
	"math"
)

// codec turns stored bytes into samples between -1 and 1.
type codec struct {
	unit   int // bytes of the smallest piece that can be read: a frame or a block
	frames int // frames in a unit
	// decode reads whole units from src into interleaved dst and gives the
	// number of samples; a packed codec also takes a shorter last block.
	decode func(dst []float32, src []byte) int
	full   float32 // magnitude of the largest code: at it a sample is clipped
	packed bool
}

// newCodec chooses the codec for f. peek shows the first bytes of the sound.
func newCodec(f waveFormat, peek []byte) (codec, error) {
	var c codec
	var err error
	switch f.tag {
	case tagPCM:
		c, err = pcmCodec(f, peek)
	case tagFloat:
		c, err = floatCodec(f)
	case tagALaw:
		c = tableCodec(aLaw)
	case tagMuLaw:
		c = tableCodec(muLaw)
	case tagIMAADPCM:
		c, err = imaCodec(f)
	case tagMSADPCM:
		c, err = msCodec(f)
	default:
		name := tagNames[f.tag]
		if name == "" {
			name = "unknown"
		}
		return codec{}, leave(WAV, ErrUnsupported, "This is a WAV file with %s sound inside (code 0x%04x), which cannot be read here. Please export it as plain WAV (PCM) and send that.", name, f.tag)
	}
	if err == nil && !c.packed {
		c.unit *= f.channels
	}
	return c, err
}

// pcmCodec reads integers of 8 to 32 bits. Shorter samples lie at the upper end
// of their container, as the format's definition says.
func pcmCodec(f waveFormat, peek []byte) (codec, error) {
	size := container(f)
	c := codec{unit: size, frames: 1, full: fullScale(min(f.valid, 24))}
	if f.order == binary.BigEndian && size > 1 {
		c.decode = bigEndian(size)
		return c, nil
	}
	switch size {
	case 1:
		c.decode = func(dst []float32, src []byte) int {
			for i, v := range src {
				dst[i] = float32(int(v)-128) * (1.0 / 128)
			}
			return len(src)
		}
	case 2:
		c.decode = func(dst []float32, src []byte) int {
			n := len(src) / 2
			decode16(dst[:n], src)
			return n
		}
	case 3:
		c.decode = func(dst []float32, src []byte) int {
			n := len(src) / 3
			for i := range n {
				v := int32(uint32(src[3*i])<<8 | uint32(src[3*i+1])<<16 | uint32(src[3*i+2])<<24)
				dst[i] = float32(v) * (1.0 / (1 << 31))
			}
			return n
		}
	case 4:
		shift := 0
		if lowAligned(f, peek) {
			shift = 8
		}
		c.decode = func(dst []float32, src []byte) int {
			n := len(src) / 4
			for i := range n {
				dst[i] = float32(int32(binary.LittleEndian.Uint32(src[4*i:])<<shift)) * (1.0 / (1 << 31))
			}
			return n
		}
	default:
		return codec{}, leave(WAV, ErrUnsupported, "This is a WAV file with samples of %d bits, which cannot be read. Please export it as 16-bit WAV and send that.", f.bits)
	}
	return c, nil
}

// bigEndian reads RIFX integers of any container.
func bigEndian(size int) func(dst []float32, src []byte) int {
	return func(dst []float32, src []byte) int {
		n := len(src) / size
		for i := range n {
			var v uint32
			for k := range size {
				v |= uint32(src[i*size+k]) << (24 - 8*k)
			}
			dst[i] = float32(int32(v)) * (1.0 / (1 << 31))
		}
		return n
	}
}

// container is the number of bytes a sample takes: what the block alignment
// says where that can be true, else what the bits need.
func container(f waveFormat) int {
	need := (f.bits + 7) / 8
	if f.align%f.channels == 0 {
		if c := f.align / f.channels; c >= need && c <= 8 && c > 0 {
			return c
		}
	}
	return need
}

// lowAligned finds out whether 24-bit samples in four bytes lie, against the
// definition, at the lower end: then the lowest byte, which should be empty, is
// used, and the highest is only sign.
func lowAligned(f waveFormat, peek []byte) bool {
	if f.valid != 24 || len(peek) < 4 {
		return false
	}
	used := false
	for ; len(peek) >= 4; peek = peek[4:] {
		if peek[3] != 0 && peek[3] != 0xff {
			return false
		}
		used = used || peek[0] != 0
	}
	return used
}

// fullScale is the largest positive sample of so many bits.
func fullScale(bits int) float32 {
	if bits <= 1 {
		return 1
	}
	return 1 - float32(math.Ldexp(1, 1-bits))
}

// loudest bounds what a float sample may be, so that sums of squares stay finite.
const loudest = 256

func floatCodec(f waveFormat) (codec, error) {
	c := codec{frames: 1, full: 1, unit: container(f)}
	switch c.unit {
	case 4:
		c.decode = func(dst []float32, src []byte) int {
			n := len(src) / 4
			for i := range n {
				dst[i] = tame(float64(math.Float32frombits(f.order.Uint32(src[4*i:]))))
			}
			return n
		}
	case 8:
		c.decode = func(dst []float32, src []byte) int {
			n := len(src) / 8
			for i := range n {
				dst[i] = tame(math.Float64frombits(f.order.Uint64(src[8*i:])))
			}
			return n
		}
	default:
		return codec{}, refuse(ErrDamaged, "The file says that its samples are fractions of %d bits, which do not exist. Its header is damaged; please record or export it again.", f.bits)
	}
	return c, nil
}

// tame makes silence of what is no number and bounds what is absurdly loud.
func tame(v float64) float32 {
	if v != v {
		return 0
	}
	return float32(max(-loudest, min(loudest, v)))
}

// tableCodec reads one byte a sample through a table.
func tableCodec(value func(byte) int) codec {
	var table [256]float32
	var top float32
	for i := range table {
		table[i] = float32(value(byte(i))) / 32768
		top = max(top, table[i])
	}
	return codec{unit: 1, frames: 1, full: top, decode: func(dst []float32, src []byte) int {
		for i, b := range src {
			dst[i] = table[b]
		}
		return len(src)
	}}
}

// aLaw expands one byte (ITU-T G.711, A-law) to 16 bits.
func aLaw(b byte) int {
	b ^= 0x55
	v := int(b&15)<<4 + 8
	if e := b >> 4 & 7; e > 0 {
		v = (v + 256) << (e - 1)
	}
	if b&0x80 == 0 {
		return -v
	}
	return v
}

// muLaw expands one byte (ITU-T G.711, µ-law) to 16 bits.
func muLaw(b byte) int {
	b = ^b
	v := (int(b&15)<<3+132)<<(b>>4&7) - 132
	if b&0x80 != 0 {
		return -v
	}
	return v
}
