package check

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Verdict says how spoken and bound identity compare.
type Verdict string

// The verdicts.
const (
	Match    Verdict = "match"    // something that was said fits, nothing speaks against it
	Mismatch Verdict = "mismatch" // clearly another patient: hold the dictation
	Unknown  Verdict = "unknown"  // nothing was said, or it cannot be told from mishearing
)

// IdentityField is one thing that was said of the patient or the dictation.
type IdentityField struct {
	Name    string  `json:"name"` // "name", "mrn", "birth date", "sex", "worktype"
	Verdict Verdict `json:"verdict"`
	Place
	Audio  Span   `json:"audio"`
	Reason string `json:"reason"` // a sentence; patient data
}

// IdentityResult is what Identity found.
type IdentityResult struct {
	// Verdict is of the patient; it is Mismatch too when a worktype that was
	// named outright is another one.
	Verdict Verdict         `json:"verdict"`
	Audio   Span            `json:"audio"` // the clip to listen to; zero without times
	Fields  []IdentityField `json:"fields"`
}

// spokenMS is where authors name the patient: at the start and at the end.
const spokenMS = 30_000

// spokenWords stands for spokenMS where words have no times.
const spokenWords = 80

// Identity compares who was spoken of in the first and last 30 seconds with the
// patient and worktype the dictation is bound to. A name that was merely
// misheard does not make a mismatch; one that is clearly another, a record
// number that differs in more than one digit or another birth date does.
func Identity(in Input) IdentityResult {
	return read(in).identity()
}

func (n *note) identity() IdentityResult {
	r := IdentityResult{Verdict: Unknown}
	for i := range n.words {
		if !n.atEdge(i) {
			continue
		}
		for _, read := range []func(int) (IdentityField, bool){n.spokenName, n.spokenMRN, n.spokenSex, n.spokenWorktype} {
			if f, ok := read(i); ok {
				r.Fields = append(r.Fields, f)
			}
		}
	}
	for _, d := range n.dates {
		if f, ok := n.spokenBirth(d); ok {
			r.Fields = append(r.Fields, f)
		}
	}
	r.judge()
	return r
}

// judge weighs the fields. What fits outweighs a name that does not: names are
// what engines hear worst.
func (r *IdentityResult) judge() {
	has := map[string]map[Verdict]int{}
	for _, f := range r.Fields {
		if has[f.Name] == nil {
			has[f.Name] = map[Verdict]int{}
		}
		has[f.Name][f.Verdict]++
	}
	against := func(name string) bool { return has[name][Mismatch] > has[name][Match] }
	fits := func(name string) bool { return has[name][Match] > 0 }
	switch {
	case against("mrn") && !fits("name") && !fits("birth date"),
		against("birth date") && !fits("mrn"),
		against("name") && !fits("mrn") && !fits("birth date"),
		against("worktype"):
		r.Verdict = Mismatch
	case fits("name") || fits("mrn") || fits("birth date"):
		r.Verdict = Match
	}
	for _, f := range r.Fields {
		if (f.Verdict == r.Verdict || r.Verdict != Mismatch) && f.Audio.EndMS > 0 {
			r.Audio = f.Audio
			break
		}
	}
}

// atEdge reports whether word i was said in the first or last 30 seconds.
func (n *note) atEdge(i int) bool {
	if len(n.times) == 0 {
		return i < spokenWords || i >= len(n.words)-spokenWords
	}
	end := max(n.in.DurationMS, n.times[len(n.times)-1].EndMS)
	at := n.times[n.words[i].token].StartMS
	return at < spokenMS || at >= end-spokenMS
}

func (n *note) field(name string, v Verdict, from, to int, reason string) (IdentityField, bool) {
	return IdentityField{Name: name, Verdict: v, Place: n.place(from, to), Audio: n.audio(from, to), Reason: reason}, true
}

// nameCues come before a patient's name.
var nameCues = phraseTable(`
patient name is: patient name, name of patient, name of the patient, the patient is named, patient named
dictating on: dictation on, dictation for, dictating for, dictation regarding
report on: note on, note for, summary on, summary for, consultation on, report for, letter regarding
regarding: re
on patient: for patient, on the patient, for the patient
mr: mister
mrs: missus
ms: miss
`)

