package check

import (
	"fmt"
	"slices"

	"dictation/transcript"
)

// Limits of the account of the sound.
const (
	slackMS     = 150  // times of words and speech agree to this
	coverLimit  = 10   // percent of speech under words, less is none
	quietMS     = 300  // words over no speech for less are a matter of edges
	silentMS    = 1500 // speech without words for less is breath and "um"
	lostMS      = 3000 // speech without words for more loses a sentence
	rateWords   = 10   // so many words
	fastestRate = 5.5  // are not said faster, in words a second (the embedded engine writes up to 5.3 for hasty speech),
	burstWords  = 4    // and so few
	burstRate   = 10.0 // not faster than this
)

// speech is the map of speech, in order and joined, with sums for quick questions.
type speech struct {
	spans  []Span
	before []int64 // speech before each span
}

// newSpeech joins and orders spans; nil for an unknown map.
func newSpeech(spans []Span) *speech {
	if spans == nil {
		return nil
	}
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b Span) int { return int(min(max(a.StartMS-b.StartMS, -1), 1)) })
	s := &speech{}
	var sum int64
	for _, p := range sorted {
		if p.EndMS <= p.StartMS {
			continue
		}
		if n := len(s.spans); n > 0 && p.StartMS <= s.spans[n-1].EndMS {
			grown := max(p.EndMS, s.spans[n-1].EndMS)
			sum += grown - s.spans[n-1].EndMS
			s.spans[n-1].EndMS = grown
			continue
		}
		s.spans = append(s.spans, p)
		s.before = append(s.before, sum)
		sum += p.EndMS - p.StartMS
	}
	return s
}

// until is how much speech lies before a time.
func (s *speech) until(ms int64) int64 {
	i, _ := slices.BinarySearchFunc(s.spans, ms, func(p Span, ms int64) int { return int(min(max(p.StartMS-ms, -1), 1)) })
	if i == 0 {
		return 0
	}
	p := s.spans[i-1]
	return s.before[i-1] + min(ms, p.EndMS) - p.StartMS
}

func (s *speech) within(from, to int64) int64 { return s.until(max(from, to)) - s.until(from) }

// fault is something wrong with words[first:end] in the sound.
type fault struct {
	run
	kind     Kind
	severity Severity
	audio    Span
	reason   string
}

// unspoken finds runs of words where nobody speaks.
func unspoken(words []transcript.Word, s *speech) []fault {
	var out []fault
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && silentWord(words[j], s) {
			j++
		}
		if j == i {
			i++
			continue
		}
		from, to := words[i].StartMS, words[j-1].EndMS
		if (to-from >= quietMS || j-i >= 3) && !worked(words[i:j]) || to-from >= silentMS {
			sev := Critical
			if j-i < 2 && to-from < 2*quietMS {
				sev = Notice
			}
			out = append(out, fault{run{i, j}, NoSpeech, sev, Span{from, to}, "Nobody speaks where these words are."})
		}
		i = j
	}
	return out
}

// worked reports whether times were worked out: within a segment they may fall
// into a pause.
func worked(words []transcript.Word) bool {
	return slices.ContainsFunc(words, func(w transcript.Word) bool { return w.Estimated })
}

func silentWord(w transcript.Word, s *speech) bool {
	long := w.EndMS - w.StartMS
	if long <= 0 {
		return s.within(w.StartMS-slackMS, w.StartMS+slackMS) == 0
	}
	return s.within(w.StartMS-slackMS/2, w.EndMS+slackMS/2)*100 < long*coverLimit
}

// unwritten finds speech of at least atLeast ms that no words account for.
func unwritten(words []transcript.Word, s *speech, atLeast int64) []fault {
	cover := make([]Span, 0, len(words))
	for _, w := range words {
		cover = append(cover, Span{w.StartMS - slackMS, w.EndMS + slackMS})
	}
	booked := newSpeech(cover)
	var out []fault
	gap := func(from, to int64) {
		if open := s.within(from, to); to > from && open >= atLeast {
			at := after(words, from)
			sev := Notice
			if open >= lostMS {
				sev = Critical
			}
			out = append(out, fault{run{at, at}, NoText, sev, Span{from, to},
				fmt.Sprintf("%.1f seconds of speech have no words.", float64(open)/1000)})
		}
	}
	last := int64(0)
	for _, c := range booked.spans {
		gap(last, c.StartMS)
		last = max(last, c.EndMS)
	}
	if n := len(s.spans); n > 0 {
		gap(last, s.spans[n-1].EndMS)
	}
	return out
}

