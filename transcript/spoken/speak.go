package spoken

import (
	"regexp"
	"strings"
	"unicode"
)

// Words says a written note: its words and, as words, its punctuation.
func Words(note string) []string {
	v := varietyOf(note)
	var words []string
	gap := ""
	for _, line := range strings.Split(plain.Replace(note), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			gap = "new paragraph"
			continue
		}
		if len(words) > 0 {
			if gap == "" {
				gap = v.either(60, "next line", "new line")
			}
			words = append(words, strings.Fields(gap)...)
		}
		gap = ""
		l := speech{v: v, tokens: strings.Fields(line)}
		words = append(words, l.line()...)
	}
	return words
}

// speech says one line.
type speech struct {
	v      variety
	tokens []string
	at     int
	words  []string
	figure bool // the last thing said was a number: a unit may follow
	one    bool // and it was one
}

var listNumber = regexp.MustCompile(`^\(?(\d{1,2})[.)]$`)

func (s *speech) line() []string {
	if p := listNumber.FindStringSubmatch(s.tokens[0]); p != nil {
		s.say("number")
		s.say(whole(p[1])...)
		s.tokens = s.tokens[1:]
	}
	for s.at = range s.tokens {
		s.token(s.tokens[s.at])
	}
	return s.words
}

func (s *speech) say(words ...string) { s.words = append(s.words, words...) }

const (
	openers = `([{"'*`
	closers = `.,;:?!)]}"'*`
)

// token says one token with the marks around it.
func (s *speech) token(t string) {
	for len(t) > 0 && strings.ContainsRune(openers, rune(t[0])) {
		if t[0] == '(' || t[0] == '[' {
			s.say("open", "paren")
		}
		t = t[1:]
	}
	core := strings.TrimRight(t, closers)
	marks := t[len(core):]
	if strings.HasPrefix(marks, ".") && s.abbreviated(core+".") {
		core, marks = core+".", marks[1:]
		if marks == "" && s.ends(core) {
			marks = "."
		}
	}
	if (strings.HasPrefix(marks, "'") || strings.HasPrefix(marks, `"`)) && hasDigit(core) {
		core, marks = core+marks[:1], marks[1:] // feet, inches
	}
	if core != "" {
		s.core(core)
	}
	for _, m := range marks {
		s.mark(m)
	}
}

// abbreviated reports whether the point belongs to the word.
func (s *speech) abbreviated(core string) bool {
	_, ok := abbreviations[strings.ToLower(core)]
	return ok || initials.MatchString(core)
}

// ends reports whether the point of an abbreviation also ends the sentence.
func (s *speech) ends(core string) bool {
	if s.at+1 >= len(s.tokens) {
		return true
	}
	if titles[strings.ToLower(core)] || len(core) == 2 { // "Dr.", an initial
		return false
	}
	next := []rune(s.tokens[s.at+1])
	return len(next) > 1 && unicode.IsUpper(next[0]) && unicode.IsLower(next[1])
}

// commas are said in seven of ten cases.
const commasSaid = 70

func (s *speech) mark(m rune) {
	switch m {
	case '.':
		s.say("period")
	case ',':
		if s.v.chance(commasSaid) {
			s.say("comma")
		}
	case ';':
		s.say("semicolon")
	case ':':
		s.say("colon")
	case '?':
		s.say("question", "mark")
	case '!':
		s.say("exclamation", "point")
	case ')', ']':
		s.say("close", "paren")
	}
	s.figure = false
}

// core says a token without the marks around it.
func (s *speech) core(t string) {
	low := strings.ToLower(t)
	wasFigure := s.figure
	s.figure = false
	if full, ok := abbreviations[low]; ok && !(wasFigure && low == "ms") {
		s.say(strings.Fields(full)...)
		return
	}
	if wasFigure && s.unit(low) {
		return
	}
	switch {
	case initials.MatchString(t):
		s.say(spelled(t)...)
	case t == "-" || t == "/":
	case low == "x" && wasFigure && s.nextIsFigure():
		s.say("by")
	case low == "x" && s.nextIsFigure():
		s.say("times")
	case hasDigit(t):
		s.number(t)
	default:
		s.plainWord(t)
	}
}

func (s *speech) nextIsFigure() bool {
	return s.at+1 < len(s.tokens) && hasDigit(s.tokens[s.at+1][:1])
}

