package check_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"dictation/transcript/check"
)

// The classes of planted errors.
const (
	plantDose     = "dose x10"
	plantUnit     = "unit"
	plantNegation = "negation"
	plantSide     = "left/right"
	plantTwin     = "look-alike"
	plantAllergy  = "allergy"
	plantNumber   = "number"
	plantDate     = "date"
	plantPatient  = "wrong patient"
	plantInvented = "invented"
)

var classes = []string{plantDose, plantUnit, plantNegation, plantSide, plantTwin, plantAllergy, plantNumber, plantDate,
	plantPatient, plantInvented}

// madeNote is a made-up note: what was said, and where the planted error is.
type madeNote struct {
	in     check.Input
	text   string // as the draft has it
	truth  string // as it should read
	from   int    // the planted error in text; from == to where words went missing
	to     int
	heard  bool // the engine misheard; else the author said so
	pieces []piece
}

// piece is a stretch of the note: right is what was meant.
type piece struct {
	slot         string // class that can be planted here, empty for plain text
	right, wrong string
	heard        bool
	planted      bool
}

// maker writes one note. It is used twice with the same seed: once to count the
// slots, once to plant.
type maker struct {
	r       *rand.Rand
	spoken  bool // numbers in words
	pieces  []piece
	slots   map[string]int
	class   string
	at      int
	in      check.Input
	female  bool
	left    bool
	allergy allergyCase
}

// makeNote makes a note of a seed with one error of a class, or none.
func makeNote(seed uint64, class string) madeNote {
	if class == "" || class == plantPatient || class == plantInvented { // no slot of their own
		m := newMaker(seed, 0, class, -1)
		m.write()
		return m.note()
	}
	for try := uint64(0); ; try++ {
		count := newMaker(seed, try, class, -1)
		count.write()
		n := count.slots[class]
		if n == 0 {
			continue // this note has no place for it
		}
		m := newMaker(seed, try, class, rand.New(rand.NewPCG(seed, 77+try)).IntN(n))
		m.write()
		return m.note()
	}
}

func newMaker(seed, try uint64, class string, at int) *maker {
	return &maker{r: rand.New(rand.NewPCG(seed, try)), slots: map[string]int{}, class: class, at: at}
}

func (m *maker) note() madeNote {
	n := madeNote{in: m.in, pieces: m.pieces}
	var text, truth strings.Builder
	for _, p := range m.pieces {
		truth.WriteString(p.right)
		if !p.planted {
			text.WriteString(p.right)
			continue
		}
		n.from = text.Len()
		text.WriteString(p.wrong)
		n.to, n.heard = text.Len(), p.heard
	}
	n.text, n.truth = text.String(), truth.String()
	n.in.Text = n.text
	return n
}

func (m *maker) say(parts ...string) {
	for _, p := range parts {
		m.pieces = append(m.pieces, piece{right: p})
	}
}

// slot writes a piece that can be planted; heard is the chance that such an
// error comes from the engine and not from the author.
func (m *maker) slot(class, right, wrong string, heard float64) {
	byEngine := m.r.Float64() < heard
	p := piece{slot: class, right: right, wrong: wrong, heard: byEngine}
	if right != wrong {
		p.planted = class == m.class && m.slots[class] == m.at
		m.slots[class]++
	}
	m.pieces = append(m.pieces, p)
}

func (m *maker) one(options ...string) string { return options[m.r.IntN(len(options))] }

func (m *maker) chance(p float64) bool { return m.r.Float64() < p }

func (m *maker) between(low, high int) int { return low + m.r.IntN(high-low+1) }

func (m *maker) He() string   { return m.sex("He", "She") }
func (m *maker) side() string { return map[bool]string{true: "left", false: "right"}[m.left] }
func (m *maker) off() string  { return map[bool]string{true: "right", false: "left"}[m.left] }

func (m *maker) sex(male, female string) string {
	if m.female {
		return female
	}
	return male
}

