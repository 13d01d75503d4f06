package lexicon

import (
	"slices"
	"strings"
)

// Tie joins words that a model hears as one: "new_paragraph". They sound as
// their words do one after another, with a pause between them or without.
const Tie = "_"

// pause is the phone of silence.
const pause = "SIL"

// maxTied is how many ways to say tied words are kept.
const maxTied = 10

// tied adds the sounds of words that are tied of others.
func (l *Lexicon) tied(words []string, ways map[string][]Phones) {
	for _, w := range words {
		parts := strings.Split(w, Tie)
		if len(parts) == 1 || slices.Contains(parts, "") {
			continue
		}
		list := l.part(parts[0], ways)
		for _, next := range parts[1:] {
			list = product(list, l.part(next, ways))
		}
		if len(list) > 0 {
			ways[w] = list[:min(len(list), maxTied)]
		}
	}
}

// part gives the ways to say one of the tied words.
func (l *Lexicon) part(word string, ways map[string][]Phones) []Phones {
	if known := ways[word]; len(known) > 0 {
		return known
	}
	return l.lookUp(word)
}

// product follows each of some beginnings by each way to go on, first all
// without a pause.
func product(list, next []Phones) []Phones {
	var out []Phones
	for _, between := range []Phones{" ", " " + pause + " "} {
		for _, a := range list {
			for _, b := range next {
				out = append(out, a+between+b)
			}
		}
	}
	return out
}
