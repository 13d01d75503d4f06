package transcript

import (
	"slices"
	"strings"
	"unicode"
)

// CriticalKind says why a token is critical.
type CriticalKind string

// The kinds of critical token.
const (
	Number     CriticalKind = "number"     // "42", "one hundred twenty over eighty", "L4-5"
	Dose       CriticalKind = "dose"       // a number with what it counts: "5 mg", "three weeks"; a frequency: "b.i.d."
	Unit       CriticalKind = "unit"       // a unit without its number
	Negation   CriticalKind = "negation"   // "no", "denies", "wasn't", "non-tender"
	Laterality CriticalKind = "laterality" // "left", "bilateral", "RUQ"
)

// Critical is a place in a text where one wrong word can harm a patient.
type Critical struct {
	Kind   CriticalKind `json:"kind"`
	Offset int          `json:"offset"` // bytes
	Length int          `json:"length"` // bytes
}

// Criticals finds the critical tokens of an English text, spoken or written
// out, in order and without overlap. It errs on the side of finding: every
// digit and every number word belongs to one. It judges nothing and changes
// nothing.
func Criticals(text string) []Critical {
	s := scanner{text: text, tokens: bare(text)}
	for i := 0; i < len(s.tokens); {
		n := 1
		if end := s.number(i); end > i {
			n = end - i
		} else {
			s.word(i)
		}
		i += n
	}
	return s.found
}

// bareToken is a Token without the punctuation around it.
type bareToken struct {
	text   string // as it stands
	word   string // lower case
	offset int
	ends   bool // punctuation follows: a phrase does not go on
}

// bare strips the tokens of a text but for what carries meaning: a point or
// sign before a digit, a percent sign, the last point of "b.i.d.".
func bare(text string) []bareToken {
	var out []bareToken
	for _, t := range Tokens(text) {
		end := len(strings.TrimRightFunc(t.Text, stripped))
		if strings.HasPrefix(t.Text[end:], ".") && initials(t.Text[:end]) != nil {
			end++
		}
		from := end - len(strings.TrimLeftFunc(t.Text[:end], stripped))
		if from > 0 && from < end && digit(t.Text[from:]) && strings.ContainsAny(t.Text[from-1:from], ".-") {
			from--
		}
		if core := t.Text[from:end]; core != "" {
			out = append(out, bareToken{core, strings.ToLower(core), t.Offset + from, end < len(t.Text)})
		}
	}
	return out
}

func stripped(r rune) bool { return unicode.IsPunct(r) && r != '%' }

// digit reports whether s begins with one.
func digit(s string) bool { return strings.IndexFunc(s, unicode.IsDigit) == 0 }

func hasDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }

// scanner walks over the tokens.
type scanner struct {
	text   string
	tokens []bareToken
	found  []Critical
}

func (s *scanner) add(k CriticalKind, from, to int) {
	a, b := s.tokens[from], s.tokens[to-1]
	s.found = append(s.found, Critical{k, a.offset, b.offset + len(b.text) - a.offset})
}

// number finds a number with its unit that begins at token i, books it and
// gives the token after it; i when there is none.
func (s *scanner) number(i int) int {
	end := i
	if joiners[s.tokens[i].word] && s.tokens[i].word != "to" && s.isNumber(i+1, i) {
		end = i + 1 // "point five", "minus two"
	}
	for s.isNumber(end, i) {
		end++
		if s.tokens[end-1].ends {
			break
		}
		end = s.joined(end)
	}
	if end == i {
		return i
	}
	kind := Number
	if after := s.unit(end); after > end {
		kind, end = Dose, after
	} else if carriesUnit(s.tokens[end-1].word) {
		kind = Dose
	}
	s.add(kind, i, end)
	return end
}

// joined gives the token at which a number goes on after a joining word, or end.
func (s *scanner) joined(end int) int {
	switch {
	case s.is(end, "and") && s.is(end+1, "a") && s.isNumber(end+2, end): // "two and a half"
		return end + 2
	case s.is(end, "and") && (s.tokens[end-1].word == "hundred" || s.tokens[end-1].word == "thousand") && s.isNumber(end+1, end):
		return end + 1
	case end < len(s.tokens) && joiners[s.tokens[end].word] && s.isNumber(end+1, end):
		return end + 1
	}
	return end
}

func (s *scanner) is(i int, word string) bool {
	return i < len(s.tokens) && s.tokens[i].word == word && !s.tokens[i].ends
}

// isNumber reports whether token i is a number or part of the one that began
// at token first.
func (s *scanner) isNumber(i, first int) bool {
	if i >= len(s.tokens) || i > first && s.tokens[i-1].ends {
		return false
	}
	w := s.tokens[i].word
	if hasDigit(w) || numberWords[w] || w == "oh" && i > first {
		return true
	}
	for part := range strings.SplitSeq(w, "-") { // "forty-two", "one-year-old"
		if numberWords[part] {
			return true
		}
	}
	return false
}

// carriesUnit reports whether a number and its unit are one token: "5mg",
// "0.5%", "350-cc", "87-year-old".
func carriesUnit(w string) bool {
	rest := strings.TrimLeftFunc(w, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune(".,-+/", r) })
	if rest == w {
		_, rest, _ = strings.Cut(w, "-")
	}
	unit, _, _ := strings.Cut(rest, "-")
	unit, _, _ = strings.Cut(unit, "/")
	return strongUnits[unit] || afterNumber[unit]
}

// unit gives the token after the unit that begins at token i, or i.
func (s *scanner) unit(i int) int {
	if i >= len(s.tokens) || s.tokens[i-1].ends || !isUnit(s.tokens[i].word) {
		return i
	}
	i++
	for i+1 < len(s.tokens) && !s.tokens[i-1].ends {
		switch s.tokens[i].word { // "beats per minute", "times a day", "millimeters of mercury"
		case "per", "a", "an", "every", "each":
			if !isUnit(s.tokens[i+1].word) {
				return i
			}
		case "of":
			if s.tokens[i+1].word != "mercury" {
				return i
			}
		default:
			return i
		}
		i += 2
	}
	return i
}

func isUnit(w string) bool {
	first, _, _ := strings.Cut(w, "/") // "mg/dl"
	return strongUnits[first] || afterNumber[first]
}

// word books a critical token that is no number.
func (s *scanner) word(i int) {
	t := s.tokens[i]
	first, _, hyphened := strings.Cut(t.word, "-")
	switch {
	case strongUnits[t.word]:
		s.add(Unit, i, i+1)
	case frequencies[strings.ReplaceAll(t.word, ".", "")]:
		s.add(Dose, i, i+1)
	case negations[t.word], hyphened && negations[first], strings.HasSuffix(strings.ReplaceAll(t.word, "’", "'"), "n't"):
		s.add(Negation, i, i+1)
	case sides[t.word], hyphened && sides[first], sideLetters[t.text]:
		if !s.idiom(i) {
			s.add(Laterality, i, i+1)
		}
	}
}

// idiom reports whether "right" has no side: "all right", "right now".
func (s *scanner) idiom(i int) bool {
	near := func(j int, words ...string) bool {
		return 0 <= j && j < len(s.tokens) && slices.Contains(words, s.tokens[j].word)
	}
	return near(i, "right") && (near(i-1, "all") || near(i+1, "now", "away"))
}
