package transcript

import (
	"strconv"
	"strings"
)

// letterOf gives the letter that a word says: "c", "c."; 0 for other words.
func letterOf(word string) byte {
	if len(word) == 1 || len(word) == 2 && word[1] == '.' {
		if c := word[0]; 'a' <= c && c <= 'z' {
			return c
		}
	}
	return 0
}

func dotted(word string) bool { return len(word) == 2 && word[1] == '.' }

// letters gives the letters said one by one from atom i on. Without points
// "a" and "i" are words, unless other letters are around them.
func (s *phrase) letters(i int) (text string, end int) {
	for end = i; letterOf(s.word(end)) != 0; end++ {
		text += string(letterOf(s.word(end)))
	}
	for end > i && loose(s.word(end-1)) {
		text, end = text[:len(text)-1], end-1
	}
	if next := s.word(end); len(text) > 1 && (text[len(text)-1] == 'q' && (perTime[next] || numberWord(next)) || next == "spine") {
		text, end = text[:len(text)-1], end-1
	}
	if end > i && loose(s.word(i)) {
		return "", i
	}
	return text, end
}

func loose(word string) bool { return word == "a" || word == "i" }

// spelled writes letters said one by one: "c. t." and "b. i. d.".
func spelled(s *phrase, i int) []piece {
	if w := s.word(i); w == "x" || w == "x." {
		if next := s.word(i + 1); next == "ray" || next == "rays" {
			return one(i, i+2, "x-"+next)
		}
	}
	if c := letterOf(s.word(i)); s.word(i+1) == "spine" && c != 's' && vertebrae[c] > 0 {
		return one(i, i+2, upper(string(c))+"-spine")
	}
	text, _ := s.letters(i)
	switch {
	case len(text) > 1:
		return lettersPieces(text)
	case dotted(s.word(i)), len(text) == 1 && lettered[s.before(i)]:
		return one(i, i+1, strings.ToUpper(s.word(i)[:1]))
	}
	return nil
}

// lettersPieces writes a run of letters: as one or several of [letterWords], or
// as one abbreviation.
func lettersPieces(text string) []piece {
	if out := knownLetters(text); out != nil {
		return out
	}
	return one(0, len(text), strings.ToUpper(text))
}

// knownLetters splits letters into those with a written form of their own:
// "p o b i d".
func knownLetters(text string) []piece {
	for n := len(text); n > 1; n-- {
		form := letterWords[text[:n]]
		if form == "" {
			continue
		}
		out := one(0, n, strings.ReplaceAll(form, "_", " "))
		if n == len(text) {
			return out
		}
		if rest := knownLetters(text[n:]); rest != nil {
			return append(out, rest...)
		}
	}
	return nil
}

// lettered things have a letter for a name.
var lettered = set("vitamin hepatitis protein influenza doctor")

// frequency writes "q six hours" and "q four to six hours".
func frequency(s *phrase, i int) []piece {
	if letterOf(s.word(i)) != 'q' {
		return nil
	}
	switch next := s.word(i + 1); {
	case next == "day":
		return one(i, i+2, letterWords["qd"])
	case next == "other" && s.word(i+2) == "day":
		return one(i, i+3, "every other day")
	case perTime[next]:
		return append(one(i, i+1, "q."), piece{n: 1})
	}
	n := s.number(i + 1)
	if !n.exact() {
		return nil
	}
	text, end := n.text, n.end
	if s.word(end) == "to" {
		if to := s.number(end + 1); to.exact() && n.value < to.value {
			text, end = text+"-"+to.text, to.end
		}
	}
	switch w := s.word(end); {
	case w == "hour", w == "hours", letterOf(w) == 'h':
		return one(i, end+1, "q."+text+"h.")
	}
	return nil
}

// perTime are words after "q" for how often.
var perTime = set("day other week month hour shift morning evening night monday tuesday wednesday thursday friday saturday sunday")

// suture writes a thread's size: "three oh vicryl".
func suture(s *phrase, i int) []piece {
	text, end := s.sutureSize(i)
	if text == "" {
		return nil
	}
	return one(i, end, text)
}

