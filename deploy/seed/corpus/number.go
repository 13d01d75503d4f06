package corpus

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

var ones = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
	"sixteen seventeen eighteen nineteen")

var tens = strings.Fields("zero ten twenty thirty forty fifty sixty seventy eighty ninety")

var ordinals = strings.Fields("zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth " +
	"thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth")

// cardinal says a whole number in full: "one hundred twenty".
func cardinal(n int) string {
	switch {
	case n < 20:
		return ones[n]
	case n < 100:
		return joined(tens[n/10], n%10)
	case n < 1000:
		return joined(ones[n/100]+" hundred", n%100)
	case n < 1_000_000:
		return joined(cardinal(n/1000)+" thousand", n%1000)
	}
	return joined(cardinal(n/1_000_000)+" million", n%1_000_000)
}

func joined(head string, rest int) string {
	if rest == 0 {
		return head
	}
	return head + " " + cardinal(rest)
}

func ordinal(n int) string {
	switch {
	case n < 20:
		return ordinals[n]
	case n%100 == 0:
		return cardinal(n) + "th"
	case n >= 100:
		return cardinal(n-n%100) + " " + ordinal(n%100)
	case n%10 == 0:
		return strings.TrimSuffix(tens[n/10], "y") + "ieth"
	}
	return tens[n/10] + " " + ordinals[n%10]
}

// integer says a whole number one of the ways authors do: 139 is "one hundred
// thirty nine", "one hundred and thirty nine" or "one thirty nine".
func integer(rng *rand.Rand, n int) string {
	switch {
	case n >= 100 && n < 1000 && n%100 != 0:
		switch rng.IntN(5) {
		case 0, 1:
			return pairs(n)
		case 2:
			return ones[n/100] + " hundred and " + cardinal(n%100)
		}
	case n >= 1100 && n < 10_000 && n%100 == 0 && n%1000 != 0 && rng.IntN(2) == 0:
		return cardinal(n/100) + " hundred"
	}
	return cardinal(n)
}

// pairs says a number two digits at a time: 120 "one twenty", 105 "one o five".
func pairs(n int) string {
	switch {
	case n < 100:
		return cardinal(n)
	case n%100 == 0:
		return cardinal(n/100) + " hundred"
	case n%100 < 10:
		return pairs(n/100) + " o " + cardinal(n%10)
	}
	return pairs(n/100) + " " + cardinal(n%100)
}

// year says a year: "two thousand six", "two thousand and six", "nineteen ninety".
func year(rng *rand.Rand, n int) string {
	if n/100 != 20 || n >= 2010 && rng.IntN(2) == 0 {
		return pairs(n)
	}
	if n%100 != 0 && rng.IntN(2) == 0 {
		return "two thousand and " + cardinal(n%100)
	}
	return cardinal(n)
}

// number says a written number without sign: "0.5", "10,000", "98.6". ok is
// false for anything else.
func number(rng *rand.Rand, s string) (said string, ok bool) {
	whole, fraction, decimal := strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
	if !digits(whole) || decimal && !digits(fraction) || len(whole) > 9 {
		return "", false
	}
	n, err := strconv.Atoi(whole)
	if err != nil {
		return "", false
	}
	if !decimal {
		return integer(rng, n), true
	}
	words := []string{integer(rng, n), "point"}
	if n == 0 && rng.IntN(2) == 0 {
		words = words[1:]
	}
	if len(fraction) == 2 && fraction[0] != '0' && rng.IntN(3) == 0 {
		f, _ := strconv.Atoi(fraction)
		return strings.Join(append(words, cardinal(f)), " "), true
	}
	for _, d := range fraction {
		if d == '0' && rng.IntN(3) == 0 {
			words = append(words, "o")
			continue
		}
		words = append(words, ones[d-'0'])
	}
	return strings.Join(words, " "), true
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
