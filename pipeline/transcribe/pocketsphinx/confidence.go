package pocketsphinx

import (
	"math"

	"dictation/pipeline/transcribe"
	"dictation/transcript"
)

// A word's confidence is the weighted geometric mean of its own posterior and
// of the mean of those beside it. One posterior alone is often near 1 for a
// wrong word: where the right one is not in the vocabulary its lattice has
// nothing to doubt, but the words beside it seldom fit as well.
const (
	ownWeight  = 2. / 3
	nearWeight = 1 - ownWeight
)

// precision is that of the posteriors.
const precision = 1e6

// weigh makes confidences of posteriors. The words beside a word may belong to
// other utterances.
func weigh(t transcribe.Transcript) {
	var words []*transcript.Word
	for u := range t.Utterances {
		for w := range t.Utterances[u].Words {
			words = append(words, &t.Utterances[u].Words[w])
		}
	}
	posterior := make([]float64, len(words))
	for i, w := range words {
		posterior[i] = *w.Confidence
	}
	for i, w := range words {
		c := confidence(posterior, i)
		w.Confidence = &c
	}
}

// confidence is that of word i.
func confidence(posterior []float64, i int) float64 {
	sum, n := 0.0, 0
	for _, k := range []int{i - 1, i + 1} {
		if k >= 0 && k < len(posterior) {
			sum, n = sum+posterior[k], n+1
		}
	}
	if n == 0 {
		return posterior[i]
	}
	c := math.Pow(posterior[i], ownWeight) * math.Pow(sum/float64(n), nearWeight)
	return math.Round(c*precision) / precision
}
