package corpus

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// speaker says written text as one author would.
type speaker struct {
	rng    *rand.Rand
	commas float64 // how often a comma is said
}

// marks are the punctuation that is said.
var marks = map[byte]string{
	'.': "period", ',': "comma", ':': "colon", ';': "semicolon", '?': "question mark",
}

// short is what is written short and said in full; several ways stand in the
// order of their frequency, the first twice as often.
var short = map[string][]string{
	"mg": {"milligrams", "milligrams", "milligram"}, "mcg": {"micrograms"}, "g": {"grams"}, "kg": {"kilograms", "kilos"},
	"mL": {"milliliters", "m l", "cc"}, "cc": {"cc", "c c"}, "L": {"liters"}, "dL": {"deciliter"},
	"cm": {"centimeters", "centimeter"}, "mm": {"millimeters", "millimeter"}, "mEq": {"milliequivalents"},
	"mmHg": {"millimeters of mercury"}, "%": {"percent"}, "lb": {"pounds"}, "hr": {"hour"}, "F": {"fahrenheit"},
	"Dr": {"doctor"}, "Mr": {"mister"}, "Mrs": {"missus"}, "Ms": {"miss"}, "vs": {"versus"}, "St": {"saint"},
	"x": {"times", "by"}, "+": {"plus"}, "=": {"equals"}, "&": {"and"}, "@": {"at"},
}

var (
	letterFigure = regexp.MustCompile(`^[A-Z]\d`)
	dotted       = regexp.MustCompile(`^(?:[a-zA-Z]\.)+$`)
	letters      = regexp.MustCompile(`^[A-Z]{2,6}s?$`)
	listMark     = regexp.MustCompile(`^[1-9]\.$`)
	slashDate    = regexp.MustCompile(`^(\d\d?)/(\d\d?)/(\d{4})$`)
	fraction     = regexp.MustCompile(`^(\d+)/(\d+)$`)
	oclock       = regexp.MustCompile(`^(\d\d?):(\d\d)$`)
	spine        = regexp.MustCompile(`^([CTLS])(\d+)-([CTLS]?)(\d+)$`)
	spans        = regexp.MustCompile(`^([\d.]+)-([\d.]+)$`)
	suture       = regexp.MustCompile(`^(\d{1,2})-0$`)
	ordinalN     = regexp.MustCompile(`^(\d+)(?:st|nd|rd|th)$`)
	runsOf       = regexp.MustCompile(`[A-Z]|[a-z']+|\d+(?:\.\d+)?|[+%#&=]`)
)

// say gives the words of a written text.
func (s *speaker) say(text string) []string {
	var words []string
	tokens := strings.Fields(text)
	for i, tok := range tokens {
		if tok == "-" {
			continue
		}
		words = append(words, s.token(tok, ends(tokens, i))...)
	}
	return words
}

// ends tells whether the token closes a sentence, as far as that can be seen
// from what follows: the dot of "b.i.d." then is a period too.
func ends(tokens []string, i int) bool {
	return i+1 == len(tokens) || unicode.IsUpper(rune(tokens[i+1][0]))
}

// token says one written token with the marks around it.
func (s *speaker) token(tok string, last bool) []string {
	if listMark.MatchString(tok) {
		return append([]string{"number"}, s.words(tok[:1])...)
	}
	var before, after []string
	for tok != "" && (tok[0] == '(' || tok[0] == '"') {
		before = append(before, map[byte][]string{'(': {"open", "paren"}, '"': {"quote"}}[tok[0]]...)
		tok = tok[1:]
	}
	for tok != "" && !dotted.MatchString(tok) {
		c := tok[len(tok)-1]
		if c == ')' {
			after = append([]string{"close", "paren"}, after...)
		} else if c == '"' {
			after = append([]string{"unquote"}, after...)
		} else if marks[c] != "" {
			after = append(s.mark(tok, c), after...)
		} else {
			break
		}
		tok = tok[:len(tok)-1]
	}
	if dotted.MatchString(tok) && last && after == nil {
		after = []string{"period"}
	}
	return append(append(before, s.words(tok)...), after...)
}

// mark says a punctuation mark, or does not: commas are often left unsaid, and
// the dot of "Dr." always is.
func (s *speaker) mark(tok string, c byte) []string {
	if _, abbreviated := short[strings.TrimSuffix(tok, ".")]; c == '.' && abbreviated && unicode.IsUpper(rune(tok[0])) {
		return nil
	}
	if c == ',' && s.rng.Float64() >= s.commas {
		return nil
	}
	return strings.Fields(marks[c])
}

