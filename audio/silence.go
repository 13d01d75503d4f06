package audio

import (
	"math"
	"time"
)

// Segment is a stretch of the recording that is speech or is not. A report's
// segments tile the recording.
type Segment struct {
	Start  time.Duration `json:"start_ns"`
	End    time.Duration `json:"end_ns"`
	Speech bool          `json:"speech"`
}

const (
	frameTime  = 10 * time.Millisecond
	floorShare = 0.10     // of the frames around are at the noise floor or below
	window     = 15 * 100 // frames to either side of where the floor is looked for
	stride     = 100      // frames the floor is taken to be the same for
	joinGap    = 30       // frames: a shorter pause belongs to the speech
	margin     = 10       // frames of silence that are given to the speech on either side
	shortBurst = 4        // frames: anything shorter is a click
	levelStep  = 2        // steps in a decibel
	levels     = 120*levelStep + 1
)

// levelOf is the level of a frame with the given mean square in half decibels
// above -120 dBFS.
func levelOf(mean float64) uint8 {
	db := 10*math.Log10(mean+1e-12) - FloorDBFS
	return uint8(max(0, min(levels-1, math.Round(db*levelStep))))
}

// histogram counts levels.
type histogram struct {
	n   [levels]int
	all int
}

func (h *histogram) add(level uint8, n int) {
	h.n[level] += n
	h.all += n
}

// quantile is the level below which the given share of the counted ones lies.
func (h *histogram) quantile(share float64) int {
	want := int(share * float64(h.all))
	for l, n := range h.n {
		if want -= n; want < 0 {
			return l
		}
	}
	return levels - 1
}

// speechMap tells speech from silence by level: what rises above the noise floor
// of the half minute around it. It may place cuts and find a recording silent;
// it is too simple to delete anything by. Doubt counts as speech.
func speechMap(frames []uint8) (speech []bool, snr float64) {
	speech = make([]bool, len(frames))
	var h histogram
	for i := range min(window, len(frames)) {
		h.add(frames[i], 1)
	}
	limit := 0
	for i, l := range frames {
		if j := i + window; j < len(frames) {
			h.add(frames[j], 1)
		}
		if j := i - window - 1; j >= 0 {
			h.add(frames[j], -1)
		}
		if i%stride == 0 {
			limit = threshold(&h)
		}
		speech[i] = int(l) >= limit
	}
	smooth(speech)
	return speech, ratio(frames, speech)
}

// ratio is how many decibels speech lies above the noise in the pauses; 0 when
// there is no speech or too little pause to tell.
func ratio(frames []uint8, speech []bool) float64 {
	var energy float64
	var loud int
	var noise histogram
	for i, l := range frames {
		if speech[i] {
			energy += math.Pow(10, float64(l)/(10*levelStep))
			loud++
		} else {
			noise.add(l, 1)
		}
	}
	if loud == 0 || noise.all < joinGap {
		return 0
	}
	return max(0, 10*math.Log10(energy/float64(loud))-float64(noise.quantile(0.5))/levelStep)
}

// threshold is the level from which on a frame is speech: a third of the way
// from the noise floor to the loud passages, 3 to 10 dB above the floor. Where
// everything is equally loud it is all speech or, below -65 dBFS, all silence.
func threshold(h *histogram) int {
	const nothing = (-65 - FloorDBFS) * levelStep
	floor, top := h.quantile(floorShare), h.quantile(0.95)
	switch {
	case top < nothing:
		return levels
	case top-floor < 6*levelStep:
		return nothing
	}
	return max(floor+max(3*levelStep, min(10*levelStep, (top-floor)/3)), nothing)
}

// smooth drops clicks, closes short pauses and widens what is speech.
func smooth(speech []bool) {
	flip(speech, true, shortBurst, false)
	flip(speech, false, joinGap, true)
	end := 0 // of the speech before
	for i := 0; i < len(speech); {
		if !speech[i] {
			i++
			continue
		}
		mark(speech[max(end, i-margin):i])
		for i < len(speech) && speech[i] {
			i++
		}
		end = i
		for i < len(speech) && i < end+margin && !speech[i] {
			speech[i] = true
			i++
		}
	}
}

func mark(s []bool) {
	for i := range s {
		s[i] = true
	}
}

// flip turns runs of value that are shorter than short. Silent runs at the
// edges stay: there is no speech to join.
func flip(s []bool, value bool, short int, edges bool) {
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		inside := !edges || i > 0 && j < len(s)
		if s[i] == value && j-i < short && inside {
			for k := i; k < j; k++ {
				s[k] = !value
			}
		}
		i = j
	}
}

// segments makes a tiling of the recording of total length.
func segments(speech []bool, total time.Duration) []Segment {
	var out []Segment
	for i, s := range speech {
		if i == 0 || s != speech[i-1] {
			if len(out) > 0 {
				out[len(out)-1].End = time.Duration(i) * frameTime
			}
			out = append(out, Segment{Start: time.Duration(i) * frameTime, Speech: s})
		}
	}
	if len(out) == 0 {
		out = []Segment{{}}
	}
	out[len(out)-1].End = total
	return out
}
