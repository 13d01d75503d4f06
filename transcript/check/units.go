package check

import "sync"

// units gives every spelling of a unit its short form.
var units = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for unit, spellings := range map[string][]string{
		"mg":      {"mg", "mgs", "milligram", "milligrams"},
		"mcg":     {"mcg", "mcgs", "µg", "μg", "ug", "microgram", "micrograms"},
		"g":       {"g", "gm", "gms", "gram", "grams"},
		"kg":      {"kg", "kilo", "kilos", "kilogram", "kilograms"},
		"unit":    {"unit", "units", "u", "iu"},
		"meq":     {"meq", "milliequivalent", "milliequivalents"},
		"mmol":    {"mmol", "millimole", "millimoles"},
		"ml":      {"ml", "cc", "ccs", "milliliter", "milliliters"},
		"l":       {"l", "liter", "liters"},
		"dl":      {"dl", "deciliter", "deciliters"},
		"percent": {"percent", "%"},
		"mm":      {"mm", "millimeter", "millimeters"},
		"cm":      {"cm", "centimeter", "centimeters"},
		"mmhg":    {"mmhg"},
		"tablet":  {"tablet", "tablets", "tab", "tabs", "pill", "pills", "capsule", "capsules", "cap", "caps"},
		"puff":    {"puff", "puffs"},
		"spray":   {"spray", "sprays"},
		"drop":    {"drop", "drops", "gtt"},
		"year":    {"year", "years", "yr", "yrs", "yo"},
		"month":   {"month", "months", "mo"},
		"week":    {"week", "weeks", "wk", "wks"},
		"day":     {"day", "days"},
		"hour":    {"hour", "hours", "hr", "hrs", "h"},
		"minute":  {"minute", "minutes", "min"},
		"second":  {"sec", "seconds"},
		"lb":      {"lb", "lbs", "pound", "pounds"},
		"foot":    {"foot", "feet", "ft"},
		"inch":    {"inch", "inches"},
		"degree":  {"degree", "degrees", "f", "c"},
		"bpm":     {"bpm", "beats"},
	} {
		for _, s := range spellings {
			m[s] = unit
		}
	}
	return m
})

func unitOf(key string) (string, bool) {
	u, ok := units()[key]
	return u, ok
}

// massUnits measure a dose of substance.
var massUnits = sync.OnceValue(func() map[string]bool { return set("mg mcg g unit meq mmol") })

// perUnit is what a rate or concentration counts by.
func perUnit(key string) (string, bool) {
	if u, ok := unitOf(key); ok {
		return u, true
	}
	switch key {
	case "d", "daily":
		return "day", true
	case "mm3", "cubic", "hpf":
		return "count", true
	}
	return "", false
}