// words says a token without its marks.
func (s *speaker) words(tok string) []string {
	if _, said, ok := strings.Cut(tok, "~"); ok {
		return strings.Split(strings.ToLower(said), "_")
	}
	if said, ok := s.figure(tok); ok {
		return strings.Fields(said)
	}
	var out []string
	for _, p := range strings.FieldsFunc(tok, func(r rune) bool { return r == '-' || r == '/' }) {
		out = append(out, s.plain(p)...)
	}
	return out
}

// plain says a token without hyphens and slashes.
func (s *speaker) plain(p string) []string {
	if ways := short[p]; ways != nil {
		return strings.Fields(pick(s.rng, append(ways[:1:1], ways...)...))
	}
	if said, ok := number(s.rng, p); ok {
		return strings.Fields(said)
	}
	switch {
	case dotted.MatchString(p):
		return strings.Split(strings.TrimSuffix(strings.ToLower(p), "."), ".")
	case letters.MatchString(p):
		out := strings.Split(strings.ToLower(strings.TrimSuffix(p, "s")), "")
		if strings.HasSuffix(p, "s") {
			out[len(out)-1] += "'s"
		}
		return out
	case strings.Trim(strings.ToLower(p), "abcdefghijklmnopqrstuvwxyz'") == "":
		return []string{strings.ToLower(p)}
	}
	var out []string
	for _, run := range runsOf.FindAllString(p, -1) {
		if said, ok := number(s.rng, run); ok {
			out = append(out, strings.Fields(said)...)
		} else if sign := short[run]; sign != nil && !unicode.IsLetter(rune(run[0])) {
			out = append(out, sign[0])
		} else if run == "#" {
			out = append(out, "number")
		} else {
			out = append(out, strings.ToLower(run))
		}
	}
	return out
}

// figure says what is written with digits and joints.
func (s *speaker) figure(tok string) (string, bool) {
	if m := ordinalN.FindStringSubmatch(tok); m != nil {
		return ordinal(atoi(m[1])), true
	}
	if m := suture.FindStringSubmatch(tok); m != nil {
		return cardinal(atoi(m[1])) + pick(s.rng, " o", " o", " oh", " zero"), true
	}
	if m := slashDate.FindStringSubmatch(tok); m != nil {
		return s.slashDate(atoi(m[1]), atoi(m[2]), atoi(m[3])), true
	}
	if m := fraction.FindStringSubmatch(tok); m != nil {
		return s.fraction(atoi(m[1]), atoi(m[2])), true
	}
	if m := oclock.FindStringSubmatch(tok); m != nil {
		return s.clock(atoi(m[1]), atoi(m[2])), true
	}
	if m := spine.FindStringSubmatch(tok); m != nil {
		joint := pick(s.rng, " ", " ", " ", " through ")
		return strings.ToLower(m[1]) + " " + cardinal(atoi(m[2])) + joint + strings.ToLower(m[1]) + " " + cardinal(atoi(m[4])), m[3] == "" || m[3] == m[1]
	}
	if m := spans.FindStringSubmatch(tok); m != nil {
		from, ok1 := number(s.rng, m[1])
		to, ok2 := number(s.rng, m[2])
		return from + " to " + to, ok1 && ok2
	}
	if len(tok) == 4 && digits(tok) && tok > "1900" && tok < "2030" {
		return year(s.rng, atoi(tok)), true
	}
	return "", false
}

func (s *speaker) slashDate(month, day, y int) string {
	if s.rng.IntN(2) == 0 || month < 1 || month > 12 {
		return cardinal(month) + " " + cardinal(day) + " " + year(s.rng, y)
	}
	return strings.ToLower(months[month-1]) + " " + ordinal(day) + " " + year(s.rng, y)
}

// fraction says pressures, scores and grades: "one twenty over eighty",
// "five out of five", "two over six", "one half".
func (s *speaker) fraction(a, b int) string {
	switch {
	case a == 1 && b == 2:
		return "one half"
	case a == 20:
		return "twenty " + pairs(b)
	case a > 60:
		return pairs(a) + " over " + pairs(b)
	}
	return cardinal(a) + pick(s.rng, " over ", " out of ", " ") + cardinal(b)
}

func (s *speaker) clock(h, m int) string {
	if m == 0 {
		return cardinal(h) + pick(s.rng, "", " o'clock")
	}
	return pairs(h*100 + m)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // callers pass digits
	return n
}