// after is the first word that begins at a time or later.
func after(words []transcript.Word, ms int64) int {
	for i, w := range words {
		if w.StartMS >= ms {
			return i
		}
	}
	return len(words)
}

// hurried finds stretches where words come faster than anybody speaks. Times
// that were worked out do not count.
func hurried(words []transcript.Word) []fault {
	var out []fault
	for i := 0; i+burstWords <= len(words); i++ {
		if n := rushed(words[i:]); n > 0 {
			out = append(out, fault{run{i, i + n}, NoSpeech, Critical, Span{words[i].StartMS, words[i+n-1].EndMS},
				fmt.Sprintf("Nobody says %d words in %.1f seconds.", n, float64(words[i+n-1].EndMS-words[i].StartMS)/1000)})
			i += n - 1
		}
	}
	return out
}

// rushed gives how many words from the first go too fast.
func rushed(words []transcript.Word) int {
	n := 0
	for k := 1; k <= len(words) && !words[k-1].Estimated; k++ {
		rate := float64(k) * 1000 / float64(max(1, words[k-1].EndMS-words[0].StartMS))
		switch {
		case k >= burstWords && rate > burstRate, k >= rateWords && rate > fastestRate:
			n = k
		case k >= rateWords:
			return wholeWords(words[:n])
		}
	}
	return wholeWords(words[:n])
}

// wholeWords is their number, 0 where they are so short ("b i d", digits) that
// many fit in a second.
func wholeWords(words []transcript.Word) int {
	if n := len(words); n > 0 && letters(words)*1000 >= 12*int(max(1, words[n-1].EndMS-words[0].StartMS)) {
		return n
	}
	return 0
}

func letters(words []transcript.Word) (sum int) {
	for _, w := range words {
		sum += len(w.Text)
	}
	return sum
}

// soundRules are the checks of text against sound: 1 and 2.
func soundRules(n *note) []Flag {
	var flags []Flag
	s := newSpeech(n.in.Speech)
	spoken := n.in.Spoken
	if spoken == nil {
		spoken = n.times
	}
	if s != nil && len(n.times) > 0 {
		for _, f := range unspoken(n.times, s) {
			flags = append(flags, n.faultFlag(f))
		}
	}
	if s != nil && (len(spoken) > 0 || len(n.words) == 0) {
		for _, f := range unwritten(spoken, s, silentMS) {
			f.run = run{after(n.times, f.audio.StartMS), 0}
			flags = append(flags, n.faultFlag(f))
		}
	}
	for _, f := range hurried(n.times) {
		flags = append(flags, n.faultFlag(f))
	}
	for _, f := range repeats(n.keys()) {
		flags = append(flags, n.flag(NoSpeech, f.severity, f.first, f.end, f.reason))
	}
	return append(flags, stock(n)...)
}

// faultFlag makes a flag of a fault whose run counts tokens.
func (n *note) faultFlag(f fault) Flag {
	out := Flag{Kind: f.kind, Severity: f.severity, Audio: f.audio, Reason: f.reason}
	first, ok := n.wordOfToken(f.first)
	if !ok {
		out.Offset = len(n.in.Text)
		return out
	}
	out.Place = Place{n.words[first].from, 0}
	if end, _ := n.wordOfToken(f.end); end > first {
		out.Place = n.place(first, end)
	}
	return out
}

// wordOfToken gives the first word of a token, or of the next that has one.
func (n *note) wordOfToken(token int) (int, bool) {
	i, _ := slices.BinarySearchFunc(n.words, token, func(w word, t int) int { return w.token - t })
	return i, i < len(n.words)
}

func (n *note) keys() []string {
	keys := make([]string, len(n.words))
	for i, w := range n.words {
		keys[i] = w.key
	}
	return keys
}
