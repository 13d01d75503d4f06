package pipeline

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dictation/transcript"
)

// Code is an entry of the site's own table of codes.
type Code struct {
	System string `json:"system"` // as the site's file names it: "ICD-10-CM"
	Code   string `json:"code"`
	Title  string `json:"title"`
}

// CodeEntry is a code with the words that speak for it besides its title.
type CodeEntry struct {
	Code
	Terms []string
}

// Phrases are the normal forms (see [WordRun]) of what speaks for the code.
func (e CodeEntry) Phrases() []string {
	title := e.Title
	if head, rest, ok := strings.Cut(title, ","); ok && strings.HasPrefix(strings.TrimSpace(rest), "unspecified") {
		title = head // nobody dictates that
	}
	var phrases []string
	for _, term := range append([]string{e.Title, title}, e.Terms...) {
		var words []string
		for _, w := range wordsOf(term) {
			words = append(words, w.lower)
		}
		if p := strings.Join(words, " "); p != "" && len(words) <= phraseWords && !slices.Contains(phrases, p) {
			phrases = append(phrases, p)
		}
	}
	return phrases
}

// NoteCode is a code that a person gave a note.
type NoteCode struct {
	ID int64 `json:"-"`
	Code
	From    int       `json:"from,omitempty"` // bytes of the note's text that speak of it; From equals To for none
	To      int       `json:"to,omitempty"`
	GivenBy string    `json:"given_by"`
	GivenAt time.Time `json:"given_at"`
}

// Proposal is a code that a note's own words speak for.
type Proposal struct {
	Code
	From, To int // bytes of the text
}

// WordRun is a run of words in a text.
type WordRun struct {
	Text     string // lower-case words with one space between
	From, To int    // bytes
}

const (
	phraseWords = 7    // a phrase has at most
	mostPhrased = 4000 // words of a text that are looked at
	denialReach = 8    // words that a denial is about
)

// denials turn what follows in their sentence into its opposite.
var denials = []string{
	"no", "not", "denies", "denied", "deny", "without", "negative", "never", "absent", "free", "rule", "ruled", "unlikely",
	"kein", "keine", "keinen", "keiner", "ohne", "nicht", "verneint",
}

// turns end the reach of a denial.
var turns = []string{"but", "however", "except", "aber", "jedoch"}

// foreign are sections that do not speak of what the patient has now: family
// history and allergies.
var foreign = []string{"10157-6", "48765-2"}

// WordRuns gives the runs of words in a text that can speak for a code: inside one
// sentence, not denied, and not in a section about something else.
func WordRuns(text string) []WordRun {
	var out []WordRun
	all := wordsOf(text)
	all = all[:min(len(all), mostPhrased)]
	skip := foreignParts(text)
	denied := 0
	for i, w := range all {
		switch {
		case w.first, slices.Contains(turns, w.lower):
			denied = 0
		case denied > 0:
			denied--
		}
		if slices.Contains(denials, w.lower) {
			denied = denialReach
		}
		if denied > 0 || inside(skip, w.from) {
			continue
		}
		run := ""
		for j := i; j < min(len(all), i+phraseWords) && (j == i || !all[j].first); j++ {
			if j > i && slices.Contains(denials, all[j].lower) {
				break
			}
			run = strings.TrimPrefix(run+" "+all[j].lower, " ")
			out = append(out, WordRun{run, w.from, all[j].to})
		}
	}
	return out
}

// Propose picks the codes for phrases of a text, known as found by the phrase's
// words: of phrases that lie in one another the longest, of each code the first
// place. Phrases come as [WordRuns] gives them.
func Propose(phrases []WordRun, found map[string][]Code) []Proposal {
	var out []Proposal
	seen := make(map[[2]string]bool)
	end := 0 // of the longest phrase so far
	for i := 0; i < len(phrases); {
		from, best := phrases[i].From, -1
		for ; i < len(phrases) && phrases[i].From == from; i++ {
			if len(found[phrases[i].Text]) > 0 {
				best = i
			}
		}
		if best < 0 || phrases[best].To <= end {
			continue
		}
		end = phrases[best].To
		for _, c := range found[phrases[best].Text] {
			if key := [2]string{c.System, c.Code}; !seen[key] {
				seen[key] = true
				out = append(out, Proposal{c, from, end})
			}
		}
	}
	return out
}

// codedWord is a word of a text.
type codedWord struct {
	lower    string
	from, to int
	first    bool // of its sentence
}

// wordsOf divides a text into words; hyphens and points inside a word belong to it.
func wordsOf(text string) (words []codedWord) {
	first := true
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			if strings.ContainsRune(".;:!?", r) || strings.HasPrefix(text[at:], "\n\n") {
				first = true
			}
			at += n
			continue
		}
		from := at
		for at < len(text) {
			r, n := utf8.DecodeRuneInString(text[at:])
			next, _ := utf8.DecodeRuneInString(text[at+n:])
			joins := strings.ContainsRune("-'.", r) && (unicode.IsLetter(next) || unicode.IsDigit(next))
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !joins {
				break
			}
			at += n
		}
		words = append(words, codedWord{strings.ToLower(text[from:at]), from, at, first})
		first = false
	}
	return words
}

// foreignParts are the bytes of a text in [foreign] sections, as pairs.
func foreignParts(text string) (parts [][2]int) {
	for _, s := range transcript.Sections(text) {
		if slices.Contains(foreign, s.LOINC) {
			parts = append(parts, [2]int{s.Offset, s.Body + s.Length})
		}
	}
	return parts
}

func inside(parts [][2]int, at int) bool {
	return slices.ContainsFunc(parts, func(p [2]int) bool { return p[0] <= at && at < p[1] })
}
