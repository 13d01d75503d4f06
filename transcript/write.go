package transcript

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// item is words[first:end], a word, a written form or a command, on its way
// into the text.
type item struct {
	first, end int
	text       string
	cmd        *Command // nil for words
	gone       bool     // scratched
	after      bool     // said after the end of the dictation
	form       form     // the case asked for
	converted  bool     // text is the written form of the words
	tight      bool     // no space before it
	list       int      // >0: text is the number of a list entry
	head       bool     // a colon that ends a heading

	signal      Action // a signal begins at this word
	signalWords int
}

// form is the case that a word is to have.
type form int

const (
	asHeard form = iota
	capitalised
	upperCase
)

// live reports whether the item stands in the text, or acts on it.
func (it item) live() bool { return !it.gone && !it.after && (it.cmd == nil || !it.cmd.Scratch) }

// word reports whether the item is a spoken word that stands as such.
func (it item) word() bool { return it.cmd == nil && !it.gone && !it.after }

func (it item) does(a Action) bool { return it.cmd != nil && it.cmd.Does == a }

// bound reports whether "scratch that" stops before reaching over the item.
func (it item) bound() bool {
	return it.cmd != nil && (it.cmd.Ends || it.cmd.Heading || it.cmd.Does == NextPatient || it.cmd.Does == ListNumber)
}

// closes reports whether a sentence may begin after the item.
func (it item) closes() bool {
	return it.cmd != nil || it.text != "" && strings.ContainsRune(".!?:", rune(it.text[len(it.text)-1]))
}

func (it item) lineBreak() bool { return it.cmd != nil && it.cmd.Left && it.cmd.Right && it.cmd.Ends }

// scratch takes back what was said since the sentence or heading began. Said
// right after a sentence it takes back that one; after a line break, the break.
func scratch(items []item) {
	n := len(items)
	for n > 0 && (!items[n-1].live() || items[n-1].does(Hesitation)) {
		n--
	}
	if n == 0 {
		return
	}
	n--
	items[n].gone = true
	if items[n].lineBreak() {
		return
	}
	for n--; n >= 0 && items[n].live() && !items[n].bound(); n-- {
		items[n].gone = true
	}
}

// recase carries out the commands for capitals on the words they are said for.
func recase(items []item) {
	next, all := asHeard, false
	for i, it := range items {
		switch {
		case it.gone || it.after:
		case it.does(CapNext):
			next = capitalised
		case it.does(UpperNext):
			next = upperCase
		case it.does(UpperOn), it.does(UpperOff):
			all = it.does(UpperOn)
		case it.cmd == nil:
			items[i].form, next = next, asHeard
			if all {
				items[i].form = upperCase
			}
		}
	}
}

// headingWords is how many words a heading has at most.
const headingWords = 6

// writer sets items one after the other.
type writer struct {
	text      strings.Builder
	places    []Place
	scratches []Scratch
	tails     []Scratch

	begun bool // a sentence has begun: no capital is due
	tight bool // no space before what comes next
	line  int  // words since the line began; past a heading once a sentence ended
	list  int  // the last number of a list
}

func (w *writer) item(it item) {
	switch {
	case it.gone:
		w.scratches = w.take(w.scratches, it, Scratched)
	case it.after:
		w.tails = w.take(w.tails, it, Trailing)
	case it.list > 0:
		w.entry(it, it.list, Converted)
	case it.cmd == nil:
		w.word(it)
	case it.cmd.Does == Hesitation:
		w.place(it, Hesitated, w.text.Len())
	case it.cmd.Does == ListNumber:
		w.entry(it, w.list+1, Commanded)
	case it.cmd.Does == NextPatient || it.cmd.Does == EndOfText:
		w.part(it)
	default:
		w.command(it)
	}
}

// take books an item that stands nowhere in the text.
func (w *writer) take(runs []Scratch, it item, f Fate) []Scratch {
	at := w.text.Len()
	w.place(it, f, at)
	if n := len(runs); n > 0 && runs[n-1].End == it.first {
		runs[n-1].End = it.end
		return runs
	}
	return append(runs, Scratch{First: it.first, End: it.end, Offset: at})
}

func (w *writer) word(it item) {
	text, fate := it.text, Written
	switch {
	case it.form == upperCase:
		text = upper(text)
	case it.form == capitalised, !w.begun, text == "i", strings.HasPrefix(text, "i'"):
		text = capital(text)
	}
	if it.converted {
		fate = Converted
	}
	w.space(it.tight)
	at := w.text.Len()
	w.text.WriteString(text)
	w.place(it, fate, at)
	w.begun = w.begun || strings.ContainsFunc(text, wordly)
	if it.head {
		w.begun = false
	}
	w.tight = false
	w.line++
}

// entry begins the n-th entry of a numbered list.
func (w *writer) entry(it item, n int, f Fate) {
	at := w.text.Len()
	if text := w.text.String(); text != "" && !strings.HasSuffix(text, "\n") {
		w.text.WriteByte('\n')
	}
	w.text.WriteString(strconv.Itoa(n))
	w.text.WriteByte('.')
	w.place(it, f, at)
	w.begun, w.tight, w.line, w.list = false, false, 0, n
}

// part ends one dictation of a file; what follows is a paragraph of its own.
func (w *writer) part(it item) {
	at := w.text.Len()
	w.place(it, Commanded, at)
	w.list, w.line, w.begun = 0, 0, false
	if text := w.text.String(); text != "" && !strings.HasSuffix(text, "\n\n") {
		w.text.WriteString("\n\n")
		w.place(it, Commanded, at)
	}
	w.tight = true
}

func (w *writer) command(it item) {
	c, mark := it.cmd, it.cmd.Write
	if w.stands(it) {
		mark = ""
	}
	if mark != "" {
		w.space(c.Left)
	}
	at := w.text.Len()
	w.text.WriteString(mark)
	w.place(it, Commanded, at)
	if c.Write == "" {
		return
	}
	w.tight = c.Right
	switch {
	case it.lineBreak():
		w.begun, w.line = false, 0
	case it.head, c.Ends, c.Heading && 0 < w.line && w.line <= headingWords:
		w.begun, w.line = false, headingWords+1
	}
	if it.head {
		w.list = 0 // numbering begins again under a heading
	}
}

// stands reports whether the text has the mark already: the point of "a.m."
// ends the sentence too, and a second line break in the same place is none.
func (w *writer) stands(it item) bool {
	text := w.text.String()
	return it.lineBreak() && text == "" || it.cmd.Ends && strings.HasSuffix(text, it.cmd.Write)
}

// space sets one where two items do not touch.
func (w *writer) space(left bool) {
	if !left && !w.tight && w.text.Len() > 0 {
		w.text.WriteByte(' ')
	}
}

// place books the item's words: they stand from at to the end of the text.
func (w *writer) place(it item, f Fate, at int) {
	for i := it.first; i < it.end; i++ {
		w.places[i] = Place{Fate: f, Offset: at, Length: w.text.Len() - at}
	}
}

// capital gives s with its first letter in upper case, where that can be undone.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if up := raised(r); up != r {
		return string(up) + s[n:]
	}
	return s
}

// upper gives s in upper case, where that can be undone.
func upper(s string) string { return strings.Map(raised, s) }

func raised(r rune) rune {
	if up := unicode.ToUpper(r); unicode.ToLower(up) == r {
		return up
	}
	return r
}
