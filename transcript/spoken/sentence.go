package spoken

import (
	"iter"
	"strings"
)

// Sentences says a note, cut where its author may pause.
func Sentences(note string) iter.Seq[[]string] { return Utterances(Words(note)) }

// Utterances cuts spoken words where a physician may pause: speech engines hear
// what lies between pauses as a sentence of its own, and nobody pauses at every
// mark. Some of the speakers hesitate, and now and then one begins a sentence,
// takes it back and begins again: what is signed shows neither.
func Utterances(words []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		v := varietyOf(strings.Join(words, " "))
		hesitant := v.chance(hesitantAuthors)
		var now []string
		for i, w := range words {
			if again := start(v, words, i); len(again) > 0 {
				now = append(append(now, again...), "scratch", "that")
			}
			if hesitant && v.chance(hesitations) {
				now = append(now, v.either(50, "um", "uh"))
			}
			now = append(now, w)
			if v.chance(pauseAfter(words, i)) {
				if !yield(now) {
					return
				}
				now = nil
			}
		}
		if len(now) > 0 {
			yield(now)
		}
	}
}

// How people speak, in percent: authors who hesitate, after how many of their
// words, and how many sentences are begun twice.
const (
	hesitantAuthors = 30
	hesitations     = 2
	takenBack       = 2
)

// begins reports whether a sentence begins with word i.
func begins(words []string, i int) bool {
	return i == 0 || words[i-1] == "period" || words[i-1] == "paragraph"
}

// start gives the words that are said twice where a sentence begins with word i
// and its author takes the beginning back; mostly none.
func start(v variety, words []string, i int) []string {
	if !begins(words, i) || !v.chance(takenBack) {
		return nil
	}
	end := min(i+2+v.IntN(5), len(words))
	for k := i; k < end; k++ {
		if pauseAfter(words, k) > 0 || words[k] == "new" || words[k] == "next" {
			return words[i:k]
		}
	}
	return words[i:end]
}

// pauseAfter is how likely, in percent, a pause is after word i.
func pauseAfter(words []string, i int) int {
	before := ""
	if i > 0 {
		before = words[i-1]
	}
	switch w := words[i]; {
	case w == "paragraph" && before == "new":
		return 70
	case w == "line" && (before == "new" || before == "next"):
		return 60
	case w == "period", w == "mark" && before == "question":
		return 70
	case w == "colon":
		return 50
	case w == "comma":
		return 15
	}
	return 0
}
