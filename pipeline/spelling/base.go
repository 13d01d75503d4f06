package spelling

import (
	"strings"

	"dictation/deploy/seed/corpus"
	"dictation/pipeline/transcribe/lexicon"
)

// The corpus at the length where every word of its lists has come up.
const (
	corpusSeed  = 1
	corpusWords = 300_000
)

// Base makes the list that every site has: the words of the medical corpus that
// the speech models are made of, and those of the pronouncing dictionary. Without
// that dictionary the list is the corpus's alone, and the error says so.
func Base(c lexicon.Config) (*List, error) {
	l := NewList()
	for passage := range corpus.Sentences(corpusSeed, corpusWords) {
		for w := range strings.FieldsSeq(passage) {
			l.Add(w, 1)
		}
	}
	lx, err := lexicon.Open(c)
	if err != nil {
		return l, err
	}
	for w := range lx.Words() {
		l.Add(w, 0)
	}
	return l, nil
}
