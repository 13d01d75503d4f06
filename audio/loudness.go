package audio

import (
	"math"
	"slices"
)

// loudness measures by ITU-R BS.1770-4 and EBU R 128: K-weighted, in blocks of
// 400 ms every 100 ms, gated at -70 LUFS and at 10 LU below what passes that.
// The blocks' energies go into a histogram, so that hours take no more room
// than seconds.
type loudness struct {
	shelf, high biquad
	past        history
	tenth       [4]float64 // energies of the last four steps of 100 ms
	steps       int
	inStep      int
	sum         float64
	bins        [loudBins]struct {
		n      int64
		energy float64
	}
	frame   float64 // energy of the current 10 ms
	inFrame int
	minutes [][]uint8 // levels of the full minutes
	levels  []uint8   // of each 10 ms of the last minute, see levelOf: 100 bytes a second
}

const (
	loudBins   = 800 // of 0.1 LU from -70 LUFS up
	stepLen    = CanonicalRate / 10
	frameLen   = CanonicalRate / 100
	absGate    = -70.0
	relGate    = -10.0
	loudOffset = -0.691
)

// biquad is a second-order filter.
type biquad struct{ b0, b1, b2, a1, a2 float64 }

// history is the last two samples before the filters, between and after them.
type history struct{ x1, x2, y1, y2, z1, z2 float64 }

// newLoudness designs the two filters of the K-weighting for the canonical
// rate. The standard tabulates them for 48 kHz only; these are the analogue
// filters behind that table.
func newLoudness() *loudness {
	k := math.Tan(math.Pi * 1681.974450955533 / CanonicalRate)
	q := 0.7071752369554196
	vh := math.Pow(10, 3.999843853973347/20)
	vb := math.Pow(vh, 0.4996667741545416)
	a0 := 1 + k/q + k*k
	l := &loudness{}
	l.shelf = biquad{
		b0: (vh + vb*k/q + k*k) / a0, b1: 2 * (k*k - vh) / a0, b2: (vh - vb*k/q + k*k) / a0,
		a1: 2 * (k*k - 1) / a0, a2: (1 - k/q + k*k) / a0,
	}
	k = math.Tan(math.Pi * 38.13547087602444 / CanonicalRate)
	q = 0.5003270373238773
	a0 = 1 + k/q + k*k
	l.high = biquad{b0: 1, b1: -2, b2: 1, a1: 2 * (k*k - 1) / a0, a2: (1 - k/q + k*k) / a0}
	return l
}

// add takes canonical samples, full scale ±1.
func (l *loudness) add(x []float32) {
	for len(x) > 0 {
		n := min(len(x), frameLen-l.inFrame)
		l.frame += l.weigh(x[:n])
		x = x[n:]
		if l.inFrame += n; l.inFrame == frameLen {
			l.endFrame()
		}
	}
}

// weigh filters x and gives the energy that comes out. In direct form I only
// the last product of each filter waits for the sample before.
func (l *loudness) weigh(x []float32) (energy float64) {
	// In variables of their own the compiler keeps them in registers.
	b0, b1, b2, a1, a2 := l.shelf.b0, l.shelf.b1, l.shelf.b2, l.shelf.a1, l.shelf.a2
	c1, c2 := l.high.a1, l.high.a2
	x1, x2, y1, y2, z1, z2 := l.past.x1, l.past.x2, l.past.y1, l.past.y2, l.past.z1, l.past.z2
	for _, v := range x {
		in := float64(v)
		y := (b0*in + b1*x1 + b2*x2 - a2*y2) - a1*y1
		z := (y - (y1 + y1) + y2 - c2*z2) - c1*z1
		x1, x2 = in, x1
		y1, y2 = y, y1
		z1, z2 = z, z1
		energy += z * z
	}
	l.past = history{x1, x2, y1, y2, z1, z2}
	return energy
}

// minute is how many frames of 10 ms one has.
const minute = 6000

func (l *loudness) endFrame() {
	l.level(levelOf(l.frame / frameLen))
	l.sum += l.frame
	l.frame, l.inFrame = 0, 0
	if l.inStep += frameLen; l.inStep < stepLen {
		return
	}
	l.tenth[l.steps%4] = l.sum
	l.steps++
	l.sum, l.inStep = 0, 0
	if l.steps >= 4 {
		l.block((l.tenth[0] + l.tenth[1] + l.tenth[2] + l.tenth[3]) / (4 * stepLen))
	}
}

// level books the level of a frame. Minutes are laid side by side: one growing
// slice would leave its own size as garbage.
func (l *loudness) level(of uint8) {
	if len(l.levels) == cap(l.levels) {
		if l.levels != nil {
			l.minutes = append(l.minutes, l.levels)
		}
		l.levels = make([]uint8, 0, minute)
	}
	l.levels = append(l.levels, of)
}

// frames gives the levels of all.
func (l *loudness) frames() []uint8 {
	if len(l.minutes) == 0 {
		return l.levels
	}
	return slices.Concat(append(l.minutes, l.levels)...)
}

// block books a block of 400 ms with the given mean square.
func (l *loudness) block(mean float64) {
	level := loudOffset + 10*math.Log10(mean)
	if !(level >= absGate) {
		return
	}
	b := &l.bins[min(loudBins-1, int((level-absGate)*10))]
	b.n++
	b.energy += mean
}

// finish books the last, shorter frame.
func (l *loudness) finish() {
	if l.inFrame > 0 {
		l.level(levelOf(l.frame / float64(l.inFrame)))
		l.inFrame = 0
	}
}

// integrated is the loudness of the whole, FloorDBFS when nothing passes the
// gates or the sound is shorter than a block.
func (l *loudness) integrated() float64 {
	mean := l.above(0)
	if mean == 0 {
		return FloorDBFS
	}
	gate := loudOffset + 10*math.Log10(mean) + relGate
	mean = l.above(max(0, min(loudBins-1, int((gate-absGate)*10))))
	return loudOffset + 10*math.Log10(mean)
}

// above is the mean energy of the blocks from a bin on.
func (l *loudness) above(bin int) float64 {
	var n int64
	var energy float64
	for _, b := range l.bins[bin:] {
		n += b.n
		energy += b.energy
	}
	if n == 0 {
		return 0
	}
	return energy / float64(n)
}
