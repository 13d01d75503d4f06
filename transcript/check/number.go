package check

import "fmt"

// How sure an engine must be of a number. Posteriors of the embedded engine:
// of the words at or above 0.9, 97 in 100 are right; of those below 0.3, 23.
const (
	doubtful = 0.9
	unheard  = 0.5
)

// numberRules finds numbers that were not heard well, and those that sound like
// another ("fifteen", "fifty").
func numberRules(n *note) []Flag {
	if len(n.times) == 0 {
		return nil // typed, not heard
	}
	var flags []Flag
	for _, q := range n.quantities {
		if f, odd := n.heardNumber(q.run, q.weighs(n), q); odd {
			flags = append(flags, f)
		}
	}
	for _, d := range n.dates {
		if f, odd := n.heardNumber(d.run, true, quantity{}); odd {
			flags = append(flags, f)
		}
	}
	return flags
}

// weighs reports whether harm hangs on the number: a dose, a value, an age.
func (q quantity) weighs(n *note) bool {
	if massUnits()[q.unit] || q.over > 0 || q.unit == "percent" {
		return true
	}
	for i := q.first - 1; i >= max(0, q.first-3) && !n.words[i].stop; i-- {
		if _, ok := measures().names[n.words[i].key]; ok {
			return true
		}
	}
	return false
}

func (n *note) heardNumber(r run, weighs bool, q quantity) (Flag, bool) {
	text := n.quote(r.first, r.end)
	c, given := n.confidence(r.first, r.end)
	twin, pair := teen(q.value)
	switch {
	case !given && !weighs && !pair:
		return Flag{}, false
	case !given:
		return n.flag(Uncertain, Notice, r.first, r.end,
			fmt.Sprintf("The engine does not say how sure it is of “%s”.", text)), true
	case c < unheard && weighs && n.in.Second == "":
		return n.flag(Uncertain, Critical, r.first, r.end, fmt.Sprintf("“%s” was heard poorly.", text)), true
	case pair && (weighs || c < doubtful):
		return n.flag(Uncertain, Notice, r.first, r.end, fmt.Sprintf("“%s” sounds like %s.", text, number(twin))), true
	case c < doubtful:
		return n.flag(Uncertain, Notice, r.first, r.end, fmt.Sprintf("“%s” was not heard well.", text)), true
	}
	return Flag{}, false
}

// teen gives the number that v is misheard for: 15 and 50.
func teen(v float64) (float64, bool) {
	switch {
	case v >= 13 && v <= 19 && v == float64(int(v)):
		return (v - 10) * 10, true
	case v >= 30 && v <= 90 && int(v)%10 == 0 && v == float64(int(v)):
		return v/10 + 10, true
	}
	return 0, false
}
