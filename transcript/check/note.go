package check

import (
	"strings"
	"unicode"

	"dictation/transcript"
)

// word is a piece of a token: tokens are cut at hyphens, at slashes, and between
// a number and its unit ("57-year-old", "120/80", "5mg"), so that written and
// spoken forms read alike.
type word struct {
	text     string // as it stands, without punctuation around it
	key      string // lower case, without possessive and without the points of initials
	from, to int    // bytes
	joint    byte   // what ties it to the word before, within one token: '-', '/', or 'x' for nothing between
	stop     bool   // a sentence ends after it
	pause    bool   // punctuation follows: a phrase does not go on
	colon    bool   // the punctuation is a colon
	line     bool   // first of its line
	index    bool   // the number of a list's item: "2."
	section  int    // of note.sections
	sentence int    // of note.sentences
	token    int    // of transcript.Tokens
}

// run is words[first:end].
type run struct{ first, end int }

// section is a part of the note under a heading.
type section struct {
	name string // lower case, empty before the first heading
	run
}

// note is a text read once, for all checks.
type note struct {
	in         Input
	words      []word
	sentences  []run
	sections   []section
	times      []transcript.Word // one for each token, or nil
	quantities []quantity
	drugs      []mention
	dates      []date
}

func read(in Input) *note {
	n := &note{in: in}
	tokens := transcript.Tokens(in.Text)
	n.times = in.Words
	if len(in.Words) > 0 && len(in.Words) != len(tokens) {
		n.times = transcript.Retime(in.Words, in.Text)
	}
	for i, t := range tokens {
		n.cut(t, i)
	}
	n.sections = append(n.sections, section{})
	n.layout()
	n.dates = n.findDates()
	n.quantities = n.findQuantities()
	n.drugs = n.findDrugs()
	return n
}

// cut adds the words of a token.
func (n *note) cut(t transcript.Token, index int) {
	line := index == 0 || strings.ContainsRune(n.in.Text[n.lastEnd():t.Offset], '\n')
	begun := len(n.words)
	at := 0
	var joint byte
	for at < len(t.Text) {
		end := at + piece(t.Text[at:])
		n.addWord(t, index, at, end, joint)
		if end >= len(t.Text) {
			break
		}
		joint = 'x'
		if c := t.Text[end]; c == '-' || c == '/' {
			joint = c
			end++
		}
		at = end
	}
	if begun == len(n.words) {
		return
	}
	n.words[begun].line = line
	n.words[begun].joint = 0
	n.punctuate(begun, t)
}

func (n *note) lastEnd() int {
	if len(n.words) == 0 {
		return 0
	}
	return n.words[len(n.words)-1].to
}

// piece gives the length of the first piece of a token.
func piece(s string) int {
	digits := false
	for i, r := range s {
		switch {
		case i > 0 && (r == '-' || r == '/' || r == '%'):
			return i
		case unicode.IsDigit(r):
			digits = true
		case digits && unicode.IsLetter(r):
			if rest := strings.ToLower(strings.TrimRight(s[i:], ".,;:)")); glued(rest) {
				return i
			}
			digits = false
		case r != '.' && r != ',':
			digits = false
		}
	}
	return len(s)
}

// glued reports whether a unit follows its number without a space: "5mg/kg".
func glued(rest string) bool {
	if i := strings.IndexAny(rest, "-/"); i >= 0 {
		rest = rest[:i]
	}
	_, ok := unitOf(rest)
	return ok && rest != "in" && rest != "a"
}

func (n *note) addWord(t transcript.Token, index, from, to int, joint byte) {
	raw := t.Text[from:to]
	end := len(strings.TrimRightFunc(raw, outside))
	begin := end - len(strings.TrimLeftFunc(raw[:end], outside))
	if begin > 0 && begin < end && raw[begin-1] == '.' && digit(raw[begin:]) {
		begin--
	}
	if begin == end {
		return
	}
	text := raw[begin:end]
	n.words = append(n.words, word{
		text: text, key: keyOf(text), from: t.Offset + from + begin, to: t.Offset + from + end,
		joint: joint, token: index,
	})
}

func outside(r rune) bool {
	return unicode.IsPunct(r) && r != '%' && r != '_' || r == '+' || r == '=' || r == '°'
}

func digit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func keyOf(text string) string {
	k := strings.ReplaceAll(strings.ToLower(text), "’", "'")
	k = strings.TrimSuffix(k, "'s")
	if strings.Contains(k, ".") && !strings.ContainsAny(k, "0123456789") {
		k = strings.ReplaceAll(k, ".", "")
	}
	return k
}

