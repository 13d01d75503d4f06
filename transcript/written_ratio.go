package transcript

import (
	"strconv"
	"strings"
)

// pressure writes "one twenty over eighty", and strengths and murmurs: "five
// over five", "two over six".
func pressure(s *phrase, i int) []piece {
	a := s.number(i)
	if !a.read() || s.word(a.end) != "over" {
		return nil
	}
	b := s.number(a.end + 1)
	if b.end == 0 {
		return nil
	}
	m := s.measure(b.end)
	switch {
	case !b.read(), s.mayBeTwo(a.end+1, b), b.value > 10 && s.goesOn(b.end):
		return keep(i, b.end)
	case m.known && m.text != "mmHg":
		return nil
	case a.value >= 10 && b.value >= 10 && a.kind != decimal && b.kind != decimal && a.kind != serial && b.kind != serial:
		if (a.kind == shortened || b.kind == shortened) && (a.value <= b.value || a.value > 300) {
			return keep(i, b.end)
		}
	case a.few() && b.few() && a.value <= b.value && (b.value == 5 || b.value == 6 || s.saidOf(i, 6, graded) || graded[s.word(b.end)]):
	default:
		return nil
	}
	return append(one(i, b.end, a.text+"/"+b.text), s.unitPieces(b.end, m)...)
}

// graded things are measured on a scale: "five over five".
var graded = set("strength motor power murmur systolic diastolic grade graded reflexes pulses gcs pain muscle")

// outOf writes "five out of ten" in figures.
func outOf(s *phrase, i int) []piece {
	a := s.number(i)
	if !a.exact() || s.word(a.end) != "out" || s.word(a.end+1) != "of" {
		return nil
	}
	b := s.number(a.end + 2)
	if !b.exact() || fractions[s.word(b.end)] > 0 {
		return nil
	}
	return append(append(one(i, a.end, a.text), keep(0, 2)...), one(a.end+2, b.end, b.text)...)
}

// ratio writes "one to one hundred thousand" beside a dilution, and what is
// called a ratio.
func ratio(s *phrase, i int) []piece {
	a := s.number(i)
	if !a.exact() || s.word(a.end) != "to" {
		return nil
	}
	b := s.number(a.end + 1)
	if !b.exact() {
		return nil
	}
	diluted := a.value == 1 && b.value >= 1000 && (s.saidOf(i, 5, diluted) || s.follows(b.end, 5, diluted))
	if !diluted && !(s.before(i) == "of" && s.said(i-1, 1, "ratio")) {
		return nil
	}
	return one(i, b.end, a.text+":"+b.text)
}

var diluted = set("epinephrine adrenaline dilution diluted titer titers")

// follows reports whether one of the table's words is among the n atoms from i on.
func (s *phrase) follows(i, n int, table map[string]bool) bool {
	for k := i; k < min(i+n, len(s.atoms)); k++ {
		if a := s.atoms[k]; table[a.word] {
			return true
		} else if a.mark == "." || a.tail != "" && !table[a.word] {
			return false
		}
	}
	return false
}

// mixedFraction writes "two and a half inches", with metric units as a decimal.
func mixedFraction(s *phrase, i int) []piece {
	n := s.number(i)
	if n.kind != whole && n.kind != literal || s.word(n.end) != "and" {
		return nil
	}
	part, under, end := s.part(n.end + 1)
	if under == 0 {
		return nil
	}
	m := s.measure(end)
	dec := decimals[[2]int64{part, under}]
	switch {
	case s.word(end) == "of" || !m.known || m.joined != "" || m.metric && dec == "":
		return keep(i, end)
	case m.metric:
		return append(one(i, end, n.text+dec), s.unitPieces(end, m)...)
	}
	return append(one(i, end, n.text+"-"+fractionText(part, under)), s.unitPieces(end, m)...)
}

// decimals are the fractions that a metric unit has as decimals.
var decimals = map[[2]int64]string{{1, 2}: ".5", {1, 4}: ".25", {3, 4}: ".75"}

func fractionText(part, under int64) string {
	return strconv.FormatInt(part, 10) + "/" + strconv.FormatInt(under, 10)
}

// part reads "a half", "three quarters", "four sevenths" at atom i; under is 0
// where there is none.
func (s *phrase) part(i int) (part, under int64, end int) {
	part, ok := smallNumbers[s.word(i)]
	if s.word(i) == "a" {
		part, ok = 1, true
	}
	under = fractions[s.word(i+1)]
	if several := strings.HasSuffix(s.word(i+1), "s"); !ok || part < 1 || part >= under || several != (part > 1) {
		return 0, 0, i // "two quarter inch drains" are two
	}
	return part, under, i + 2
}

// fraction writes "one half inch", and "one-half" where no unit follows.
func fraction(s *phrase, i int) []piece {
	part, under, end := s.part(i)
	if under == 0 || s.word(i) == "a" || numberWord(s.before(i)) {
		return nil
	}
	m := s.measure(end)
	dec := decimals[[2]int64{part, under}]
	switch {
	case m.known && m.metric && dec != "":
		return append(one(i, end, "0"+dec), s.unitPieces(end, m)...)
	case m.known && !m.metric && m.joined == "":
		return append(one(i, end, fractionText(part, under)), s.unitPieces(end, m)...)
	case under == 2 || s.word(end) == "of":
		return one(i, end, s.word(i)+"-"+s.word(i+1))
	}
	return keep(i, end)
}
