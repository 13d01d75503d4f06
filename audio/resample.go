package audio

import (
	"math"
	"slices"
)

// CanonicalRate is the sample rate of the canonical sound in Hz.
const CanonicalRate = 16000

const (
	passband    = 0.45  // of the lower of the two rates: 7.2 kHz
	stopband    = 0.5   // 8 kHz: nothing above may come back as an alias
	attenuation = 106.0 // dB, a little more than the 100 that are promised
	maxPhases   = 1024  // more are interpolated between: error below -115 dB
	lowestHalf  = 20000 // Hz; below it halving would touch what must pass
)

// resampler changes the rate of one channel to CanonicalRate. It has no delay:
// output m lies at exactly m/CanonicalRate seconds; before the first and after
// the last sample is silence. High rates are halved first, which is cheap,
// because the cost of the last step grows with the rate it starts from.
type resampler struct {
	halvers []*halver
	last    *polyphase
	rate    int64
	seen    int64 // input samples so far
}

// newResampler makes one for an input of rate Hz; nil for CanonicalRate, where
// samples pass unchanged.
func newResampler(rate int) *resampler {
	if rate == CanonicalRate {
		return nil
	}
	r := &resampler{rate: int64(rate)}
	den := 1
	for ; rate/(2*den) >= lowestHalf; den *= 2 {
		r.halvers = append(r.halvers, newHalver(float64(rate)/float64(den)))
	}
	r.last = newPolyphase(rate, den)
	return r
}

// process takes input and gives the output that it completes. The slice is
// valid until the next call.
func (r *resampler) process(in []float32) []float32 {
	r.seen += int64(len(in))
	for _, h := range r.halvers {
		in = h.process(in)
	}
	return r.last.process(in)
}

// flush gives the rest: ceil(seen·CanonicalRate/rate) samples are then out.
func (r *resampler) flush() []float32 {
	// Silence behind the end pushes the sound out of every filter.
	tail := make([]float32, r.last.taps+1)
	for i := len(r.halvers) - 1; i >= 0; i-- {
		tail = make([]float32, 2*(len(tail)+len(r.halvers[i].taps)+1))
	}
	for _, h := range r.halvers {
		tail = h.process(tail)
	}
	return r.last.flush(tail, (r.seen*CanonicalRate+r.rate-1)/r.rate)
}

// newFilter makes one that keeps the canonical rate: sample m is the sum of
// taps[k] and input m+k+1-len(taps)/2.
func newFilter(taps []float32) *resampler {
	p := &polyphase{up: 1, down: 1, phases: 1, taps: len(taps), table: taps}
	p.begin()
	return &resampler{rate: CanonicalRate, last: p}
}

// polyphase is a windowed sinc (Kaiser), one set of coefficients for each place
// an output sample can have between two input samples.
type polyphase struct {
	up, down int64 // reduced: CanonicalRate and the input rate
	taps     int
	table    []float32 // a row of taps for each phase, and one more
	phases   int64
	buf      []float32 // input not yet behind us
	base     int64     // index of buf[0] in the input; negative for the lead-in
	next     int64     // output samples so far
	out      []float32
}

// newPolyphase makes one for an input of num/den Hz.
func newPolyphase(num, den int) *polyphase {
	g := gcd(num, den*CanonicalRate)
	r := &polyphase{up: int64(den * CanonicalRate / g), down: int64(num / g)}
	rate := float64(num) / float64(den)
	low := min(rate, CanonicalRate)
	width := (stopband - passband) * low / rate
	r.taps = int(math.Ceil((attenuation-7.95)/(14.36*width)/8)) * 8
	r.phases = min(r.up, maxPhases)
	cutoff := (passband + stopband) / 2 * low / rate
	r.table = make([]float32, int(r.phases+1)*r.taps)
	for p := range int(r.phases + 1) {
		kaiserRow(r.table[p*r.taps:(p+1)*r.taps], float64(p)/float64(r.phases), cutoff)
	}
	r.begin()
	return r
}

// begin puts silence before the first sample.
func (r *polyphase) begin() {
	r.base = int64(1 - r.taps/2)
	r.buf = make([]float32, r.taps/2-1, r.taps+blockFrames)
}

