package audio

import (
	"encoding/binary"
	"math"
)

// The inner loops. Each has a plain form here and, on amd64, one for the
// vector unit (kernels_amd64.s); sums differ in their last bits between the two.

// lanes are running sums over every eighth sample: with one channel all eight
// belong together, with two the even and the odd ones.
type lanes struct {
	sum, square, peak [8]float32
	cross             [8]float32 // product with the neighbour: left times right
}

func dotPlain(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	return s0 + s1 + s2 + s3
}

func dot8Plain(h, x []float32, stride int, out *[8]float32) {
	for i := range out {
		out[i] = dotPlain(h, x[i*stride:])
	}
}

func splitPlain(even, odd, in []float32) {
	odd, in = odd[:len(even)], in[:2*len(even)]
	for i := range even {
		even[i], odd[i] = in[2*i], in[2*i+1]
	}
}

func goertzelPlain(x []float32, coeff, last, before *[12]float32) {
	for i, c := range coeff {
		var a, b float32
		for _, v := range x {
			a, b = v+c*a-b, a
		}
		last[i], before[i] = a, b
	}
}

func firPlain(dst, x, h []float32) {
	for i := range dst {
		var sum float32
		for k, v := range x[i : i+len(h)] {
			sum += v * h[k]
		}
		dst[i] = sum
	}
}

func observePlain(x []float32, l *lanes) {
	for i, v := range x {
		k := i & 7
		l.sum[k] += v
		l.square[k] += v * v
		l.peak[k] = max(l.peak[k], v, -v)
		if n := i ^ 1; n < len(x) {
			l.cross[k] += v * x[n]
		}
	}
}

func quantizePlain(dst []int16, x []float32) {
	for i, v := range x {
		dst[i] = int16(math.RoundToEven(float64(max(-32768, min(32767, v*32768)))))
	}
}

func decode16Plain(dst []float32, src []byte) {
	src = src[:2*len(dst)]
	for i := range dst {
		dst[i] = float32(int16(binary.LittleEndian.Uint16(src[2*i:2*i+2]))) * (1.0 / 32768)
	}
}

func mixStereoPlain(mono, x []float32, left, right float32) {
	x = x[:2*len(mono)]
	for i := range mono {
		mono[i] = left*x[2*i] + right*x[2*i+1]
	}
}

func spanPlain(s []int16, low, top int16) (int16, int16) {
	for _, v := range s {
		low, top = min(low, v), max(top, v)
	}
	return low, top
}
