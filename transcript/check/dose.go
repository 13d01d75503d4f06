package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// inUnits gives a dose in milligrams per unit of mass.
func milligrams(unit string) (float64, bool) {
	switch unit {
	case "mcg":
		return 0.001, true
	case "mg":
		return 1, true
	case "g":
		return 1000, true
	}
	return 0, false
}

// in converts a quantity's values to the unit of the drug's range; false where
// the two measure different things.
func (d *drug) in(v float64, unit string) (float64, bool) {
	if unit == d.units[0] {
		return v, true
	}
	from, ok1 := milligrams(unit)
	to, ok2 := milligrams(d.units[0])
	return v * from / to, ok1 && ok2
}

// doseRules compares every dose with what is given of its drug.
func doseRules(n *note) []Flag {
	var flags []Flag
	for _, q := range n.quantities {
		if !massUnits()[q.unit] || q.over > 0 || n.words[q.first].joint == '/' || n.laboratory(q) {
			continue
		}
		m, ok := n.drugOf(q)
		if !ok {
			if f, odd := n.oddDose(q); odd {
				flags = append(flags, f)
			}
			continue
		}
		if f, odd := n.dose(q, m); odd {
			flags = append(flags, f)
		}
	}
	return flags
}

// laboratory reports whether a quantity is a concentration, or a wide total.
func (n *note) laboratory(q quantity) bool { return q.per == "dl" || q.per == "l" || q.per == "ml" }

// drugReach is how many words may stand between a drug and its dose.
const drugReach = 7

// drugOf finds the drug a dose is of: the one in "40 mg of Lasix", else the
// last one before it in the sentence, else the next one.
func (n *note) drugOf(q quantity) (mention, bool) {
	before, after := n.around(q)
	switch {
	case after != nil && (n.key(q.end) == "of" || before == nil) && after.first-q.end <= 4 && n.connects(q.end-1, after.first):
		return *after, true
	case before != nil && q.first-before.end <= drugReach && n.connects(before.end-1, q.first):
		return *before, true
	}
	return mention{}, false
}

// connects reports whether nothing but talk of doses stands between word i, of
// a drug or dose, and word j. A name that is not in the table would.
func (n *note) connects(i, j int) bool {
	apart := n.words[i].pause
	for k := i + 1; k < j; k++ {
		w := n.words[k]
		apart = apart || w.key == "and" || w.key == "with" || w.key == "plus"
		if apart && !doseTalk()[w.key] && !n.isNumber(k) && !massUnits()[w.key] {
			return false
		}
		apart = apart || w.pause
	}
	return true
}

var doseTalk = wordSet("of at to from a the dose doses dosage po orally oral iv im sr xr xl er cr la dr extended release sustained tablet",
	"tablets tabs tab capsule capsules sodium hcl hydrochloride succinate tartrate increased decreased increase decrease was is",
	"up down on currently now total started starting or then taking takes take given received gave one two once twice daily bid tid",
	"qid qhs prn mg mcg milligrams micrograms intravenous intravenously subcutaneously subcutaneous which he she also about",
	"approximately changed titrated maintenance loading bolus single another additional first by mouth every day night")

func (n *note) around(q quantity) (before, after *mention) {
	sentence := n.words[q.first].sentence
	at, _ := slices.BinarySearchFunc(n.drugs, q.first, func(m mention, first int) int { return m.first - first })
	if at > 0 && n.words[n.drugs[at-1].first].sentence == sentence {
		before = &n.drugs[at-1]
	}
	if at < len(n.drugs) && n.words[n.drugs[at].first].sentence == sentence && !n.pauseIn(q.end-1, n.drugs[at].first) {
		after = &n.drugs[at]
	}
	return before, after
}

func (n *note) pauseIn(from, to int) bool {
	return slices.ContainsFunc(n.words[from:to], func(w word) bool { return w.pause })
}