// kaiserRow fills row with the coefficients for an output that lies frac of an
// input sample behind tap len(row)/2-1. Each row lets a constant through exactly.
func kaiserRow(row []float32, frac, cutoff float64) {
	half := float64(len(row) / 2)
	beta := 0.1102 * (attenuation - 8.7)
	norm := besselI0(beta)
	h := make([]float64, len(row))
	sum := 0.0
	for k := range h {
		t := float64(k+1) - half - frac
		w := 1 - (t/half)*(t/half)
		if w < 0 {
			continue
		}
		h[k] = sinc(2*cutoff*t) * besselI0(beta*math.Sqrt(w)) / norm
		sum += h[k]
	}
	for k := range h {
		row[k] = float32(h[k] / sum)
	}
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// besselI0 is the modified Bessel function of the first kind, order 0, by its series.
func besselI0(x float64) float64 {
	sum, term, quarter := 1.0, 1.0, x*x/4
	for k := 1.0; term > sum*1e-15; k++ {
		term *= quarter / (k * k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (r *polyphase) process(in []float32) []float32 {
	r.buf = append(r.buf, in...)
	r.out = r.out[:0]
	switch {
	case r.up == r.down:
		r.inPlace()
	case r.phases == r.up:
		r.byEights()
	default:
		r.oneByOne(math.MaxInt64)
	}
	r.drop()
	return r.out
}

// flush takes the silence behind the end and gives the output up to sample end.
func (r *polyphase) flush(tail []float32, end int64) []float32 {
	r.buf = append(r.buf, tail...)
	r.out = r.out[:0]
	r.oneByOne(end)
	return r.out
}

// start is where in buf the input for output m begins.
func (r *polyphase) start(m int64) int64 {
	return m*r.down/r.up - int64(r.taps/2) + 1 - r.base
}

// byEights makes eight times all phases while there is input for it: outputs
// that are up apart share their coefficients.
func (r *polyphase) byEights() {
	up, down := int(r.up), int(r.down)
	start, first := int(r.start(r.next)), r.next*r.down%r.up
	reach := int(r.start(r.next+8*r.up-1)) + r.taps - start // of the input for one round
	if len(r.buf)-start < reach {
		return
	}
	rounds := (len(r.buf)-start-reach)/(8*down) + 1
	n := len(r.out)
	r.out = slices.Grow(r.out, 8*up*rounds)[:n+8*up*rounds]
	var eight [8]float32
	for ; n < len(r.out); n += 8 * up {
		at, phase := start, int(first)
		for j := range up {
			row := phase * r.taps
			dot8(r.table[row:row+r.taps], r.buf[at:], down, &eight)
			for k, v := range eight {
				r.out[n+j+k*up] = v
			}
			at += down / up
			if phase += down % up; phase >= up {
				phase -= up
				at++
			}
		}
		start += 8 * down
	}
	r.next += int64(8 * up * rounds)
}

// inPlace makes an output for each input that has enough others on both sides.
func (r *polyphase) inPlace() {
	n := max(0, len(r.buf)-r.taps+1)
	r.out = slices.Grow(r.out, n)[:n]
	fir(r.out, r.buf, r.table)
	r.next += int64(n)
}

// oneByOne makes output while there is input on both sides of it, up to sample end.
func (r *polyphase) oneByOne(end int64) {
	for r.next < end {
		start := r.start(r.next)
		if start+int64(r.taps) > int64(len(r.buf)) {
			return
		}
		r.out = append(r.out, r.sample(r.buf[start:start+int64(r.taps)], r.next*r.down%r.up))
		r.next++
	}
}

// drop forgets the input that no further output needs.
func (r *polyphase) drop() {
	n := max(0, min(r.start(r.next), int64(len(r.buf))))
	r.buf = r.buf[:copy(r.buf, r.buf[n:])]
	r.base += n
}

// sample is the output that lies phase/up behind the middle of x.
func (r *polyphase) sample(x []float32, phase int64) float32 {
	if r.phases == r.up {
		row := int(phase) * r.taps
		return dot(r.table[row:row+r.taps], x)
	}
	at := phase * r.phases
	row := int(at/r.up) * r.taps
	f := float32(at%r.up) / float32(r.up)
	a, b := dot(r.table[row:row+r.taps], x), dot(r.table[row+r.taps:row+2*r.taps], x)
	return a + f*(b-a)
}
