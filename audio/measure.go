package audio

import "math"

// FloorDBFS stands for silence, whose level has no logarithm.
const FloorDBFS = -120

// decibels of a ratio of amplitudes, not below FloorDBFS.
func decibels(ratio float64) float64 {
	if ratio <= 1e-6 {
		return FloorDBFS
	}
	return 20 * math.Log10(ratio)
}

// Channel is what was measured on one channel of the original.
type Channel struct {
	PeakDBFS float64 `json:"peak_dbfs"` // can be above 0 where samples are fractions
	RMSDBFS  float64 `json:"rms_dbfs"`
	DC       float64 `json:"dc"`       // mean, full scale ±1
	Clipped  int64   `json:"clipped"`  // samples at full scale
	Dead     bool    `json:"dead"`     // never above -60 dBFS while another channel is
	Inverted bool    `json:"inverted"` // runs against the loudest channel
}

// sums are what is added up over samples of several channels.
type sums struct {
	sum   []float64
	peak  []float64
	cross []float64 // a*channels+b: products of channel a and b; on the diagonal the energy
}

func newSums(channels int) sums {
	return sums{
		sum:   make([]float64, channels),
		peak:  make([]float64, channels),
		cross: make([]float64, channels*channels),
	}
}

// correlation of two channels, 0 where one is silent.
func (s *sums) correlation(a, b int) float64 {
	n := len(s.sum)
	norm := math.Sqrt(s.cross[a*n+a] * s.cross[b*n+b])
	if norm == 0 {
		return 0
	}
	return s.cross[a*n+b] / norm
}

// add adds o after scaling the own energies by keep.
func (s *sums) add(o *sums, keep float64) {
	for c := range s.sum {
		s.sum[c] += o.sum[c]
		s.peak[c] = max(s.peak[c], o.peak[c])
	}
	for i := range s.cross {
		s.cross[i] = keep*s.cross[i] + o.cross[i]
	}
}

// meter measures the original's channels as blocks of them pass.
type meter struct {
	full    float64
	frames  int64
	block   sums // of the block that was measured last
	total   sums
	clipped []int64
}

func newMeter(channels int, full float32) *meter {
	return &meter{full: float64(full), block: newSums(channels), total: newSums(channels), clipped: make([]int64, channels)}
}

// measure takes a block of interleaved frames, at most a few tenths of a
// second: within it, sums are kept in single precision.
func (m *meter) measure(x []float32) *sums {
	n := len(m.clipped)
	m.frames += int64(len(x) / n)
	if n <= 2 {
		m.block.fromLanes(x)
	} else {
		m.block.fromFrames(x)
	}
	for c, p := range m.block.peak {
		if p >= m.full {
			m.clipped[c] += m.atFullScale(x, c)
		}
	}
	m.total.add(&m.block, 1)
	return &m.block
}

// fromLanes sums one or two channels.
func (s *sums) fromLanes(x []float32) {
	n := len(s.sum)
	clear(s.sum)
	clear(s.peak)
	clear(s.cross)
	var l lanes
	observe(x, &l)
	for k := range 8 {
		c := k % n
		s.sum[c] += float64(l.sum[k])
		s.peak[c] = max(s.peak[c], float64(l.peak[k]))
		s.cross[c*n+c] += float64(l.square[k])
		if n == 2 && c == 0 {
			s.cross[1] += float64(l.cross[k])
		}
	}
	if n == 2 {
		s.cross[2] = s.cross[1]
	}
}

// fromFrames sums any number of channels.
func (s *sums) fromFrames(x []float32) {
	n := len(s.sum)
	clear(s.sum)
	clear(s.peak)
	clear(s.cross)
	for ; len(x) >= n; x = x[n:] {
		for a, v := range x[:n] {
			s.sum[a] += float64(v)
			s.peak[a] = max(s.peak[a], math.Abs(float64(v)))
			for b := a; b < n; b++ {
				s.cross[a*n+b] += float64(v) * float64(x[b])
			}
		}
	}
	for a := range n {
		for b := range a {
			s.cross[a*n+b] = s.cross[b*n+a]
		}
	}
}

func (m *meter) atFullScale(x []float32, c int) (n int64) {
	full := float32(m.full)
	for i := c; i < len(x); i += len(m.clipped) {
		if x[i] >= full || x[i] <= -full {
			n++
		}
	}
	return n
}

// channels gives the result over everything measured.
func (m *meter) channels() []Channel {
	out := make([]Channel, len(m.clipped))
	n := float64(max(1, m.frames))
	lead := 0
	for c := range out {
		energy := m.total.cross[c*len(out)+c]
		if energy > m.total.cross[lead*len(out)+lead] {
			lead = c
		}
		out[c] = Channel{
			PeakDBFS: decibels(m.total.peak[c]),
			RMSDBFS:  decibels(math.Sqrt(energy / n)),
			DC:       m.total.sum[c] / n,
			Clipped:  m.clipped[c],
		}
	}
	for c := range out {
		out[c].Dead = m.total.peak[lead] > deadLevel && m.total.peak[c] <= deadLevel
		out[c].Inverted = !out[c].Dead && m.total.correlation(c, lead) < inverted
	}
	return out
}
