package ngram

import (
	"bufio"
	"cmp"
	"io"
	"math"
	"slices"
	"strconv"
)

// never is the logarithm written for a probability of zero, as other tools do.
const never = -99

// WriteARPA writes the model in the ARPA format, logarithms to base ten. The
// same model always gives the same bytes.
func (m *Model) WriteARPA(w io.Writer) error {
	out := arpa{Writer: bufio.NewWriterSize(w, 1<<16), m: m}
	order, rank := m.alphabetical()
	out.text("\\data\\\n")
	for i, n := range []int{len(m.uni), len(m.bi), len(m.tri)} {
		out.text("ngram " + strconv.Itoa(i+1) + "=" + strconv.Itoa(n) + "\n")
	}
	out.text("\n\\1-grams:\n")
	for _, i := range order {
		e := m.uni[i]
		out.line(e.p, []id{i}, e.weight)
	}
	out.text("\n\\2-grams:\n")
	for _, k := range ranked(m.bi, rank) {
		e := m.bi[k]
		out.line(e.p, []id{id(k.history()), k.last()}, e.weight)
	}
	out.text("\n\\3-grams:\n")
	for _, k := range ranked(m.tri, rank) {
		out.line(m.tri[k], []id{k.history().history().last(), k.history().last(), k.last()}, -1)
	}
	out.text("\n\\end\\\n")
	return out.Flush() // holds the first error
}

// alphabetical gives the words in order, and the place of each.
func (m *Model) alphabetical() (order, rank []id) {
	order = make([]id, len(m.words))
	for i := range order {
		order[i] = id(i)
	}
	slices.SortFunc(order, func(a, b id) int { return cmp.Compare(m.words[a], m.words[b]) })
	rank = make([]id, len(order))
	for i, n := range order {
		rank[n] = id(i)
	}
	return order, rank
}

// ranked gives the keys in the order of their words.
func ranked[V any](of map[key]V, rank []id) []key {
	type ordered struct{ by, key key }
	list := make([]ordered, 0, len(of))
	for k := range of {
		h := k.history()
		list = append(list, ordered{triple(rank[h.history().last()], rank[h.last()], rank[k.last()]), k})
	}
	slices.SortFunc(list, func(a, b ordered) int { return cmp.Compare(a.by, b.by) })
	keys := make([]key, len(list))
	for i, o := range list {
		keys[i] = o.key
	}
	return keys
}

type arpa struct {
	*bufio.Writer
	m *Model
	b []byte
}

func (a *arpa) text(s string) { _, _ = a.WriteString(s) }

// line writes an n-gram; weight below 0 means it is never a history.
func (a *arpa) line(p float64, words []id, weight float64) {
	b := logarithm(a.b[:0], p)
	sep := byte('\t')
	for _, w := range words {
		b = append(append(b, sep), a.m.words[w]...)
		sep = ' '
	}
	if weight >= 0 {
		b = logarithm(append(b, '\t'), weight)
	}
	a.b = append(b, '\n')
	_, _ = a.Write(a.b)
}

func logarithm(b []byte, p float64) []byte {
	if p <= 0 {
		return strconv.AppendInt(b, never, 10)
	}
	return strconv.AppendFloat(b, math.Log10(p), 'f', 6, 64)
}