// punctuate notes what stands after the last word of a token.
func (n *note) punctuate(begun int, t transcript.Token) {
	last := &n.words[len(n.words)-1]
	after := n.in.Text[last.to : t.Offset+len(t.Text)]
	if after == "" {
		return
	}
	last.pause = strings.ContainsAny(after, ".,;:!?)")
	last.colon = strings.Contains(after, ":")
	last.stop = strings.ContainsAny(after, "!?;") || strings.Contains(after, ".") && !abbreviated(last.text)
	first := &n.words[begun]
	first.index = begun == len(n.words)-1 && first.line && digit(first.text) && strings.HasPrefix(after, ".")
	if first.index {
		last.stop, last.pause = true, true
	}
}

// abbreviated reports whether a point after the text does not end a sentence.
func abbreviated(text string) bool {
	if i := strings.LastIndexByte(text, '.'); i >= 0 && i == len(text)-2 {
		return true // "b.i.d."
	}
	switch strings.ToLower(text) {
	case "dr", "mr", "mrs", "ms", "st", "vs", "approx", "jr", "sr", "etc":
		return true
	}
	return len(text) == 1 && text[0] >= 'A' && text[0] <= 'Z'
}

// layout books sentences and sections.
func (n *note) layout() {
	begin := 0
	for i := range n.words {
		w := &n.words[i]
		if w.line || i == begin {
			n.heading(i, w.line)
		}
		w.section = len(n.sections) - 1
		w.sentence = len(n.sentences)
		next := i + 1
		if next == len(n.words) || w.stop || n.words[next].line {
			n.sentences = append(n.sentences, run{begin, next})
			begin = next
		}
		n.sections[w.section].end = next
	}
}

// headingWords is how many words a heading has at most.
const headingWords = 6

// heading opens a section where a line begins with a few words and a colon, or
// is nothing but capitals.
func (n *note) heading(i int, line bool) {
	for j := i; j < min(i+headingWords, len(n.words)); j++ {
		w := n.words[j]
		if j > i && w.line || w.stop && !w.colon {
			break
		}
		if w.colon {
			if name := n.phrase(i, j+1); line || named(name) {
				n.sections = append(n.sections, section{name, run{i, i}})
			}
			return
		}
	}
	if !line {
		return
	}
	if end := n.lineEnd(i); end-i <= headingWords && capitals(n.in.Text[n.words[i].from:n.words[end-1].to]) {
		n.sections = append(n.sections, section{n.phrase(i, end), run{i, i}})
	}
}

// named reports whether a heading in the middle of a line is one of a section.
func named(heading string) bool {
	for _, s := range []string{"medication", "history", "allerg", "review of", "exam", "assessment", "plan", "impression", "laborator"} {
		if strings.Contains(heading, s) {
			return true
		}
	}
	return false
}

func (n *note) lineEnd(i int) int {
	for i++; i < len(n.words) && !n.words[i].line; i++ {
		continue
	}
	return i
}

func capitals(s string) bool {
	return len(s) > 3 && s == strings.ToUpper(s) && strings.ContainsFunc(s, unicode.IsLetter) && !strings.ContainsFunc(s, unicode.IsDigit)
}

// phrase joins the keys of words.
func (n *note) phrase(from, to int) string {
	keys := make([]string, 0, to-from)
	for _, w := range n.words[from:to] {
		keys = append(keys, w.key)
	}
	return strings.Join(keys, " ")
}

// key gives the key of word i, empty beyond the text.
func (n *note) key(i int) string {
	if i < 0 || i >= len(n.words) {
		return ""
	}
	return n.words[i].key
}

func (n *note) sectionOf(i int) string { return n.sections[n.words[i].section].name }

// inSection reports whether word i stands under a heading with one of the words.
func (n *note) inSection(i int, names ...string) bool {
	name := n.sectionOf(i)
	for _, s := range names {
		if strings.Contains(name, s) {
			return true
		}
	}
	return false
}

// place is the text of words[from:to].
func (n *note) place(from, to int) Place {
	a, b := n.words[from], n.words[to-1]
	return Place{a.from, b.to - a.from}
}

// quote is the text of words[from:to] as a reason may show it.
func (n *note) quote(from, to int) string {
	p := n.place(from, to)
	s := strings.Join(strings.Fields(n.in.Text[p.Offset:p.Offset+p.Length]), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// audio is where words[from:to] are in the sound.
func (n *note) audio(from, to int) Span {
	if len(n.times) == 0 {
		return Span{}
	}
	return Span{n.times[n.words[from].token].StartMS, n.times[n.words[to-1].token].EndMS}
}

// confidence is the lowest of words[from:to]; false where the engine gave none.
func (n *note) confidence(from, to int) (float64, bool) {
	low, given := 1.0, false
	for i := from; i < to; i++ {
		if len(n.times) == 0 {
			break
		}
		if c := n.times[n.words[i].token].Confidence; c != nil {
			low, given = min(low, *c), true
		}
	}
	return low, given
}

func (n *note) flag(k Kind, s Severity, from, to int, reason string, evidence ...Place) Flag {
	return Flag{Kind: k, Severity: s, Place: n.place(from, to), Audio: n.audio(from, to), Reason: reason, Evidence: evidence}
}
