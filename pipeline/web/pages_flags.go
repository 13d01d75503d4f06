package web

import (
	"slices"
	"unicode/utf16"

	"dictation/pipeline/store"
	"dictation/transcript/check"
)

// flagLine is a place that the checks ask a person to look at, for a page.
type flagLine struct {
	ID       string // name within the dictation; not every page gives one
	Doubt    bool   // no check found it: the word was not heard well
	first    bool   // of doubts: it can harm
	Critical bool
	Reason   string
	MS       int64 // where it is heard
	Timed    bool  // it is heard somewhere
	Words    string
	At       int // of Words in the text, in UTF-16 units, as scripts count
}

// flagLines are the flags of the draft that still stand in a text: critical ones
// first, then in the order of the text.
func flagLines(draft store.Version, text string) []flagLine {
	flags := check.Carry(draft.Flags, draft.Text, text)
	lines := make([]flagLine, len(flags))
	for i, f := range flags {
		lines[i] = flagLine{
			Critical: f.Severity == check.Critical, Reason: f.Reason, MS: f.Audio.StartMS, Timed: f.Audio != check.Span{},
			Words: text[f.Offset : f.Offset+f.Length], At: len(utf16.Encode([]rune(text[:f.Offset]))),
		}
	}
	slices.SortStableFunc(lines, func(a, b flagLine) int {
		switch {
		case a.Critical == b.Critical:
			return 0
		case a.Critical:
			return -1
		}
		return 1
	})
	return lines
}

// criticals counts the flags that must not be passed over.
func criticals(lines []flagLine) (n int) {
	for _, l := range lines {
		if l.Critical {
			n++
		}
	}
	return n
}
