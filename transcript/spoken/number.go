package spoken

import (
	"strings"
)

var ones = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")

var tens = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")

var scales = []struct {
	value int
	name  string
}{{1_000_000_000, "billion"}, {1_000_000, "million"}, {1000, "thousand"}, {100, "hundred"}}

// cardinal says a number of at most twelve digits: 108489 → "one hundred eight
// thousand four hundred eighty nine".
func cardinal(n int) []string {
	switch {
	case n < 20:
		return []string{ones[n]}
	case n < 100 && n%10 == 0:
		return []string{tens[n/10]}
	case n < 100:
		return []string{tens[n/10], ones[n%10]}
	}
	for _, s := range scales {
		if n < s.value {
			continue
		}
		words := append(cardinal(n/s.value), s.name)
		if rest := n % s.value; rest > 0 {
			words = append(words, cardinal(rest)...)
		}
		return words
	}
	return nil
}

// ordinals that are not the number and "th".
var ordinals = map[string]string{
	"one": "first", "two": "second", "three": "third", "five": "fifth",
	"eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}

func ordinal(n int) []string {
	words := cardinal(n)
	last := &words[len(words)-1]
	switch special, ok := ordinals[*last]; {
	case ok:
		*last = special
	case strings.HasSuffix(*last, "y"):
		*last = strings.TrimSuffix(*last, "y") + "ieth"
	default:
		*last += "th"
	}
	return words
}

// plural says decades: 60 → "sixties".
func plural(n int) []string {
	words := cardinal(n)
	last := &words[len(words)-1]
	switch {
	case strings.HasSuffix(*last, "y"):
		*last = strings.TrimSuffix(*last, "y") + "ies"
	case *last == "six":
		*last = "sixes"
	default:
		*last += "s"
	}
	return words
}

// year says a year of four digits.
func year(n int) []string {
	century, rest := n/100, n%100
	switch {
	case n >= 2000 && n < 2010 || rest == 0 && century%10 == 0:
		return cardinal(n)
	case rest == 0:
		return append(cardinal(century), "hundred")
	case rest < 10:
		return append(cardinal(century), "oh", ones[rest])
	}
	return append(cardinal(century), cardinal(rest)...)
}

// digits says digits one by one.
func digits(s, zero string) []string {
	words := make([]string, 0, len(s))
	for _, r := range s {
		switch {
		case r == '0':
			words = append(words, zero)
		case r > '0' && r <= '9':
			words = append(words, ones[r-'0'])
		}
	}
	return words
}

// maxCardinal is how many digits are still said as one number.
const maxCardinal = 6

// whole says a run of digits as a number; very long ones and those that begin
// with a zero digit by digit.
func whole(s string) []string {
	if s == "" {
		return nil
	}
	if len(s) > maxCardinal || len(s) > 1 && s[0] == '0' {
		return digits(s, "zero")
	}
	n := 0
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return cardinal(n)
}
