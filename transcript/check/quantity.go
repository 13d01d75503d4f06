package check

import (
	"strconv"
	"strings"
	"sync"
)

// quantity is a number of the text with what it counts.
type quantity struct {
	run
	value float64
	high  float64 // upper end of a range, else value
	over  float64 // the lower one of "120/80", else 0
	unit  string  // short form, empty when none
	per   string  // "kg", "hour", "day", "dl" …, empty when none
}

// numerals are the words numbers are made of: the value, and its kind.
var numerals = sync.OnceValue(func() map[string]numeral {
	m := map[string]numeral{"zero": {0, 'd'}, "oh": {0, 'o'}, "hundred": {100, 'h'}, "thousand": {1000, 'k'}, "million": {1e6, 'k'}}
	for i, w := range strings.Fields("one two three four five six seven eight nine") {
		m[w] = numeral{float64(i + 1), 'd'}
	}
	for i, w := range strings.Fields("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen") {
		m[w] = numeral{float64(i + 10), 't'}
	}
	for i, w := range strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety") {
		m[w] = numeral{float64(i*10 + 20), 'y'}
	}
	return m
})

type numeral struct {
	value float64
	kind  byte // d digit, o "oh", t ten to nineteen, y tens, h hundred, k thousand and more
}

// number reads the number that begins at word i: digits or words. It gives the
// word after it, i when there is none.
func (n *note) number(i int) (value float64, end int) {
	if i >= len(n.words) {
		return 0, i
	}
	if v, ok := digits(n.words[i].key); ok {
		return v, i + 1
	}
	var s speller
	end = i
	for j := i; j < len(n.words); j++ {
		w := n.words[j]
		num, ok := numerals()[w.key]
		switch {
		case ok && (num.kind != 'o' || j > i) && s.take(num):
			end = j + 1
		case w.key == "point" && !s.point && n.isNumeral(j+1):
			s.point = true
		case w.key == "and" && s.last == 'h' && n.isNumeral(j+1):
		case w.key == "and" && j > i && n.key(j+1) == "a" && n.key(j+2) == "half":
			return s.number() + 0.5, j + 3
		default:
			return s.number(), end
		}
		if w.pause {
			break
		}
	}
	return s.number(), end
}

func (n *note) isNumeral(i int) bool {
	_, ok := numerals()[n.key(i)]
	return ok
}

// digits reads "1,500", ".5", "2.50".
func digits(key string) (float64, bool) {
	if !digit(strings.TrimPrefix(key, ".")) {
		return 0, false
	}
	if i := strings.IndexByte(key, ','); i >= 0 && !thousands(key[i:]) {
		return 0, false
	}
	key = strings.TrimSuffix(strings.ReplaceAll(key, ",", ""), "s")
	if len(key) > 15 {
		return 0, false
	}
	v, err := strconv.ParseFloat(key, 64)
	return v, err == nil
}

func thousands(s string) bool {
	for len(s) >= 4 && s[0] == ',' {
		s = s[4:]
	}
	return s == "" || s[0] == '.'
}

// speller makes a number of the words that name it, as people dictate: "one
// twenty" is 120, "fifteen hundred" 1500, "four point two" 4.2, "one oh five" 105.
type speller struct {
	total, group float64
	last         byte
	point        bool
	scale        float64
}

func (s *speller) number() float64 { return s.total + s.group }

// take adds a word and reports whether it can stand there.
func (s *speller) take(n numeral) bool {
	if s.point {
		return s.decimal(n)
	}
	switch {
	case s.last == 0:
		s.group = n.value
	case n.kind == 'h':
		s.group *= 100
	case n.kind == 'k':
		s.total, s.group = s.total+s.group*n.value, 0
	case s.last == 'h' || s.last == 'k':
		s.group += n.value
	case n.kind == 'o' || n.kind == 'd' && (s.last == 'd' || s.last == 'o'):
		s.group = s.group*10 + n.value
	case n.kind == 'd' && s.last == 'y':
		s.group += n.value
	case n.kind == 't' || n.kind == 'y':
		s.group = s.group*100 + n.value
	default:
		return false
	}
	s.last = n.kind
	return s.group < 1e12
}

func (s *speller) decimal(n numeral) bool {
	if s.scale == 0 {
		s.scale = 1
	}
	switch n.kind {
	case 'd', 'o':
		if s.last == 'y' && s.scale < 1 { // "point twenty five"
			s.group += n.value * s.scale
			s.last = 'd'
			return true
		}
		s.scale /= 10
	case 't', 'y':
		s.scale /= 100
	default:
		return false
	}
	s.group += n.value * s.scale
	s.last = n.kind
	return true
}

// findQuantities reads all numbers but those of dates, list items and names
// ("L4-5", "COVID-19").
func (n *note) findQuantities() []quantity {
	var out []quantity
	dated := map[int]int{}
	for _, d := range n.dates {
		dated[d.first] = d.end
	}
	for i := 0; i < len(n.words); {
		if end := dated[i]; end > i {
			i = end
			continue
		}
		q, ok := n.quantity(i)
		if !ok {
			i++
			continue
		}
		out = append(out, q)
		i = q.end
	}
	return out
}

func (n *note) quantity(i int) (quantity, bool) {
	if w := n.words[i]; w.index || w.joint == '-' && !n.isNumber(i-1) {
		return quantity{}, false
	}
	v, end := n.number(i)
	if end == i {
		return quantity{}, false
	}
	q := quantity{run: run{i, end}, value: v, high: v}
	n.second(&q)
	n.count(&q)
	return q, true
}

func (n *note) isNumber(i int) bool {
	_, ok := digits(n.key(i))
	return ok || n.isNumeral(i)
}

// second reads the other half of "120/80", "5-10", "five to ten".
func (n *note) second(q *quantity) {
	if q.end >= len(n.words) || n.words[q.end-1].pause {
		return
	}
	at, over := q.end+1, false
	switch w := n.words[q.end]; {
	case w.joint == '/':
		at, over = q.end, true
	case w.joint == '-':
		at = q.end
	case w.key == "over" || w.key == "slash":
		over = true
	case w.key != "to" && w.key != "through":
		return
	}
	v, end := n.number(at)
	if end == at || !over && v <= q.value {
		return
	}
	q.end = end
	if over {
		q.over = v
	} else {
		q.high = v
	}
}

// count reads the unit and what it is counted by.
func (n *note) count(q *quantity) {
	if q.end >= len(n.words) || n.words[q.end-1].pause {
		return
	}
	at := q.end
	if n.key(at) == "international" {
		at++
	}
	u, ok := unitOf(n.key(at))
	if !ok {
		return
	}
	q.unit, q.end = u, at+1
	if u == "mm" && n.key(q.end) == "hg" {
		q.unit, q.end = "mmhg", q.end+1
	}
	n.per(q)
}

func (n *note) per(q *quantity) {
	if q.end >= len(n.words) || n.words[q.end-1].pause {
		return
	}
	at := q.end
	switch w := n.words[at]; {
	case w.joint == '/':
	case w.key == "per" || w.key == "a" || w.key == "an" || w.key == "each":
		at++
	default:
		return
	}
	p, ok := perUnit(n.key(at))
	if ok {
		q.per, q.end = p, at+1
	}
}
