package learn

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"dictation/transcript"
)

// Pair is words that an engine writes and people then sign as others. It is
// shown beside a draft as a proposal, with its evidence; it is never applied.
type Pair struct {
	Heard   string   `json:"heard"`   // normalised words: "hyper cabinet"
	Signed  string   `json:"signed"`  // normalised words: "hypercapnic"
	Times   int      `json:"times"`   // how often it was changed so
	Kept    int      `json:"kept"`    // how often the heard words were signed as they were
	Notes   []string `json:"notes"`   // dictations it happened in, at most some
	Authors int      `json:"authors"` // different ones
}

// PairOptions bound what is proposed; zero values are good.
type PairOptions struct {
	MinTimes int     // default 3
	MinShare float64 // of all times it was heard, default 0.8
	MaxWords int     // on either side, default 4
}

// maxEvidence is how many dictations a pair names.
const maxEvidence = 10

// Pairs counts what drafts had and what was signed in its place, the most
// frequent first.
func Pairs(notes iter.Seq2[Signed, error], o PairOptions) ([]Pair, error) {
	c := pairCount{o: o.withDefaults(), pairs: map[[2]string]*found{}, heard: map[string]int{}}
	var drafts [][]string
	for s, err := range notes {
		if err != nil {
			return nil, err
		}
		if s.Draft == "" {
			continue
		}
		c.note(s)
		drafts = append(drafts, transcript.Normalise(s.Draft))
	}
	for _, d := range drafts {
		c.countHeard(d)
	}
	return c.list(), nil
}

func (o PairOptions) withDefaults() PairOptions {
	o.MinTimes = cmp.Or(o.MinTimes, 3)
	o.MinShare = cmp.Or(o.MinShare, 0.8)
	o.MaxWords = cmp.Or(o.MaxWords, 4)
	return o
}

type found struct {
	Pair
	authors map[string]bool
}

type pairCount struct {
	o     PairOptions
	pairs map[[2]string]*found
	heard map[string]int // how often the words of a pair stand in drafts
}

// note takes the replacements of one note.
func (c *pairCount) note(s Signed) {
	deleted := ""
	for _, seg := range transcript.Diff(s.Draft, s.Text) {
		switch {
		case seg.Op == transcript.Deleted:
			deleted = seg.Text
			continue
		case seg.Op == transcript.Inserted && deleted != "":
			c.pair(s, transcript.Normalise(deleted), transcript.Normalise(seg.Text))
		}
		deleted = ""
	}
}

func (c *pairCount) pair(s Signed, heard, signed []string) {
	if len(heard) == 0 || len(signed) == 0 || max(len(heard), len(signed)) > c.o.MaxWords || slices.Equal(heard, signed) {
		return
	}
	k := [2]string{strings.Join(heard, " "), strings.Join(signed, " ")}
	f := c.pairs[k]
	if f == nil {
		f = &found{Pair: Pair{Heard: k[0], Signed: k[1]}, authors: map[string]bool{}}
		c.pairs[k] = f
		c.heard[k[0]] = 0
	}
	f.Times++
	f.authors[s.AuthorID] = true
	if len(f.Notes) < maxEvidence && !slices.Contains(f.Notes, s.DictationID) {
		f.Notes = append(f.Notes, s.DictationID)
	}
}

// countHeard counts the heard side of every pair in a draft.
func (c *pairCount) countHeard(draft []string) {
	for i := range draft {
		for n := 1; n <= c.o.MaxWords && i+n <= len(draft); n++ {
			k := strings.Join(draft[i:i+n], " ")
			if _, ok := c.heard[k]; ok {
				c.heard[k]++
			}
		}
	}
}

func (c *pairCount) list() []Pair {
	var list []Pair
	for _, f := range c.pairs {
		f.Kept, f.Authors = max(0, c.heard[f.Heard]-f.Times), len(f.authors)
		if f.Times >= c.o.MinTimes && float64(f.Times) >= c.o.MinShare*float64(f.Times+f.Kept) {
			list = append(list, f.Pair)
		}
	}
	slices.SortFunc(list, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), strings.Compare(a.Heard, b.Heard), strings.Compare(a.Signed, b.Signed))
	})
	return list
}
