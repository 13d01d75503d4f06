package check

import (
	"strings"
	"time"
)

// Heard is one thing that an author says about whom and what he dictates. It is
// patient data.
type Heard struct {
	Name  string `json:"name"`  // "name", "mrn", "visit", "birth date", "date", "author" or "worktype"
	Text  string `json:"text"`  // as it was recognised
	Value string `json:"value"` // digits, a date as 2006-01-02, a worktype; of names the words
	Place
	Audio Span `json:"audio"` // zero without times
}

// Header reads what is said in the first and last 30 seconds of whom and what
// the dictation is about. It compares with nothing and guesses nothing.
func Header(in Input) []Heard {
	in.Patient, in.Worktype = Patient{}, ""
	n := read(in)
	var all []Heard
	for i := range n.words {
		if !n.atEdge(i) {
			continue
		}
		for _, read := range []func(int) (Heard, bool){n.saidName, n.saidNumber, n.saidAuthor, n.saidWorktype} {
			if h, ok := read(i); ok {
				all = append(all, h)
			}
		}
	}
	for _, d := range n.dates {
		t, ok := d.time()
		if !ok || d.day == 0 || !n.atEdge(d.first) {
			continue
		}
		name := "date"
		if n.dateRole(d) == "born" {
			name = "birth date"
		}
		all = append(all, n.heard(name, t.Format(time.DateOnly), d.first, d.end))
	}
	return all
}

func (n *note) heard(name, value string, from, to int) Heard {
	return Heard{Name: name, Text: n.quote(from, to), Value: value, Place: n.place(from, to), Audio: n.audio(from, to)}
}

// nameFrom gives the words of a name that begins at word i or behind words like
// "is"; end equals at where there is none.
func (n *note) nameFrom(i int) (at, end int) {
	at = i
	for at < len(n.words) && filler()[n.key(at)] {
		at++
	}
	end = at
	for end < min(at+4, len(n.words)) && nameLike(n.words[end]) && !(end > at && n.words[end-1].pause && !n.lastFirst(end-1)) {
		end++
	}
	return at, end
}

func (n *note) saidName(i int) (Heard, bool) {
	_, after := nameCues().at(n, i)
	if after == i {
		return Heard{}, false
	}
	at, end := n.nameFrom(after)
	if end == at {
		return Heard{}, false
	}
	return n.heard("name", n.quote(at, end), at, end), true
}

// numberCues come before a number: of the record, or of the visit.
var numberCues = phraseTable(`
mrn: mrn, medical record number, record number, chart number, patient number
visit: visit number, encounter number, account number, case number
`)

func (n *note) saidNumber(i int) (Heard, bool) {
	cue, at := numberCues().at(n, i)
	if at == i {
		return Heard{}, false
	}
	for at < len(n.words) && (filler()[n.key(at)] || n.key(at) == "number") {
		at++
	}
	digits, end := n.digitRun(at)
	if len(digits) < 3 {
		return Heard{}, false
	}
	return n.heard(cue, digits, at, end), true
}

// authorCues come before the name of who dictates.
var authorCues = phraseTable(`
this is doctor: this is dr
dictated by: dictated by, dictating physician, dictating physician is, author is
`)

func (n *note) saidAuthor(i int) (Heard, bool) {
	_, at := authorCues().at(n, i)
	if at == i {
		return Heard{}, false
	}
	for at < len(n.words) && (n.key(at) == "dr" || n.key(at) == "doctor") {
		at++
	}
	at, end := n.nameFrom(at)
	if end == at {
		return Heard{}, false
	}
	return n.heard("author", n.quote(at, end), at, end), true
}

func (n *note) saidWorktype(i int) (Heard, bool) {
	if n.key(i) != "is" || n.key(i-1) != "this" {
		return Heard{}, false
	}
	for j := i + 1; j < min(i+5, len(n.words)); j++ {
		if name, end := worktypeWords().at(n, j); end > j {
			return n.heard("worktype", name, j, end), true
		}
	}
	return Heard{}, false
}

// Likeness says how one thing that was said fits a patient.
type Likeness struct {
	Heard
	Verdict Verdict
	Points  int // what it counts in a ranking
}

// Liken compares what was said with a patient: names by their sound, numbers
// digit by digit. What says nothing about patients is left out.
func Liken(said []Heard, p Patient) (all []Likeness, points int) {
	for _, h := range said {
		l := Likeness{Heard: h}
		switch h.Name {
		case "name":
			l.Verdict, l.Points = likeName(h.Value, p)
		case "mrn":
			l.Verdict, l.Points = likeNumber(h.Value, p.MRN)
		case "birth date":
			l.Verdict, l.Points = likeDay(h.Value, p.BirthDate)
		}
		if l.Verdict != "" {
			all = append(all, l)
			points += l.Points
		}
	}
	return all, points
}

func likeName(said string, p Patient) (Verdict, int) {
	var words []word
	for w := range strings.FieldsSeq(strings.ReplaceAll(said, ",", " ")) {
		words = append(words, word{text: w, key: keyOf(strings.Trim(w, ".,;:"))})
	}
	if len(words) == 0 || p.Family == "" {
		return "", 0
	}
	switch score := nameScore(words, p); {
	case score >= 0.75:
		return Match, 4
	case score >= 0.5:
		return Unknown, 1
	}
	return Mismatch, -2
}

func likeNumber(said, number string) (Verdict, int) {
	got, want := strings.TrimLeft(digitsOf(said), "0"), strings.TrimLeft(digitsOf(number), "0")
	if got == "" || want == "" {
		return "", 0
	}
	switch edits(got, want) {
	case 0:
		return Match, 6
	case 1:
		return Unknown, 2
	}
	return Mismatch, -3
}

func likeDay(said string, born time.Time) (Verdict, int) {
	t, err := time.Parse(time.DateOnly, said)
	if err != nil || born.Year() <= 1 {
		return "", 0
	}
	same := 0
	for _, equal := range []bool{t.Year() == born.Year(), t.Month() == born.Month(), t.Day() == born.Day()} {
		if equal {
			same++
		}
	}
	switch same {
	case 3:
		return Match, 5
	case 2:
		return Unknown, 1
	}
	return Mismatch, -3
}

// SameName reports whether two names of people sound alike: every word of the
// shorter is one of the longer.
func SameName(a, b string) bool {
	one, two := strings.Fields(a), strings.Fields(b)
	if len(one) > len(two) {
		one, two = two, one
	}
	found := 0
	for _, w := range one {
		if len(lettersOf(w)) < 3 || titles()[strings.ToLower(strings.Trim(w, "."))] {
			continue
		}
		ok := false
		for _, o := range two {
			ok = ok || alike(w, o) >= 0.8
		}
		if !ok {
			return false
		}
		found++
	}
	return found > 0
}

var titles = wordSet("dr doctor prof professor md do")
