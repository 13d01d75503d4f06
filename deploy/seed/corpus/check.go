package corpus

import (
	"errors"
	"fmt"
	"strings"
)

// check finds slots that lead nowhere, rules nobody uses and rules that lead
// back to themselves.
func (g *grammar) check() error {
	errs := g.deriveAll()
	used := map[string]bool{"surname": true, "given.f": true, "given.m": true} // of the patient
	visit := func(where string, bound map[string]bool) func(part) {
		return func(p part) {
			base, _, _ := strings.Cut(p.slot, "+")
			used[p.slot], used[base] = true, true
			if p.slot == "" || bound[p.slot] || g.byName[p.slot] != nil || generators[p.slot] != nil {
				return
			}
			errs = append(errs, fmt.Errorf("%s: {%s} is not defined", where, p.slot))
		}
	}
	for _, r := range g.rules {
		bound := map[string]bool{}
		for _, a := range r.alts {
			a.walk(func(p part) { bound[p.bind] = true })
		}
		for _, a := range r.alts {
			a.walk(visit("["+r.name+"]", bound))
		}
		if len(r.alts) == 0 {
			errs = append(errs, fmt.Errorf("[%s] has no alternatives", r.name))
		}
	}
	for _, s := range g.scripts {
		bound := map[string]bool{}
		for _, l := range s.lines {
			l.text.walk(func(p part) { bound[p.bind] = true })
			l.text.walk(visit("[["+s.title+"]]", bound))
		}
	}
	for _, r := range g.rules {
		if !r.sentence && !used[r.name] {
			errs = append(errs, fmt.Errorf("[%s] is used nowhere", r.name))
		}
	}
	return errors.Join(append(errs, g.circles()...)...)
}

// deriveAll makes the rules that slots with inflections name.
func (g *grammar) deriveAll() []error {
	var errs []error
	derive := func(p part) {
		if err := g.derive(p.slot); err != nil {
			errs = append(errs, err)
		}
	}
	for _, r := range g.rules {
		for _, a := range r.alts {
			a.walk(derive)
		}
	}
	for _, s := range g.scripts {
		for _, l := range s.lines {
			l.text.walk(derive)
		}
	}
	return errs
}

// circles reports rules from which a walk comes back to the rule.
func (g *grammar) circles() []error {
	var errs []error
	const open, done = 1, 2
	state := map[*rule]int{}
	var enter func(*rule)
	enter = func(r *rule) {
		if state[r] == open {
			errs = append(errs, fmt.Errorf("[%s] leads back to itself", r.name))
		}
		if state[r] != 0 {
			return
		}
		state[r] = open
		for _, a := range r.alts {
			a.walk(func(p part) {
				if next := g.byName[p.slot]; next != nil {
					enter(next)
				}
			})
		}
		state[r] = done
	}
	for _, r := range g.rules {
		enter(r)
	}
	return errs
}

// walk shows every part, those inside choices too.
func (s sequence) walk(see func(part)) {
	for _, p := range s {
		see(p)
		for _, c := range p.choice {
			c.walk(see)
		}
	}
}
