package transcript

import "strings"

// phrase is a text's items as the rules of the written form see them.
type phrase struct {
	atoms []atom
	start int   // where the rule at work began
	list  int64 // the last list number; 0 outside lists
}

// atom is one item: a spoken word, or what a command wrote.
type atom struct {
	word string // lower case; "" for all but words
	tail string // punctuation that the engine set after the word
	mark string // what a command writes
}

// piece is the written form of the next n atoms. Without text they stay words.
type piece struct {
	n     int
	text  string
	tight bool
	list  int64 // >0: the number of a list entry
}

// rule reads the atoms from i on and gives their written form, or nothing.
type rule func(s *phrase, i int) []piece

// writtenRules come in the order they are tried: what has a shape of its own
// before plain numbers.
var writtenRules = []rule{
	listEntry, frequency, suture, date, name, slashed, timeOfDay, ratio, pressure, outOf,
	species, spine, gases, coded, spelled, title, roman, oriented, mixedFraction, fraction, byBy, numbered,
	age, decade, ordinal, nakedPoint, quantity,
}

// writtenForm gives the words of the items their written form. Words that no
// rule is sure about stay words.
func writtenForm(items []item) []item {
	s := phrase{atoms: make([]atom, len(items))}
	for i, it := range items {
		s.atoms[i] = toAtom(it)
	}
	out := make([]item, 0, len(items))
	for i := 0; i < len(items); {
		pieces := s.apply(i)
		if pieces == nil {
			out = append(out, items[i])
			i++
			continue
		}
		for _, p := range pieces {
			out = append(out, s.set(items, i, p)...)
			i += p.n
		}
	}
	return out
}

func toAtom(it item) atom {
	switch {
	case it.gone || it.after || it.form != asHeard:
		return atom{}
	case it.cmd != nil:
		return atom{mark: it.cmd.Write}
	}
	word := strings.ToLower(it.text)
	tail := trailing(word)
	// The points of "c." and "b.i.d." belong to them; that of "Dr. C." may end a sentence.
	if initials(word) != nil && (len(word) > 2 || word == it.text) {
		tail = strings.TrimLeft(tail, ".")
	}
	return atom{word: strings.TrimSuffix(word, tail), tail: tail}
}

// apply gives the written form from the first rule that has one.
func (s *phrase) apply(i int) []piece {
	if s.atoms[i].word == "" {
		if s.atoms[i].mark == "\n\n" {
			s.list = 0
		}
		return nil
	}
	s.start = i
	for _, r := range writtenRules {
		if pieces := r(s, i); pieces != nil {
			return pieces
		}
	}
	return nil
}

// set makes items of a piece that covers the atoms from i on.
func (s *phrase) set(items []item, i int, p piece) []item {
	if p.text == "" {
		return items[i : i+p.n]
	}
	last := i + p.n - 1
	it := items[i]
	it.end, it.text, it.cmd = items[last].end, p.text, nil
	it.converted, it.tight, it.list = true, p.tight, int(p.list)
	if p.list > 0 {
		s.list = p.list
	} else {
		it.text += s.atoms[last].tail
	}
	return []item{it}
}

// word gives the word of atom k; "" where there is none, or where punctuation
// stands between it and the atom before.
func (s *phrase) word(k int) string {
	if k < 0 || k >= len(s.atoms) || k > s.start && s.atoms[k-1].tail != "" {
		return ""
	}
	return s.atoms[k].word
}

// before gives the word before atom i.
func (s *phrase) before(i int) string {
	if i == 0 || s.atoms[i-1].tail != "" {
		return ""
	}
	return s.atoms[i-1].word
}

// mark gives what a command wrote at atom k.
func (s *phrase) mark(k int) string {
	if k < 0 || k >= len(s.atoms) {
		return ""
	}
	return s.atoms[k].mark
}

// said reports whether one of the words stands among the n atoms before i,
// with no end of sentence between.
func (s *phrase) said(i, n int, words ...string) bool {
	for k := i - 1; k >= 0 && k >= i-n; k-- {
		a := s.atoms[k]
		if a.mark == "." || strings.HasPrefix(a.mark, "\n") || strings.ContainsAny(a.tail, ".;") {
			return false
		}
		for _, w := range words {
			if a.word == w {
				return true
			}
		}
	}
	return false
}

// saidOf is said for a table of words.
func (s *phrase) saidOf(i, n int, table map[string]bool) bool {
	for k := i - 1; k >= 0 && k >= i-n; k-- {
		a := s.atoms[k]
		if a.mark == "." || strings.HasPrefix(a.mark, "\n") || strings.ContainsAny(a.tail, ".;") {
			return false
		}
		if table[a.word] {
			return true
		}
	}
	return false
}

// lineStart reports whether a line begins at atom i.
func (s *phrase) lineStart(i int) bool {
	return i == 0 || strings.HasPrefix(s.mark(i-1), "\n")
}

// keep leaves the atoms from i to end as words.
func keep(i, end int) []piece { return []piece{{n: end - i}} }

// one writes the atoms from i to end as one text.
func one(i, end int, text string) []piece { return []piece{{n: end - i, text: text}} }
