package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dictation/transcript"
)

// blankRules marks every blank: nobody may guess it.
func blankRules(n *note) []Flag {
	var flags []Flag
	for _, m := range transcript.Blanks(n.in.Text, n.times) {
		flags = append(flags, Flag{Kind: Disagreement, Severity: Critical, Place: Place{m.Offset, m.Length},
			Audio: Span{m.AudioMS, m.AudioMS}, Reason: "Here nothing was understood."})
	}
	for i, w := range n.words {
		if w.key == "inaudible" || w.key == "unintelligible" {
			flags = append(flags, n.flag(Disagreement, Critical, i, i+1, "Here nothing was understood."))
		}
	}
	return flags
}

// canon is a text in words that do not depend on how it is written: every
// number is its value, every unit its short form, and marks are gone.
type canon struct {
	n    *note
	keys []string
	runs []run // words of the note for each key
}

func (n *note) canon() canon {
	c := canon{n: n}
	next := 0
	for i := 0; i < len(n.words); {
		for next < len(n.quantities) && n.quantities[next].first < i {
			next++
		}
		if next < len(n.quantities) && n.quantities[next].first == i {
			q := n.quantities[next]
			c.quantity(q)
			i = q.end
			continue
		}
		key := n.words[i].key
		if u, ok := unitOf(key); ok && len(key) > 1 {
			key = u
		}
		c.add(key, run{i, i + 1})
		i++
	}
	return c
}

func (c *canon) add(key string, r run) {
	c.keys = append(c.keys, key)
	c.runs = append(c.runs, r)
}

func (c *canon) quantity(q quantity) {
	c.add(number(q.value), q.run)
	if q.over > 0 {
		c.add(number(q.over), q.run)
	} else if q.high != q.value {
		c.add(number(q.high), q.run)
	}
	for _, u := range []string{q.unit, q.per} {
		if u != "" {
			c.add(u, q.run)
		}
	}
}

// change is where two texts differ: a.keys[first:end] are b.keys[with] instead.
type change struct {
	first, end int
	with       run
}

// changes compares two texts by way of transcript.Diff.
func (c canon) changes(o canon) []change {
	var out []change
	i, j := 0, 0
	for _, s := range transcript.Diff(strings.Join(c.keys, " "), strings.Join(o.keys, " ")) {
		size := len(strings.Fields(s.Text))
		switch s.Op {
		case transcript.Equal:
			i, j = i+size, j+size
		case transcript.Deleted:
			out = append(out, change{i, i + size, run{j, j}})
			i += size
		case transcript.Inserted:
			if n := len(out); n > 0 && out[n-1].end == i && out[n-1].with.end == j {
				out[n-1].with.end += size
			} else {
				out = append(out, change{i, i, run{j, j + size}})
			}
			j += size
		}
	}
	return out
}

// weight is what kind of critical token stands among keys, with its meaning:
// numbers, negations, sides and drugs, in order.
func weight(keys []string) (tokens []string, kind Kind) {
	table := drugTable().byName.names
	for _, k := range keys {
		_, number := strconv.ParseFloat(k, 64)
		switch {
		case number == nil:
			tokens, kind = append(tokens, k), Uncertain
		case negates(k):
			tokens, kind = append(tokens, "no"), Negation
		case k == "left" || k == "right" || k == "bilateral":
			tokens, kind = append(tokens, k), Side
		case massUnits()[k] && k != "meq":
			tokens, kind = append(tokens, k), Dose
		case table[k] != nil:
			tokens, kind = append(tokens, k), LookAlike
		}
	}
	return tokens, kind
}

// tooDifferent is the share of words by which two recognitions differ so much
// that a place says nothing.
const tooDifferent = 0.5

// secondRules compares the draft with another recognition of the same sound:
// numbers, units, negations, sides and drugs on which the two differ.
func secondRules(n *note) []Flag {
	if strings.TrimSpace(n.in.Second) == "" || len(n.words) == 0 {
		return nil
	}
	mine, other := n.canon(), read(Input{Text: n.in.Second}).canon()
	all := mine.changes(other)
	lost := 0
	for _, c := range all {
		lost += c.end - c.first
	}
	if float64(lost) > tooDifferent*float64(len(mine.keys)) {
		return []Flag{{Kind: Disagreement, Severity: Notice, Reason: "A second recognition heard most of this otherwise."}}
	}
	var flags []Flag
	for _, c := range all {
		if f, odd := mine.differ(c, other); odd {
			flags = append(flags, f)
		}
	}
	return flags
}

// differ judges one place where two recognitions differ.
func (c canon) differ(d change, o canon) (Flag, bool) {
	mine, kind := weight(c.keys[d.first:d.end])
	theirs, otherKind := weight(o.keys[d.with.first:d.with.end])
	if slices.Equal(mine, theirs) {
		return Flag{}, false
	}
	if kind == "" {
		kind = otherKind
	}
	at := run{min(d.first, len(c.keys)-1), min(max(d.end, d.first+1), len(c.keys))}
	words := run{c.runs[at.first].first, c.runs[at.end-1].end}
	heard := "nothing"
	if d.with.end > d.with.first {
		heard = "“" + o.n.quote(o.runs[d.with.first].first, o.runs[d.with.end-1].end) + "”"
	}
	return c.n.flag(kind, c.graveness(words, mine, theirs), words.first, words.end,
		fmt.Sprintf("A second recognition heard %s here.", heard)), true
}

// graveness of a disagreement: critical where the word weighs, or was not heard
// well in the first place; a doubtful second hearing of a word heard well is
// worth a notice.
func (c canon) graveness(at run, mine, theirs []string) Severity {
	conf, given := c.n.confidence(at.first, at.end)
	if !given || conf < doubtful {
		return Critical
	}
	_, kind := weight(mine)
	_, other := weight(theirs)
	switch {
	case kind == Negation || other == Negation:
		return Critical
	case kind == Uncertain && other == Uncertain:
		for _, q := range c.n.quantities {
			if q.first < at.end && at.first < q.end && q.weighs(c.n) {
				return Critical
			}
		}
	case kind == other && kind != "":
		return Critical // another unit, side or drug
	}
	return Notice
}
