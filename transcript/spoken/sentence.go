package spoken

import (
	"iter"
	"strings"
)

// Sentences says a note, cut where its author may pause.
func Sentences(note string) iter.Seq[[]string] { return Utterances(Words(note)) }

// Utterances cuts spoken words where a physician may pause: speech engines hear
// what lies between pauses as a sentence of its own, and nobody pauses at every
// mark. Some of the speakers hesitate.
func Utterances(words []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		v := varietyOf(strings.Join(words, " "))
		hesitant := v.chance(hesitantAuthors)
		var now []string
		for i, w := range words {
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

// How people speak, in percent: authors who hesitate, and after how many of
// their words.
const (
	hesitantAuthors = 30
	hesitations     = 2
)

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
