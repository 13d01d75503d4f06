package transcript

import (
	"strconv"
	"strings"
)

// date writes "march third twenty twenty six" and "november two thousand seven".
// It is one only if the words after the month can be a day and a year in one way.
func date(s *phrase, i int) []piece {
	month := s.word(i)
	if !monthNames[month] {
		return nil
	}
	var found []piece
	for _, p := range [][]piece{s.dayYear(i, 1), s.dayYear(i, 2), s.monthYear(i)} {
		if p == nil {
			continue
		}
		if found != nil {
			return nil
		}
		found = p
	}
	if found == nil || (month == "may" || month == "march") && len(found) < 3 && !beforeMonth[s.before(i)] && ordinals[s.word(i+1)] == 0 {
		return nil
	}
	return found
}

// dayYear reads a day of so many words after the month at atom i, then a year
// or the end of the number.
func (s *phrase) dayYear(i, words int) []piece {
	at := i + 1 + words
	day, ok := s.day(i+1, words)
	if !ok {
		return nil
	}
	out := []piece{{n: 1, text: capital(s.word(i))}, {n: words, text: day}}
	next := at
	if s.mark(at) == "," && s.atoms[at-1].tail == "" {
		next++
	}
	year, end := s.year(next)
	switch {
	case end > next:
		out[1].n += next - at
		out[1].text += ","
		return append(out, piece{n: end - next, text: year})
	case next == at && (s.goesOn(at) || ordinals[s.word(at)] > 0):
		return nil
	}
	return out
}

// goesOn reports whether a number goes on at atom k.
func (s *phrase) goesOn(k int) bool {
	w := s.word(k)
	return numberWord(w) || oh(w) || w == "point" || w == "to" && numberWord(s.word(k+1)) || s.mark(k) == "/"
}

func (s *phrase) day(i, words int) (string, bool) {
	v, ok := int64(0), false
	if words == 1 {
		w := s.word(i)
		v, ok = small(w)
		if o := ordinals[w]; o > 0 {
			v, ok = o, true
		} else if tens, o, cut := strings.Cut(w, "-"); cut && smallNumbers[tens] >= 20 && ordinals[o] > 0 {
			v, ok = smallNumbers[tens]+ordinals[o], true
		}
	} else if tens := smallNumbers[s.word(i)]; tens >= 20 {
		ones, isSmall := small(s.word(i + 1))
		if o := ordinals[s.word(i+1)]; o > 0 {
			ones, isSmall = o, true
		}
		v, ok = tens+ones, isSmall && ones < 10
	}
	return strconv.FormatInt(v, 10), ok && 1 <= v && v <= 31
}

// year reads a year at atom i up to the end of the number words.
func (s *phrase) year(i int) (text string, end int) {
	if i > s.start && i < len(s.atoms) && s.atoms[i-1].tail != "" {
		return "", i
	}
	var words []string
	for end = i; numberWord(s.word(end)) || oh(s.word(end)) || s.word(end) == "and" && len(words) > 0 && numberWord(s.word(end+1)); end++ {
		words = append(words, s.word(end))
	}
	if len(words) == 1 && figures(words[0]) && len(words[0]) == 4 {
		return words[0], end
	}
	v, ok := year(words)
	if !ok {
		return "", i
	}
	return strconv.FormatInt(v, 10), end
}

func (s *phrase) monthYear(i int) []piece {
	year, end := s.year(i + 1)
	if end == i+1 || s.goesOn(end) {
		return nil
	}
	return []piece{{n: 1, text: capital(s.word(i))}, {n: end - i - 1, text: year}}
}

// name writes the names of the calendar with a capital.
func name(s *phrase, i int) []piece {
	if w := s.word(i); calendarNames[w] {
		return one(i, i+1, capital(w))
	}
	return nil
}

// slashed writes numbers with spoken slashes between: dates, pressures, parts.
func slashed(s *phrase, i int) []piece {
	var parts []numeral
	at, text := i, ""
	for {
		n := s.slashPart(at)
		if n.end == 0 {
			break
		}
		parts, text, at = append(parts, n), text+n.text, n.end
		if s.mark(at) != "/" || s.atoms[at-1].tail != "" || s.slashPart(at+1).end == 0 {
			break
		}
		text += "/"
		at++
	}
	if len(parts) < 2 || len(parts) > 3 {
		return nil
	}
	for k, n := range parts {
		if !n.read() || n.kind == serial || n.kind == shortened && !(len(parts) == 2 && parts[k&^1].value >= parts[1].value) {
			return keep(i, at)
		}
	}
	return one(i, at, text)
}

// slashPart reads a number after a slash, which may begin with a zero: "oh seven".
func (s *phrase) slashPart(i int) numeral {
	if v, ok := small(s.word(i + 1)); ok && v < 10 && oh(s.word(i)) {
		return numeral{end: i + 2, text: "0" + strconv.FormatInt(v, 10), value: v, kind: whole}
	}
	return s.number(i)
}

// timeOfDay writes "eight thirty a m".
func timeOfDay(s *phrase, i int) []piece {
	end := i
	var words []string
	for numberWord(s.word(end)) || len(words) > 0 && oh(s.word(end)) {
		words = append(words, s.word(end))
		end++
	}
	half, after := s.halfOfDay(i, end)
	if after == end || len(words) == 0 {
		return nil
	}
	text, ok := clock(words)
	if !ok {
		return nil
	}
	return append(one(i, end, text), one(end, after, half)...)
}

// halfOfDay reads "a m" or "p m" at atom k after the hour at atom i.
func (s *phrase) halfOfDay(i, k int) (text string, end int) {
	switch w := s.word(k); {
	case w == "a.m." || w == "p.m.":
		return w, k + 1
	case w == "pm" || w == "am" && beforeHour[s.before(i)]:
		return w[:1] + ".m.", k + 1
	}
	a, m := letterOf(s.word(k)), letterOf(s.word(k+1))
	if (a == 'a' || a == 'p') && m == 'm' {
		return string(a) + ".m.", k + 2
	}
	return "", k
}

var beforeHour = set("at around about approximately by until till before after since from to between and")

// clock reads an hour, or an hour and minutes.
func clock(words []string) (string, bool) {
	hour, ok := small(words[0])
	if !ok || hour < 1 || hour > 12 {
		return "", false
	}
	text := strconv.FormatInt(hour, 10)
	if len(words) == 1 {
		return text, true
	}
	minutes, ok := pastHundred(words[1:])
	if !ok || minutes > 59 {
		return "", false
	}
	if minutes < 10 {
		text += ":0"
	} else {
		text += ":"
	}
	return text + strconv.FormatInt(minutes, 10), true
}
