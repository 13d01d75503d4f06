package audio

import "encoding/binary"

// imaSteps and imaMoves are the tables of IMA ADPCM (IMA Recommended Practices,
// revision 3.00, chapter 6).
var (
	imaSteps = [89]int{
		7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97,
		107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796,
		876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428,
		4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350,
		22385, 24623, 27086, 29794, 32767,
	}
	imaMoves = [8]int{-1, -1, -1, -1, 2, 4, 6, 8}
)

func badBlock(codec string, f waveFormat) error {
	return refuse(ErrDamaged, "The file says that its %s sound comes in blocks of %d bytes for %d channels of %d bits, which cannot be. Please record or export it again.", codec, f.align, f.channels, f.bits)
}

// imaCodec reads blocks of: for each channel a first sample and a step, then
// groups of eight samples a channel, 4 bits each, low half first.
func imaCodec(f waveFormat) (codec, error) {
	head := 4 * f.channels
	if f.bits != 4 || f.align <= head {
		return codec{}, badBlock("IMA ADPCM", f)
	}
	groups := (f.align - head) / head
	return codec{unit: f.align, frames: 1 + 8*groups, full: fullScale(16), packed: true, decode: func(dst []float32, src []byte) int {
		n := 0
		for len(src) >= head {
			block := src[:min(len(src), f.align)]
			n += imaBlock(dst[n:], block, f.channels)
			src = src[len(block):]
		}
		return n
	}}, nil
}

func imaBlock(dst []float32, block []byte, channels int) int {
	head := 4 * channels
	groups := (len(block) - head) / head
	for c := range channels {
		v := int(int16(binary.LittleEndian.Uint16(block[4*c:])))
		step := min(int(block[4*c+2]), len(imaSteps)-1)
		dst[c] = float32(v) / 32768
		at := channels + c
		for g := range groups {
			start := head*(g+1) + 4*c
			for _, b := range block[start : start+4] {
				for _, code := range [2]int{int(b & 15), int(b >> 4)} {
					v, step = imaNext(v, step, code)
					dst[at] = float32(v) / 32768
					at += channels
				}
			}
		}
	}
	return (1 + 8*groups) * channels
}

// imaNext is the sample that a code makes of the one before, and the new step.
func imaNext(v, step, code int) (int, int) {
	s := imaSteps[step]
	d := s >> 3
	if code&4 != 0 {
		d += s
	}
	if code&2 != 0 {
		d += s >> 1
	}
	if code&1 != 0 {
		d += s >> 2
	}
	if code&8 != 0 {
		d = -d
	}
	return clamp16(v + d), max(0, min(len(imaSteps)-1, step+imaMoves[code&7]))
}

func clamp16(v int) int { return max(-32768, min(32767, v)) }

// The tables of Microsoft ADPCM (mmreg.h, ADPCMWAVEFORMAT).
var (
	msAdapt = [16]int{230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230}
	msCoefs = [][2]int{{256, 0}, {512, -256}, {0, 0}, {192, 64}, {240, 0}, {460, -208}, {392, -232}}
)

// msCodec reads blocks of: for each channel a predictor, a step and the first
// two samples, then 4 bits a sample, channels in turn, high half first.
func msCodec(f waveFormat) (codec, error) {
	head := 7 * f.channels
	if f.bits != 4 || f.align <= head || f.channels > 2 {
		return codec{}, badBlock("MS ADPCM", f)
	}
	coefs := msCoefs
	if len(f.extra) >= 4 {
		if n := int(f.order.Uint16(f.extra[2:])); n > 0 && n <= 256 && len(f.extra) >= 4+4*n {
			coefs = make([][2]int, n)
			for i := range coefs {
				coefs[i] = [2]int{int(int16(f.order.Uint16(f.extra[4+4*i:]))), int(int16(f.order.Uint16(f.extra[6+4*i:])))}
			}
		}
	}
	frames := 2 + (f.align-head)*2/f.channels
	return codec{unit: f.align, frames: frames, full: fullScale(16), packed: true, decode: func(dst []float32, src []byte) int {
		n := 0
		for len(src) >= head {
			block := src[:min(len(src), f.align)]
			n += msBlock(dst[n:], block, f.channels, coefs)
			src = src[len(block):]
		}
		return n
	}}, nil
}

// msState is the decoder's memory for one channel.
type msState struct {
	c1, c2, step, last, before int
}

func msBlock(dst []float32, block []byte, channels int, coefs [][2]int) int {
	var state [2]msState
	word := func(i int) int { return int(int16(binary.LittleEndian.Uint16(block[channels+2*i:]))) }
	for c := range channels {
		k := coefs[min(int(block[c]), len(coefs)-1)]
		state[c] = msState{k[0], k[1], word(c), word(channels + c), word(2*channels + c)}
		dst[c] = float32(state[c].before) / 32768
		dst[channels+c] = float32(state[c].last) / 32768
	}
	n := 2 * channels
	for i, b := range block[7*channels:] {
		first, second := 0, 0
		if channels == 2 {
			second = 1
		}
		dst[n+2*i] = state[first].next(b >> 4)
		dst[n+2*i+1] = state[second].next(b & 15)
	}
	return n + 2*(len(block)-7*channels)
}

func (s *msState) next(code byte) float32 {
	d := int(code)
	if d >= 8 {
		d -= 16
	}
	v := clamp16((s.last*s.c1+s.before*s.c2)>>8 + d*s.step)
	s.before, s.last = s.last, v
	// The bound keeps a hostile file from growing the step without end.
	s.step = max(16, min(1<<20, msAdapt[code]*s.step>>8))
	return float32(v) / 32768
}
