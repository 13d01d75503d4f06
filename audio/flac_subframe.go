package audio

import (
	"encoding/binary"
	"math/bits"
)

// subframe decodes one channel of bps bits into out (RFC 9639 section 9.2).
func (f *flacFrame) subframe(r *bitReader, out []int32, bps uint) error {
	head := r.read(8)
	wasted := uint(0)
	if head&1 != 0 {
		wasted = r.unary() + 1
	}
	if head&0x80 != 0 || wasted >= bps {
		return errFlac
	}
	bps -= wasted
	var err error
	switch kind := uint(head >> 1); {
	case kind == 0:
		v := int32(r.signed(bps))
		for i := range out {
			out[i] = v
		}
	case kind == 1:
		for i := range out {
			out[i] = int32(r.signed(bps))
		}
	case kind >= 8 && kind <= 12:
		err = flacFixed(r, out, bps, int(kind-8))
	case kind >= 32:
		err = f.predicted(r, out, bps, int(kind-31))
	default:
		err = errFlac
	}
	if err == nil && r.over() {
		err = errFlacShort
	}
	if wasted > 0 {
		for i := range out {
			out[i] <<= wasted
		}
	}
	return err
}

// warmUp reads the samples that a predictor starts from.
func warmUp(r *bitReader, out []int32, bps uint, order int) error {
	if order > len(out) {
		return errFlac
	}
	for i := range order {
		out[i] = int32(r.signed(bps))
	}
	return nil
}

// flacFixed decodes with one of the five fixed predictors (section 9.2.5).
func flacFixed(r *bitReader, out []int32, bps uint, order int) error {
	if err := warmUp(r, out, bps, order); err != nil {
		return err
	}
	if err := flacResidual(r, out, order); err != nil {
		return err
	}
	switch order {
	case 1:
		for i := 1; i < len(out); i++ {
			out[i] += out[i-1]
		}
	case 2:
		for i := 2; i < len(out); i++ {
			out[i] += 2*out[i-1] - out[i-2]
		}
	case 3:
		for i := 3; i < len(out); i++ {
			out[i] += 3*(out[i-1]-out[i-2]) + out[i-3]
		}
	case 4:
		for i := 4; i < len(out); i++ {
			out[i] += 4*(out[i-1]+out[i-3]) - 6*out[i-2] - out[i-4]
		}
	}
	return nil
}

// predicted decodes with a linear predictor (section 9.2.6).
func (f *flacFrame) predicted(r *bitReader, out []int32, bps uint, order int) error {
	if err := warmUp(r, out, bps, order); err != nil {
		return err
	}
	precision := uint(r.read(4)) + 1
	shift := r.signed(5)
	if precision == 16 || shift < 0 {
		return errFlac
	}
	coeff := f.coeff[:order]
	for i := range coeff {
		coeff[order-1-i] = r.signed(precision) // in the order of the samples
	}
	if err := flacResidual(r, out, order); err != nil {
		return err
	}
	predict(out, coeff, uint(shift))
	return nil
}

// predict turns residuals behind the first len(coeff) samples into samples.
func predict(out []int32, coeff []int64, shift uint) {
	order := len(coeff)
	for i := order; i < len(out); i++ {
		past := out[i-order : i : i]
		var a, b int64
		k := 0
		for ; k+4 <= len(past); k += 4 {
			c, p := coeff[k:k+4:k+4], past[k:k+4:k+4]
			a += c[0]*int64(p[0]) + c[1]*int64(p[1])
			b += c[2]*int64(p[2]) + c[3]*int64(p[3])
		}
		for ; k < len(past); k++ {
			a += coeff[k] * int64(past[k])
		}
		out[i] += int32((a + b) >> (shift & 63))
	}
}

// flacResidual reads the Rice-coded differences behind the first order samples
// (section 9.2.7).
func flacResidual(r *bitReader, out []int32, order int) error {
	method := r.read(2)
	if method > 1 {
		return errFlac
	}
	width := uint(4 + method)
	parts := 1 << r.read(4)
	per := len(out) / parts
	if len(out)%parts != 0 || per < order {
		return errFlac
	}
	for p := range parts {
		part := out[p*per : (p+1)*per]
		if p == 0 {
			part = part[order:]
		}
		switch k := uint(r.read(width)); k {
		case 1<<width - 1:
			bps := uint(r.read(5))
			for i := range part {
				part[i] = int32(r.signed(bps))
			}
		default:
			rice(r, part, k)
		}
		if r.over() {
			return errFlacShort
		}
	}
	return nil
}

// rice reads numbers of a unary and a k-bit part, with alternating signs.
func rice(r *bitReader, out []int32, k uint) {
	b, pos, acc, n := r.b, r.pos, r.acc, r.n // in registers
	for i := range out {
		if n < 48 {
			if pos+8 > len(b) {
				r.pos, r.acc, r.n = pos, acc, n
				riceSlow(r, out[i:], k)
				return
			}
			acc |= binary.BigEndian.Uint64(b[pos:]) >> (n & 63)
			pos += int(63-n) >> 3
			n |= 56
		}
		z := uint(bits.LeadingZeros64(acc))
		if z+1+k > n {
			r.pos, r.acc, r.n = pos, acc, n
			out[i] = riceOne(r, k)
			pos, acc, n = r.pos, r.acc, r.n
			continue
		}
		acc <<= (z + 1) & 63
		v := uint32(z)<<(k&31) | uint32(acc>>1>>((63-k)&63))
		acc <<= k & 63
		n -= z + 1 + k
		out[i] = int32(v>>1) ^ -int32(v&1)
	}
	r.pos, r.acc, r.n = pos, acc, n
}

func riceSlow(r *bitReader, out []int32, k uint) {
	for i := range out {
		if r.over() {
			return
		}
		out[i] = riceOne(r, k)
	}
}

func riceOne(r *bitReader, k uint) int32 {
	z := r.unary()
	v := uint32(z)<<k | uint32(r.read(k))
	return int32(v>>1) ^ -int32(v&1)
}
