package transcript

import (
	"strconv"
	"strings"
)

// measure is the unit after a number.
type measure struct {
	counted
	end   int // the atom after it; where it began when there is none
	known bool
}

// measure reads the unit at atom i, with what it is divided by: "mg/dL".
func (s *phrase) measure(i int) measure {
	m := s.simple(i)
	if !m.metric {
		return m
	}
	if m.text == "mm" && s.word(m.end) == "of" && s.word(m.end+1) == "mercury" {
		m.text, m.end = "mmHg", m.end+2
	}
	if per := perUnits[s.word(m.end+1)]; per != "" && s.word(m.end) == "per" {
		m.text, m.end = m.text+"/"+per, m.end+2
		if s.word(m.end) == "per" && s.word(m.end+1) == "day" {
			m.text, m.end = m.text+"/day", m.end+2
		}
	}
	return m
}

func (s *phrase) simple(i int) measure {
	w := s.word(i)
	if i+1 < len(s.atoms) && letterOf(w) != 0 && letterOf(s.word(i+1)) != 0 {
		if text := letterUnits[string([]byte{letterOf(w), letterOf(s.word(i + 1))})]; text != "" {
			return measure{counted{text: text, metric: true, dose: doseUnits[text]}, i + 2, true}
		}
	}
	one := !strings.HasSuffix(w, "s")
	switch text := metricUnits[w]; {
	case text != "":
		return measure{counted{text: text, metric: true, dose: doseUnits[text], one: one && len(w) > 3}, i + 1, true}
	case figureUnits[w]:
		return measure{counted{dose: strings.HasPrefix(w, "unit"), one: one && w != "feet"}, i + 1, true}
	case softUnits[w]:
		return measure{counted{soft: true, one: one}, i + 1, true}
	case w == "percent" || w == "%":
		return measure{counted{joined: "%"}, i + 1, true}
	case w == "french" || w == "gauge":
		return measure{counted{joined: "-" + map[bool]string{true: "French", false: "gauge"}[w == "french"], one: true}, i + 1, true}
	case w == "plus" && !numberWord(s.word(i+1)) && s.word(i+1) != "or":
		return measure{counted{joined: "+", one: true}, i + 1, true}
	}
	return measure{end: i}
}

// quantity writes numbers with their units, and ranges of them.
func quantity(s *phrase, i int) []piece {
	n := s.number(i)
	switch {
	case n.end == 0:
		return nil
	case !n.read() || s.before(i) == "point":
		return keep(i, n.end)
	case ordinals[s.word(n.end)] > 0 || fractions[s.word(n.end)] > 0:
		return keep(i, n.end+1)
	case s.mayBeTwo(i, n):
		return keep(i, n.end)
	}
	if p := s.span(i, n); p != nil {
		return p
	}
	m := s.measure(n.end)
	switch {
	case n.kind == shortened && !s.meant(i, n, m):
		return keep(i, n.end)
	case m.joined == "+" && (n.kind != whole || n.value < 1 || n.value > 4):
		m = measure{end: n.end}
	}
	if !s.inFigures(i, n, m) {
		return keep(i, n.end)
	}
	return s.amount(i, n, m)
}

// mayBeTwo reports whether the last word may be a number of its own that counts
// what follows: "lasix forty two tablets" may be two tablets of forty, "number
// thirty one p o" one of thirty, "one hundred twenty two hour" two hours.
func (s *phrase) mayBeTwo(i int, n numeral) bool {
	v, ok := smallNumbers[s.word(n.end-1)]
	if n.end == i+1 || !ok || v < 1 || v > 9 {
		return false
	}
	next := s.word(n.end)
	letters, _ := s.letters(n.end)
	m := s.measure(n.end)
	return portions[next] || counting[next] || strings.HasPrefix(letters, "po") || next == "p.o." || strings.HasPrefix(next, "q") ||
		m.soft && m.one && n.value >= 100
}

