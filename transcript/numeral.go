package transcript

import (
	"slices"
	"strconv"
	"strings"
)

// numeral is a spoken number as the phrase reads it.
type numeral struct {
	end   int    // the atom after it
	text  string // as it is written: "1200", "108,489", "0.5"
	value int64  // of a whole number
	kind  numeralKind
}

// numeralKind says how sure the reading is.
type numeralKind int

const (
	unread    numeralKind = iota // number words without one certain reading
	whole                        // "one hundred fifty"
	decimal                      // "two point five"
	yearly                       // "nineteen ninety three"
	serial                       // "five five five one two": digits
	shortened                    // "one fifty": a number only where nothing else can be meant
	literal                      // the engine wrote digits
)

func (n numeral) read() bool { return n.kind != unread }

// exact reports whether the number is meant wherever it stands.
func (n numeral) exact() bool { return n.kind != unread && n.kind != shortened }

// few reports whether the number is one that prose spells out.
func (n numeral) few() bool { return n.kind == whole && n.value < 10 }

var smallNumbers = map[string]int64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
	"seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
	"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}

// phoneDigits is how many digits said one by one are surely one number; fewer
// may be several numbers, unless an identifier is named.
const phoneDigits = 7

var magnitudes = map[string]int64{"hundred": 100, "thousand": 1_000, "million": 1_000_000}

// small gives the value of one number word under a hundred: "six", "twenty-five".
func small(word string) (int64, bool) {
	if v, ok := smallNumbers[word]; ok {
		return v, true
	}
	tens, ones, _ := strings.Cut(word, "-")
	a, b := smallNumbers[tens], smallNumbers[ones]
	return a + b, a >= 20 && 1 <= b && b <= 9
}

func numberWord(word string) bool {
	_, ok := small(word)
	return ok || magnitudes[word] > 0 || figures(word)
}

// figures reports whether an engine wrote the number in digits.
func figures(word string) bool {
	if word == "" || !digit(word) {
		return false
	}
	return strings.Trim(word, "0123456789.,") == "" && !strings.HasSuffix(word, ".") && !strings.HasSuffix(word, ",")
}

// oh reports whether a word is a spoken letter for zero.
func oh(word string) bool { return word == "oh" || word == "o" || word == "o." }

// number reads the longest run of number words that begins at atom i. The zero
// value says that none begins there; kind unread that it has no one reading.
func (s *phrase) number(i int) numeral {
	end := i
	for s.inNumber(i, end) {
		end++
	}
	if end == i {
		return numeral{}
	}
	words := make([]string, 0, end-i)
	for k := i; k < end; k++ {
		words = append(words, s.word(k))
	}
	n := readNumber(words)
	if !n.exact() {
		n = s.inContext(i, words, n)
	}
	n.end = end
	return n
}

// inContext reads what only the words before make certain: "in twenty ten",
// "extension four one two".
func (s *phrase) inContext(i int, words []string, n numeral) numeral {
	if v, ok := year(words); ok && beforeYear[s.before(i)] {
		return numeral{text: strconv.FormatInt(v, 10), value: v, kind: yearly}
	}
	if text, ok := oneByOne(words); ok && s.saidOf(i, 4, identifiers) {
		return numeral{text: text, kind: serial}
	}
	return n
}

// inNumber reports whether atom k goes on with the number that began at i.
func (s *phrase) inNumber(i, k int) bool {
	w, next := s.word(k), s.word(k+1)
	switch {
	case numberWord(w):
		return true
	case k == i:
		return false
	case oh(w):
		v, ok := small(next)
		return s.word(k-1) == "point" || ok && v < 10 && !s.sutureNear(k+1)
	case w == "point":
		_, ok := small(next)
		return ok || oh(next)
	case w == "and":
		_, ok := small(next)
		return ok && magnitudes[s.word(k-1)] > 0 && !s.said(i, 3, "between", "from", "both")
	}
	return false
}

// readNumber gives the one reading of a run of number words.
func readNumber(words []string) numeral {
	if len(words) == 1 && figures(words[0]) {
		v, _ := strconv.ParseInt(words[0], 10, 64)
		return numeral{text: words[0], value: v, kind: literal}
	}
	if v, ok := cardinal(words); ok {
		return numeral{text: digits(v), value: v, kind: whole}
	}
	if k := slices.Index(words, "point"); k > 0 {
		if last := len(words) - 1; words[last] == "million" {
			n := readDecimal(words[:k], words[k+1:last])
			n.text += " million"
			return n
		}
		return readDecimal(words[:k], words[k+1:])
	}
	if v, ok := year(words); ok && v < 2000 && v%100 >= 20 {
		return numeral{text: strconv.FormatInt(v, 10), value: v, kind: yearly}
	}
	if text, ok := oneByOne(words); ok && len(words) >= phoneDigits {
		return numeral{text: text, kind: serial}
	}
	if v, ok := shortHundred(words); ok {
		return numeral{text: digits(v), value: v, kind: shortened}
	}
	return numeral{}
}

