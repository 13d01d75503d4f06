package transcript

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// item is words[first:end], one word or a command, on its way into the text.
type item struct {
	first, end int
	text       string
	cmd        *Command // nil for a word
	gone       bool     // scratched
}

// bound reports whether "scratch that" stops before reaching over the item.
func (it item) bound() bool { return it.cmd != nil && (it.cmd.Ends || it.cmd.Heading) }

func (it item) lineBreak() bool { return it.cmd != nil && it.cmd.Left && it.cmd.Right && it.cmd.Ends }

// scratch takes back what was said since the sentence or heading began. Said
// right after a sentence it takes back that one; after a line break, the break.
func scratch(items []item) {
	n := len(items)
	for n > 0 && !items[n-1].live() {
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

// live reports whether the item can still be scratched.
func (it item) live() bool { return !it.gone && (it.cmd == nil || !it.cmd.Scratch) }

// headingWords is how many words a heading has at most.
const headingWords = 6

// writer sets items one after the other.
type writer struct {
	text      strings.Builder
	places    []Place
	scratches []Scratch

	begun bool // a sentence has begun: no capital is due
	tight bool // no space before what comes next
	line  int  // words since the line began; past a heading once a sentence ended
}

func (w *writer) item(it item) {
	switch {
	case it.gone:
		w.take(it)
	case it.cmd == nil:
		w.word(it)
	default:
		w.command(it)
	}
}

// take books a scratched item.
func (w *writer) take(it item) {
	at := w.text.Len()
	w.place(it, Scratched, at)
	if n := len(w.scratches); n > 0 && w.scratches[n-1].End == it.first {
		w.scratches[n-1].End = it.end
		return
	}
	w.scratches = append(w.scratches, Scratch{First: it.first, End: it.end, Offset: at})
}

func (w *writer) word(it item) {
	text := it.text
	if !w.begun || text == "i" || strings.HasPrefix(text, "i'") {
		text = capital(text)
	}
	w.space(false)
	at := w.text.Len()
	w.text.WriteString(text)
	w.place(it, Written, at)
	w.begun = w.begun || strings.ContainsFunc(text, wordly)
	w.tight = false
	w.line++
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
	case c.Ends:
		w.begun, w.line = false, headingWords+1
	case c.Heading && 0 < w.line && w.line <= headingWords:
		w.begun, w.line = false, headingWords+1
	}
}

// stands reports whether the text has the mark already: the point of "a. m."
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
	up := unicode.ToUpper(r)
	if up == r || unicode.ToLower(up) != r {
		return s
	}
	return string(up) + s[n:]
}
