package check

import (
	"fmt"
	"strings"

	"dictation/transcript"
)

// Answer is what an engine gave for a recording, before anybody wrote it up.
type Answer struct {
	Words      []transcript.Word // in the order given
	Speech     []Span            // where decode heard speech; nil means unknown
	DurationMS int64             // of the recording; 0 means unknown
}

// Limits of screening: an answer is judged harder than a draft, because nobody
// has looked at it yet.
const (
	gapMS     = 800  // speech without words
	tailMS    = 600  // speech after the last word
	overlapMS = 250  // a word that begins so long before the one before it ended
	driftMS   = 300  // all times early or late by so much
	farMS     = 6000 // shifts are looked for up to here
	stepMS    = 100
	longestMS = 4000 // no word takes longer
)

// Screen says what is wrong with an engine's answer as a whole: nothing for
// speech, missing beginnings and tails, words twice, words where nobody speaks,
// times that cannot be. Places are those of the words joined by single spaces.
// An answer without flags is one whose words and times account for the sound.
func Screen(a Answer) []Flag {
	n := read(Input{Text: joined(a.Words)})
	v := screening{a: a, n: n, s: newSpeech(a.Speech), starts: starts(a.Words)}
	if len(n.words) == 0 {
		return v.empty()
	}
	v.order()
	v.sound()
	v.shift()
	for _, f := range hurried(a.Words) {
		v.fault(f)
	}
	for _, f := range repeats(v.keys()) {
		v.fault(fault{run: f.run, kind: NoSpeech, severity: f.severity, reason: f.reason,
			audio: Span{a.Words[f.first].StartMS, a.Words[f.end-1].EndMS}})
	}
	v.flags = append(v.flags, stock(n)...)
	return settle(v.flags)
}

// screening is one answer at work.
type screening struct {
	a      Answer
	n      *note
	s      *speech
	starts []int
	flags  []Flag
}

func joined(words []transcript.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}

// starts are the offsets of the words in the joined text, and its end.
func starts(words []transcript.Word) []int {
	at, out := 0, make([]int, 0, len(words)+1)
	for _, w := range words {
		out = append(out, at)
		at += len(w.Text) + 1
	}
	return append(out, at)
}

func (v *screening) keys() []string {
	keys := make([]string, len(v.a.Words))
	for i, w := range v.a.Words {
		keys[i] = keyOf(strings.TrimFunc(w.Text, outside))
	}
	return keys
}

func (v *screening) fault(f fault) {
	from, to := v.starts[f.first], v.starts[f.end]-1
	if f.end <= f.first {
		from = min(from, len(v.n.in.Text))
		to = from
	}
	v.flags = append(v.flags, Flag{Kind: f.kind, Severity: f.severity, Place: Place{from, to - from}, Audio: f.audio, Reason: f.reason})
}

func (v *screening) all(kind Kind, format string, args ...any) {
	v.fault(fault{run{0, len(v.a.Words)}, kind, Critical, Span{0, v.a.DurationMS}, fmt.Sprintf(format, args...)})
}

// empty judges an answer without words.
func (v *screening) empty() []Flag {
	if v.s == nil {
		return []Flag{{Kind: NoText, Severity: Critical, Audio: Span{0, v.a.DurationMS}, Reason: "The engine heard no words."}}
	}
	if said := v.s.within(0, lastSpeech(v.s)); said >= quietMS {
		return []Flag{{Kind: NoText, Severity: Critical, Audio: Span{0, lastSpeech(v.s)},
			Reason: fmt.Sprintf("The engine heard no words in %.1f seconds of speech.", float64(said)/1000)}}
	}
	return nil
}

func lastSpeech(s *speech) int64 {
	if len(s.spans) == 0 {
		return 0
	}
	return s.spans[len(s.spans)-1].EndMS
}

// order finds times that cannot be: outside the recording, backwards, two words
// at once.
func (v *screening) order() {
	late := int64(0)
	for i, w := range v.a.Words {
		reason := ""
		switch {
		case w.StartMS < 0 || w.EndMS < w.StartMS:
			reason = "This word ends before it begins."
		case v.a.DurationMS > 0 && w.EndMS > v.a.DurationMS+slackMS:
			reason = "This word lies behind the end of the recording."
		case i > 0 && w.StartMS < late-overlapMS:
			reason = "This word lies on top of the ones before it."
		case w.EndMS-w.StartMS > longestMS && !w.Estimated:
			reason = "No word takes so long."
		}
		late = max(late, w.EndMS)
		if reason != "" {
			v.fault(fault{run{i, i + 1}, NoSpeech, Critical, Span{w.StartMS, w.EndMS}, reason})
		}
	}
}

// sound compares words and speech both ways.
func (v *screening) sound() {
	if v.s == nil {
		return
	}
	for _, f := range unspoken(v.a.Words, v.s) {
		v.fault(f)
	}
	for _, f := range unwritten(v.a.Words, v.s, gapMS) {
		f.severity = Critical
		v.fault(f)
	}
	last := int64(0)
	for _, w := range v.a.Words {
		last = max(last, w.EndMS)
	}
	if tail := v.s.within(last+slackMS, lastSpeech(v.s)); tail >= tailMS && tail < gapMS {
		n := len(v.a.Words)
		v.fault(fault{run{n, n}, NoText, Critical, Span{last, lastSpeech(v.s)},
			fmt.Sprintf("The last %.1f seconds of speech have no words.", float64(tail)/1000)})
	}
}

// shift looks for one delay by which the words would fit the speech better.
func (v *screening) shift() {
	if v.s == nil || len(v.s.spans) == 0 {
		return
	}
	now, best, by := v.fit(0), int64(0), int64(0)
	for lag := int64(-farMS); lag <= farMS; lag += stepMS {
		if fit := v.fit(lag); fit > best || fit == best && abs(lag) < abs(by) {
			best, by = fit, lag
		}
	}
	gain := max(400, now/200)
	if worked(v.a.Words) {
		gain = max(1500, now/20)
	}
	if abs(by) >= driftMS && best-now >= gain {
		v.all(NoSpeech, "The words fit the sound better %.1f seconds %s.", float64(abs(by))/1000, map[bool]string{true: "later", false: "earlier"}[by > 0])
	}
}

// fit is how many milliseconds of words lie on speech when all are moved.
func (v *screening) fit(lag int64) (sum int64) {
	for _, w := range v.a.Words {
		sum += v.s.within(w.StartMS+lag, w.EndMS+lag)
	}
	return sum
}

func abs(v int64) int64 { return max(v, -v) }
