package transcript

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	sayOnes = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
		"sixteen seventeen eighteen nineteen")
	sayTens     = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")
	sayOrdinals = strings.Fields("- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth " +
		"fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth")
	sayMonths = strings.Fields("- january february march april may june july august september october november december")
)

// say speaks a whole number in full; and puts "and" where some people do.
func say(n int64, and bool) string {
	join := " "
	if and {
		join = " and "
	}
	with := func(head string, rest int64) string {
		switch {
		case rest == 0:
			return head
		case rest < 100:
			return head + join + say(rest, and)
		}
		return head + " " + say(rest, and)
	}
	switch {
	case n < 20:
		return sayOnes[n]
	case n < 100:
		if n%10 == 0 {
			return sayTens[n/10]
		}
		return sayTens[n/10] + " " + sayOnes[n%10]
	case n < 1000:
		return with(sayOnes[n/100]+" hundred", n%100)
	case n < 1_000_000:
		return with(say(n/1000, and)+" thousand", n%1000)
	}
	return with(say(n/1_000_000, and)+" million", n%1_000_000)
}

// sayShort leaves the hundreds out: "one fifty", "two oh six".
func sayShort(n int64) string {
	if n%100 == 0 {
		return say(n, false)
	}
	if n%100 < 10 {
		return sayOnes[n/100] + " oh " + sayOnes[n%100]
	}
	return sayOnes[n/100] + " " + say(n%100, false)
}

func sayOrdinal(n int64) string {
	if n <= 20 {
		return sayOrdinals[n]
	}
	if n == 30 {
		return "thirtieth"
	}
	return sayTens[n/10] + " " + sayOrdinals[n%10]
}

func sayDigits(digits string) string {
	words := make([]string, len(digits))
	for i, d := range digits {
		words[i] = sayOnes[d-'0']
	}
	return strings.Join(words, " ")
}

func sayYear(t *rapid.T, y int64) string {
	switch {
	case y < 2000 && y%100 < 10:
		return fmt.Sprintf("nineteen oh %s", sayOnes[y%100])
	case y < 2000:
		return "nineteen " + say(y%100, false)
	case y >= 2010 && rapid.Bool().Draw(t, "pairs"):
		return "twenty " + say(y%100, false)
	}
	return say(y, rapid.Bool().Draw(t, "and"))
}

