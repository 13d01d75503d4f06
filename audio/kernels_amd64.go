package audio

import "golang.org/x/sys/cpu"

// fast says that the processor has the instructions of kernels_amd64.s.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// wide says that it can also work on sixteen numbers at a time.
var wide = fast && cpu.X86.HasAVX512F

//go:noescape
func dotAVX2(a, b *float32, n int) float32

//go:noescape
func dot4AVX2(h, x *float32, n, stride int, out *[4]float32)

//go:noescape
func dot8AVX512(h, x *float32, n, stride int, out *[8]float32)

//go:noescape
func goertzelAVX2(x *float32, n int, coeff, last, before *[12]float32)

//go:noescape
func splitAVX2(even, odd, in *float32, n int)

//go:noescape
func firAVX2(dst, x, h *float32, n, taps int)

//go:noescape
func observeAVX2(x *float32, n int, l *lanes)

//go:noescape
func quantizeAVX2(dst *int16, x *float32, n int)

//go:noescape
func decode16AVX2(dst *float32, src *byte, n int)

//go:noescape
func mixAVX2(mono, x *float32, n int, left, right float32)

//go:noescape
func spanAVX2(s *int16, n int, low, top *[16]int16)

// dot is the sum of a[i]*b[i]; len(a) is a multiple of 8 and not above len(b).
func dot(a, b []float32) float32 {
	if !fast || len(a) == 0 {
		return dotPlain(a, b)
	}
	return dotAVX2(&a[0], &b[:len(a)][0], len(a))
}

// dot8 is dot of h with x at 0 to 7 times stride; len(h) is a multiple of 8.
func dot8(h, x []float32, stride int, out *[8]float32) {
	if !fast || len(h) == 0 {
		dot8Plain(h, x, stride, out)
		return
	}
	_ = x[7*stride+len(h)-1]
	if wide {
		dot8AVX512(&h[0], &x[0], len(h), stride, out)
		return
	}
	dot8AVX2(h, x, stride, out)
}

func dot8AVX2(h, x []float32, stride int, out *[8]float32) {
	dot4AVX2(&h[0], &x[0], len(h), stride, (*[4]float32)(out[:4]))
	dot4AVX2(&h[0], &x[4*stride], len(h), stride, (*[4]float32)(out[4:]))
}

// goertzel runs Goertzel's filter at twelve frequencies over x and gives the last
// two values of each.
func goertzel(x []float32, coeff, last, before *[12]float32) {
	if !fast || len(x) == 0 {
		goertzelPlain(x, coeff, last, before)
		return
	}
	goertzelAVX2(&x[0], len(x), coeff, last, before)
}

// split deals the samples of in to even and odd, which have the same length.
func split(even, odd, in []float32) {
	n := len(even) &^ 7
	if !fast {
		n = 0
	}
	if n > 0 {
		splitAVX2(&even[0], &odd[:n][0], &in[:2*n][0], n)
	}
	splitPlain(even[n:], odd[n:], in[2*n:])
}

// fir fills dst with the sums of h[k]*x[i+k]; x is len(dst)+len(h)-1 long.
func fir(dst, x, h []float32) {
	n := len(dst) &^ 31
	if !fast {
		n = 0
	}
	if n > 0 {
		_ = x[n+len(h)-2]
		firAVX2(&dst[0], &x[0], &h[0], n, len(h))
	}
	firPlain(dst[n:], x[n:], h)
}

// observe adds interleaved samples to l; x begins at a whole number of eights.
func observe(x []float32, l *lanes) {
	n := len(x) &^ 7
	if !fast {
		n = 0
	}
	if n > 0 {
		observeAVX2(&x[0], n, l)
	}
	observePlain(x[n:], l)
}

// quantize fills dst with 16-bit samples of x, which has the same length:
// rounded to the nearest, limited, not dithered. Dither would hide the
// distortion of very quiet music; speech carries more noise than that already,
// and so 16-bit 16 kHz mono passes bit by bit.
func quantize(dst []int16, x []float32) {
	n := len(x) &^ 15
	if !fast {
		n = 0
	}
	if n > 0 {
		quantizeAVX2(&dst[:n][0], &x[0], n)
	}
	quantizePlain(dst[n:], x[n:])
}

// decode16 fills dst with little-endian 16-bit samples.
func decode16(dst []float32, src []byte) {
	n := len(dst) &^ 7
	if !fast {
		n = 0
	}
	if n > 0 {
		decode16AVX2(&dst[0], &src[:2*n][0], n)
	}
	decode16Plain(dst[n:], src[2*n:])
}

// mixStereo fills mono with left·x[2i] + right·x[2i+1].
func mixStereo(mono, x []float32, left, right float32) {
	n := len(mono) &^ 7
	if !fast {
		n = 0
	}
	if n > 0 {
		mixAVX2(&mono[0], &x[:2*n][0], n, left, right)
	}
	mixStereoPlain(mono[n:], x[2*n:], left, right)
}

// span gives the lowest and the highest sample; s is not empty.
func span(s []int16) (low, top int16) {
	if !fast || len(s) < 16 {
		return spanPlain(s, s[0], s[0])
	}
	var l, t [16]int16
	n := len(s) &^ 15
	spanAVX2(&s[0], n, &l, &t)
	low, _ = spanPlain(l[:], l[0], l[0])
	_, top = spanPlain(t[:], t[0], t[0])
	return spanPlain(s[n:], low, top)
}
