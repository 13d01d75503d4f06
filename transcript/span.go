package transcript

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Span says where words of a draft stand in a text made of it: the tokens in
// the bytes From to To are the draft's words Word, Word+1 and so on, one for
// one, whatever a person made of them. In JSON it is [from,to,word].
type Span struct {
	From, To int // bytes from the start of the text
	Word     int // index of the draft's first word in it
}

// MarshalJSON writes [from,to,word].
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal([3]int{s.From, s.To, s.Word}) }

// UnmarshalJSON reads [from,to,word].
func (s *Span) UnmarshalJSON(b []byte) error {
	var list []int
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) != 3 {
		return fmt.Errorf("a span is [from,to,word], not %d numbers", len(list))
	}
	s.From, s.To, s.Word = list[0], list[1], list[2]
	return nil
}

// none is the word of a token that stands for no word of the draft.
const none = -1

// Seats gives each token of text the index of the draft's word that it stands
// for, -1 for none. The error says what is wrong with spans that do not fit the
// text or a draft of so many words: a word stands in one place at most.
func Seats(spans []Span, text string, words int) ([]int, error) {
	tokens := Tokens(text)
	seats := make([]int, len(tokens))
	for i := range seats {
		seats[i] = none
	}
	taken := make([]bool, words)
	next := 0
	for n, s := range spans {
		for next < len(tokens) && tokens[next].Offset < s.From {
			next++
		}
		if next == len(tokens) || tokens[next].Offset != s.From || s.To <= s.From {
			return nil, fmt.Errorf("span %d does not begin with a word of the text, or is out of order", n)
		}
		end := s.From
		for w := s.Word; next < len(tokens) && tokens[next].Offset < s.To; w++ {
			if w < 0 || w >= words || taken[w] {
				return nil, fmt.Errorf("span %d names a word that the draft does not have, or has elsewhere", n)
			}
			taken[w], seats[next] = true, w
			end = tokens[next].Offset + len(tokens[next].Text)
			next++
		}
		if end != s.To {
			return nil, fmt.Errorf("span %d does not end with a word of the text", n)
		}
	}
	return seats, nil
}

// Spans is the other way of [Seats]: as few spans as there can be.
func Spans(seats []int, text string) []Span {
	var spans []Span
	last := none - 1 // word of the token before
	for i, t := range Tokens(text) {
		w := seats[i]
		end := t.Offset + len(t.Text)
		switch {
		case w == none:
		case last >= 0 && w == last+1:
			spans[len(spans)-1].To = end
		default:
			spans = append(spans, Span{t.Offset, end, w})
		}
		last = w
	}
	return spans
}

// Seat works out which word of a draft each token of a text stands for: the one
// it is, or, where as many were typed as went, the one it was typed over.
func Seat(draft []Word, text string) []int {
	tokens := Tokens(text)
	a, b := make([]string, len(draft)), make([]string, len(tokens))
	for i, w := range draft {
		a[i] = key(w.Text)
	}
	for i, t := range tokens {
		b[i] = key(t.Text)
	}
	seats := make([]int, 0, len(tokens))
	var next, gone, typed int
	settle := func() {
		for k := range typed {
			w := none
			if typed == gone {
				w = next - gone + k
			}
			seats = append(seats, w)
		}
		gone, typed = 0, 0
	}
	for _, o := range script(a, b) {
		switch o.kind {
		case Deleted:
			next, gone = next+o.n, gone+o.n
		case Inserted:
			typed += o.n
		case Equal:
			settle()
			for range o.n {
				seats = append(seats, next)
				next++
			}
		}
	}
	settle()
	return seats
}

// Placed gives every token of a text its time by the words of the draft it
// stands for: heard where it still is that word, else Estimated. Tokens without
// one share the time between their neighbours.
func Placed(draft []Word, text string, seats []int) []Word {
	tokens := Tokens(text)
	words := make([]Word, 0, len(tokens))
	var before int64
	for i := 0; i < len(tokens); {
		if w := seats[i]; w != none {
			word := Word{Text: tokens[i].Text, StartMS: draft[w].StartMS, EndMS: draft[w].EndMS, Estimated: true}
			if key(word.Text) == key(draft[w].Text) {
				word.Confidence, word.Estimated = draft[w].Confidence, draft[w].Estimated
			}
			words = append(words, word)
			before = word.EndMS
			i++
			continue
		}
		end := i
		for end < len(tokens) && seats[end] == none {
			end++
		}
		after := before
		if end < len(tokens) {
			after = max(before, draft[seats[end]].StartMS)
		}
		words = append(words, estimate(tokens[i:end], before, after)...)
		i = end
	}
	return words
}