// spokenForm is a number said in one of the supported forms: what is said, how
// the text is read back, and what must come out.
type spokenForm struct {
	said string
	read string // a pattern whose groups are the figures
	want []string
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

// spokenForms draw the forms, by name.
var spokenForms = map[string]func(t *rapid.T) spokenForm{
	"whole": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(10, 9_999_999).Draw(t, "n")
		return spokenForm{"a total of " + say(n, rapid.Bool().Draw(t, "and")) + " seen", `of ([\d,]+) seen`, []string{num(n)}}
	},
	"unit": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(0, 99_999).Draw(t, "n")
		units := [][2]string{{"milligrams", "mg"}, {"micrograms", "mcg"}, {"milliliters", "mL"}, {"c. c.", "cc"}, {"millimeters", "mm"}, {"units", "units"}, {"percent", "%"}}
		u := rapid.SampledFrom(units).Draw(t, "unit")
		return spokenForm{"given " + say(n, false) + " " + u[0] + " today", `iven ([\d,]+) ?` + regexp.QuoteMeta(u[1]) + ` today`, []string{num(n)}}
	},
	"decimal": func(t *rapid.T) spokenForm {
		n, part := rapid.Int64Range(0, 999).Draw(t, "n"), rapid.StringMatching(`[0-9]{0,3}[1-9]`).Draw(t, "part")
		return spokenForm{"measures " + say(n, false) + " point " + sayDigits(part) + " centimeters", `([\d.]+) cm`, []string{num(n) + "." + part}}
	},
	"naked point": func(t *rapid.T) spokenForm {
		part := rapid.StringMatching(`[0-9]{0,2}[1-9]`).Draw(t, "part")
		return spokenForm{"a dose of point " + sayDigits(part) + " milligrams", `of ([\d.]+) mg`, []string{"0." + part}}
	},
	"short": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(1, 9).Draw(t, "hundreds")*100 + rapid.Int64Range(1, 99).Draw(t, "rest")
		return spokenForm{"she had " + sayShort(n) + " milliliters", `had (\d+) mL`, []string{num(n)}}
	},
	"pressure": func(t *rapid.T) spokenForm {
		b := rapid.Int64Range(40, 99).Draw(t, "diastolic")
		a := rapid.Int64Range(101, 250).Draw(t, "systolic")
		high := say(a, false)
		if rapid.Bool().Draw(t, "short") {
			high = sayShort(a)
		}
		return spokenForm{"blood pressure " + high + " over " + say(b, false) + " today", `(\d+)/(\d+) today`, []string{num(a), num(b)}}
	},
	"date": func(t *rapid.T) spokenForm {
		m, d, y := rapid.Int64Range(1, 12).Draw(t, "m"), rapid.Int64Range(1, 30).Draw(t, "d"), rapid.Int64Range(1901, 2049).Draw(t, "y")
		day, comma := say(d, false), ""
		if rapid.Bool().Draw(t, "ordinal") {
			day = sayOrdinal(d)
		}
		if rapid.Bool().Draw(t, "comma") {
			comma = "comma "
		}
		said := "seen on " + sayMonths[m] + " " + day + " " + comma + sayYear(t, y) + " here"
		return spokenForm{said, capital(sayMonths[m]) + ` (\d+),? (\d{4}) here`, []string{num(d), num(y)}}
	},
	"slashed date": func(t *rapid.T) spokenForm {
		m, d, y := rapid.Int64Range(1, 12).Draw(t, "m"), rapid.Int64Range(1, 31).Draw(t, "d"), rapid.Int64Range(10, 99).Draw(t, "y")
		said := "on " + say(m, false) + " slash " + say(d, false) + " slash " + say(y, false) + " here"
		return spokenForm{said, `(\d+)/(\d+)/(\d+) here`, []string{num(m), num(d), num(y)}}
	},
	"time": func(t *rapid.T) spokenForm {
		h, m := rapid.Int64Range(1, 12).Draw(t, "h"), rapid.Int64Range(1, 59).Draw(t, "m")
		minutes := say(m, false)
		if m < 10 {
			minutes = "oh " + minutes
		}
		half := rapid.SampledFrom([]string{"a m", "p. m.", "pm"}).Draw(t, "half")
		return spokenForm{"at " + say(h, false) + " " + minutes + " " + half, `At (\d+):(\d+) [ap]\.m\.`, []string{num(h), fmt.Sprintf("%02d", m)}}
	},
	"range": func(t *rapid.T) spokenForm {
		a := rapid.Int64Range(2, 90).Draw(t, "a")
		b := rapid.Int64Range(a+1, 99).Draw(t, "b")
		unit := rapid.SampledFrom([]string{"days", "milligrams", "weeks", "percent"}).Draw(t, "unit")
		return spokenForm{"for " + say(a, false) + " to " + say(b, false) + " " + unit, `For (\d+) to (\d+)`, []string{num(a), num(b)}}
	},
	"by": func(t *rapid.T) spokenForm {
		a, b := rapid.Int64Range(1, 99).Draw(t, "a"), rapid.Int64Range(1, 99).Draw(t, "b")
		return spokenForm{"measuring " + say(a, false) + " by " + say(b, false) + " centimeters", `(\d+) x (\d+) cm`, []string{num(a), num(b)}}
	},
	"age": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(1, 110).Draw(t, "n")
		return spokenForm{"a " + say(n, false) + " year old man", `(\d+)-year-old`, []string{num(n)}}
	},
	"every": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(1, 72).Draw(t, "n")
		return spokenForm{"take q " + say(n, false) + " hours", `q\.(\d+)h\.`, []string{num(n)}}
	},
	"spine": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(1, 4).Draw(t, "n")
		return spokenForm{"at l " + say(n, false) + " " + say(n+1, false) + " level", `L(\d)-(\d) `, []string{num(n), num(n + 1)}}
	},
	"suture": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(2, 10).Draw(t, "n")
		return spokenForm{"with " + say(n, false) + " oh prolene", `(\d+)-0 prolene`, []string{num(n)}}
	},
	"size": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(1, 40).Draw(t, "n")
		of := rapid.SampledFrom([]string{"french", "gauge"}).Draw(t, "of")
		return spokenForm{"an " + say(n, false) + " " + of + " needle", `(?i)an (\d+)-` + of, []string{num(n)}}
	},
	"ordinal": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(11, 30).Filter(func(n int64) bool { return n != 22 }).Draw(t, "n")
		return spokenForm{"the " + sayOrdinal(n) + " percentile", `(\d+)[a-z]{2} percentile`, []string{num(n)}}
	},
	"half": func(t *rapid.T) spokenForm {
		n := rapid.Int64Range(1, 99).Draw(t, "n")
		return spokenForm{"of " + say(n, false) + " and a half milligrams", `([\d.]+) mg`, []string{num(n) + ".5"}}
	},
	"telephone": func(t *rapid.T) spokenForm {
		d := rapid.StringMatching(`[1-9][0-9]{6}`).Draw(t, "digits")
		return spokenForm{"phone " + sayDigits(d), `([\d-]+)`, []string{d[:3] + "-" + d[3:]}}
	},
}

func TestNumbersKeepTheirValue(t *testing.T) {
	t.Parallel()
	for name, form := range spokenForms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				f := form(t)
				words := timed(f.said)
				checkFormat(t, words)
				text := Format(words).Text
				got := regexp.MustCompile(f.read).FindStringSubmatch(text)
				if got == nil {
					t.Fatalf("%q gives %q, which is not like %s", f.said, text, f.read)
				}
				for i, want := range f.want {
					if have := strings.ReplaceAll(got[i+1], ",", ""); have != want {
						t.Fatalf("%q gives %q: %s for %s", f.said, text, have, want)
					}
				}
			})
		})
	}
}

// However numbers are strung together, the figures are those of the words:
// read one by one, the non-zero digits come in the order they were said.
func TestFiguresComeInTheOrderSaid(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom(strings.Fields("one two three nine ten twelve fifteen twenty thirty ninety hundred thousand point oh to and over by " +
		"milligrams percent days years plus french seen"))
	rapid.Check(t, func(t *rapid.T) {
		words := timed(strings.Join(rapid.SliceOfN(word, 1, 9).Draw(t, "words"), " "))
		f := Format(words)
		var said strings.Builder
		for i, p := range f.Places {
			if v, ok := small(words[i].Text); ok && p.Fate == Converted {
				said.WriteString(strings.ReplaceAll(num(v), "0", ""))
			}
		}
		written := regexp.MustCompile(`[^1-9]`).ReplaceAllString(onlyConverted(f), "")
		if written != said.String() {
			t.Fatalf("%v gives %q", words, f.Text)
		}
	})
}

// onlyConverted gives the written forms of a text, each once.
func onlyConverted(f Formatted) string {
	var b strings.Builder
	end := -1
	for _, p := range f.Places {
		if p.Fate == Converted && p.Offset > end {
			b.WriteString(f.Text[p.Offset:p.Offset+p.Length] + " ")
			end = p.Offset
		}
	}
	return b.String()
}
