package audio

import "errors"

// flacHeaderMost is the largest frame header (RFC 9639 section 9.1) in bytes.
const flacHeaderMost = 16

// What a frame can suffer from; flacReader makes sentences of them.
var (
	errFlacShort = errors.New("the bytes end within a FLAC frame")
	errFlac      = errors.New("not a FLAC frame")
)

// flacFrame is one block of samples.
type flacFrame struct {
	size     int // frames of sound in it; 0: none
	relation int // of two channels: see the constants
	channels int
	samples  [8][]int32
	coeff    [32]int64
}

// How the two channels of a stereo frame are stored (RFC 9639 section 9.1.3).
const (
	flacApart = iota
	flacLeftSide
	flacSideRight
	flacMidSide
)

var flacSizes = [16]int{0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768}

var (
	flacRates = [16]int{0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000}
	flacBits  = [8]int{0, 8, 12, 0, 16, 20, 24, 32}
)

// header reads a frame's header and holds it against what the stream said.
func (f *flacFrame) header(b []byte, info Info, largest int) (used int, err error) {
	f.size = 0
	if len(b) < 6 || b[0] != 0xff || b[1]&0xfe != 0xf8 || b[3]&1 != 0 {
		return 0, damagedFLAC()
	}
	n := 4 + flacNumber(b[4])
	if len(b) < n+5 && len(b) < flacHeaderMost {
		b = append(append([]byte{}, b...), make([]byte, flacHeaderMost)...)
	}
	size := flacSizes[b[2]>>4]
	switch b[2] >> 4 {
	case 6:
		size = int(b[n]) + 1
		n++
	case 7:
		size = int(b[n])<<8 + int(b[n+1]) + 1
		n += 2
	}
	rate := flacRates[b[2]&15]
	switch b[2] & 15 {
	case 12:
		rate = int(b[n]) * 1000
		n++
	case 13:
		rate = int(b[n])<<8 + int(b[n+1])
		n += 2
	case 14:
		rate = (int(b[n])<<8 + int(b[n+1])) * 10
		n += 2
	}
	if crc8(b[:n]) != b[n] || size == 0 || b[2]&15 == 15 {
		return 0, damagedFLAC()
	}
	f.relation, f.channels = flacApart, int(b[3]>>4)+1
	if c := int(b[3] >> 4); c >= 8 {
		f.relation, f.channels = c-7, 2
	}
	bps := flacBits[b[3]>>1&7]
	if f.relation > flacMidSide || f.channels != info.Channels || size > largest ||
		rate != 0 && rate != info.Rate || bps != 0 && bps != info.Bits || b[3]>>1&7 == 3 {
		return 0, leave(FLAC, ErrUnsupported, "This FLAC recording changes its form in the middle. Please export it as WAV and send that.")
	}
	f.size = size
	return n + 1, nil
}

// flacNumber is the length of the frame's number, coded like UTF-8.
func flacNumber(b byte) int {
	n := 0
	for ; b&0x80 != 0; b <<= 1 {
		n++
	}
	return max(1, min(n, 7))
}

// most bounds a frame's bytes. An encoder stores a block as it is when it
// cannot make it smaller; half as much again is room for a poor one.
func (f *flacFrame) most(info Info) int {
	bits := f.size * f.channels * (info.Bits + 1)
	return bits/8*3/2 + 64*f.channels + 2*flacHeaderMost
}

// decode reads the frame that b begins with, whose header has used bytes. It
// gives the frame's length.
func (f *flacFrame) decode(b []byte, used int, info Info) (int, error) {
	if used > len(b) {
		return 0, errFlacShort
	}
	r := bitReader{b: b[used:]}
	for c := range f.channels {
		bps := uint(info.Bits)
		if f.relation == flacSideRight && c == 0 || f.relation != flacApart && f.relation != flacSideRight && c == 1 {
			bps++ // the difference of two samples
		}
		if cap(f.samples[c]) < f.size {
			f.samples[c] = make([]int32, f.size)
		}
		f.samples[c] = f.samples[c][:f.size]
		if err := f.subframe(&r, f.samples[c], bps); err != nil {
			return 0, err
		}
	}
	r.align()
	end := used + r.used()/8
	if end+2 > len(b) {
		return 0, errFlacShort
	}
	if crc16(b[:end]) != uint16(b[end])<<8|uint16(b[end+1]) {
		return 0, errFlac
	}
	f.join()
	return end + 2, nil
}

// join makes left and right of what was stored.
func (f *flacFrame) join() {
	a, b := f.samples[0], f.samples[1]
	switch f.relation {
	case flacLeftSide:
		for i, l := range a {
			b[i] = l - b[i]
		}
	case flacSideRight:
		for i, r := range b {
			a[i] += r
		}
	case flacMidSide:
		for i, m := range a {
			s := b[i]
			m = m<<1 | s&1
			a[i], b[i] = (m+s)>>1, (m-s)>>1
		}
	}
}

// interleave gives samples from frame at on, scaled to ±1.
func (f *flacFrame) interleave(dst []float32, at int, scale float32) {
	switch f.channels {
	case 1:
		src := f.samples[0][at : at+len(dst)]
		for i := range dst {
			dst[i] = float32(src[i]) * scale
		}
	case 2:
		n := len(dst) / 2
		left, right := f.samples[0][at:at+n], f.samples[1][at:at+n]
		for i, l := range left {
			dst[2*i], dst[2*i+1] = float32(l)*scale, float32(right[i])*scale
		}
	default:
		for c := range f.channels {
			src := f.samples[c][at:]
			for i := c; i < len(dst); i += f.channels {
				dst[i] = float32(src[i/f.channels]) * scale
			}
		}
	}
}