// number says a token with digits, whatever else it has.
func (s *speech) number(t string) {
	if s.year(t) {
		return
	}
	if words := sayFigure(s.v, t); words != nil {
		s.say(words...)
		s.figure, s.one = true, t == "1"
		return
	}
	if p := letterFigure.FindStringSubmatch(t); p != nil {
		s.letterFigure(p)
		return
	}
	s.pieces(t)
}

func (s *speech) letterFigure(p []string) {
	if p[1] != "" { // L4
		if len(p[1]) <= 2 {
			s.say(spelled(p[1])...)
		} else {
			s.say(sayWord(p[1], false)...)
		}
		s.say(whole(p[2])...)
		s.figure = true
		return
	}
	s.say(whole(p[3])...)
	s.one = p[3] == "1"
	if !s.unit(strings.ToLower(p[4])) {
		s.plainWord(p[4])
	}
}

// year says four digits as a year where they look like one.
func (s *speech) year(t string) bool {
	n := atoi(t)
	if len(t) != 4 || n < 1900 || n > 2060 || s.unitFollows() {
		return false
	}
	s.say(year(n)...)
	return true
}

func (s *speech) unitFollows() bool {
	if s.at+1 >= len(s.tokens) {
		return false
	}
	_, ok := units[strings.ToLower(strings.TrimRight(s.tokens[s.at+1], closers))]
	return ok
}

// unit says what a number counts, and reports whether t is such.
func (s *speech) unit(t string) bool {
	form := 1
	if s.one {
		form = 0
	}
	if u, ok := units[t]; ok {
		s.say(strings.Fields(u[form])...)
		return true
	}
	of, each, ok := strings.Cut(t, "/")
	if !ok || per[each] == "" {
		return false
	}
	u, known := units[of]
	if !known {
		if letters(of) != len(of) {
			return false
		}
		u = [2]string{of, of}
	}
	s.say(strings.Fields(u[form])...)
	s.say("per")
	s.say(strings.Fields(per[each])...)
	return true
}

// part is a run of letters, of digits with their points, or one other sign.
var part = regexp.MustCompile(`[\pL']+|` + `\d[\d,]*(?:\.\d+)?|\.\d+` + `|[^\pL\d\s]`)

// pieces says a token of several parts, one after the other.
func (s *speech) pieces(t string) {
	for _, sub := range strings.FieldsFunc(t, func(r rune) bool { return r == '-' || r == '_' }) {
		if words := sayFigure(s.v, sub); words != nil {
			s.say(words...)
			s.figure, s.one = true, sub == "1"
			continue
		}
		if s.figure && s.unit(strings.ToLower(sub)) {
			s.figure = false
			continue
		}
		if p := letterFigure.FindStringSubmatch(sub); p != nil && p[1] != "" {
			s.letterFigure(p)
			continue
		}
		for _, p := range part.FindAllString(sub, -1) {
			s.piece(p)
		}
	}
}

func (s *speech) piece(p string) {
	switch {
	case hasDigit(p):
		s.say(amount(s.v, p)...)
		s.figure, s.one = true, p == "1"
		return
	case s.figure && s.unit(strings.ToLower(p)):
	case signs[p] != "":
		s.say(strings.Fields(signs[p])...)
	case letters(p) > 0:
		if words := sayWord(p, s.shouted()); words[0] != "" {
			s.say(words...)
		}
	}
	s.figure = false
}

func (s *speech) plainWord(t string) {
	if letters(t) == 0 && signs[t] == "" {
		return
	}
	s.pieces(t)
}

// shouted reports whether the word stands in a run of capitals that is more
// than acronyms: one has a long word, or is a heading.
func (s *speech) shouted() bool {
	run := func(i int) bool { return isUpper(s.tokens[i]) || !hasLetter(s.tokens[i]) }
	from, to := s.at, s.at
	for from > 0 && run(from-1) {
		from--
	}
	for to+1 < len(s.tokens) && !strings.HasSuffix(s.tokens[to], ":") && run(to+1) {
		to++
	}
	for _, t := range s.tokens[from : to+1] {
		if letters(t) > longestAcronym && isUpper(t) {
			return true
		}
	}
	return from == 0 && strings.HasSuffix(s.tokens[to], ":")
}
