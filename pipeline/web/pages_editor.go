package web

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"dictation/pipeline/store"
	"dictation/transcript"
	"dictation/transcript/check"
)

// editorData is what the workstation's script begins with, as JSON in the page.
type editorData struct {
	Words    []transcript.Word `json:"words"` // of the draft, as the spans count them
	Length   int               `json:"length"`
	Spans    []transcript.Span `json:"spans"`
	Marks    []transcript.Mark `json:"marks"`
	Accepted []string          `json:"accepted"`
}

// editorOf gives the script's data and the places to look at. An empty text, or
// one whose draft is kept back, has none.
func editorOf(v, draft store.Version, kept bool) (editorData, []flagLine) {
	if kept {
		v = store.Version{}
	}
	view := textView{Words: []transcript.Word{}}
	words, seats := draftSeats(v, draft)
	if v.N > 0 {
		timed := transcript.Placed(words, v.Text, seats)
		view.Marks, view.Spans = transcript.Marked(v.Places.Marks, v.Text, timed), transcript.Spans(seats, v.Text)
	}
	data := editorData{
		Words: list(words), Length: units(v.Text), Spans: list(view.Spans),
		Marks: list(view.Marks), Accepted: list(v.Places.Accepted),
	}
	if v.N == 0 {
		return data, nil
	}
	lines := namedFlags(draft, v.Text)
	critical := criticals(lines)
	lines = append(lines, doubtLines(words, seats, v.Text)...)
	lines = slices.DeleteFunc(lines, func(l flagLine) bool { return !l.Critical && slices.Contains(v.Places.Accepted, l.ID) })
	limit := max(critical, fewestDoubts, len(seats)*doubtsPer100/100)
	return data, lines[:min(len(lines), limit)]
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }

// namedFlags are the draft's flags that still stand in a text, each with a name
// that stays: "f" and its place among the draft's.
func namedFlags(draft store.Version, text string) []flagLine {
	lines := flagLines(draft, text)
	used := make([]bool, len(draft.Flags))
	for i := range lines {
		n := slices.IndexFunc(draft.Flags, func(f check.Flag) bool { return lines[i].is(f) })
		for n >= 0 && n < len(used) && used[n] {
			next := slices.IndexFunc(draft.Flags[n+1:], func(f check.Flag) bool { return lines[i].is(f) })
			if next < 0 {
				break
			}
			n += 1 + next
		}
		if n >= 0 {
			used[n] = true
			lines[i].ID = "f" + strconv.Itoa(n)
		}
	}
	return lines
}

// is reports whether the line is of a flag, whose place alone may be another now.
func (l flagLine) is(f check.Flag) bool {
	return l.Reason == f.Reason && l.MS == f.Audio.StartMS && len(l.Words) == f.Length
}

// doubtLines are the draft's least certain words that still stand in the text,
// the critical ones first.
func doubtLines(words []transcript.Word, seats []int, text string) []flagLine {
	doubts := doubtful(words)
	critical := criticalWords(words)
	var lines []flagLine
	at, end := 0, 0 // in UTF-16 units, in bytes
	for i, t := range transcript.Tokens(text) {
		at += units(text[end:t.Offset])
		end = t.Offset
		w := seats[i]
		if w < 0 || t.Text != words[w].Text {
			continue
		}
		if _, found := slices.BinarySearch(doubts, w); !found {
			continue
		}
		lines = append(lines, flagLine{
			ID: "w" + strconv.Itoa(w), Doubt: true, MS: words[w].StartMS, Timed: true, Words: t.Text, At: at, first: critical[w],
		})
	}
	slices.SortStableFunc(lines, func(a, b flagLine) int {
		switch {
		case a.first == b.first:
			return 0
		case a.first:
			return -1
		}
		return 1
	})
	return lines
}

// styleNonce lets a page's script bring a style sheet of its own: the editor's.
// Scripts stay those of this server.
func styleNonce(w http.ResponseWriter) string {
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "style-src 'self'", "style-src 'self' 'nonce-"+nonce+"'", 1))
	return nonce
}