var (
	families = strings.Fields("Whitaker Delgado Okafor Lindqvist Marchetti Novak Ferreira Abernathy Castellano Thornton Kowalski " +
		"Ramaswamy Beaumont Hargrove Petrov Nakamura Villanueva Ostrowski McAllister Pemberton Siddiqui Brandt Eriksen Gallagher")
	menNames   = strings.Fields("Harold Miguel Samuel Victor Anthony Dennis Leonard Patrick Raymond Walter Gregory Franklin")
	womenNames = strings.Fields("Margaret Lucia Denise Ingrid Rosemary Theresa Yolanda Beatrice Caroline Pamela Vivian Josephine")
	today      = time.Date(2025, 9, 17, 0, 0, 0, 0, time.UTC)
)

func (m *maker) patient() check.Patient {
	p := check.Patient{Family: m.one(families...), Sex: m.sex("male", "female")}
	p.Given = m.one(menNames...)
	if m.female {
		p.Given = m.one(womenNames...)
	}
	p.MRN = fmt.Sprintf("%07d", 1000000+m.r.IntN(8999999))
	p.BirthDate = time.Date(m.between(1936, 2001), time.Month(m.between(1, 12)), m.between(1, 28), 0, 0, 0, 0, time.UTC)
	return p
}

func (m *maker) write() {
	m.female, m.left, m.spoken = m.chance(0.5), m.chance(0.5), m.chance(0.25)
	m.in.Now = today
	m.in.Patient = m.patient()
	m.in.Worktype = m.one("history-and-physical", "consultation", "operative-report", "discharge-summary", "progress-note", "letter", "radiology-report")
	m.allergy = m.pickAllergy()
	switch m.in.Worktype {
	case "operative-report":
		m.operative()
	case "radiology-report":
		m.radiology()
	case "discharge-summary":
		m.discharge()
	case "letter":
		m.letter()
	case "progress-note":
		m.progress()
	default:
		m.historyAndPhysical()
	}
	m.signOff()
}

// plain sentences make the notes as thin in numbers as real ones.
var plain = []string{
	"The natural course of this condition was discussed at length.", "All questions were answered to satisfaction.",
	"The patient lives in a single story house and uses the stairs with ease.", "Sleep and appetite are described as fair.",
	"The patient works in an office and spends most of the day at a desk.", "Records from the outside facility were reviewed.",
	"The patient is alert, oriented and in good spirits.", "Speech is fluent and the affect is appropriate.",
	"Skin is warm and dry with good turgor.", "The oropharynx is clear and the mucous membranes are moist.",
	"Pupils are equal and react to light.", "The thyroid is of regular size.", "Gait is steady and posture is upright.",
	"Strength and sensation are symmetric.", "Dietary advice was given and the patient seems eager to follow it.",
	"We talked about regular exercise such as walking and swimming.", "The risks and benefits were explained in plain words.",
	"The plan was reviewed with the nursing staff.", "The patient agrees with this plan.", "Bowel sounds are heard in every quadrant.",
	"The chart was brought up to date.", "The family is supportive and was present for the conversation.",
	"Physical therapy will be continued as before.", "Counseling on nutrition was provided by the dietitian.",
	"The patient was encouraged to drink plenty of water.", "Earlier treatment was helpful but the effect wore off.",
}

// chat dictates sentences without critical tokens.
func (m *maker) chat(sentences int) {
	for _, i := range m.r.Perm(len(plain))[:sentences] {
		m.say(plain[i], " ")
	}
}

func (m *maker) signOff() {
	m.say("\n\n")
	m.chat(m.between(6, 12))
	m.say(m.one("\n\nThank you for allowing us to take part in this patient's care.", "\n\nThis note was dictated and not proofread.", "", ""))
}

