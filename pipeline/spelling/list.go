package spelling

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// List is words that are spelled right. It is filled first and safe for
// concurrent use from then on.
type List struct {
	times map[string]int            // how often a text that it was made of has the word; 0: only a dictionary has it
	alike map[byte]map[int][]string // by first byte and length
}

// NewList makes an empty list.
func NewList() *List {
	return &List{times: make(map[string]int), alike: make(map[byte]map[int][]string)}
}

// Add puts a word on the list, or counts it once more by times.
func (l *List) Add(word string, times int) {
	word = Fold(word)
	if word == "" {
		return
	}
	n, known := l.times[word]
	l.times[word] = n + times
	if known {
		return
	}
	if l.alike[word[0]] == nil {
		l.alike[word[0]] = make(map[int][]string)
	}
	l.alike[word[0]][len(word)] = append(l.alike[word[0]][len(word)], word)
}

// Len is how many words are on the list.
func (l *List) Len() int { return len(l.times) }

// Fold gives a word as lists keep it: small letters, the typewriter's apostrophe.
func Fold(word string) string {
	return strings.ToLower(strings.ReplaceAll(strings.Trim(word, "'’ "), "’", "'"))
}

// Has reports whether a word is on the list as it is, as a possessive or plural,
// or behind a prefix that physicians put before anything.
func (l *List) Has(word string) bool {
	w := Fold(word)
	if l.has(w) {
		return true
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(w, p); ok && len(rest) >= 5 && l.has(rest) {
			return true
		}
	}
	return false
}

var prefixes = []string{"non", "pre", "post", "peri", "anti", "intra", "extra", "sub", "supra", "infra", "re", "un", "over", "under", "inter", "trans"}

func (l *List) has(w string) bool {
	w = strings.TrimSuffix(w, "'s")
	if _, ok := l.times[w]; ok {
		return true
	}
	for _, plural := range []string{"s", "es"} {
		if one, ok := strings.CutSuffix(w, plural); ok && len(one) >= 4 {
			if _, ok := l.times[one]; ok {
				return true
			}
		}
	}
	return false
}

// maxEdits is how many slips of the hand a suggestion may be away.
const maxEdits = 2

// Near gives words of the list that a word may have been meant for, at most so
// many, the likeliest first: fewest slips, then the most usual. They begin with the
// same letter, which is seldom the wrong one.
func (l *List) Near(word string, most int) []string { return l.near(word, most, maxEdits) }

func (l *List) near(word string, most, edits int) []string {
	w := Fold(word)
	if w == "" {
		return nil
	}
	type candidate struct {
		word  string
		slips int
	}
	var found []candidate
	for n := len(w) - edits; n <= len(w)+edits; n++ {
		for _, c := range l.alike[w[0]][n] {
			if d := slips(w, c, edits); d <= edits && c != w {
				found = append(found, candidate{c, d})
			}
		}
	}
	slices.SortFunc(found, func(a, b candidate) int {
		if a.slips != b.slips {
			return a.slips - b.slips
		}
		if n := l.times[b.word] - l.times[a.word]; n != 0 {
			return n
		}
		return strings.Compare(a.word, b.word)
	})
	out := make([]string, 0, most)
	for _, c := range found[:min(most, len(found))] {
		out = append(out, asWritten(word, c.word))
	}
	return out
}

// asWritten gives a suggestion the capital of the word it is for.
func asWritten(word, suggestion string) string {
	first, _ := utf8.DecodeRuneInString(word)
	if !unicode.IsUpper(first) {
		return suggestion
	}
	r, n := utf8.DecodeRuneInString(suggestion)
	return string(unicode.ToUpper(r)) + suggestion[n:]
}

// MaxWord is the longest word that is looked at, in bytes and in characters.
const MaxWord = 60

// slips counts letters left out, put in, wrong, or two in the wrong order, between
// words of at most 4 × MaxWord bytes; limit+1 where there are more than limit.
func slips(a, b string, limit int) int {
	if len(a) > 4*MaxWord || len(b) > 4*MaxWord {
		return limit + 1
	}
	var rows [3][4*MaxWord + 1]uint8
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = uint8(i)
		least := row[0]
		for j := 1; j <= len(b); j++ {
			n := last[j-1]
			if a[i-1] != b[j-1] {
				n = min(n, last[j], row[j-1]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					n = min(n, before[j-2]+1)
				}
			}
			row[j] = n
			least = min(least, n)
		}
		if int(least) > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return min(int(last[len(b)]), limit+1)
}
