package check

import (
	"strings"
	"sync"
)

// set makes a lookup table of the words in a text.
func set(lists ...string) map[string]bool {
	m := map[string]bool{}
	for _, l := range lists {
		for w := range strings.FieldsSeq(l) {
			m[w] = true
		}
	}
	return m
}

// wordSet gives a set of words that is made when first asked for.
func wordSet(lists ...string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool { return set(lists...) })
}

// lexicon is a table of names of one or several words.
type lexicon[T any] struct {
	names   map[string]T   // the words, joined by spaces
	longest map[string]int // by first word: how many words the longest name has
}

func newLexicon[T any]() *lexicon[T] {
	return &lexicon[T]{map[string]T{}, map[string]int{}}
}

func (l *lexicon[T]) add(name string, v T) {
	words := strings.Fields(name)
	l.names[name] = v
	l.longest[words[0]] = max(l.longest[words[0]], len(words))
}

// at finds the longest name that begins at word i and stays in its sentence;
// end is i when there is none.
func (l *lexicon[T]) at(n *note, i int) (v T, name string, end int) {
	for size := min(l.longest[n.words[i].key], len(n.words)-i); size > 0; size-- {
		if n.words[i].sentence != n.words[i+size-1].sentence {
			continue
		}
		name = n.words[i].key
		if size > 1 {
			name = n.phrase(i, i+size)
		}
		if v, ok := l.names[name]; ok {
			return v, name, i + size
		}
	}
	return v, "", i
}

// phrases is a lexicon of spellings and what they stand for.
type phrases struct{ *lexicon[string] }

// phraseTable reads lines "name: spelling, spelling"; the name is a spelling too.
func phraseTable(table string) func() phrases {
	return sync.OnceValue(func() phrases {
		p := phrases{newLexicon[string]()}
		for line := range tableLines(table) {
			name, rest, _ := strings.Cut(line, ":")
			p.add(name, name)
			for s := range strings.SplitSeq(rest, ",") {
				if s = strings.TrimSpace(s); s != "" {
					p.add(s, name)
				}
			}
		}
		return p
	})
}

// at finds what the longest phrase at word i stands for.
func (p phrases) at(n *note, i int) (name string, end int) {
	name, _, end = p.lexicon.at(n, i)
	return name, end
}
