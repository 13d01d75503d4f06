package check

import (
	"fmt"
	"strings"
	"sync"
)

// Limits of repetition.
const (
	loopTimes  = 4 // the same words more than three times in a row
	doubleSize = 5 // that many words twice in a row are an odd way of speaking
	loopSize   = 4 // words of the n-gram by which repetitions are found

	surelyDouble = 8 // and so many no way at all
)

// repeats finds words said over and over, and stretches that stand there twice
// in a row.
func repeats(keys []string) []fault {
	var out []fault
	for i := 0; i < len(keys); {
		if r, times := loop(keys, i); times > 0 {
			out = append(out, fault{run: r, severity: Critical, reason: fmt.Sprintf("The same words stand here %d times in a row.", times)})
			i = r.end
			continue
		}
		i++
	}
	return append(out, doubled(keys, out)...)
}

// loop finds short repetitions that begin at i: more than three times the same
// one to four words, which are not all numbers.
func loop(keys []string, i int) (run, int) {
	for size := 1; size <= loopSize; size++ {
		j := i + size
		for j < len(keys) && keys[j] == keys[j-size] {
			j++
		}
		times := (j - i) / size
		if times >= loopTimes && wordy(keys[i:i+size]) {
			return run{i, i + times*size}, times
		}
	}
	return run{}, 0
}

// wordy reports whether there is a word among the keys that is no number, no
// letter and no blank.
func wordy(keys []string) bool {
	for _, k := range keys {
		_, num := numerals()[k]
		if len(k) > 1 && !num && !digit(k) && !strings.HasPrefix(k, "_") {
			return true
		}
	}
	return false
}

// doubled finds a stretch of words that is followed by itself.
func doubled(keys []string, known []fault) []fault {
	var out []fault
	seen := map[[loopSize]string]int{}
	covered := 0
	for i := 0; i+loopSize <= len(keys); i++ {
		gram := [loopSize]string(keys[i : i+loopSize])
		at, ok := seen[gram]
		seen[gram] = i
		size := i - at
		if !ok || size < doubleSize || i < covered {
			continue
		}
		end := i
		for end < len(keys) && keys[end] == keys[end-size] {
			end++
		}
		if end-i < size || overlaps(known, at, end) || !wordy(keys[at:i]) {
			continue
		}
		sev := Critical
		if size < surelyDouble {
			sev = Notice // "the left branch. The left branch …"
		}
		out = append(out, fault{run: run{at, i + size}, severity: sev, reason: "These words stand here twice in a row."})
		covered = i + size
	}
	return out
}

func overlaps(known []fault, from, to int) bool {
	for _, f := range known {
		if f.first < to && from < f.end {
			return true
		}
	}
	return false
}

// stockPhrases are what speech models write when nobody speaks: the ends of
// films and talks they learned from. None is said in a dictation.
var stockPhrases = sync.OnceValue(func() map[string][][]string {
	m := map[string][][]string{}
	for line := range tableLines(stockTable) {
		words := strings.Fields(line)
		m[words[0]] = append(m[words[0]], words)
	}
	return m
})

const stockTable = `
thanks for watching
thank you for watching
thank you so much for watching
thank you for listening
thanks for listening
please subscribe
subscribe to my channel
subscribe to our channel
like and subscribe
don't forget to subscribe
see you in the next video
see you next time
i'll see you next time
i'll see you in the next
in this video
hit the bell
leave a comment below
link in the description
subtitles by
subtitled by
captions by
captioning by
captioned by
transcription by
transcribed by esoterica
translated by
amara org
amara.org
copyright all rights reserved
all rights reserved
this is a recording
bye bye bye
we'll be right back
stay tuned
have a great day everyone
music playing
applause
upbeat music
silence
blank audio
blank_audio
beep
you you you
so so so so
www
`

// stock finds stock phrases.
func stock(n *note) []Flag {
	var flags []Flag
	for i := range n.words {
		for _, p := range stockPhrases()[n.words[i].key] {
			if n.startsWith(i, p) && (len(p) > 1 || n.alone(i)) {
				flags = append(flags, n.flag(NoSpeech, Critical, i, i+len(p),
					fmt.Sprintf("Speech models write “%s” where nobody speaks.", n.quote(i, i+len(p)))))
			}
		}
	}
	return flags
}

func (n *note) startsWith(i int, words []string) bool {
	for k, w := range words {
		if n.key(i+k) != w {
			return false
		}
	}
	return true
}

// alone reports whether a word is a sentence of its own.
func (n *note) alone(i int) bool {
	s := n.sentences[n.words[i].sentence]
	return s.end-s.first == 1
}