// Dispute is a word of the draft that two accounts of the same text put in
// different places.
type Dispute struct {
	Word    int `json:"word"`
	Told    int `json:"told"`    // token the writer's page put it at; -1: nowhere
	Derived int `json:"derived"` // token that alignment puts it at; -1: nowhere
}

// Disputes compares what a page says of its words with what alignment finds.
// Only words that alignment is sure of count: those that still stand in the
// text as the draft has them, and once.
func Disputes(draft []Word, text string, told, derived []int) []Dispute {
	tokens := Tokens(text)
	times := map[string]int{} // how often a word stands in the text
	for _, t := range tokens {
		times[key(t.Text)]++
	}
	at := make(map[int]int, len(told))
	for i, w := range told {
		if w != none {
			at[w] = i
		}
	}
	var list []Dispute
	for i, w := range derived {
		if w == none || told[i] == w || key(tokens[i].Text) != key(draft[w].Text) || times[key(draft[w].Text)] != 1 {
			continue
		}
		t, ok := at[w]
		if !ok {
			t = none
		}
		list = append(list, Dispute{w, t, i})
	}
	return list
}

// Reseat gives the tokens of a newer text the draft's words that those of an
// older one stand for, whose seats are given: what was known of the older text
// stays known where a person changed other words.
func Reseat(seats []int, older, newer string) []int {
	tokens := Tokens(older)
	words := make([]Word, len(tokens))
	for i, t := range tokens {
		words[i].Text = t.Text
	}
	kept := Seat(words, newer)
	for i, at := range kept {
		if at != none {
			kept[i] = seats[at]
		}
	}
	return kept
}

// CarryMarks gives the marks of an older text their places in a newer one. A
// mark whose words a person has changed is settled and left out.
func CarryMarks(marks []Mark, older, newer string) []Mark {
	kept, _ := CarryMarksNumbered(marks, older, newer)
	return kept
}

// CarryMarksNumbered is CarryMarks that also says which of the marks each was.
func CarryMarksNumbered(marks []Mark, older, newer string) (kept []Mark, number []int) {
	if len(marks) == 0 {
		return nil, nil
	}
	var from, to int // of the segment, in each text
	for _, s := range Diff(older, newer) {
		if s.Op == Equal {
			for i, m := range marks {
				if m.Offset >= from && m.Offset+m.Length <= from+len(s.Text) {
					m.Offset += to - from
					kept, number = append(kept, m), append(number, i)
				}
			}
		}
		if s.Op != Inserted {
			from += len(s.Text)
		}
		if s.Op != Deleted {
			to += len(s.Text)
		}
	}
	return kept, number
}

// CheckMarks says what is wrong with marks that do not fit a text: they come in
// order, do not overlap, and a blank is underscores.
func CheckMarks(marks []Mark, text string) error {
	end := 0
	for n, m := range marks {
		if m.Offset < end || m.Length < 1 || m.Length > len(text)-m.Offset || m.AudioMS < 0 {
			return fmt.Errorf("mark %d is out of order or outside the text", n)
		}
		end = m.Offset + m.Length
		if !utf8.RuneStart(text[m.Offset]) || end < len(text) && !utf8.RuneStart(text[end]) {
			return fmt.Errorf("mark %d splits a character", n)
		}
		if m.Kind != QAMark && (m.Kind != Blank || !onlyBlank(text[m.Offset:end])) {
			return fmt.Errorf("mark %d is no blank and no QA mark", n)
		}
	}
	return nil
}

func onlyBlank(s string) bool {
	for i := range len(s) {
		if s[i] != BlankText[0] {
			return false
		}
	}
	return len(s) >= len(BlankText)
}

// Marked are the marks of a text as people are shown them: what was stored with
// it, and the blanks that nobody said anything of. words are as for [Blanks].
func Marked(stored []Mark, text string, words []Word) []Mark {
	known := make(map[int]bool, len(stored))
	for _, m := range stored {
		known[m.Offset] = m.Kind == Blank || known[m.Offset]
	}
	var list []Mark
	next := 0
	for _, b := range Blanks(text, words) {
		if known[b.Offset] {
			continue
		}
		for next < len(stored) && stored[next].Offset < b.Offset {
			list = append(list, stored[next])
			next++
		}
		list = append(list, b)
	}
	return append(list, stored[next:]...)
}
