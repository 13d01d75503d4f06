package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dictation/pipeline"
	"dictation/transcript"
)

// piece is a stretch of a text beside its draft: kept, or changed with what was
// there before and what stands there now.
type piece struct {
	Kept    string
	Removed string
	Added   string
	MS      int64 // where it is in the sound
	Timed   bool  // MS is known
}

// Seconds is where it is in the sound as a media fragment has it.
func (p piece) Seconds() string { return fmt.Sprintf("%.1f", float64(p.MS)/1000) }

// Changed reports whether the piece is a change.
func (p piece) Changed() bool { return p.Removed != "" || p.Added != "" }

// changes compares a text with its draft and finds where each change was said.
func changes(draft transcript.Draft, text string) []piece {
	var out []piece
	for _, c := range pipeline.Compare(draft, draft.Text, text) {
		out = append(out, piece{Kept: c.Kept, Removed: c.Was, Added: c.Now, MS: c.AudioMS, Timed: c.Timed})
	}
	return out
}

// countChanges is how many pieces differ.
func countChanges(ps []piece) (n int) {
	for _, p := range ps {
		if p.Changed() {
			n++
		}
	}
	return n
}

// Limits of marking: more marks cost more than listening to all of it once.
const (
	doubtBelow   = 0.7 // where three words in ten are wrong
	doubtsPer100 = 4
	fewestDoubts = 3 // shown of a short text
)

// doubtful gives the indexes of the words to look at first: the least certain
// ones, at most four in a hundred, or three; words that can harm when wrong come first.
func doubtful(words []transcript.Word) []int {
	critical := criticalWords(words)
	var found []int
	for i, w := range words {
		if w.Confidence != nil && *w.Confidence < doubtBelow {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int {
		if critical[a] != critical[b] {
			if critical[a] {
				return -1
			}
			return 1
		}
		return cmp.Compare(*words[a].Confidence, *words[b].Confidence)
	})
	limit := max(fewestDoubts, len(words)*doubtsPer100/100)
	found = found[:min(limit, len(found))]
	slices.Sort(found)
	return found
}

// criticalWords marks numbers, doses, negations and sides.
func criticalWords(words []transcript.Word) []bool {
	texts := make([]string, len(words))
	starts := make([]int, len(words))
	at := 0
	for i, w := range words {
		texts[i], starts[i] = w.Text, at
		at += len(w.Text) + 1
	}
	marked := make([]bool, len(words))
	for _, c := range transcript.Criticals(strings.Join(texts, " ")) {
		i, _ := slices.BinarySearch(starts, c.Offset+1)
		for i = max(0, i-1); i < len(words) && starts[i] < c.Offset+c.Length; i++ {
			marked[i] = true
		}
	}
	return marked
}
