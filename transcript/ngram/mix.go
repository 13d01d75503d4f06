package ngram

import (
	"errors"
	"iter"
)

// Mix joins two models: every probability is a's times weight and b's times the
// rest. n-grams that neither has come out a little different, as back-off
// weights do that for them.
func Mix(a, b *Model, weight float64) (*Model, error) {
	if weight < 0 || weight > 1 {
		return nil, errors.New("the weight of a model is between 0 and 1")
	}
	m := newModel()
	inA, inB := m.take(a), m.take(b)
	x := mixer{m: m, a: a, b: b, toA: back(inA, len(m.words)), toB: back(inB, len(m.words)), weight: weight}
	for i := range m.uni {
		m.uni[i].p = weight*x.one(a, x.toA, id(i)) + (1-weight)*x.one(b, x.toB, id(i))
	}
	m.bi = make(map[key]entry, len(a.bi)+len(b.bi))
	m.tri = make(map[key]float64, len(a.tri)+len(b.tri))
	x.join(a, inA)
	x.join(b, inB)
	m.normalise()
	return m, nil
}

// take adds a model's words and says which number each has here.
func (m *Model) take(o *Model) []id {
	to := make([]id, len(o.words))
	for i, w := range o.words {
		to[i] = m.number(w)
	}
	return to
}

// absent is the number of a word a model does not have.
const absent = id(maxWords)

// back inverts a numbering.
func back(to []id, words int) []id {
	from := make([]id, words)
	for i := range from {
		from[i] = absent
	}
	for i, n := range to {
		from[n] = id(i)
	}
	return from
}

type mixer struct {
	m, a, b  *Model
	toA, toB []id // numbers in a and b
	weight   float64
}

// A word that a model does not have is impossible in it; as history it is
// Unknown.

func (mixer) one(of *Model, to []id, w id) float64 {
	if to[w] == absent {
		return 0
	}
	return of.uni[to[w]].p
}

func (mixer) two(of *Model, to []id, a, w id) float64 {
	if to[w] == absent {
		return 0
	}
	return of.afterOne(known(to, a), to[w])
}

func (mixer) three(of *Model, to []id, a, b, w id) float64 {
	if to[w] == absent {
		return 0
	}
	return of.afterTwo(known(to, a), known(to, b), to[w])
}

func known(to []id, w id) id {
	if to[w] == absent {
		return unknown
	}
	return to[w]
}

// join adds the n-grams of one of the two models.
func (x mixer) join(o *Model, in []id) {
	for k := range o.bi {
		a, w := in[k.history()], in[k.last()]
		n := pair(a, w)
		if _, ok := x.m.bi[n]; !ok {
			x.m.bi[n] = entry{p: x.weight*x.two(x.a, x.toA, a, w) + (1-x.weight)*x.two(x.b, x.toB, a, w)}
		}
	}
	for k := range o.tri {
		a, b, w := in[k.history().history()], in[k.history().last()], in[k.last()]
		n := triple(a, b, w)
		if _, ok := x.m.tri[n]; !ok {
			x.m.tri[n] = x.weight*x.three(x.a, x.toA, a, b, w) + (1-x.weight)*x.three(x.b, x.toB, a, b, w)
		}
	}
}

// rounds of expectation maximisation; it settles in fewer.
const rounds = 30

// Weight finds how much of a, the rest being b, foresees a text best. The text
// must be none that either was made of.
func Weight(a, b *Model, text iter.Seq[[]string]) float64 {
	type both struct{ a, b float64 }
	var seen []both
	for s := range text {
		next, stop := iter.Pull2(b.walk(s))
		for pa, inA := range a.walk(s) {
			pb, inB, _ := next()
			if !inA {
				pa = 0
			}
			if !inB {
				pb = 0
			}
			if inA || inB {
				seen = append(seen, both{pa, pb})
			}
		}
		stop()
	}
	weight := 0.5
	if len(seen) == 0 {
		return weight
	}
	for range rounds {
		sum := 0.0
		for _, p := range seen {
			sum += weight * p.a / (weight*p.a + (1-weight)*p.b)
		}
		weight = sum / float64(len(seen))
	}
	return weight
}