func (s *phrase) sutureSize(i int) (text string, end int) {
	v, ok := smallNumbers[s.word(i)]
	zero := oh(s.word(i+1)) || s.word(i+1) == "zero"
	switch {
	case ok && zero && 1 <= v && v <= 12 && !numberWord(s.word(i+2)) && s.sutureNear(i+2):
		return strconv.FormatInt(v, 10) + "-0", i + 2
	case ok && v == 0 && sutures[s.word(i+1)]:
		return "0", i + 1
	}
	return "", i
}

// sutureNear reports whether a thread is named near atom i.
func (s *phrase) sutureNear(i int) bool {
	return s.follows(i, 5, sutures) || s.saidOf(i, 6, sutures)
}

// species writes an initial before a bacterium's name; a spoken "period" there
// belongs to it.
func species(s *phrase, i int) []piece {
	c, at := letterOf(s.word(i)), i+1
	if s.mark(at) == "." {
		at++
	}
	if c == 0 || s.atoms[i].tail != "" || at >= len(s.atoms) || !bacteria[s.atoms[at].word] {
		return nil
	}
	return append(one(i, at, strings.ToUpper(string(c))+"."), piece{n: 1})
}

// vertebrae is how many there are by letter.
var vertebrae = map[byte]int64{'c': 8, 't': 12, 'l': 6, 's': 5}

// vertebra reads "l four" at atom i; several of them may follow one letter.
func (s *phrase) vertebra(i int) (letter byte, v int64, end int) {
	letter = letterOf(s.word(i))
	v, ok := small(s.word(i + 1))
	if !ok || v < 1 || v > vertebrae[letter] {
		return 0, 0, i
	}
	return letter, v, i + 2
}

// spine writes vertebrae and the discs between: "l four five", "c five c six".
// The heart's sounds "s one s two" and cranial waves have the same form.
func spine(s *phrase, i int) []piece {
	letter, v, end := s.vertebra(i)
	if letter == 0 || notSpine[s.before(i)] || letterOf(s.before(i)) != 0 && !spinal(s.before(i)) {
		return nil
	}
	text := upper(string(letter)) + strconv.FormatInt(v, 10)
	joint := end
	if s.mark(joint) == "-" {
		joint++
	}
	if next, ok := small(s.word(joint)); ok && next == v+1 && next <= vertebrae[letter] {
		text, end = text+"-"+strconv.FormatInt(next, 10), joint+1
	} else if c, w, after := s.vertebra(joint); c != 0 && adjoining(letter, v, c, w) {
		text, end = text+"-"+upper(string(c))+strconv.FormatInt(w, 10), after
	}
	if s.goesOn(end) && s.word(end) != "to" || s.measure(end).known {
		return nil
	}
	return one(i, end, text)
}

func spinal(word string) bool { return vertebrae[letterOf(word)] > 0 }

// adjoining reports whether the second vertebra is the one below the first.
func adjoining(a byte, v int64, b byte, w int64) bool {
	if a == b {
		return a != 's' && w == v+1
	}
	return w == 1 && (a == 'c' && v >= 7 && b == 't' || a == 't' && v == 12 && b == 'l' || a == 'l' && v >= 5 && b == 's')
}

// coded writes a letter and its number: "b twelve", "a one c".
func coded(s *phrase, i int) []piece {
	c := letterOf(s.word(i))
	v, ok := small(s.word(i + 1))
	before := s.before(i)
	vitamin := before == "vitamin" && s.number(i+1).kind == unread // "b twelve one thousand micrograms"
	if c == 0 || !ok || v > 12 || !vitamin && (s.goesOn(i+2) || s.measure(i+2).known) {
		return nil
	}
	switch {
	case c == 'a' && v == 1 && letterOf(s.word(i+2)) == 'c':
		return one(i, i+3, "A1c")
	case before == "vitamin" && !(c == 'b' || c == 'd' && (v == 2 || v == 3)), before != "vitamin" && notSpine[before]:
		return nil
	case c == 'a' && (dotted(s.word(i)) || before == "the"), strings.IndexByte("bdghmnpfvrt", c) >= 0:
		return one(i, i+2, upper(string(c))+strconv.FormatInt(v, 10))
	}
	return nil
}

// gases writes "o two" and other letters with their number.
func gases(s *phrase, i int) []piece {
	text, end := s.letters(i)
	v, ok := small(s.word(end))
	if end == i || !ok || s.goesOn(end+1) || s.measure(end+1).known {
		return nil
	}
	if form := letterNumbers[text+strconv.FormatInt(v, 10)]; form != "" {
		return one(i, end+1, form)
	}
	return nil
}

