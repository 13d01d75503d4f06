package audio

import (
	"encoding/binary"
	"math/bits"
)

// bitReader reads a slice from its highest bit on. Behind the end it gives
// zeros; over then tells.
type bitReader struct {
	b   []byte
	pos int    // of the next byte to take into acc
	acc uint64 // bits not yet given, at the upper end
	n   uint   // how many
}

// refill brings at least 56 bits into acc, behind the end zeros.
func (r *bitReader) refill() {
	if r.pos+8 <= len(r.b) {
		r.acc |= binary.BigEndian.Uint64(r.b[r.pos:]) >> r.n
		r.pos += int(63-r.n) >> 3
		r.n |= 56
		return
	}
	for ; r.n <= 56; r.n += 8 {
		if r.pos < len(r.b) {
			r.acc |= uint64(r.b[r.pos]) << (56 - r.n)
		}
		r.pos++
	}
}

// used is how many bits were given.
func (r *bitReader) used() int { return 8*r.pos - int(r.n) }

// over says that more was given than there is.
func (r *bitReader) over() bool { return r.used() > 8*len(r.b) }

// read gives n bits, at most 56.
func (r *bitReader) read(n uint) uint64 {
	if r.n < n {
		r.refill()
	}
	v := r.acc >> 1 >> (63 - n) // in two steps: shifting by 64 for n = 0
	r.acc <<= n
	r.n -= n
	return v
}

// signed gives n bits as a two's complement.
func (r *bitReader) signed(n uint) int64 {
	if n == 0 {
		return 0
	}
	return int64(r.read(n)<<(64-n)) >> (64 - n)
}

// unary counts zeros up to the next one, and takes the one.
func (r *bitReader) unary() (zeros uint) {
	for {
		r.refill()
		if z := uint(bits.LeadingZeros64(r.acc)); z < r.n {
			r.acc <<= z + 1
			r.n -= z + 1
			return zeros + z
		}
		zeros += r.n
		r.acc, r.n = 0, 0
		if r.over() {
			return zeros
		}
	}
}

// align goes on to the next whole byte.
func (r *bitReader) align() { r.read(r.n & 7) }