// amount writes a number that ends before its unit.
func (s *phrase) amount(i int, n numeral, m measure) []piece {
	text := n.text
	if m.dose && n.kind == decimal {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	if n.kind == serial {
		text = s.hyphened(i, text)
	}
	switch {
	case m.joined != "":
		return one(i, m.end, text+m.joined)
	case m.text != "":
		return append(one(i, n.end, text), one(n.end, m.end, m.text)...)
	case m.known && !m.soft && strings.HasPrefix(s.word(n.end), "degree") && temperatures[s.word(m.end)] != "":
		return append(one(i, n.end, text), piece{n: 1}, piece{n: 1, text: temperatures[s.word(m.end)]})
	}
	return one(i, n.end, text)
}

var temperatures = pairs("fahrenheit=Fahrenheit celsius=Celsius centigrade=centigrade")

// inFigures reports whether a number is written in figures: from ten on, with
// a unit, and where small ones are in figures by habit.
func (s *phrase) inFigures(i int, n numeral, m measure) bool {
	switch {
	case !n.few():
		return true
	case m.known && !m.soft:
		return true
	case m.soft && n.value != 1:
		return true
	}
	before := s.before(i)
	switch {
	case countedWords[before], laboratory[before]:
		return true
	case before == "of" || before == "is" || before == "was" || before == "at":
		return s.saidOf(i-1, 4, laboratory) || before == "of" && s.said(i-1, 1, "total")
	case before == "day":
		return s.said(i-1, 1, "postoperative", "hospital", "pod", "postop")
	}
	next := s.word(n.end)
	return next == "in" && s.word(n.end+1) == "the" && partsOfDay[s.word(n.end+2)] || next == "at" && s.word(n.end+1) == "night"
}

var partsOfDay = set("morning afternoon evening")

// meant reports whether "one fifty" is 150. Beside a medicine's strength or
// its form it may be one of fifty.
func (s *phrase) meant(i int, n numeral, m measure) bool {
	if m.known {
		return shortUnits[s.word(m.end-1)] && !portions[s.word(m.end)] && !taken[s.before(i)]
	}
	return s.saidOf(i, 4, readings)
}

// span writes "ten to fifteen milligrams". Where the first number may share the
// hundreds or thousands of the second ("two to three hundred") all stays as it
// was said.
func (s *phrase) span(i int, n numeral) []piece {
	join := s.word(n.end)
	hyphen := s.mark(n.end) == "-" && s.atoms[n.end-1].tail == ""
	if join != "to" && join != "or" && join != "and" && join != "through" && !hyphen {
		return nil
	}
	to := s.number(n.end + 1)
	if to.end == 0 {
		return nil
	}
	m := s.measure(to.end)
	switch {
	case !to.read(), s.sharesMagnitude(n, to), s.mayBeTwo(n.end+1, to), n.value > to.value && s.before(i) != "from", fractions[s.word(to.end)] > 0 || ordinals[s.word(to.end)] > 0:
		return keep(i, to.end)
	case join == "and" && s.before(i) != "between":
		return nil
	case (n.kind == shortened || to.kind == shortened) && !s.meant(i, to, m):
		return keep(i, to.end)
	case m.soft && join == "or" && n.few() && to.few(), m.joined != "" && m.joined != "%" && !n.exact():
		return keep(i, to.end)
	case n.few() && to.few() && !m.known:
		return keep(i, to.end)
	}
	if hyphen {
		return append(one(i, to.end, n.text+"-"+to.text), s.unitPieces(to.end, m)...)
	}
	return append(append(one(i, n.end, n.text), piece{n: 1}), s.amount(n.end+1, to, m)...)
}

// unitPieces writes a unit on its own.
func (s *phrase) unitPieces(i int, m measure) []piece {
	switch {
	case m.joined != "":
		return []piece{{n: m.end - i, text: m.joined, tight: true}}
	case m.text != "":
		return one(i, m.end, m.text)
	}
	return nil
}

func (s *phrase) sharesMagnitude(n, to numeral) bool {
	if n.kind == literal || n.value >= 100 && n.kind != yearly {
		return false
	}
	for k := n.end + 1; k < to.end; k++ {
		if magnitudes[s.word(k)] > 0 {
			return true
		}
	}
	return false
}

// hyphened sets a telephone number's hyphens.
func (s *phrase) hyphened(i int, text string) string {
	if !s.saidOf(i, 5, telephones) {
		return text
	}
	switch len(text) {
	case 7:
		return text[:3] + "-" + text[3:]
	case 10:
		return text[:3] + "-" + text[3:6] + "-" + text[6:]
	}
	return text
}

// byBy writes "three by four centimeters".
func byBy(s *phrase, i int) []piece {
	var out []piece
	at := i
	for {
		n := s.number(at)
		if !n.exact() || n.kind == serial {
			return nil
		}
		out = append(out, one(at, n.end, n.text)...)
		if at = n.end; s.word(at) != "by" {
			break
		}
		out = append(out, piece{n: 1, text: "x"})
		at++
	}
	m := s.measure(at)
	if len(out) < 3 || !(m.known && !m.soft && m.joined == "") && !gauzes[s.word(at)] {
		return nil
	}
	return append(out, s.unitPieces(at, m)...)
}

// nakedPoint writes the zero that "point five milligrams" leaves out.
func nakedPoint(s *phrase, i int) []piece {
	point := i
	if oh(s.word(i)) {
		point++
	}
	if s.word(point) != "point" {
		return nil
	}
	end := point + 1
	for numberWord(s.word(end)) || oh(s.word(end)) {
		end++
	}
	words := []string{"zero", "point"}
	for k := point + 1; k < end; k++ {
		words = append(words, s.word(k))
	}
	n := numeral{}
	if end > point+1 {
		n = readNumber(words)
	}
	m := s.measure(end)
	begins := i == 0 || s.atoms[i-1].word == ""
	if n.kind != decimal || !m.known || m.soft || !begins && !beforeNakedPoint[s.before(i)] {
		if end == point+1 {
			return nil
		}
		return keep(i, end)
	}
	n.end = end
	return s.amount(i, n, m)
}

// age writes "forty five year old".
func age(s *phrase, i int) []piece {
	n := s.number(i)
	if n.kind != whole && n.kind != literal {
		return nil
	}
	at := n.end
	if s.mark(at) == "-" {
		at++
	}
	span := s.word(at)
	if span != "year" && span != "month" && span != "week" && span != "day" && span != "hour" {
		return nil
	}
	if at++; s.mark(at) == "-" {
		at++
	}
	old := s.word(at)
	if old != "old" && old != "olds" {
		return nil
	}
	return one(i, at+1, n.text+"-"+span+"-"+old)
}

// decade writes "sixties" and "nineteen eighties".
func decade(s *phrase, i int) []piece {
	if text := decades[s.word(i)]; text != "" {
		return one(i, i+1, text)
	}
	if text := decades[s.word(i+1)]; text != "" && s.word(i) == "nineteen" {
		return one(i, i+2, "19"+text)
	}
	return nil
}

// ordinal writes "seventy fifth"; up to the tenth they stay words.
func ordinal(s *phrase, i int) []piece {
	if numberWord(s.before(i)) {
		return nil
	}
	v, end := ordinals[s.word(i)], i+1
	if tens := smallNumbers[s.word(i)]; tens >= 20 {
		if o := ordinals[s.word(i+1)]; 1 <= o && o <= 9 {
			v, end = tens+o, i+2
		}
	}
	if v == 0 {
		if tens, one, ok := strings.Cut(s.word(i), "-"); ok && smallNumbers[tens] >= 20 && 1 <= ordinals[one] && ordinals[one] <= 9 {
			v = smallNumbers[tens] + ordinals[one]
		}
	}
	if v <= 10 || s.word(end-1) == "second" && s.word(end) != "of" { // "thirty second interval"
		return nil
	}
	return one(i, end, strconv.FormatInt(v, 10)+suffix(v))
}

func suffix(v int64) string {
	switch {
	case v%100/10 == 1:
		return "th"
	case v%10 == 1:
		return "st"
	case v%10 == 2:
		return "nd"
	case v%10 == 3:
		return "rd"
	}
	return "th"
}