// digits writes a whole number; from ten thousand on in groups of three.
func digits(v int64) string {
	text := strconv.FormatInt(v, 10)
	if v < 10_000 {
		return text
	}
	for k := len(text) - 3; k > 0; k -= 3 {
		text = text[:k] + "," + text[k:]
	}
	return text
}

// cardinal reads a whole number said in full: "two million three hundred".
func cardinal(words []string) (total int64, ok bool) {
	for _, scale := range []string{"million", "thousand"} {
		k := slices.Index(words, scale)
		if k < 0 {
			continue
		}
		v, ok := underThousand(words[:k])
		if !ok || v == 0 {
			return 0, false
		}
		total += v * magnitudes[scale]
		if words = words[k+1:]; len(words) == 0 {
			return total, true
		}
		if words[0] == "and" {
			words = words[1:]
		}
	}
	v, ok := underThousand(words)
	if !ok && total == 0 {
		v, ok = manyHundred(words)
	}
	return total + v, ok && (total == 0 || v > 0)
}

func underThousand(words []string) (int64, bool) {
	k := slices.Index(words, "hundred")
	if k < 0 {
		return underHundred(words)
	}
	v, ok := underHundred(words[:k])
	if !ok || v < 1 || v > 9 {
		return 0, false
	}
	rest, ok := afterHundred(words[k+1:])
	return v*100 + rest, ok
}

// manyHundred reads "fourteen hundred".
func manyHundred(words []string) (int64, bool) {
	k := slices.Index(words, "hundred")
	if k < 0 {
		return 0, false
	}
	v, ok := underHundred(words[:k])
	if !ok || v < 11 || v%10 == 0 {
		return 0, false
	}
	rest, ok := afterHundred(words[k+1:])
	return v*100 + rest, ok
}

func afterHundred(words []string) (int64, bool) {
	if len(words) > 0 && words[0] == "and" {
		words = words[1:]
	} else if len(words) == 0 {
		return 0, true
	}
	v, ok := underHundred(words)
	return v, ok && v > 0
}

func underHundred(words []string) (int64, bool) {
	switch len(words) {
	case 1:
		return small(words[0])
	case 2:
		tens, ones := smallNumbers[words[0]], smallNumbers[words[1]]
		return tens + ones, tens >= 20 && 1 <= ones && ones <= 9
	}
	return 0, false
}

// readDecimal reads what was said before and after "point". It writes a zero
// before the point where none was said, and keeps those said after it.
func readDecimal(before, after []string) numeral {
	v, ok := cardinal(before)
	if len(before) == 1 && figures(before[0]) {
		var err error
		v, err = strconv.ParseInt(before[0], 10, 64)
		ok = err == nil
	}
	if !ok {
		return numeral{}
	}
	text, ok := oneByOne(after)
	if !ok {
		part, good := underHundred(after)
		if text, ok = strconv.FormatInt(part, 10), good; !ok {
			return numeral{}
		}
	}
	return numeral{text: digits(v) + "." + text, value: v, kind: decimal}
}

// oneByOne reads digits said one after the other.
func oneByOne(words []string) (text string, ok bool) {
	for _, w := range words {
		v, isSmall := small(w)
		if oh(w) {
			v, isSmall = 0, true
		}
		if !isSmall || v > 9 {
			return "", false
		}
		text += strconv.FormatInt(v, 10)
	}
	return text, text != ""
}

// year reads "nineteen ninety three", "twenty oh eight", "two thousand seven".
func year(words []string) (int64, bool) {
	if v, ok := cardinal(words); ok && 1900 <= v && v <= 2099 {
		return v, true
	}
	if len(words) < 2 || words[0] != "nineteen" && words[0] != "twenty" {
		return 0, false
	}
	v, ok := pastHundred(words[1:])
	if !ok || words[0] == "twenty" && len(words) == 2 && v < 10 {
		return 0, false
	}
	return smallNumbers[words[0]]*100 + v, true
}

// pastHundred reads what is said after the hundreds are left out: "fifty",
// "oh six".
func pastHundred(words []string) (int64, bool) {
	if len(words) == 2 && oh(words[0]) {
		v, ok := small(words[1])
		return v, ok && 1 <= v && v <= 9
	}
	v, ok := underHundred(words)
	return v, ok && v >= 10
}

// shortHundred reads "one fifty" and "two oh five".
func shortHundred(words []string) (int64, bool) {
	if len(words) < 2 {
		return 0, false
	}
	v, ok := small(words[0])
	rest, good := pastHundred(words[1:])
	return v*100 + rest, ok && good && 1 <= v && v <= 9
}
