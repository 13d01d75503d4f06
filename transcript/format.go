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
	Tails     []Scratch // what was said after the end of a dictation, and left out
	Signals   []Signal  // what the author asked for by voice, in the order spoken
}

// Fate is what became of a spoken word.
type Fate string

// The fates of a word.
const (
	Written   Fate = "written"   // it stands in the text, at most its case differs
	Converted Fate = "converted" // it stands in written form; Place is the whole form: "5 mg"
	Commanded Fate = "commanded" // part of a command; Place is what that wrote
	Scratched Fate = "scratched" // taken back; Place is where it would have stood
	Hesitated Fate = "hesitated" // "um": not written
	Trailing  Fate = "trailing"  // said after the end of the dictation: not written
)

// Place is where a spoken word is found in the text.
type Place struct {
	Fate   Fate
	Offset int // bytes
	Length int // bytes; 0 where nothing was written
}

// Scratch is a run of words that stand nowhere in the text.
type Scratch struct {
	First, End int // the words [First:End) of what was formatted
	Offset     int // where they would stand in the text
}

// Formatter carries out spoken commands and gives what was said its written
// form. It is safe for concurrent use.
type Formatter struct {
	byFirst map[string][]command
	english bool // numbers, units and headings are English
}

// command is a Command with its words split.
type command struct {
	Command
	say []string
}

// NewFormatter makes a formatter for English from a table of commands. Of
// several commands that fit, the longest is meant.
func NewFormatter(table []Command) *Formatter {
	f := NewCommandFormatter(table)
	f.english = true
	return f
}

// NewCommandFormatter makes a formatter for any language: it carries out the
// commands and begins sentences with capitals, and leaves numbers, units and
// headings as they were said.
func NewCommandFormatter(table []Command) *Formatter {
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
	items := f.items(words)
	signals := heed(items)
	recase(items)
	if f.english {
		items = writtenForm(items)
		items = headings(items)
	}
	w := writer{places: make([]Place, len(words))}
	for _, it := range items {
		w.item(it)
	}
	return Formatted{
		Text: w.text.String(), Places: w.places, Scratches: w.scratches, Tails: w.tails, Signals: signals,
	}
}

// items finds the commands among the words and carries out "scratch that".
func (f *Formatter) items(words []Word) []item {
	said := make([]string, len(words))
	for i, w := range words {
		said[i] = strings.ToLower(w.Text)
	}
	items := make([]item, 0, len(words))
	line := 0
	for i := 0; i < len(words); {
		c, ok := f.at(said, line, i, len(items) == 0 || items[len(items)-1].closes())
		if ok && !c.says() {
			if c.Scratch {
				scratch(items)
			}
			items = append(items, item{first: i, end: i + len(c.say), cmd: &c.Command})
			if i += len(c.say); c.Ends {
				line = i
			}
			continue
		}
		it := item{first: i, end: i + 1, text: words[i].Text}
		if ok {
			it.signal, it.signalWords = c.Does, len(c.say)
		}
		items = append(items, it)
		i++
	}
	return items
}

// at finds the command that begins at word i of the line that began at word
// line; apart says that a sentence may begin there.
func (f *Formatter) at(said []string, line, i int, apart bool) (best command, ok bool) {
	for _, c := range f.byFirst[said[i]] {
		if len(c.say) > len(best.say) && (apart || !c.Apart) && c.fits(said[i:]) && !f.ordinary(c, said, line, i) {
			best, ok = c, true
		}
	}
	return best, ok
}

// fits reports whether the words begin with the command. An engine may have
// set a mark of its own after a command of several words.
func (c command) fits(said []string) bool {
	if len(said) < len(c.say) {
		return false
	}
	last := len(c.say) - 1
	for i, w := range c.say {
		heard := said[i]
		if i == last && i > 0 {
			heard = bareWord(heard)
		}
		if heard != w {
			return false
		}
	}
	return true
}

// trailing gives the marks that end a word.
func trailing(word string) string {
	return word[len(strings.TrimRight(word, ".,;:?!")):]
}

func bareWord(word string) string { return strings.TrimSuffix(word, trailing(word)) }

// ordinary reports whether the command's name is meant as a word. After a known
// heading that began the line a colon is a colon: "diagnosis colon carcinoma".
func (f *Formatter) ordinary(c command, said []string, line, i int) bool {
	after := i + len(c.say)
	if c.Heading && f.english && i-line <= headingWords {
		if _, known := headingNames[headingKey(strings.Join(said[line:i], " "))]; known {
			return false
		}
	}
	if i > 0 && (slices.Contains(c.NotAfter, said[i-1]) || c.Noun && strings.HasSuffix(said[i-1], ",")) {
		return true
	}
	if after < len(said) && slices.Contains(c.NotBefore, bareWord(said[after])) && !c.meantBefore(said[after:]) {
		return true
	}
	if !c.Noun || after == len(said) {
		return false
	}
	for _, next := range f.byFirst[said[after]] {
		if next.Left && !next.Right && betweenWords(next.Write) && next.fits(said[after:]) {
			return true
		}
	}
	return false
}

// meantBefore reports whether what follows makes the command one all the same.
func (c command) meantBefore(said []string) bool {
	return slices.ContainsFunc(c.Before, func(phrase string) bool {
		return command{say: strings.Fields(phrase)}.fits(said)
	})
}

// betweenWords reports whether a mark stands between words: not one that closes
// brackets, before which a sentence may end.
func betweenWords(mark string) bool { return mark != "" && mark != ")" && mark != `"` }