// dose judges one dose of a known drug.
func (n *note) dose(q quantity, m mention) (Flag, bool) {
	low, okLow := m.in(q.value, q.unit)
	high, okHigh := m.in(q.high, q.unit)
	at := n.place(m.first, m.end)
	say := func(s Severity, format string, args ...any) (Flag, bool) {
		return n.flag(Dose, s, q.first, q.end, fmt.Sprintf(format, args...), at), true
	}
	text, name := n.quote(q.first, q.end), m.name
	if strings.HasPrefix(n.key(q.end), "carb") {
		return Flag{}, false // insulin for grams of carbohydrate
	}
	if !okLow || !okHigh {
		if slices.Contains(m.units, q.unit) || q.unit == "mmol" && m.units[0] == "meq" || q.unit == "meq" && slices.Contains(m.classes, "vitamin") {
			return Flag{}, false
		}
		return say(Critical, "%s is not given in the unit of “%s”; it is measured in %s.", name, text, m.units[0])
	}
	if q.per == "kg" || q.per == "hour" || q.per == "minute" || n.key(q.end) == "infusion" {
		return n.rate(q, m)
	}
	whole := 1.0
	if q.per == "day" || q.per == "week" || n.near(q.run, 3, totals()) {
		whole = 4
	}
	switch {
	case high > min(m.max, 2*m.usual)*whole:
		if v, ok := smaller(high, m.drug); ok {
			return say(Critical, "“%s” of %s is far more than is given at once; was %s meant?", text, name, v)
		}
		return say(Critical, "“%s” of %s is far more than is given at once (usually up to %s %s).", text, name, number(m.usual), m.units[0])
	case low < m.low/2:
		return say(Critical, "“%s” of %s is far less than is given (at least %s %s).", text, name, number(m.low), m.units[0])
	case high > m.usual*whole || low < m.low:
		return say(Notice, "“%s” of %s is an unusual dose (usually %s to %s %s).",
			text, name, number(m.low), number(m.usual), m.units[0])
	}
	return Flag{}, false
}

// rate judges doses per weight or time: only what no patient makes sense of.
func (n *note) rate(q quantity, m mention) (Flag, bool) {
	v, _ := m.in(q.high, q.unit)
	if q.per == "kg" && v > m.max || q.per != "kg" && v > m.max*4 {
		return n.flag(Dose, Critical, q.first, q.end,
			fmt.Sprintf("“%s” of %s is more than is ever given.", n.quote(q.first, q.end), m.name), n.place(m.first, m.end)), true
	}
	return Flag{}, false
}

var totals = wordSet("total totaling loading load overdose")

// smaller proposes the slip that explains a dose too high.
func smaller(v float64, d *drug) (string, bool) {
	for _, slip := range []struct {
		by   float64
		unit bool
	}{{1000, true}, {10, false}, {100, false}} {
		if s := v / slip.by; s >= d.low && s <= d.usual {
			return number(s) + " " + d.units[0], true
		}
	}
	return "", false
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// oddDose judges the dose of a drug that is not in the table: in milligrams no
// common tablet has more than a few thousand, in micrograms more than a few
// thousand would be said in milligrams.
func (n *note) oddDose(q quantity) (Flag, bool) {
	odd := false
	switch q.unit {
	case "mg":
		odd = q.high > 5000 || q.high < 0.01
	case "mcg":
		odd = q.high > 5000
	case "g":
		odd = q.high > 100 && n.near(q.run, 5, frequencies())
	}
	if !odd || q.per != "" {
		return Flag{}, false
	}
	return n.flag(Dose, Notice, q.first, q.end, fmt.Sprintf("“%s” is an unusual dose of anything.", n.quote(q.first, q.end))), true
}

var frequencies = wordSet("daily bid tid qid qhs prn nightly weekly po orally iv im subcutaneously twice once every q day bedtime")

// unitlessRules finds doses whose unit is missing: "lisinopril 20 daily".
func unitlessRules(n *note) []Flag {
	var flags []Flag
	for _, m := range n.drugs {
		at, ok := slices.BinarySearchFunc(n.quantities, m.end, func(q quantity, end int) int { return q.first - end })
		if !ok {
			continue
		}
		q := n.quantities[at]
		if q.unit != "" || q.over > 0 || n.words[m.end-1].pause || n.words[q.end-1].pause || !frequencies()[n.key(q.end)] {
			continue
		}
		flags = append(flags, n.flag(Dose, Notice, q.first, q.end,
			fmt.Sprintf("The dose “%s” of %s has no unit.", n.quote(q.first, q.end), m.name), n.place(m.first, m.end)))
	}
	return flags
}
