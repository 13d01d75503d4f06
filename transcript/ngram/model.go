package ngram

import (
	"iter"
	"math"
	"slices"
)

// Model is a trigram model with back-off weights. It does not change and is
// safe for concurrent use.
type Model struct {
	words []string
	index map[string]id
	uni   []entry
	bi    map[key]entry
	tri   map[key]float64
}

// entry is a probability, and the weight of shorter histories where this
// n-gram is the history.
type entry struct{ p, weight float64 }

func newModel() *Model { return &Model{index: make(map[string]id)} }

func (m *Model) number(word string) id {
	if n, ok := m.index[word]; ok {
		return n
	}
	n := id(len(m.words))
	m.words = append(m.words, word)
	m.uni = append(m.uni, entry{weight: 1})
	m.index[word] = n
	return n
}

// normalise sets the back-off weights so that after every history all
// probabilities sum to one.
func (m *Model) normalise() {
	type sums struct{ here, below float64 }
	rest := func(s sums) float64 {
		if s.below >= 1-1e-12 { // the history is followed by every word there is
			return 0
		}
		return max(0, 1-s.here) / (1 - s.below)
	}
	after := make(map[key]sums, len(m.uni))
	for k, e := range m.bi {
		s := after[k.history()]
		after[k.history()] = sums{s.here + e.p, s.below + m.uni[k.last()].p}
	}
	for i := range m.uni {
		m.uni[i].weight = rest(after[key(i)])
	}
	after = make(map[key]sums, len(m.bi))
	for k, p := range m.tri {
		s := after[k.history()]
		after[k.history()] = sums{s.here + p, s.below + m.afterOne(k.history().last(), k.last())}
	}
	for k, e := range m.bi {
		e.weight = 1
		if s, ok := after[k]; ok {
			e.weight = rest(s)
		}
		m.bi[k] = e
	}
}

// afterOne is the probability of w after b.
func (m *Model) afterOne(b, w id) float64 {
	if e, ok := m.bi[pair(b, w)]; ok {
		return e.p
	}
	return m.uni[b].weight * m.uni[w].p
}

// afterTwo is the probability of w after a b.
func (m *Model) afterTwo(a, b, w id) float64 {
	if p, ok := m.tri[triple(a, b, w)]; ok {
		return p
	}
	h, ok := m.bi[pair(a, b)]
	if !ok {
		return m.afterOne(b, w)
	}
	return h.weight * m.afterOne(b, w)
}

func (m *Model) find(word string) id {
	if n, ok := m.index[word]; ok {
		return n
	}
	return unknown
}

// Probability is that of a word after the last two of history; [Begin] starts
// one. Words outside the vocabulary count as [Unknown].
func (m *Model) Probability(history []string, word string) float64 {
	w := m.find(word)
	switch n := len(history); n {
	case 0:
		return m.uni[w].p
	case 1:
		return m.afterOne(m.find(history[0]), w)
	default:
		return m.afterTwo(m.find(history[n-2]), m.find(history[n-1]), w)
	}
}

// Vocabulary gives the words in alphabetical order, without the marks.
func (m *Model) Vocabulary() []string {
	return slices.Sorted(slices.Values(m.words[unknown+1:]))
}

// Has reports whether the vocabulary has a word.
func (m *Model) Has(word string) bool { return m.find(word) > unknown }

// Size is how many n-grams of each order the model has.
func (m *Model) Size() (unigrams, bigrams, trigrams int) {
	return len(m.uni), len(m.bi), len(m.tri)
}

// Fit tells how well a model foresaw a text.
type Fit struct {
	Words   int     // of the text, with the ends of sentences
	Unknown int     // of these, outside the vocabulary; not in Perplexity
	log     float64 // natural
}

// Perplexity is the inverse geometric mean of the known words' probabilities.
func (f Fit) Perplexity() float64 {
	if f.Words == f.Unknown {
		return 1
	}
	return math.Exp(-f.log / float64(f.Words-f.Unknown))
}

// Fit measures the model on sentences.
func (m *Model) Fit(sentences iter.Seq[[]string]) Fit {
	var f Fit
	for s := range sentences {
		for p, known := range m.walk(s) {
			f.Words++
			if !known {
				f.Unknown++
				continue
			}
			f.log += math.Log(p)
		}
	}
	return f
}

// walk gives the probability of each word of a sentence and of its end, and
// whether the word is known.
func (m *Model) walk(sentence []string) iter.Seq2[float64, bool] {
	return func(yield func(float64, bool) bool) {
		a, b, first := begin, begin, true
		for i := 0; i <= len(sentence); i++ {
			w := end
			if i < len(sentence) {
				w = m.find(sentence[i])
			}
			p := m.afterOne(b, w)
			if !first {
				p = m.afterTwo(a, b, w)
			}
			if !yield(p, w != unknown) {
				return
			}
			a, b, first = b, w, false
		}
	}
}