// spokenName reads a name after its cue at word i.
func (n *note) spokenName(i int) (IdentityField, bool) {
	p := n.in.Patient
	cue, at := nameCues().at(n, i)
	if at == i || p.Family == "" {
		return IdentityField{}, false
	}
	for at < len(n.words) && filler()[n.key(at)] {
		at++
	}
	end := at
	for end < min(at+4, len(n.words)) && nameLike(n.words[end]) && !(end > at && n.words[end-1].pause && !n.lastFirst(end-1)) {
		end++
	}
	if end == at {
		return IdentityField{}, false
	}
	said := n.words[at:end]
	title := len(cue) <= 3
	switch score := nameScore(said, p); {
	case score >= 0.75:
		return n.field("name", Match, i, end, "The name fits the patient.")
	case score >= 0.5 || !n.certainName(at, end, title):
		return n.field("name", Unknown, i, end, "The name may be the patient's, misheard.")
	}
	return n.field("name", Mismatch, i, end, fmt.Sprintf("“%s” is not the patient's name.", n.quote(at, end)))
}

// lastFirst reports whether a comma joins family and given name.
func (n *note) lastFirst(i int) bool { return n.comma(i) && !n.words[i].stop }

var filler = wordSet("is was a the mr mrs ms miss mister missus name patient named colon")

// nameLike reports whether a word can be part of a name as it stands.
func nameLike(w word) bool {
	r := []rune(w.text)
	return unicode.IsUpper(r[0]) && !unicode.IsDigit(r[len(r)-1]) && !notNames()[w.key]
}

var notNames = wordSet("he she the this that mrn date dob medical record number is was has patient age born sex male female",
	"a an and of for to in on with i we dr doctor")

// certainName reports whether a name was heard well enough to speak against the
// patient: given and family name, or a title and a family name, and no word of
// low confidence.
func (n *note) certainName(from, to int, title bool) bool {
	c, given := n.confidence(from, to)
	return (to-from >= 2 || title) && (!given || c >= 0.6)
}

// nameScore is how well the words fit the patient's name, 0 to 1: the family
// name counts, and the given one where both were said.
func nameScore(said []word, p Patient) float64 {
	family, given := 0.0, 0.0
	for _, w := range said {
		for part := range strings.FieldsSeq(strings.ReplaceAll(p.Family, "-", " ")) {
			family = max(family, alike(w.key, part))
		}
		for part := range strings.FieldsSeq(p.Given) {
			given = max(given, alike(w.key, part))
		}
	}
	joined := ""
	for _, w := range said {
		joined += w.key
	}
	family = max(family, alike(joined, p.Family), alike(joined, p.Given+p.Family))
	if len(said) == 1 {
		return family
	}
	return max(min(family, 0.5+given/2), (family+given)/2)
}

