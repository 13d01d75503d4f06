package transcript

import (
	"strings"
	"unicode"
)

// Op says what became of a piece of text.
type Op string

// The three things that can become of a piece.
const (
	Equal    Op = "equal"
	Deleted  Op = "deleted"
	Inserted Op = "inserted"
)

// Segment is a piece of two compared texts. The old text is the equal and
// deleted segments in order, the new text the equal and inserted ones, byte by
// byte.
type Segment struct {
	Op   Op     `json:"op"`
	Text string `json:"text"`
}

// Diff compares two texts by words for people to read: whole words change, and
// changes with nothing but punctuation between them are one. A replacement is a
// deleted segment followed by an inserted one; two of a kind never touch.
func Diff(oldText, newText string) []Segment {
	a, b := units(oldText), units(newText)
	d := joiner{old: oldText, new: newText}
	d.gap(a[0].gap, b[0].gap)
	a, b = a[1:], b[1:]
	for _, o := range script(words(a), words(b)) {
		for range o.n {
			switch o.kind {
			case Deleted:
				d.change(len(a[0].word)+len(a[0].gap), 0)
				a = a[1:]
			case Inserted:
				d.change(0, len(b[0].word)+len(b[0].gap))
				b = b[1:]
			case Equal:
				d.equal(a[0].word)
				d.gap(a[0].gap, b[0].gap)
				a, b = a[1:], b[1:]
			}
		}
	}
	d.flush()
	return d.segments
}

// unit is a word or a mark of punctuation, and the white space after it.
type unit struct{ word, gap string }

func words(us []unit) []string {
	s := make([]string, len(us))
	for i, u := range us {
		s[i] = u.word
	}
	return s
}

// units splits a text; the first has no word, only the white space the text
// begins with. Joined, they are the text.
func units(text string) []unit {
	us := []unit{{}}
	end := 0
	for _, t := range Tokens(text) {
		us[len(us)-1].gap = text[end:t.Offset]
		for _, part := range parts(t.Text) {
			us = append(us, unit{word: part})
		}
		end = t.Offset + len(t.Text)
	}
	us[len(us)-1].gap = text[end:]
	return us
}

// parts splits brackets and quotes before a token and punctuation after it from
// the word, so that a comma that was added does not show the word as changed.
// Nothing inside a word is split, nor a sign or a point before a number: those
// change what it means.
func parts(token string) []string {
	const opening, closing = "([{\"'“‘", ")]}\"'”’.,;:?!"
	var before, after []string
	for _, r := range token {
		if !strings.ContainsRune(opening, r) {
			break
		}
		before = append(before, string(r))
		token = token[len(string(r)):]
	}
	for {
		cut := strings.TrimRightFunc(token, func(r rune) bool { return strings.ContainsRune(closing, r) })
		if cut == token {
			break
		}
		for _, r := range token[len(cut):] {
			after = append(after, string(r))
		}
		token = cut
	}
	if token != "" {
		before = append(before, token)
	}
	return append(before, after...)
}

// joiner builds segments from left to right. A change covers old[oldAt:oldTo]
// and new[newAt:newTo]; after it come held bytes that are in both, which end it
// only if they have a word in them.
type joiner struct {
	old, new     string
	oldAt, oldTo int
	newAt, newTo int
	held         int
	word         bool
	segments     []Segment
}

// gap books white space between two words that are in both.
func (d *joiner) gap(old, new string) {
	if old == new {
		d.equal(old)
		return
	}
	d.change(len(old), len(new))
}

// equal books text that is in both.
func (d *joiner) equal(text string) {
	d.held += len(text)
	d.word = d.word || strings.ContainsFunc(text, wordly)
}

func wordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }

// change books so many bytes of the old text as deleted and of the new as inserted.
func (d *joiner) change(deleted, inserted int) {
	if d.word || d.oldAt == d.oldTo && d.newAt == d.newTo {
		d.flush()
	}
	d.oldTo += d.held + deleted
	d.newTo += d.held + inserted
	d.held = 0
}

// flush writes the change and the equal text after it, to which white space
// that both sides of the change end with belongs.
func (d *joiner) flush() {
	for d.oldTo > d.oldAt && d.newTo > d.newAt && d.old[d.oldTo-1] == d.new[d.newTo-1] && space(d.old[d.oldTo-1]) {
		d.oldTo, d.newTo, d.held = d.oldTo-1, d.newTo-1, d.held+1
	}
	equal := d.oldTo + d.held
	d.emit(Deleted, d.old[d.oldAt:d.oldTo])
	d.emit(Inserted, d.new[d.newAt:d.newTo])
	d.emit(Equal, d.old[d.oldTo:equal])
	d.oldAt, d.oldTo = equal, equal
	d.newAt, d.newTo = d.newTo+d.held, d.newTo+d.held
	d.held, d.word = 0, false
}

func space(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

func (d *joiner) emit(o Op, text string) {
	if text != "" {
		d.segments = append(d.segments, Segment{o, text})
	}
}
