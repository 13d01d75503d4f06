package check_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"dictation/transcript"
	"dictation/transcript/check"
)

// Numbers of drafts, as the bars ask for them.
const (
	perClass = 100
	cleanRun = 1000
)

// score is how many planted errors were flagged.
type score struct {
	critical, any int
	missed        []madeNote
}

// bars are the shares of planted errors that must be flagged, by evidence.
// Nothing but sound shows a lost negation, a plausible wrong number or a
// sentence that reads well: with text alone they are not asked for.
var bars = map[evidence]map[string]float64{
	withSecond: {plantDose: 0.95, plantUnit: 0.95, plantNegation: 0.90, plantSide: 0.95, plantTwin: 0.95, plantAllergy: 0.95,
		plantNumber: 0.95, plantDate: 0.95, plantPatient: 0.95, plantInvented: 0.90},
}

func TestPlantedErrors(t *testing.T) {
	t.Parallel()
	for _, ev := range []evidence{textOnly, withSound, withSecond} {
		for _, seed := range []uint64{1, 2}[:1+ev/withSecond] {
			t.Run(fmt.Sprintf("seed %d evidence %d", seed, ev), func(t *testing.T) {
				t.Parallel()
				for _, class := range classes {
					s := plantMany(seed, class, ev)
					t.Logf("%-14s flagged %3d, critical %3d of %d", class, s.any, s.critical, perClass)
					if want := bars[ev][class]; float64(s.any) < want*perClass {
						t.Errorf("%s: flags on %d of %d, want %.2f", class, s.any, perClass, want)
						for _, n := range s.missed[:min(3, len(s.missed))] {
							t.Logf("missed: %s", around(n))
						}
					}
				}
			})
		}
	}
}

func plantMany(seed uint64, class string, ev evidence) score {
	var s score
	for i := range uint64(perClass) {
		n := makeNote(seed*1_000_000+i, class)
		if class == plantPatient {
			n.in.Patient = otherPatient(seed*1_000_000+i, n.in.Patient)
		}
		n.perform(seed*1_000_000+i, class, ev)
		switch found(n, class) {
		case check.Critical:
			s.critical++
			s.any++
		case check.Notice:
			s.any++
		default:
			s.missed = append(s.missed, n)
		}
	}
	return s
}

// otherPatient is whom the dictation is wrongly bound to: anybody, of the same
// sex in half of the cases.
func otherPatient(seed uint64, real check.Patient) check.Patient {
	for try := uint64(1); ; try++ {
		m := newMaker(seed, 1000+try, "", -1)
		m.female = (real.Sex == "female") == m.chance(0.5)
		if p := m.patient(); p.Family != real.Family && p.Given != real.Given {
			return p
		}
	}
}

// found gives the gravest flag on the planted error; empty for none.
func found(n madeNote, class string) check.Severity {
	if class == plantPatient {
		if check.Identity(n.in).Verdict == check.Mismatch {
			return check.Critical
		}
		return ""
	}
	from, to := n.from, n.to
	if n.from == n.to { // lost words: what stands around them
		from, to = n.from-10, n.to+25
	}
	best := check.Severity("")
	for _, f := range check.Draft(n.in) {
		hit := touches(f.Place, from, to) || slices.ContainsFunc(f.Evidence, func(p check.Place) bool { return touches(p, from, to) }) ||
			class == plantNegation && f.Kind == check.Negation && touches(f.Place, from-5, to+30)
		if hit && (best == "" || f.Severity == check.Critical) {
			best = f.Severity
		}
	}
	return best
}

func touches(p check.Place, from, to int) bool { return p.Offset < to && p.Offset+p.Length > from }

func around(n madeNote) string {
	from, to := max(0, n.from-60), min(len(n.text), n.to+60)
	return fmt.Sprintf("…%s[%s]%s… heard=%v", clean(n.text[from:n.from]), n.text[n.from:n.to], clean(n.text[n.to:to]), n.heard)
}

func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestCleanNotes(t *testing.T) {
	t.Parallel()
	for _, ev := range []evidence{textOnly, withSound, withSecond} {
		for _, seed := range []uint64{1, 2}[:1+ev/withSecond] {
			t.Run(fmt.Sprintf("seed %d evidence %d", seed, ev), func(t *testing.T) {
				t.Parallel()
				c := countClean(seed, ev)
				t.Logf("critical flags a note %.3f; notes by number of critical flags %v", float64(c.critical)/cleanRun, c.histogram())
				t.Logf("%d words a note; flags per 100 words %.2f; wrong holds %d of %d; by kind %v", c.words/cleanRun, 100*float64(c.flags)/float64(c.words), c.holds, cleanRun, c.kinds)
				if c.critical > 2*cleanRun {
					t.Errorf("%.2f critical flags a clean note, want 2 at most", float64(c.critical)/cleanRun)
				}
				if c.flags*20 > c.words {
					t.Errorf("%.2f flags per 100 words, want 5 at most", 100*float64(c.flags)/float64(c.words))
				}
				if c.holds > cleanRun/50 {
					t.Errorf("%d of %d right dictations held", c.holds, cleanRun)
				}
			})
		}
	}
}

type cleanCount struct {
	critical, flags, words, holds int
	perNote                       map[int]int
	kinds                         map[check.Kind]int
}

func (c cleanCount) histogram() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(c.perNote)) {
		fmt.Fprintf(&b, "%d:%d ", k, c.perNote[k])
	}
	return b.String()
}

func countClean(seed uint64, ev evidence) cleanCount {
	c := cleanCount{perNote: map[int]int{}, kinds: map[check.Kind]int{}}
	for i := range uint64(cleanRun) {
		n := makeNote(seed*7_000_000+i, "")
		n.perform(seed*7_000_000+i, "", ev)
		grave := 0
		for _, f := range check.Draft(n.in) {
			c.flags++
			if f.Severity == check.Critical {
				grave++
				c.kinds[f.Kind]++
			}
		}
		c.critical += grave
		c.perNote[grave]++
		c.words += len(transcript.Tokens(n.text))
		if check.Identity(n.in).Verdict == check.Mismatch {
			c.holds++
		}
	}
	return c
}
