package audio

const (
	deadLevel = 0.001 // -60 dBFS: a channel that never rises above it carries nothing
	inverted  = -0.5  // correlation below which a channel would cancel another
	keep      = 0.7   // of the running energies, per block of a tenth of a second
	takeover  = 4     // times the energy (6 dB) before another channel leads
)

// downmix makes one channel of several. The rule: the mean of the channels
// that count. A channel counts from the block in which it first rises above
// -60 dBFS, so a dead one does not halve the speech; and it does not count
// while it runs against the loudest channel (correlation over about a third of
// a second below -0.5), so that an inverted one does not cancel it. Changes are faded
// over one block of 0.1 s. Two people on two channels are both kept.
type downmix struct {
	channels int
	mono     []float32
	weight   []float32
	old      []float32
	started  bool
	lead     int
	recent   sums // energies fading with time, peaks of all time
}

func newDownmix(channels int) *downmix {
	return &downmix{
		channels: channels,
		weight:   make([]float32, channels),
		old:      make([]float32, channels),
		recent:   newSums(channels),
	}
}

// process mixes a block of a tenth of a second of interleaved frames; s is
// what was measured on it, so that its first syllable is already mixed rightly.
// The slice is valid until the next call.
func (d *downmix) process(block []float32, s *sums) []float32 {
	if d.channels == 1 {
		return block
	}
	d.recent.add(s, keep)
	copy(d.old, d.weight)
	d.weigh()
	if !d.started {
		copy(d.old, d.weight)
		d.started = true
	}
	frames := len(block) / d.channels
	if cap(d.mono) < frames {
		d.mono = make([]float32, frames)
	}
	d.mono = d.mono[:frames]
	if d.channels == 2 && d.old[0] == d.weight[0] && d.old[1] == d.weight[1] {
		mixStereo(d.mono, block, d.weight[0], d.weight[1])
	} else {
		d.fade(block)
	}
	return d.mono
}

// fade mixes while the weights go from the old ones to the new.
func (d *downmix) fade(block []float32) {
	step := 1 / float32(len(d.mono))
	for i := range d.mono {
		var sum float32
		for c, x := range block[i*d.channels : (i+1)*d.channels] {
			sum += (d.old[c] + float32(i)*step*(d.weight[c]-d.old[c])) * x
		}
		d.mono[i] = sum
	}
}

// weigh sets the weights by the rule.
func (d *downmix) weigh() {
	n := d.channels
	for c := range n {
		if d.recent.cross[c*n+c] > takeover*d.recent.cross[d.lead*n+d.lead] {
			d.lead = c
		}
	}
	loudest := 0.0
	for _, p := range d.recent.peak {
		loudest = max(loudest, p)
	}
	count := float32(0)
	for c, p := range d.recent.peak {
		d.weight[c] = 0
		alive := p > deadLevel || loudest <= deadLevel
		if c == d.lead || alive && d.recent.correlation(c, d.lead) >= inverted {
			d.weight[c] = 1
			count++
		}
	}
	for c := range d.weight {
		d.weight[c] /= count
	}
}
