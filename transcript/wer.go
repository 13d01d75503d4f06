package transcript

import (
	"strings"
	"unicode"
)

// Errors counts what separates a hypothesis from its reference.
type Errors struct {
	Substituted, Deleted, Inserted int
	Words                          int // in the reference
}

// Rate is the word error rate: errors for each word of the reference. It is 0
// for two empty texts, and may exceed 1.
func (e Errors) Rate() float64 {
	n := e.total()
	if n == 0 {
		return 0
	}
	return float64(n) / float64(max(1, e.Words))
}

func (e Errors) total() int { return e.Substituted + e.Deleted + e.Inserted }

// Add sums the errors of several texts, so that long ones weigh more.
func (e Errors) Add(o Errors) Errors {
	return Errors{e.Substituted + o.Substituted, e.Deleted + o.Deleted, e.Inserted + o.Inserted, e.Words + o.Words}
}

// WER counts the word errors of a hypothesis after [Normalise] of both: the
// fewest substitutions, deletions and insertions (each costs one).
func WER(reference, hypothesis string) Errors {
	return wordErrors(Normalise(reference), Normalise(hypothesis))
}

// wordErrors is Levenshtein's distance with its parts, in two rows. Of equal
// ways it takes a substitution before a deletion before an insertion.
func wordErrors(ref, hyp []string) Errors {
	above, row := make([]Errors, len(hyp)+1), make([]Errors, len(hyp)+1)
	for j := range above {
		above[j].Inserted = j
	}
	for i, r := range ref {
		row[0] = Errors{Deleted: i + 1}
		for j, h := range hyp {
			if r == h {
				row[j+1] = above[j]
				continue
			}
			sub, del, ins := above[j], above[j+1], row[j]
			sub.Substituted++
			del.Deleted++
			ins.Inserted++
			row[j+1] = fewest(sub, del, ins)
		}
		above, row = row, above
	}
	e := above[len(hyp)]
	e.Words = len(ref)
	return e
}

func fewest(a, b, c Errors) Errors {
	if b.total() < a.total() {
		a = b
	}
	if c.total() < a.total() {
		a = c
	}
	return a
}

// Normalise gives the words of a text that are scored. Two texts that a person
// would read aloud alike should come out alike, as far as spelling goes:
//
//   - lower case; typographic apostrophes are plain ones
//   - words joined by hyphens, dashes or slashes are several words
//   - initials and dotted abbreviations are single letters: "a.m.", "c. t." → a m c t
//   - punctuation is dropped, but for an apostrophe inside a word and a point or
//     comma between digits: "don't", "2.5"; a comma there is dropped, "1,500" → 1500
//   - "%" and other signs that are spoken are words of their own
//
// Numbers stay as they are: "20" and "twenty" differ. Spoken commands are
// words: to score a formatted text, compare it with a formatted reference.
func Normalise(text string) []string {
	var words []string
	for _, t := range Tokens(strings.ToLower(text)) {
		for _, part := range strings.FieldsFunc(t.Text, joins) {
			words = append(words, scored(part)...)
		}
	}
	return words
}

func joins(r rune) bool { return r == '/' || unicode.Is(unicode.Pd, r) }

// scored gives the scored words of one part of a token.
func scored(part string) []string {
	part = strings.ReplaceAll(part, "’", "'")
	if letters := initials(part); letters != nil {
		return letters
	}
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
		}
		word = nil
	}
	runes := []rune(part)
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			word = append(word, r)
		case inside(runes, i, unicode.IsLetter) && r == '\'', inside(runes, i, unicode.IsNumber) && r == '.':
			word = append(word, r)
		case unicode.IsSymbol(r), r == '%', r == '&', r == '@', r == '#':
			end()
			words = append(words, string(r))
		}
	}
	end()
	return words
}

// inside reports whether both neighbours of rune i are of a kind.
func inside(runes []rune, i int, kind func(rune) bool) bool {
	return i > 0 && i+1 < len(runes) && kind(runes[i-1]) && kind(runes[i+1])
}

// initials gives the letters of "a.m." or "b.i.d", or nil.
func initials(part string) []string {
	var letters []string
	for i, r := range []rune(strings.Trim(part, `,;:?!()[]"`)) {
		if dot := i%2 == 1; dot != (r == '.') || !dot && !unicode.IsLetter(r) {
			return nil
		} else if !dot {
			letters = append(letters, string(r))
		}
	}
	return letters
}
