package transcribe

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"dictation/pipeline"
	"dictation/transcript"
)

// Answer is what an engine that is not our own has answered, as far as it goes:
// such engines leave out words, times or both. [Answer.Transcript] makes the
// best of it and marks what was worked out.
type Answer struct {
	Text     string // all of it, with marks; empty where only parts were given
	Words    []Said
	Segments []Said // sentences or so; Confidence is not used
}

// Said is a word or a segment. A time below zero is one that was not given.
type Said struct {
	Text       string
	Start, End time.Duration
	Confidence *float64 // nil: none was given
}

// Timed reports whether both times were given.
func (s Said) Timed() bool { return s.Start >= 0 && s.End >= s.Start }

// Transcript gives the words of the answer. The text decides which words there
// are; the words decide when, and where they do not say it, the segments do.
// Times worked out between known ones are marked Estimated. All lie inside the
// sound and rise. More words than anybody can say in the time are an
// Unavailable error: the engine runs on by itself.
func (a Answer) Transcript(length time.Duration) (Transcript, error) {
	a = a.printable()
	if a.longest() > MostWords(length) {
		return Transcript{}, pipeline.Errorf(pipeline.Unavailable, "The speech engine wrote more words than can be said in a recording of this length. The recording is kept and recognition is tried again.")
	}
	lengthMS := length.Milliseconds()
	words := timed(a.Words, lengthMS)
	if len(words) == 0 {
		words = spread(a.Segments, lengthMS)
	}
	text := a.Text
	if strings.TrimSpace(text) == "" {
		text = joinTexts(a.Segments)
	}
	switch {
	case len(transcript.Tokens(text)) == 0:
	case len(words) == 0:
		words = share(text, 0, lengthMS)
	case text != joinWords(words):
		words = transcript.Retime(words, text)
	}
	rise(words, lengthMS)
	return Transcript{Utterances: utterances(words, a.Segments)}, nil
}

// printable is the answer without control characters: nobody said them, and the
// database takes no NUL.
func (a Answer) printable() Answer {
	clean := func(text string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && !unicode.IsSpace(r) {
				return -1
			}
			return r
		}, text)
	}
	all := func(said []Said) []Said {
		said = slices.Clone(said)
		for i := range said {
			said[i].Text = clean(said[i].Text)
		}
		return said
	}
	return Answer{clean(a.Text), all(a.Words), all(a.Segments)}
}

// MostWords is more than can be said in the time: people who hurry say five or
// six in a second.
func MostWords(length time.Duration) int { return 100 + int(10*length.Seconds()) }

// longest counts the words of the longest part of the answer.
func (a Answer) longest() int {
	count := func(said []Said) (n int) {
		for _, s := range said {
			n += len(transcript.Tokens(s.Text))
		}
		return n
	}
	return max(len(transcript.Tokens(a.Text)), count(a.Words), count(a.Segments))
}

// timed gives words their times; those without share the time between their
// neighbours.
func timed(said []Said, lengthMS int64) []transcript.Word {
	said = slices.DeleteFunc(slices.Clone(said), func(s Said) bool { return strings.TrimSpace(s.Text) == "" })
	var words []transcript.Word
	known := int64(0) // end of the last word with times
	for i := 0; i < len(said); {
		if said[i].Timed() {
			known = said[i].End.Milliseconds()
			words = append(words, said[i].words()...)
			i++
			continue
		}
		n := i
		for n < len(said) && !said[n].Timed() {
			n++
		}
		until := lengthMS
		if n < len(said) {
			until = said[n].Start.Milliseconds()
		}
		words = append(words, between(said[i:n], known, max(known, until))...)
		i = n
	}
	return words
}

// words is the word, or several where white space is inside, which share its
// time.
func (s Said) words() []transcript.Word {
	start, end := s.Start.Milliseconds(), s.End.Milliseconds()
	text := strings.TrimSpace(s.Text)
	if len(strings.Fields(text)) > 1 {
		return share(text, start, end)
	}
	return []transcript.Word{{Text: text, StartMS: start, EndMS: end, Confidence: s.Confidence}}
}

// between gives words without times a share each of the time between two; the
// confidence they came with stays.
func between(said []Said, fromMS, toMS int64) []transcript.Word {
	words := share(joinTexts(said), fromMS, toMS)
	if len(words) == len(said) {
		for i := range words {
			words[i].Confidence = said[i].Confidence
		}
	}
	return words
}

// spread gives the words of each segment a share of its time.
func spread(segments []Said, lengthMS int64) []transcript.Word {
	var words []transcript.Word
	for _, s := range segments {
		from, to := int64(0), lengthMS
		if s.Timed() {
			from, to = s.Start.Milliseconds(), s.End.Milliseconds()
		}
		words = append(words, share(s.Text, from, to)...)
	}
	return words
}

// share gives the tokens of a text the time between two by their length, all
// marked Estimated.
func share(text string, fromMS, toMS int64) []transcript.Word {
	tokens := transcript.Tokens(text)
	letters := int64(0)
	for _, t := range tokens {
		letters += int64(len(t.Text))
	}
	words := make([]transcript.Word, len(tokens))
	passed := int64(0)
	for i, t := range tokens {
		start := fromMS + (toMS-fromMS)*passed/letters
		passed += int64(len(t.Text))
		words[i] = transcript.Word{Text: t.Text, StartMS: start, EndMS: fromMS + (toMS-fromMS)*passed/letters, Estimated: true}
	}
	return words
}

// rise puts right times that run back or past the end. What was moved is
// Estimated.
func rise(words []transcript.Word, lengthMS int64) {
	at := int64(0)
	for i := range words {
		w := &words[i]
		start := min(max(w.StartMS, at), lengthMS)
		end := min(max(w.EndMS, start), lengthMS)
		// Engines round the end of the sound up.
		if start != w.StartMS || end < w.EndMS-endSlackMS || end > w.EndMS {
			w.Estimated = true
		}
		w.StartMS, w.EndMS = start, end
		at = start
	}
}

// endSlackMS is how far past the end of the sound a word may be said to end
// and still count as heard there.
const endSlackMS = 500

// utterances parts the words where segments begin.
func utterances(words []transcript.Word, segments []Said) []Utterance {
	var us []Utterance
	next := 0
	for _, w := range words {
		begins := len(us) == 0
		for next < len(segments) && (!segments[next].Timed() || segments[next].Start.Milliseconds() <= w.StartMS) {
			begins = begins || segments[next].Timed()
			next++
		}
		if begins {
			us = append(us, Utterance{StartMS: w.StartMS, EndMS: w.EndMS})
		}
		u := &us[len(us)-1]
		u.Words = append(u.Words, w)
		u.EndMS = max(u.EndMS, w.EndMS)
	}
	return us
}

func joinTexts(said []Said) string {
	texts := make([]string, len(said))
	for i, s := range said {
		texts[i] = strings.TrimSpace(s.Text)
	}
	return strings.Join(texts, " ")
}

func joinWords(words []transcript.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}
