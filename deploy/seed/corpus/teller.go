package corpus

import (
	"math/rand/v2"
	"strings"
)

// teller expands rules about one patient after the other.
type teller struct {
	g      *grammar
	rng    *rand.Rand
	decks  map[*rule]*deck
	who    patient
	vars   map[string]string
	force  map[*rule]int // alternatives that must be taken, for the sweep
	commas float64       // how often this author says a comma
	name   func(rule string) string
}

// patient is the made-up person of one passage.
type patient struct {
	female         bool
	age            int
	side           string // the side that hurts
	surname, given string // drawn when first asked for
}

func newTeller(g *grammar, seed uint64) *teller {
	t := &teller{g: g, rng: rand.New(rand.NewPCG(seed, Version)), decks: map[*rule]*deck{}}
	t.name = func(rule string) string { return t.expand(g.byName[rule]) }
	t.meet(limits{})
	return t
}

// meet begins a passage: another author, another patient within the limits.
func (t *teller) meet(w limits) {
	lo, hi := 18, 92
	if w.max > 0 {
		lo, hi = w.min, w.max
	}
	t.vars = map[string]string{}
	t.who = patient{female: t.rng.IntN(2) == 0, age: lo + t.rng.IntN(hi-lo+1), side: pick(t.rng, "left", "right")}
	if w.sex != "" {
		t.who.female = w.sex == "female"
	}
	t.commas = pick(t.rng, 0.1, 0.4, 0.7, 0.8, 0.9)
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

func (t *teller) deck(r *rule) *deck {
	d := t.decks[r]
	if d == nil {
		d = newDeck(len(r.alts), t.rng)
		t.decks[r] = d
	}
	return d
}

// expand gives one alternative of a rule, filled in.
func (t *teller) expand(r *rule) string {
	if i, ok := t.force[r]; ok {
		delete(t.force, r)
		return t.fill(r.alts[i])
	}
	return t.fill(r.alts[t.deck(r).deal(t.rng)])
}

func (t *teller) fill(s sequence) string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(t.part(p))
	}
	return b.String()
}

func (t *teller) part(p part) string {
	switch {
	case p.choice != nil:
		return t.fill(t.choose(p.choice))
	case p.slot == "":
		return p.text
	}
	text, ok := t.vars[p.slot]
	switch {
	case ok && p.bind == "":
	case generators[p.slot] != nil:
		text = generators[p.slot](t, p.args)
	default:
		text = t.expand(t.g.byName[p.slot])
	}
	if p.bind != "" {
		t.vars[p.bind] = text
	}
	return text
}

// choose takes any of the sequences, or the one that a forced rule is in.
func (t *teller) choose(from []sequence) sequence {
	for _, s := range from {
		hit := false
		if len(t.force) > 0 {
			s.walk(func(p part) {
				if r := t.g.byName[p.slot]; r != nil {
					_, forced := t.force[r]
					hit = hit || forced
				}
			})
		}
		if hit {
			return s
		}
	}
	return from[t.rng.IntN(len(from))]
}
