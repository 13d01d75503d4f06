package audio

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// Cut is a part of a recording that holds several dictations, such as a side
// of a tape: a proposal to a person, who listens and decides.
type Cut struct {
	Start  time.Duration `json:"start_ns"`
	End    time.Duration `json:"end_ns"`
	Speech time.Duration `json:"speech_ns"`         // within it
	Why    CutReason     `json:"why"`               // of its beginning
	Keys   string        `json:"keys,omitempty"`    // telephone keys that were pressed there
	Pause  time.Duration `json:"pause_ns,omitzero"` // around its beginning
}

// CutReason says what stands at the beginning of a part.
type CutReason string

// The reasons.
const (
	CutStart CutReason = "start" // of the recording
	CutCue   CutReason = "cue"   // a cue tone
	CutKeys  CutReason = "keys"  // telephone keys
	CutPause CutReason = "pause" // a long one
)

const (
	longPause   = 4 * time.Second        // in which somebody may have put the recorder down
	leastSpeech = 2 * time.Second        // of a part that begins with a pause
	toneMargin  = 300 * time.Millisecond // that the speech map gives to a tone
)

// gap is a stretch without speech; tones may be in it.
type gap struct {
	start, end time.Duration
	tones      []Tone
}

// Cuts proposes where to part a recording: behind cue tones and keys, and in
// the middle of pauses of four seconds and more. The parts tile the recording:
// a detector places cuts, and never deletes anything. A pause does not make a
// part with less than two seconds of speech; a signal that somebody gave makes
// any, unless nothing is spoken before or behind it.
func Cuts(rep Report) []Cut {
	cuts := []Cut{{End: rep.Duration, Why: CutStart}}
	for _, g := range gaps(rep) {
		c, ok := g.cut(rep.Duration)
		if !ok {
			continue
		}
		cuts[len(cuts)-1].End = c.Start
		cuts = append(cuts, c)
	}
	for i := range cuts {
		cuts[i].Speech = speechIn(rep, cuts[i].Start, cuts[i].End)
	}
	return merged(cuts)
}

// cut makes a proposal of a gap that lies between two dictations.
func (g gap) cut(total time.Duration) (Cut, bool) {
	c := Cut{End: total, Pause: g.end - g.start}
	if len(g.tones) > 0 {
		c.Start, c.Why = g.tones[len(g.tones)-1].End, CutCue
		var keys strings.Builder
		for _, t := range g.tones {
			if t.Name != CueTone {
				keys.WriteString(t.Name)
			}
		}
		if c.Keys = keys.String(); c.Keys != "" {
			c.Why = CutKeys
		}
	} else {
		c.Start, c.Why = g.start+(g.end-g.start)/2, CutPause
		if c.Pause < longPause || g.start == 0 || g.end >= total {
			return c, false
		}
	}
	return c, c.Start > 0 && c.Start < total
}

// gaps joins what is no speech: silence, and tones, which the speech map takes
// for speech. A tone into somebody's words is a gap of its own.
func gaps(rep Report) (out []gap) {
	add := func(g gap) {
		if n := len(out); n > 0 && g.start <= out[n-1].end+toneMargin {
			out[n-1].end = max(out[n-1].end, g.end)
			out[n-1].tones = append(out[n-1].tones, g.tones...)
			return
		}
		out = append(out, g)
	}
	var all []gap
	for _, s := range rep.Segments {
		if !s.Speech {
			all = append(all, gap{start: s.Start, end: s.End})
		}
	}
	for _, t := range rep.Tones {
		all = append(all, gap{start: t.Start, end: min(t.End, rep.Duration), tones: []Tone{t}})
	}
	slices.SortStableFunc(all, func(a, b gap) int { return int(a.start - b.start) })
	for _, g := range all {
		add(g)
	}
	return out
}

// speechIn is how much is spoken within a stretch; tones are not. Segments and
// tones are in the order of time.
func speechIn(rep Report, from, to time.Duration) (sum time.Duration) {
	i := sort.Search(len(rep.Segments), func(i int) bool { return rep.Segments[i].End > from })
	for _, s := range rep.Segments[i:] {
		if s.Start >= to {
			break
		}
		if s.Speech {
			sum += untoned(rep.Tones, max(from, s.Start), min(to, s.End))
		}
	}
	return sum
}

// untoned is how much of a stretch is no tone.
func untoned(tones []Tone, from, to time.Duration) time.Duration {
	left := to - from
	i := sort.Search(len(tones), func(i int) bool { return tones[i].End+toneMargin > from })
	for _, t := range tones[i:] {
		if t.Start-toneMargin >= to {
			break
		}
		low, high := max(from, t.Start-toneMargin), min(to, t.End+toneMargin)
		left -= max(0, high-low)
		from = max(from, high)
	}
	return max(0, left)
}

// merged joins parts that are too little to be dictations with the one before.
func merged(cuts []Cut) []Cut {
	out := cuts[:1]
	for _, c := range cuts[1:] {
		last := &out[len(out)-1]
		tooLittle := c.Speech == 0 || last.Speech == 0
		if c.Why == CutPause {
			tooLittle = c.Speech < leastSpeech || last.Speech < leastSpeech
		}
		if !tooLittle {
			out = append(out, c)
			continue
		}
		last.End = c.End
		last.Speech += c.Speech
	}
	return out
}
