package transcribe

import (
	"fmt"
	"slices"
	"strings"

	"dictation/transcript"
	"dictation/transcript/check"
)

// Proposal is words that this site's drafts had and people signed as others. It
// is shown beside a draft, never applied.
type Proposal struct {
	Heard  string // normalised words, as transcript.Normalise gives them
	Signed string
	Times  int // how often it was changed so
	Kept   int // how often the heard words were signed as they were
}

// proposals are the flags of what in a text was often signed otherwise.
type proposals map[string][]Proposal // by the first word heard

func newProposals(list []Proposal) proposals {
	by := make(proposals)
	for _, p := range list {
		if first, _, _ := strings.Cut(p.Heard, " "); first != "" {
			by[first] = append(by[first], p)
		}
	}
	return by
}

// said is a normalised word and the token of the text it is in.
type said struct {
	word  string
	token int
}

// in finds the proposals for a text whose tokens have the times of words.
func (by proposals) in(text string, words []transcript.Word) []check.Flag {
	if len(by) == 0 {
		return nil
	}
	tokens := transcript.Tokens(text)
	var all []said
	for i, t := range tokens {
		for _, w := range transcript.Normalise(t.Text) {
			all = append(all, said{w, i})
		}
	}
	var flags []check.Flag
	for i := range all {
		for _, p := range by[all[i].word] {
			heard := strings.Fields(p.Heard)
			if !slices.EqualFunc(all[i:min(len(all), i+len(heard))], heard, func(s said, w string) bool { return s.word == w }) {
				continue
			}
			from, to := all[i].token, all[i+len(heard)-1].token
			flags = append(flags, p.flag(tokens[from], tokens[to], words[from], words[to]))
		}
	}
	return flags
}

func (p Proposal) flag(from, to transcript.Token, first, last transcript.Word) check.Flag {
	return check.Flag{
		Kind: check.Proposed, Severity: check.Notice,
		Place:  check.Place{Offset: from.Offset, Length: to.Offset + len(to.Text) - from.Offset},
		Audio:  check.Span{StartMS: first.StartMS, EndMS: last.EndMS},
		Reason: fmt.Sprintf("“%s” was signed as “%s” %d of %d times.", p.Heard, p.Signed, p.Times, p.Times+p.Kept),
	}
}
