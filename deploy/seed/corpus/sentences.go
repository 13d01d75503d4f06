package corpus

import (
	"iter"
	"strings"
)

// shares of what [Sentences] makes.
const (
	oneNoteIn   = 20   // passages: a whole note among single ones
	sweepAt     = 0.85 // of the words: entries not yet used come now
	falseStarts = 0.01 // of the passages: begun, taken back and begun again
)

// Sentences gives dictated passages in spoken form until about so many words
// are said: lower case, numbers as words, punctuation as commands, no digit and
// no mark but the apostrophe. A passage is a heading, one to four sentences, or
// both: what is said without a longer pause. Commas are often left unsaid, as
// authors do; hesitations are not written, an engine has its own fillers.
//
// The same seed and count give the same passages. From about 300,000 words on,
// every entry of every list has been used.
func Sentences(seed uint64, words int) iter.Seq[string] {
	return func(yield func(string) bool) {
		t := newTeller(mustLoad(), seed)
		said, swept, heard := 0, false, map[string]bool{}
		give := func(passage string) bool {
			if passage == "" {
				return true
			}
			for w := range strings.FieldsSeq(passage) {
				heard[w] = true
				said++
			}
			return yield(passage) && said < words
		}
		sources := t.sources()
		scripts := newDeck(len(t.g.scripts), t.rng)
		for n := 0; ; n++ {
			if !swept && float64(said) >= sweepAt*float64(words) {
				swept = true
				if !t.sweep(heard, give) {
					return
				}
			}
			if n%oneNoteIn == oneNoteIn-1 {
				if !giveAll(t.note(t.g.scripts[scripts.deal(t.rng)]).Spoken, give) {
					return
				}
				continue
			}
			if !give(t.passage(sources[t.rng.IntN(len(sources))])) {
				return
			}
		}
	}
}

func giveAll(passages []string, give func(string) bool) bool {
	for _, p := range passages {
		if !give(p) {
			return false
		}
	}
	return true
}

// sources names each rule of sentences as often as it has alternatives, so that
// every template is said about equally often.
func (t *teller) sources() []*rule {
	var out []*rule
	for _, r := range t.g.rules {
		if r.sentence && !r.rare {
			for range r.alts {
				out = append(out, r)
			}
		}
	}
	return out
}

// passage says one to four sentences of a rule, sometimes under a heading.
func (t *teller) passage(r *rule) string {
	t.meet(r.who)
	speak := &speaker{t.rng, t.commas}
	var said []string
	if len(r.headings) > 0 && t.rng.IntN(3) == 0 {
		if t.rng.IntN(3) > 0 {
			said = append(said, "new", "paragraph")
		}
		said = append(said, speak.say(pick(t.rng, r.headings...)+":")...)
	}
	for range 1 + t.rng.IntN(min(4, r.entries)) {
		said = append(said, t.begun(speak.say(articles(t.expand(r))))...)
	}
	return strings.Join(said, " ")
}

// begun lets an author now and then start a sentence twice.
func (t *teller) begun(said []string) []string {
	if len(said) < 8 || t.rng.Float64() >= falseStarts {
		return said
	}
	start := append([]string(nil), said[:2+t.rng.IntN(5)]...)
	return append(append(start, "scratch", "that"), said...)
}

// sweep uses every entry that has not been dealt yet and has a word not said.
func (t *teller) sweep(heard map[string]bool, give func(string) bool) bool {
	ways := t.g.ways()
	for _, r := range t.g.rules {
		for t.deck(r).left() > 0 {
			if next := r.alts[t.deck(r).peek()]; next.literal() && t.known(next, heard) {
				t.deck(r).deal(t.rng)
				continue
			}
			if !give(t.through(r, ways)) {
				return false
			}
		}
	}
	return true
}

// known tells whether all words of an entry have been said.
func (t *teller) known(s sequence, heard map[string]bool) bool {
	speak := &speaker{t.rng, 1}
	for _, w := range speak.say(t.fill(s)) {
		if !heard[w] {
			return false
		}
	}
	return true
}

// through says the next unused entry of a rule, in a sentence where one leads
// there, else alone.
func (t *teller) through(target *rule, ways map[*rule]way) string {
	t.force = map[*rule]int{target: t.deck(target).deal(t.rng)}
	alone := target.alts[t.force[target]]
	root := target
	for w, ok := ways[root]; ok; w, ok = ways[root] {
		root = w.from
		t.force[root] = w.alt
	}
	t.meet(root.who)
	speak := &speaker{t.rng, t.commas}
	text := ""
	if root.sentence {
		text = t.expand(root)
	}
	if _, missed := t.force[target]; missed {
		text += " " + t.fill(alone) + "." // what the sentence used is said too
	}
	t.force = nil
	return strings.Join(speak.say(articles(text)), " ")
}

// way is the alternative of another rule that leads to a rule.
type way struct {
	from *rule
	alt  int
}

// ways finds a shortest way from a rule of sentences to each other rule.
func (g *grammar) ways() map[*rule]way {
	ways := map[*rule]way{}
	var queue []*rule
	for _, r := range g.rules {
		if r.sentence {
			queue = append(queue, r)
		}
	}
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		for i, a := range r.alts {
			a.walk(func(p part) {
				next := g.byName[p.slot]
				if next == nil || next.sentence {
					return
				}
				if _, known := ways[next]; !known {
					ways[next] = way{r, i}
					queue = append(queue, next)
				}
			})
		}
	}
	return ways
}

// mustLoad panics over a broken grammar: the files are part of the program and
// its tests read them.
func mustLoad() *grammar {
	g, err := load()
	if err != nil {
		panic(err)
	}
	return g
}
