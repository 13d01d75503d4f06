package ngram

import (
	"errors"
	"math"
)

// Options are choices in making a model.
type Options struct {
	// MinWord is how often a word must occur to be in the vocabulary; below 1
	// it is 1. Rarer ones are [Unknown].
	MinWord int
	// MinTrigram is how often a trigram must occur to be kept; below 1 it is 1.
	MinTrigram int
	// Without are words that are not to be in the vocabulary.
	Without []string
	// Vocabulary are words the model must know even if the text never has them.
	Vocabulary []string
}

// Estimate makes a model of what was counted.
func (c *Counter) Estimate(o Options) (*Model, error) {
	if len(c.text) == 0 {
		return nil, errors.New("there is no text to make a language model of")
	}
	m, renumber := c.vocabulary(o)
	n := c.count(renumber)
	m.unigrams(n.predecessors())
	m.bigrams(n.continuations())
	m.trigrams(n.tri, uint32(max(1, o.MinTrigram)))
	m.normalise()
	return m, nil
}

// vocabulary makes an empty model of the words that stay, and says which
// number each counted one has in it.
func (c *Counter) vocabulary(o Options) (*Model, []id) {
	m := newModel()
	for _, w := range []string{Begin, End, Unknown} {
		m.number(w)
	}
	for _, w := range o.Vocabulary {
		m.number(w)
	}
	without := make(map[string]bool, len(o.Without))
	for _, w := range o.Without {
		without[w] = true
	}
	renumber := make([]id, len(c.words))
	for i, w := range c.words {
		if _, ok := m.index[w]; ok || int(c.seen[i]) >= max(1, o.MinWord) && !without[w] {
			renumber[i] = m.number(w)
		} else {
			renumber[i] = unknown
		}
	}
	return m, renumber
}

// discounts are what is taken from counts of one, two, and three or more.
type discounts [3]float64

// discount gives the amounts of modified Kneser-Ney (Chen and Goodman, equation
// 17). A text too small or too regular to have all of the counts of counts gets
// a plain half.
func discount(n map[key]uint32) discounts {
	var of [5]float64 // of[r]: how many occur r times
	for _, c := range n {
		if c < 5 {
			of[c]++
		}
	}
	half := discounts{0.5, 0.5, 0.5}
	if of[1] == 0 || of[2] == 0 || of[3] == 0 {
		return half
	}
	y := of[1] / (of[1] + 2*of[2])
	var d discounts
	for r := range d {
		d[r] = float64(r+1) - float64(r+2)*y*of[r+2]/of[r+1]
		if d[r] <= 0 || d[r] > float64(r+1) || math.IsNaN(d[r]) {
			return half
		}
	}
	return d
}

func (d discounts) of(count uint32) float64 { return d[min(count, 3)-1] }

// share is how the probability after a history is divided.
type share struct {
	total float64 // all counts
	freed float64 // what discounting took
}

// shares sums counts and discounts for each history.
func shares(n map[key]uint32, d discounts) map[key]share {
	of := make(map[key]share, len(n)/2)
	for k, c := range n {
		h := of[k.history()]
		h.total += float64(c)
		h.freed += d.of(c)
		of[k.history()] = h
	}
	return of
}

// unigrams gives every word its probability: by the number of words it follows,
// the freed rest in equal parts.
func (m *Model) unigrams(n map[key]uint32) {
	d := discount(n)
	var s share
	for _, c := range n {
		s.total += float64(c)
		s.freed += d.of(c)
	}
	equal := s.freed / s.total / float64(len(m.words)-1)
	for i := range m.uni {
		if id(i) != begin {
			m.uni[i].p = equal
		}
	}
	for k, c := range n {
		m.uni[k].p += (float64(c) - d.of(c)) / s.total
	}
}

func (m *Model) bigrams(n map[key]uint32) {
	d := discount(n)
	of := shares(n, d)
	m.bi = make(map[key]entry, len(n))
	for k, c := range n {
		s := of[k.history()]
		m.bi[k] = entry{p: (float64(c)-d.of(c))/s.total + s.freed/s.total*m.uni[k.last()].p}
	}
}

func (m *Model) trigrams(n map[key]uint32, least uint32) {
	d := discount(n)
	of := shares(n, d)
	m.tri = make(map[key]float64, len(n))
	for k, c := range n {
		if c < least {
			continue
		}
		s := of[k.history()]
		m.tri[k] = (float64(c)-d.of(c))/s.total + s.freed/s.total*m.bi[k.suffix()].p
	}
}