// spokenMRN compares a record number.
func (n *note) spokenMRN(i int) (IdentityField, bool) {
	k := n.key(i)
	cue := k == "mrn" || (k == "number" || k == "no") && (n.key(i-1) == "record" || n.key(i-1) == "chart" || n.key(i-1) == "mr")
	want := digitsOf(n.in.Patient.MRN)
	if !cue || len(want) < 4 {
		return IdentityField{}, false
	}
	at := i + 1
	for at < len(n.words) && (filler()[n.key(at)] || n.key(at) == "number") {
		at++
	}
	got, end := n.digitRun(at)
	if len(got) < 4 {
		return IdentityField{}, false
	}
	got, want = strings.TrimLeft(got, "0"), strings.TrimLeft(want, "0")
	switch distance := edits(got, want); {
	case distance == 0:
		return n.field("mrn", Match, i, end, "The record number is the patient's.")
	case distance == 1:
		return n.field("mrn", Unknown, i, end, "The record number differs from the patient's in one digit.")
	}
	return n.field("mrn", Mismatch, i, end, fmt.Sprintf("“%s” is not the patient's record number.", n.quote(at, end)))
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// digitRun reads digits as they are said: "4 4 1 0", "forty four ten", "MR-4410".
func (n *note) digitRun(i int) (string, int) {
	var b strings.Builder
	end := i
	for j := i; j < len(n.words) && j < i+16; j++ {
		w := n.words[j]
		num, ok := numerals()[w.key]
		switch {
		case strings.ContainsAny(w.key, "0123456789"):
			b.WriteString(digitsOf(w.key))
			end = j + 1
		case ok && num.kind == 'y' && n.digitNext(j):
			fmt.Fprintf(&b, "%d", int(num.value)/10)
			end = j + 1
		case ok && num.kind != 'h' && num.kind != 'k':
			fmt.Fprintf(&b, "%d", int(num.value))
			end = j + 1
		case len(w.key) <= 2 && j == end: // a letter among them
		default:
			return b.String(), end
		}
		if w.stop {
			break
		}
	}
	return b.String(), end
}

func (n *note) digitNext(i int) bool {
	next, ok := numerals()[n.key(i+1)]
	return ok && next.kind == 'd' && next.value > 0 && !n.words[i].pause
}

// spokenBirth compares a birth date of the first and last 30 seconds.
func (n *note) spokenBirth(d date) (IdentityField, bool) {
	t, ok := d.time()
	want := n.in.Patient.BirthDate
	if !n.atEdge(d.first) || want.IsZero() || d.day == 0 || n.dateRole(d) != "born" || !ok {
		return IdentityField{}, false
	}
	if t.Equal(want) {
		return n.field("birth date", Match, d.first, d.end, "The birth date is the patient's.")
	}
	same := 0
	for _, equal := range []bool{t.Year() == want.Year(), t.Month() == want.Month(), t.Day() == want.Day()} {
		if equal {
			same++
		}
	}
	if c, given := n.confidence(d.first, d.end); given && c < 0.6 && same == 2 {
		return n.field("birth date", Unknown, d.first, d.end, "The birth date may be the patient's, misheard.")
	}
	return n.field("birth date", Mismatch, d.first, d.end,
		fmt.Sprintf("“%s” is not the patient's birth date.", n.quote(d.first, d.end)))
}

// spokenSex compares "a 57-year-old woman".
func (n *note) spokenSex(i int) (IdentityField, bool) {
	said := sexOf(n.key(i))
	want := n.in.Patient.Sex
	if said == "" || want != "male" && want != "female" || !n.describes(i) {
		return IdentityField{}, false
	}
	if said == want {
		return n.field("sex", Match, i, i+1, "The sex is the patient's.")
	}
	return n.field("sex", Mismatch, i, i+1, fmt.Sprintf("The patient is %s; the note says “%s”.", want, n.words[i].text))
}

func sexOf(key string) string {
	switch key {
	case "man", "male", "gentleman", "boy":
		return "male"
	case "woman", "female", "lady", "girl":
		return "female"
	}
	return ""
}

// describes reports whether word i describes the patient: "year old male".
func (n *note) describes(i int) bool {
	for j := i - 1; j >= max(0, i-8); j-- {
		if n.words[j].stop {
			return false
		}
		if n.key(j) == "old" && (n.key(j-1) == "year" || n.key(j-1) == "years" || n.key(j-1) == "month") {
			return !n.near(run{j, i + 1}, 6, kin())
		}
		if n.key(j) == "yo" || n.key(j) == "sex" {
			return true
		}
	}
	return false
}

var kin = wordSet("mother father brother sister son daughter aunt uncle grandmother grandfather wife husband baby infant child",
	"children mom dad parents sibling siblings niece nephew cousin girlfriend boyfriend partner fetus twin donor nurse friend",
	"roommate driver his her")

// identityRules flags what Identity holds against the dictation.
func identityRules(n *note) []Flag {
	r := n.identity()
	var flags []Flag
	for _, f := range r.Fields {
		if f.Verdict != Mismatch && (f.Name != "mrn" || f.Verdict != Unknown) {
			continue
		}
		sev := Notice
		if f.Verdict == Mismatch && (r.Verdict == Mismatch || f.Name == "sex") {
			sev = Critical
		}
		flags = append(flags, Flag{Kind: WrongPatient, Severity: sev, Place: f.Place, Audio: f.Audio, Reason: f.Reason})
	}
	return flags
}

// worktypeWords are how authors name what they dictate.
var worktypeWords = phraseTable(`
history-and-physical: history and physical, h and p, admission history and physical
consultation: consult, consultation note, consultation report
operative-report: operative note, operative report, operation report, op note
discharge-summary: discharge summary, discharge note
progress-note: progress note, daily progress note, soap note
radiology-report: radiology report, x ray report, mri report, ct report
letter: referral letter
`)

// spokenWorktype compares "this is a discharge summary on …".
func (n *note) spokenWorktype(i int) (IdentityField, bool) {
	if n.in.Worktype == "" || n.key(i) != "is" || n.key(i-1) != "this" {
		return IdentityField{}, false
	}
	for j := i + 1; j < min(i+5, len(n.words)); j++ {
		name, end := worktypeWords().at(n, j)
		if end == j {
			continue
		}
		if name == n.in.Worktype {
			return n.field("worktype", Match, i, end, "The kind of document is the one that was ordered.")
		}
		c, given := n.confidence(j, end)
		if given && c < 0.6 || name == "consultation" || name == "letter" {
			return n.field("worktype", Unknown, i, end, "The kind of document may be another.")
		}
		return n.field("worktype", Mismatch, i, end, fmt.Sprintf("The author names a %s; the dictation is filed as %s.",
			strings.ReplaceAll(name, "-", " "), strings.ReplaceAll(n.in.Worktype, "-", " ")))
	}
	return IdentityField{}, false
}

// age is how old the patient is on a day, in whole years.
func age(born, on time.Time) int {
	years := on.Year() - born.Year()
	if on.Month() < born.Month() || on.Month() == born.Month() && on.Day() < born.Day() {
		years--
	}
	return years
}
