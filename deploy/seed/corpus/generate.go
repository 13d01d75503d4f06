package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// generators are the slots that need more than a list. They return the written
// form; [speaker] knows how it is said. They read the passage's patient and draw
// numbers; the only rules they expand are those of names.
var generators = map[string]func(t *teller, args []string) string{
	"n":       func(t *teller, args []string) string { return strconv.Itoa(t.between(args)) },
	"dec":     decimal,
	"age":     func(t *teller, _ []string) string { return strconv.Itoa(t.who.age) },
	"yo":      yearsOld,
	"he":      bySex("he", "she"),
	"his":     bySex("his", "her"),
	"him":     bySex("him", "her"),
	"himself": bySex("himself", "herself"),
	"male":    bySex("male", "female"),
	"man":     adult("man", "woman", "boy", "girl"),
	"gent":    adult("gentleman", "lady", "boy", "girl"),
	"Mr":      title,
	"last":    surname,
	"first":   given,
	"dr":      func(t *teller, _ []string) string { return t.name("surname") }, // anybody's
	"side":    func(t *teller, _ []string) string { return t.who.side },
	"other":   otherSide,
	"bp":      pressure,
	"date":    date,
	"month":   func(t *teller, _ []string) string { return pick(t.rng, months...) },
	"year":    func(t *teller, _ []string) string { return strconv.Itoa(1988 + t.rng.IntN(24)) },
	"time":    clock,
	"level":   vertebrae,
	"visus": func(t *teller, _ []string) string {
		return "20/" + pick(t.rng, "15", "20", "25", "30", "40", "50", "60", "70", "80", "100", "200", "400")
	},
	"roman": func(t *teller, _ []string) string { return pick(t.rng, "I~one", "II~two", "III~three", "IV~four") },
}

var months = []string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// between draws a whole number from args[0] to args[1], in steps of args[2].
func (t *teller) between(args []string) int {
	bounds := []int{1, 10, 1}
	for i := range min(len(args), len(bounds)) {
		bounds[i], _ = strconv.Atoi(args[i]) // check has read them
	}
	steps := (bounds[1]-bounds[0])/max(1, bounds[2]) + 1
	return bounds[0] + t.rng.IntN(max(1, steps))*bounds[2]
}

// decimal draws a number with one digit after the point, or args[2] digits.
func decimal(t *teller, args []string) string {
	digits := 1
	if len(args) > 2 {
		digits, _ = strconv.Atoi(args[2])
	}
	lo, _ := strconv.ParseFloat(args[0], 64)
	hi, _ := strconv.ParseFloat(args[1], 64)
	return strconv.FormatFloat(lo+t.rng.Float64()*(hi-lo), 'f', digits, 64)
}

func yearsOld(t *teller, _ []string) string { return fmt.Sprintf("%d-year-old", max(1, t.who.age)) }

func bySex(male, female string) func(*teller, []string) string {
	return func(t *teller, _ []string) string {
		if t.who.female {
			return female
		}
		return male
	}
}

func adult(man, woman, boy, girl string) func(*teller, []string) string {
	return func(t *teller, _ []string) string {
		if t.who.age < 16 {
			man, woman := boy, girl
			return bySex(man, woman)(t, nil)
		}
		return bySex(man, woman)(t, nil)
	}
}

func title(t *teller, _ []string) string {
	if t.who.female {
		return pick(t.rng, "Mrs.", "Ms.") + " " + surname(t, nil)
	}
	return "Mr. " + surname(t, nil)
}

func surname(t *teller, _ []string) string {
	if t.who.surname == "" {
		t.who.surname = t.name("surname")
	}
	return t.who.surname
}

func given(t *teller, _ []string) string {
	if t.who.given == "" {
		t.who.given = t.name(bySex("given.m", "given.f")(t, nil))
	}
	return t.who.given
}

func otherSide(t *teller, _ []string) string {
	if t.who.side == "left" {
		return "right"
	}
	return "left"
}

func pressure(t *teller, _ []string) string {
	systolic := 90 + t.rng.IntN(91)
	if t.rng.IntN(2) == 0 {
		systolic -= systolic % 10
	}
	diastolic := systolic/2 + t.rng.IntN(18)
	if t.rng.IntN(2) == 0 {
		diastolic -= diastolic % 10
	}
	return fmt.Sprintf("%d/%d", systolic, diastolic)
}

func date(t *teller, _ []string) string {
	month, day, year := t.rng.IntN(12), 1+t.rng.IntN(28), 1998+t.rng.IntN(14)
	switch t.rng.IntN(4) {
	case 0:
		return fmt.Sprintf("%02d/%02d/%d", month+1, day, year)
	case 1:
		return fmt.Sprintf("%s %s", months[month], dayOf(t, day, ""))
	}
	return fmt.Sprintf("%s %s %d", months[month], dayOf(t, day, ","), year)
}

// dayOf is a day of a month, said as an ordinal or as the number it is.
func dayOf(t *teller, day int, mark string) string {
	if t.rng.IntN(2) == 0 {
		return strconv.Itoa(day) + mark
	}
	return ordinalDay(day, mark)
}

// ordinalDay is a day written as a number and said as an ordinal.
func ordinalDay(day int, mark string) string {
	return strconv.Itoa(day) + mark + "~" + strings.ReplaceAll(ordinal(day), " ", "_")
}

func clock(t *teller, _ []string) string {
	if t.rng.IntN(3) == 0 {
		return fmt.Sprintf("%d %s", 1+t.rng.IntN(12), pick(t.rng, "a.m.", "p.m."))
	}
	return fmt.Sprintf("%d:%02d %s", 1+t.rng.IntN(12), t.rng.IntN(12)*5, pick(t.rng, "a.m.", "p.m."))
}

// vertebrae is a level of the spine or the disc between two.
func vertebrae(t *teller, _ []string) string {
	region := pick(t.rng, "L", "L", "C", "T")
	top := map[string]int{"L": 4, "C": 6, "T": 11}[region]
	n := 1 + t.rng.IntN(top)
	switch {
	case t.rng.IntN(3) == 0:
		return fmt.Sprintf("%s%d", region, n)
	case region == "L" && t.rng.IntN(4) == 0:
		return "L5-S1"
	}
	return fmt.Sprintf("%s%d-%d", region, n, n+1)
}
