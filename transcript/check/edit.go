package check

import (
	"fmt"
	"strings"
)

// Edit says which critical tokens a person's change touched: numbers, units,
// drugs, negations and sides that went, came or became others. Offsets are those
// of the text after. Writing the same otherwise ("five milligrams", "5 mg") is
// no change.
func Edit(before, after string) []Flag {
	old, now := read(Input{Text: before}).canon(), read(Input{Text: after}).canon()
	var flags []Flag
	for _, c := range now.changes(old) {
		if f, ok := now.edited(c, old); ok {
			flags = append(flags, f)
		}
	}
	return flags
}

func (c canon) edited(d change, old canon) (Flag, bool) {
	came, _ := weight(c.keys[d.first:d.end])
	went, _ := weight(old.keys[d.with.first:d.with.end])
	if strings.Join(came, " ") == strings.Join(went, " ") {
		return Flag{}, false
	}
	f := Flag{Kind: Edited, Severity: Critical, Place: Place{Offset: len(c.n.in.Text)}}
	was, is := "nothing", "nothing"
	if d.with.end > d.with.first {
		was = "“" + old.n.quote(old.runs[d.with.first].first, old.runs[d.with.end-1].end) + "”"
	}
	switch {
	case d.end > d.first:
		from, to := c.runs[d.first].first, c.runs[d.end-1].end
		f.Place, is = c.n.place(from, to), "“"+c.n.quote(from, to)+"”"
	case d.first < len(c.runs):
		f.Offset = c.n.words[c.runs[d.first].first].from
	}
	f.Reason = fmt.Sprintf("Was %s, is %s.", was, is)
	return f, true
}
