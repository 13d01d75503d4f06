package spoken

import (
	"regexp"
	"strconv"
	"strings"
)

// figure is a written form with digits, and how it is said. The first that fits
// the whole token is meant.
type figure struct {
	form *regexp.Regexp
	say  func(v variety, part []string) []string
}

func form(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)^(?:` + pattern + `)$`) }

const number = `(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+`

var figures = []figure{
	{form(`(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})`), date},
	{form(`(\d{1,2}):(\d{2})`), clock},
	{form(`(\d+):(\d[\d,]*)`), func(v variety, p []string) []string {
		return join(amount(v, p[1]), []string{"to"}, amount(v, p[2]))
	}},
	{form(`1/2|1/3|2/3|1/4|3/4`), func(_ variety, p []string) []string { return strings.Fields(fractions[p[0]]) }},
	{form(`(` + number + `)/(` + number + `)`), over},
	{form(`(\d+)-0`), func(v variety, p []string) []string { return append(amount(v, p[1]), "oh") }},
	{form(`(\d+)'s|(\d0)s|(\d00)s`), decade},
	{form(`(\d0)s?-(\d0)s`), func(_ variety, p []string) []string { return join(plural(atoi(p[1])), plural(atoi(p[2]))) }},
	{form(`(\d+)(?:st|nd|rd|th)`), func(_ variety, p []string) []string { return ordinal(atoi(p[1]) % 1_000_000) }},
	{form(`(` + number + `)(?:-|x-)(` + number + `)`), func(v variety, p []string) []string {
		return join(amount(v, p[1]), []string{"to"}, amount(v, p[2]))
	}},
	{form(`(` + number + `)x(` + number + `)`), by},
	{form(`(` + number + `)x(` + number + `)x(` + number + `)`), by},
	{form(`x(\d+)`), func(v variety, p []string) []string { return append([]string{"times"}, amount(v, p[1])...) }},
	{form(`#(\d+)`), func(v variety, p []string) []string { return append([]string{"number"}, amount(v, p[1])...) }},
	{form(`q\.?(\d+)(?:-(\d+))?\.?h\.?`), every},
	{form(`(\d+)'`), func(v variety, p []string) []string { return append(amount(v, p[1]), "feet") }},
	{form(`(\d+)'(\d+)"?`), func(v variety, p []string) []string {
		return join(amount(v, p[1]), []string{"feet"}, amount(v, p[2]), []string{"inches"})
	}},
	{form(`(` + number + `)"`), func(v variety, p []string) []string { return append(amount(v, p[1]), "inches") }},
	{form(number), func(v variety, p []string) []string { return amount(v, p[0]) }},
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // the patterns have digits only; too many give 0
	return n
}

func join(parts ...[]string) []string {
	var all []string
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// amount says a number as written: "1,500", "0.5", ".5", "2003".
func amount(v variety, s string) []string {
	s = strings.ReplaceAll(s, ",", "")
	left, right, point := strings.Cut(s, ".")
	if !point {
		return whole(left)
	}
	words := []string{}
	if left != "" && (left != "0" || v.chance(80)) {
		words = whole(left)
	}
	return join(words, []string{"point"}, digits(right, v.either(70, "zero", "oh")))
}

func date(v variety, p []string) []string {
	month, day := atoi(p[1]), atoi(p[2])
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return join(amount(v, p[1]), amount(v, p[2]), amount(v, p[3]))
	}
	if v.chance(15) { // "three fifteen oh seven"
		return join(cardinal(month), cardinal(day), shortYear(p[3]))
	}
	y := p[3]
	if len(y) == 2 {
		y = map[bool]string{true: "20", false: "19"}[y < "50"] + y
	}
	return join([]string{months[month]}, dayWords(v, day), year(atoi(y)))
}

func dayWords(v variety, day int) []string {
	if v.chance(50) {
		return ordinal(day)
	}
	return cardinal(day)
}

func shortYear(s string) []string {
	if n := atoi(s[len(s)-2:]); n < 10 {
		return []string{"oh", ones[n]}
	}
	return cardinal(atoi(s[len(s)-2:]))
}

func clock(v variety, p []string) []string {
	hour, minute := atoi(p[1]), atoi(p[2])
	words := cardinal(hour)
	switch {
	case minute == 0 && hour > 12:
		return append(words, "hundred", "hours")
	case minute == 0:
		return words
	case minute < 10:
		return append(words, "oh", ones[minute])
	}
	return append(words, whole(p[2])...)
}

// over says a blood pressure, a grade, a date without its year.
func over(v variety, p []string) []string {
	a, b := atoi(p[1]), atoi(p[2])
	switch {
	case b == 5 && a <= 5, b == 10 && a <= 10, b == 6 && a <= 6:
		return join(amount(v, p[1]), strings.Fields(v.either(50, "over", "out of")), amount(v, p[2]))
	case a >= 1 && a <= 12 && b >= 13 && b <= 31 && v.chance(50):
		return append([]string{months[a]}, dayWords(v, b)...)
	}
	return join(amount(v, p[1]), []string{"over"}, amount(v, p[2]))
}

func decade(v variety, p []string) []string {
	s := p[1] + p[2] + p[3]
	if len(s) == 4 { // 1990's
		return append(cardinal(atoi(s[:2])), plural(atoi(s[2:]))...)
	}
	return plural(atoi(s))
}

func by(v variety, p []string) []string {
	words := amount(v, p[1])
	for _, side := range p[2:] {
		words = join(words, []string{"by"}, amount(v, side))
	}
	return words
}

func every(v variety, p []string) []string {
	words := append(strings.Fields(v.either(60, "q.", "every")), amount(v, p[1])...)
	if p[2] != "" {
		words = join(words, []string{"to"}, amount(v, p[2]))
	}
	return append(words, v.either(50, "hours", "h."))
}

// sayFigure says a token with digits, or gives nil where no form fits.
func sayFigure(v variety, token string) []string {
	for _, f := range figures {
		if p := f.form.FindStringSubmatch(token); p != nil {
			return f.say(v, p)
		}
	}
	return nil
}