// title writes "doctor" before a name, and the name with a capital.
func title(s *phrase, i int) []piece {
	text := nameTitles[s.word(i)]
	next := s.word(i + 1)
	if text == "" || next == "" || beforeNoTitle[s.before(i)] || afterNoTitle[next] || numberWord(next) {
		return nil
	}
	if letters, end := s.letters(i + 1); end > i+1 {
		return append(one(i, i+1, text), one(i+1, end, strings.ToUpper(letters))...)
	}
	return append(one(i, i+1, text), one(i+1, i+2, capital(next))...)
}

// roman writes the numbers of grades, stages and cranial nerves.
func roman(s *phrase, i int) []piece {
	w := s.word(i)
	at := i + 1
	nerve := (w == "nerve" || w == "nerves") && s.before(i) == "cranial"
	if !romanAfter[w] && !nerve || w == "grade" && s.saidOf(i, 3, arabicGrades) {
		return nil
	}
	out := keep(i, at)
	for {
		v, ok := small(s.word(at))
		if !ok || v < 1 || v > 12 || s.goesOn(at+1) && s.word(at+1) != "to" || s.word(at+1) == "over" || s.measure(at+1).known {
			break
		}
		text := romans[v]
		end := at + 1
		if c := letterOf(s.word(end)); w == "stage" && (c == 'b' || c == 'c') {
			text, end = text+upper(string(c)), end+1
		}
		out = append(out, one(at, end, text)...)
		if j := s.word(end); j != "to" && j != "through" && j != "and" && j != "or" {
			return out
		}
		out = append(out, piece{n: 1})
		at = end + 1
	}
	if len(out) < 3 {
		return nil
	}
	return out[:len(out)-1] // the joining word goes on to something else
}

var romans = [13]string{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// oriented writes "oriented times three".
func oriented(s *phrase, i int) []piece {
	v, ok := small(s.word(i + 1))
	if s.word(i) != "times" || !ok || v > 4 || !s.said(i, 4, "oriented") {
		return nil
	}
	return one(i, i+2, "x"+strconv.FormatInt(v, 10))
}

// numbered writes "number fifteen blade".
func numbered(s *phrase, i int) []piece {
	if s.word(i) != "number" || s.saidOf(i, 3, identifiers) {
		return nil
	}
	if text, end := s.sutureSize(i + 1); text != "" {
		return one(i, end, "#"+text)
	}
	n := s.number(i + 1)
	if n.end > 0 && s.mayBeTwo(i+1, n) {
		return keep(i, n.end)
	}
	if n.kind != whole && n.kind != literal || s.goesOn(n.end) || ordinals[s.word(n.end)] > 0 {
		return nil
	}
	return one(i, n.end, "#"+n.text)
}

// listEntry writes "number two" at the start of a line, or in turn after a
// sentence, as the number of a list's entry.
func listEntry(s *phrase, i int) []piece {
	at := i
	if s.word(i) == "number" {
		at++
	} else if !s.lineStart(i) {
		return nil
	}
	n := s.number(at)
	if n.kind != whole || n.value < 1 || n.value > 99 {
		return nil
	}
	end := n.end
	if s.mark(end) == "." {
		end++
	} else if at == i {
		return nil
	}
	inTurn := n.value == s.list+1 && (s.list > 0 && s.closed(i) || n.value == 1 && s.mark(i-1) == ":")
	begins := s.lineStart(i) && (n.value == 1 || i > 0) && !instruments[s.word(n.end)]
	if at == i && (i == 0 || n.value != s.list+1) || !begins && !inTurn || s.atoms[n.end-1].tail != "" && s.atoms[n.end-1].tail != "." {
		return nil
	}
	return []piece{{n: end - i, text: n.text + ".", list: n.value}}
}

// instruments have a number before them at the start of a line too.
var instruments = set("blade scalpel french foley needle suture silk catheter")

// closed reports whether a sentence ended just before atom i.
func (s *phrase) closed(i int) bool {
	m := s.mark(i - 1)
	return m == "." || m == "?" || m == "!" || i > 0 && strings.Contains(s.atoms[i-1].tail, ".")
}
