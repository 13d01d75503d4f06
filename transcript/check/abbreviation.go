package check

import "strings"

// abbreviationRules finds what the Joint Commission's "Do Not Use" list forbids
// in orders, and numbers written so that a point can be missed.
func abbreviationRules(n *note) []Flag {
	var flags []Flag
	for i, w := range n.words {
		if reason := n.forbidden(i, w); reason != "" {
			flags = append(flags, n.flag(Dose, Notice, i, i+1, reason))
		}
	}
	for _, q := range n.quantities {
		if !massUnits()[q.unit] || n.laboratory(q) {
			continue
		}
		text, sev := n.words[q.first].text, Critical
		if _, ok := n.drugOf(q); !ok {
			sev = Notice
		}
		switch {
		case strings.HasPrefix(text, "."):
			flags = append(flags, n.flag(Dose, sev, q.first, q.end,
				"A dose without a zero before its point can be read ten times too high."))
		case strings.HasSuffix(text, ".0"):
			flags = append(flags, n.flag(Dose, sev, q.first, q.end,
				"A dose with a zero after its point can be read ten times too high."))
		}
	}
	return flags
}

func (n *note) forbidden(i int, w word) string {
	dotted := strings.ReplaceAll(w.text, ".", "")
	switch {
	case (dotted == "U" || dotted == "IU" || w.text == "u") && n.isNumber(i-1):
		return "“U” and “IU” are misread as numbers; “units” is meant."
	case w.key == "qd" || w.key == "qod":
		return "“q.d.” and “q.o.d.” are mistaken for each other; “daily” or “every other day” is meant."
	case dotted == "MSO4" || dotted == "MgSO4":
		return "“MSO4” and “MgSO4” are mistaken for each other; name the drug."
	case dotted == "MS" && n.near(run{i, i + 1}, 3, doseWords()):
		return "“MS” can be morphine or magnesium sulfate; name the drug."
	}
	return ""
}

var doseWords = wordSet("mg mcg g milligrams grams iv im po prn")
