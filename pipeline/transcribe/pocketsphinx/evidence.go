package pocketsphinx

import "math"

// evidence is what speaks for a word or against it, all of it from one run of
// the program. A posterior alone is often near 1 for a wrong word: where the
// right one is not in the vocabulary its lattice has nothing to doubt. But then
// the language model is seldom content, nor does the word sound as it should.
type evidence [evidences]float64

const (
	ownPosterior  = iota // log odds
	nearPosterior        // log odds of the mean of the words beside it
	language             // the language model's score
	brokenAfter          // 1 where the next word follows at once and the language model knew no such pair
	fluentAfter          // 1 where it knew the next word with the two before
	sound                // of each frame, beside the mean of the recording
	nextSound            // that of the next word
	evidences
)

const (
	surest       = 0.999   // posterior that counts as certain
	scoreUnit    = 100.    // of the language model's score
	soundUnit    = 10_240. // of acoustic score for each frame
	farthest     = 6.      // from the mean that a sound counts
	usualFluency = -2.5    // score of the language model where none is told
)

// The orders of the language model that a score is told to be of.
const (
	unigram = 1
	trigram = 3
)

// gather collects the evidence for each token; that of fillers says nothing.
func gather(tokens []token, scores map[place]score) []evidence {
	list := make([]evidence, len(tokens))
	mean := meanSound(tokens, scores)
	before := -1
	for i, t := range tokens {
		if t.words == 0 {
			continue
		}
		after := wordAfter(tokens, i)
		e := &list[i]
		e[ownPosterior] = logOdds(t.posterior)
		e[nearPosterior] = logOdds(near(tokens, before, i, after))
		e[language] = usualFluency
		if s, ok := scores[t.place()]; ok {
			e[language] = s.language / scoreUnit
			e[sound] = s.sound(t, mean)
		}
		if after >= 0 {
			e.next(tokens[after], scores, mean, after == i+1)
		}
		before = i
	}
	return list
}

// next is what the word after tells; close when there is no pause between.
func (e *evidence) next(t token, scores map[place]score, mean float64, close bool) {
	s, ok := scores[t.place()]
	if !ok {
		return
	}
	e[nextSound] = s.sound(t, mean)
	if close && s.order == unigram {
		e[brokenAfter] = 1
	}
	if s.order == trigram {
		e[fluentAfter] = 1
	}
}

// wordAfter is the next token that is a word, or -1.
func wordAfter(tokens []token, i int) int {
	for k := i + 1; k < len(tokens); k++ {
		if tokens[k].words > 0 {
			return k
		}
	}
	return -1
}

// near is the mean posterior of the words beside word i; its own where it is
// alone.
func near(tokens []token, before, i, after int) float64 {
	sum, n := 0.0, 0.0
	for _, k := range []int{before, after} {
		if k >= 0 {
			sum, n = sum+tokens[k].posterior, n+1
		}
	}
	if n == 0 {
		return tokens[i].posterior
	}
	return sum / n
}

// logOdds of a probability, bounded.
func logOdds(p float64) float64 {
	p = min(max(p, 1-surest), surest)
	return math.Log(p / (1 - p))
}

// meanSound is the mean acoustic score of a frame of speech.
func meanSound(tokens []token, scores map[place]score) float64 {
	sum, frames := 0.0, int64(0)
	for _, t := range tokens {
		if s, ok := scores[t.place()]; ok && t.words > 0 {
			sum, frames = sum+s.acoustic, frames+t.frames
		}
	}
	return sum / float64(max(1, frames))
}

// sound is how a token sounds beside the mean of a frame.
func (s score) sound(t token, mean float64) float64 {
	d := (s.acoustic/float64(t.frames) - mean) / soundUnit
	return min(max(d, -farthest), farthest)
}
