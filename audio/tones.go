package audio

import (
	"math"
	"time"
)

// Tone is a signal that somebody gave while recording, often to part one
// dictation from the next.
type Tone struct {
	Start time.Duration `json:"start_ns"`
	End   time.Duration `json:"end_ns"`
	Name  string        `json:"name"` // CueTone, or a key of a telephone: 0-9 A-D * #
}

// CueTone names a tone of 1 kHz, with the tolerance of a tape's speed.
const CueTone = "cue"

// The groups of frequencies, of four each.
const (
	rowTones = iota
	columnTones
	cueTones
	toneGroups
)

const (
	toneFold  = 4                             // samples summed into one: tones lie low
	toneFrame = CanonicalRate / 50 / toneFold // folded samples of 20 ms
	toneTime  = 20 * time.Millisecond
	toneLevel = 1e-4 // mean square, -40 dBFS: softer is no signal
	cueShare  = 0.65 // of a frame's energy that must lie in a cue
	keyShare  = 0.5  // in the two tones of a key
	toneTwist = 6.3  // between the two tones of a key: 8 dB (ITU-T Q.24)
	toneApart = 2    // by which the strongest of a group leads
	cueFrames = 5    // a cue lasts 100 ms at least
	keyFrames = 3    // a key 60 ms
	maxTones  = 1000 // kept of a recording
)

// toneFreqs are the frequencies looked for: rows and columns of the keys (ITU-T
// Q.23), the cue and its neighbours.
var toneFreqs = [4 * toneGroups]float64{
	697, 770, 852, 941,
	1209, 1336, 1477, 1633,
	960, 985, 1015, 1040,
}

const toneKeys = "123A456B789C*0#D"

// tones finds tones in the canonical sound with Goertzel's filter, one frame
// of 20 ms after the other.
type tones struct {
	coeff   [4 * toneGroups]float32 // 2·cos of the frequency
	scale   [4 * toneGroups]float32 // squared magnitude to energy share
	folded  [toneFrame]float32
	n       int     // of folded
	part    float32 // sum of the samples not yet folded
	parts   int
	energy  float32 // of the frame, not folded
	frames  int
	name    string // of the tone that is on
	since   int    // frame of its beginning
	pending []Tone
}

func newTones() *tones {
	t := &tones{}
	for i, f := range toneFreqs {
		w := 2 * math.Pi * f * toneFold / CanonicalRate
		t.coeff[i] = float32(2 * math.Cos(w))
		// What folding takes from this frequency is given back.
		x := math.Pi * f / CanonicalRate
		gain := math.Sin(toneFold*x) / math.Sin(x)
		t.scale[i] = float32(2 * toneFold / (gain * gain * toneFrame))
	}
	return t
}

// add takes canonical samples, full scale ±1.
func (t *tones) add(x []float32) {
	for len(x) > 0 && t.parts > 0 {
		t.one(x[0])
		x = x[1:]
	}
	for ; len(x) >= toneFold; x = x[toneFold:] {
		a, b, c, d := x[0], x[1], x[2], x[3]
		t.energy += a*a + b*b + (c*c + d*d)
		t.fold(a + b + (c + d))
	}
	for _, v := range x {
		t.one(v)
	}
}

func (t *tones) one(v float32) {
	t.energy += v * v
	t.part += v
	if t.parts++; t.parts == toneFold {
		part := t.part
		t.part, t.parts = 0, 0
		t.fold(part)
	}
}

func (t *tones) fold(v float32) {
	t.folded[t.n] = v
	if t.n++; t.n == toneFrame {
		t.frame()
	}
}

// frame names the frame that is full and notes where a tone begins and ends.
func (t *tones) frame() {
	name := ""
	if t.energy > toneLevel*toneFrame*toneFold {
		name = t.listen()
	}
	if name != t.name {
		t.close()
		t.name, t.since = name, t.frames
	}
	t.frames++
	t.n, t.energy = 0, 0
}

// close files the tone that is on, if it was long enough.
func (t *tones) close() {
	least := keyFrames
	if t.name == CueTone {
		least = cueFrames
	}
	if t.name == "" || t.frames-t.since < least || len(t.pending) >= maxTones {
		return
	}
	t.pending = append(t.pending, Tone{
		Start: time.Duration(t.since) * toneTime, End: time.Duration(t.frames) * toneTime, Name: t.name,
	})
}

// finish gives the tones that were found.
func (t *tones) finish() []Tone {
	t.close()
	t.name = ""
	return t.pending
}

// listen names the tone that the frame consists of, if any.
func (t *tones) listen() string {
	shares := t.shares()
	_, cue := strongest(shares[4*cueTones:])
	if cue.share > cueShare {
		return CueTone
	}
	row, low := strongest(shares[:4*columnTones])
	column, high := strongest(shares[4*columnTones : 4*cueTones])
	if low.share+high.share < keyShare || low.share < toneApart*low.next || high.share < toneApart*high.next ||
		low.share > toneTwist*high.share || high.share > toneTwist*low.share {
		return ""
	}
	return toneKeys[4*row+column : 4*row+column+1]
}

// shares gives the share of the frame's energy at each frequency.
func (t *tones) shares() (shares [4 * toneGroups]float32) {
	var a, b [4 * toneGroups]float32
	goertzel(t.folded[:], &t.coeff, &a, &b)
	for i, c := range t.coeff {
		shares[i] = (a[i]*a[i] + b[i]*b[i] - c*a[i]*b[i]) * t.scale[i] / t.energy
	}
	return shares
}

// strength is the share of a frame's energy.
type strength struct{ share, next float32 }

// strongest finds the strongest of a group and how strong the second is.
func strongest(shares []float32) (at int, s strength) {
	for i, v := range shares {
		switch {
		case v > s.share:
			at, s = i, strength{v, s.share}
		case v > s.next:
			s.next = v
		}
	}
	return at, s
}
