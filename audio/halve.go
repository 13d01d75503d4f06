package audio

import (
	"math"
	"slices"
)

// halver halves the rate with a half-band filter: every second coefficient is
// zero, so the even samples are only scaled and the odd ones filtered. What is
// below 8 kHz passes; what would fold onto it is stopped.
type halver struct {
	taps []float32 // for the odd samples, symmetric
	even []float32 // not yet used
	odd  []float32 // not yet behind us
	out  []float32
	turn bool // the next sample is an odd one
}

func newHalver(rate float64) *halver {
	const keep = CanonicalRate / 2
	width := (rate/2 - 2*keep) / rate
	k := int(math.Ceil((attenuation - 7.95) / (14.36 * width) / 4))
	h := &halver{taps: make([]float32, 2*k)}
	beta := 0.1102 * (attenuation - 8.7)
	sum := 0.0
	g := make([]float64, 2*k)
	for i := range g {
		t := float64(2*(i-k) + 1)
		w := t / float64(2*k)
		g[i] = sinc(t/2) * besselI0(beta*math.Sqrt(1-w*w))
		sum += g[i]
	}
	for i := range g {
		h.taps[i] = float32(g[i] / (2 * sum)) // the even samples give the other half
	}
	h.odd = make([]float32, k) // silence before the beginning
	return h
}

func (h *halver) process(in []float32) []float32 {
	if h.turn && len(in) > 0 {
		h.odd = append(h.odd, in[0])
		in = in[1:]
		h.turn = false
	}
	pairs := len(in) / 2
	e, o := len(h.even), len(h.odd)
	h.even = slices.Grow(h.even, pairs+1)[:e+pairs]
	h.odd = slices.Grow(h.odd, pairs+1)[:o+pairs]
	split(h.even[e:], h.odd[o:], in)
	if len(in)%2 == 1 {
		h.even = append(h.even, in[len(in)-1])
		h.turn = true
	}
	n := min(len(h.even), len(h.odd)-len(h.taps)+1)
	if n <= 0 {
		return nil
	}
	if cap(h.out) < n {
		h.out = make([]float32, n)
	}
	h.out = h.out[:n]
	fir(h.out, h.odd[:n+len(h.taps)-1], h.taps)
	for i, v := range h.even[:n] {
		h.out[i] += v / 2
	}
	h.even = h.even[:copy(h.even, h.even[n:])]
	h.odd = h.odd[:copy(h.odd, h.odd[n:])]
	return h.out
}