// header names the patient, as authors do.
func (m *maker) header(kind string) {
	p := m.in.Patient
	title := m.sex("Mr. ", m.one("Ms. ", "Mrs. "))
	name := m.mishear(p.Given) + " " + m.mishear(p.Family)
	m.say(m.one("This is "+kind+" on patient ", "This is "+kind+" dictation. Patient name is ", "Dictating on ",
		"Dr. Sorensen dictating "+kind+". Patient name "), name)
	if m.chance(0.75) {
		m.say(m.one(", medical record number ", ". MRN ", ", MRN is "), m.digits(p.MRN))
	}
	if m.chance(0.7) {
		m.say(m.one(", date of birth ", ". Date of birth is ", ", born "), m.date(p.BirthDate))
	}
	m.say(".\n\n")
	if m.chance(0.2) {
		m.say(m.one("Re: ", "Regarding "), title, p.Family, ".\n\n")
	}
}

// mishear gives a name as engines write it: mostly right, sometimes nearly,
// rarely as other words.
func (m *maker) mishear(name string) string {
	switch v := m.r.Float64(); {
	case v < 0.72:
		return name
	case v < 0.95:
		swaps := []string{"ph", "f", "k", "c", "s", "z", "ll", "l", "ie", "y", "e", "a", "o", "u", "tt", "t", "i", "e", "d", "t"}
		i := m.r.IntN(len(swaps)/2) * 2
		if out := strings.Replace(name, swaps[i], swaps[i+1], 1); out != name {
			return out
		}
		return name[:len(name)-1]
	}
	return m.one("when a car", "marked city", "no vac", "brand", "oh a car for")
}

// digits writes a record number, now and then with a digit misheard.
func (m *maker) digits(s string) string {
	b := []byte(s)
	for i := range b {
		if m.chance(0.01) {
			b[i] = byte('0' + m.r.IntN(10))
		}
	}
	s = string(b)
	if !m.spoken {
		return s
	}
	out := make([]string, len(s))
	for i := range s {
		out[i] = strings.Fields("zero one two three four five six seven eight nine")[s[i]-'0']
	}
	return strings.Join(out, " ")
}

func (m *maker) date(t time.Time) string {
	if m.spoken {
		return fmt.Sprintf("%s %s %s", strings.ToLower(t.Month().String()), ordinal(t.Day()), yearWords(t.Year()))
	}
	switch m.r.IntN(3) {
	case 0:
		return t.Format("01/02/2006")
	case 1:
		return t.Format("January 2, 2006")
	}
	return t.Format("1/2/2006")
}

func yearWords(y int) string {
	if y >= 2000 && y < 2010 {
		return strings.TrimSpace("two thousand " + map[bool]string{true: "", false: inWords(y - 2000)}[y == 2000])
	}
	return inWords(y/100) + " " + inWords(y%100)
}

var small = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
	"seventeen eighteen nineteen")
var tens = strings.Fields("_ _ twenty thirty forty fifty sixty seventy eighty ninety")

func inWords(n int) string {
	switch {
	case n < 20:
		return small[n]
	case n < 100 && n%10 == 0:
		return tens[n/10]
	case n < 100:
		return tens[n/10] + " " + small[n%10]
	case n < 1000 && n%100 == 0:
		return small[n/100] + " hundred"
	case n < 1000:
		return small[n/100] + " hundred " + inWords(n%100)
	case n%1000 == 0:
		return inWords(n/1000) + " thousand"
	}
	return inWords(n/1000) + " thousand " + inWords(n%1000)
}

func ordinal(n int) string {
	irregular := map[int]string{1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth", 20: "twentieth", 30: "thirtieth"}
	if w, ok := irregular[n]; ok {
		return w
	}
	if n > 20 {
		return tens[n/10] + " " + ordinal(n%10)
	}
	return small[n] + "th"
}

// num writes a number as the note does: in digits or words.
func (m *maker) num(v string) string {
	if !m.spoken {
		return v
	}
	whole, frac, point := strings.Cut(strings.ReplaceAll(v, ",", ""), ".")
	var n int
	fmt.Sscan(whole, &n)
	out := inWords(n)
	if point {
		out += " point"
		for _, d := range frac {
			out += " " + small[d-'0']
		}
	}
	return out
}

func (m *maker) unit(u string) string {
	if !m.spoken {
		return u
	}
	return map[string]string{"mg": "milligrams", "mcg": "micrograms", "g": "grams", "units": "units", "mEq": "milliequivalents"}[u]
}
