package transcript

import (
	"slices"
	"strings"
)

// Formatted is a readable text made of spoken words, and what became of each
// word: nothing said is lost without a trace.
type Formatted struct {
	Text      string
	Places    []Place   // one for each spoken word, in order
	Scratches []Scratch // what "scratch that" took back, in the order spoken
}

// Fate is what became of a spoken word.
type Fate string

// The fates of a word.
const (
	Written   Fate = "written"   // it stands in the text, at most with a capital
	Commanded Fate = "commanded" // part of a command; Place is what that wrote
	Scratched Fate = "scratched" // taken back; Place is where it would have stood
)

// Place is where a spoken word is found in the text.
type Place struct {
	Fate   Fate
	Offset int // bytes
	Length int // bytes; 0 where nothing was written
}

// Scratch is a run of words that "scratch that" took back.
type Scratch struct {
	First, End int // the words [First:End) of what was formatted
	Offset     int // where they would stand in the text
}

// Formatter carries out spoken commands and begins sentences with capitals. It
// is safe for concurrent use.
type Formatter struct {
	byFirst map[string][]command
}

// command is a Command with its words split.
type command struct {
	Command
	say []string
}

// NewFormatter makes a formatter from a table. Of several commands that fit,
// the longest is meant.
func NewFormatter(table []Command) *Formatter {
	f := &Formatter{byFirst: map[string][]command{}}
	for _, c := range table {
		say := strings.Fields(c.Say)
		if len(say) == 0 {
			continue
		}
		f.byFirst[say[0]] = append(f.byFirst[say[0]], command{c, say})
	}
	return f
}

var english = NewFormatter(EnglishCommands())

// Format makes a text of words spoken in English.
func Format(words []Word) Formatted { return english.Format(words) }

// Format makes a text of the words. They are not changed.
func (f *Formatter) Format(words []Word) Formatted {
	said := make([]string, len(words))
	for i, w := range words {
		said[i] = strings.ToLower(w.Text)
	}
	w := writer{places: make([]Place, len(words))}
	for _, it := range f.items(words, said) {
		w.item(it)
	}
	return Formatted{Text: w.text.String(), Places: w.places, Scratches: w.scratches}
}

// items finds the commands among the words and carries out "scratch that".
func (f *Formatter) items(words []Word, said []string) []item {
	var items []item
	for i := 0; i < len(words); {
		c, ok := f.at(said, i)
		if !ok {
			items = append(items, item{first: i, end: i + 1, text: words[i].Text})
			i++
			continue
		}
		if c.Scratch {
			scratch(items)
		}
		items = append(items, item{first: i, end: i + len(c.say), cmd: &c.Command})
		i += len(c.say)
	}
	return items
}

// at finds the command that begins at word i.
func (f *Formatter) at(said []string, i int) (best command, ok bool) {
	for _, c := range f.byFirst[said[i]] {
		if len(c.say) > len(best.say) && c.fits(said[i:]) && !(c.Noun && f.ordinary(c, said, i)) {
			best, ok = c, true
		}
	}
	return best, ok
}

func (c command) fits(said []string) bool {
	if len(said) < len(c.say) {
		return false
	}
	for i, w := range c.say {
		if said[i] != w {
			return false
		}
	}
	return true
}

// ordinary reports whether the command's name is meant as a word.
func (f *Formatter) ordinary(c command, said []string, i int) bool {
	after := i + len(c.say)
	if i > 0 && slices.Contains(c.NotAfter, said[i-1]) || after < len(said) && slices.Contains(c.NotBefore, said[after]) {
		return true
	}
	if after == len(said) {
		return false
	}
	for _, next := range f.byFirst[said[after]] {
		if next.Write != "" && next.Left && !next.Right && next.fits(said[after:]) {
			return true
		}
	}
	return false
}
