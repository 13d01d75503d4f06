package learn

import (
	"slices"
	"strings"

	"dictation/pipeline/transcribe/lexicon"
	"dictation/transcript"
)

// phrases are commands of several words by their first word, the longest first.
// The model hears each as one word: a long word is mistaken for another more
// seldom than two short ones, and its neighbours then foresee what comes before
// and after the command.
type phrases map[string][][]string

// commandPhrases gives the commands that change the text. Sentences to the
// typist stay words.
func commandPhrases() phrases {
	p := phrases{}
	for _, c := range transcript.EnglishCommands() {
		words := strings.Fields(c.Say)
		if len(words) > 1 && (c.Write != "" || c.Scratch || c.Does == transcript.ListNumber) {
			p[words[0]] = append(p[words[0]], words)
		}
	}
	for _, list := range p {
		slices.SortStableFunc(list, func(a, b []string) int { return len(b) - len(a) })
	}
	return p
}

// words gives every phrase as the model's word.
func (p phrases) words() []string {
	var words []string
	for _, list := range p {
		for _, phrase := range list {
			words = append(words, strings.Join(phrase, lexicon.Tie))
		}
	}
	slices.Sort(words)
	return words
}

// join makes one word of each phrase in a sentence.
func (p phrases) join(sentence []string) []string {
	out := make([]string, 0, len(sentence))
	for i := 0; i < len(sentence); {
		n := p.at(sentence[i:])
		out = append(out, strings.Join(sentence[i:i+n], lexicon.Tie))
		i += n
	}
	return out
}

// at is how many words the phrase at the start of words has; 1 where none is.
func (p phrases) at(words []string) int {
	for _, phrase := range p[words[0]] {
		if len(phrase) <= len(words) && slices.Equal(phrase, words[:len(phrase)]) {
			return len(phrase)
		}
	}
	return 1
}
