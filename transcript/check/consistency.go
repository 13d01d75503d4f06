package check

import (
	"fmt"
	"strings"
)

var (
	maleWords   = wordSet("he him his himself mr mister")
	femaleWords = wordSet("she her hers herself mrs ms miss")
)

// pronounRules finds "he" in the note of a woman, and both in one note.
func pronounRules(n *note) []Flag {
	male, female := n.pronouns()
	opposing, supporting := female, male
	switch n.in.Patient.Sex {
	case "male":
	case "female":
		opposing, supporting = male, female
	default:
		if len(male) < len(female) {
			opposing, supporting = male, female
		}
	}
	if len(opposing) == 0 || len(opposing) < 2 && len(supporting) == 0 && n.in.Patient.Sex == "" {
		return nil
	}
	at := opposing[0]
	if len(supporting) == 0 {
		if sex := n.in.Patient.Sex; sex == "male" || sex == "female" {
			return []Flag{n.flag(WrongPatient, Critical, at, at+1,
				fmt.Sprintf("The patient is %s; the note says “%s”.", sex, n.words[at].text))}
		}
		return nil
	}
	var evidence []Place
	for _, i := range supporting[:1] {
		evidence = append(evidence, n.place(i, i+1))
	}
	sev := Notice
	if len(opposing) <= 2 && len(supporting) >= 3 || n.in.Patient.Sex != "" {
		sev = Critical
	}
	if len(opposing)*3 > len(supporting) { // two people are spoken of
		sev = Notice
	}
	return []Flag{n.flag(WrongPatient, sev, at, at+1,
		fmt.Sprintf("“%s” here, the other sex elsewhere in the note.", n.words[at].text), evidence...)}
}

// pronouns gives the pronouns that speak of the patient: not those of sentences
// that name, or follow one that names, somebody else.
func (n *note) pronouns() (male, female []int) {
	other, before := false, false
	sentence := -1
	for i, w := range n.words {
		if w.sentence != sentence {
			sentence, before = w.sentence, other
			other = n.others(n.sentences[sentence])
		}
		if other || before || n.inSection(i, "family", "social") {
			continue
		}
		switch {
		case !n.spokenOf(i):
		case maleWords()[w.key]:
			male = append(male, i)
		case femaleWords()[w.key]:
			female = append(female, i)
		}
	}
	return male, female
}

// spokenOf leaves out abbreviations: "MS" for mental status, "MR" for imaging.
func (n *note) spokenOf(i int) bool {
	w := n.words[i]
	switch w.key {
	case "mr", "ms", "mrs", "miss":
		return w.text != strings.ToUpper(w.text) && i+1 < len(n.words) && nameLike(n.words[i+1])
	}
	return w.text != strings.ToUpper(w.text)
}

// someone are people in a note besides the patient.
var someone = wordSet("mother father brother sister son daughter aunt uncle grandmother grandfather wife husband baby infant child",
	"children mom dad parents parent sibling siblings niece nephew cousin girlfriend boyfriend partner fetus twin donor nurse",
	"friend roommate driver person anesthesiologist hospice dr doctor physician colleague therapist fiance spouse caregiver family pediatrician dentist surgeon")

func (n *note) others(s run) bool {
	for i := s.first; i < s.end; i++ {
		if someone()[n.words[i].key] {
			return true
		}
	}
	return false
}

// ageRules compares the age that is told with the birth date.
func ageRules(n *note) []Flag {
	born := n.in.Patient.BirthDate
	var flags []Flag
	told := -1.0
	var toldAt Place
	for _, q := range n.quantities {
		years, ok := n.tellsAge(q)
		if !ok {
			continue
		}
		if !born.IsZero() && !n.in.Now.IsZero() {
			if is := float64(age(born, n.in.Now)); years < is-1 || years > is+1 {
				flags = append(flags, n.flag(Inconsistent, Critical, q.first, q.end,
					fmt.Sprintf("The note says “%s”; by the birth date the patient is %d.", n.quote(q.first, q.end), int(is))))
			}
			continue
		}
		if told >= 0 && (years < told-1 || years > told+1) {
			flags = append(flags, n.flag(Inconsistent, Notice, q.first, q.end, "The note gives two ages.", toldAt))
		}
		told, toldAt = years, n.place(q.first, q.end)
	}
	return flags
}

// tellsAge reads "57-year-old" of the patient.
func (n *note) tellsAge(q quantity) (years float64, ok bool) {
	if q.end >= len(n.words) || n.key(q.end) != "old" && n.key(q.end) != "olds" || q.over > 0 || q.high != q.value {
		return 0, false
	}
	if n.near(q.run, 12, someone()) || n.near(q.run, 8, historic()) {
		return 0, false
	}
	switch q.unit {
	case "year":
		return q.value, true
	case "month":
		return q.value / 12, q.value > 24
	}
	return 0, false
}

var historic = wordSet("when since was at age ago until")

// expected are the sections that a document of a kind has: one of each group.
func expected(worktype string) [][]string {
	switch worktype {
	case "history-and-physical":
		return [][]string{{"history of present", "hpi", "present illness", "subjective"}, {"exam", "objective"}, {"assessment", "impression", "plan", "diagnos"}}
	case "consultation":
		return [][]string{{"history", "reason", "hpi", "subjective"}, {"assessment", "impression", "plan", "recommend", "diagnos"}}
	case "operative-report":
		return [][]string{{"preoperative", "diagnos", "indication"}, {"procedure", "operation"}, {"description", "detail", "procedure", "technique", "findings"}}
	case "discharge-summary":
		return [][]string{{"diagnos"}, {"hospital course", "course"}, {"medication", "disposition", "instruction", "plan", "discharge", "follow"}}
	case "radiology-report":
		return [][]string{{"findings", "exam", "technique"}, {"impression", "conclusion"}}
	case "progress-note":
		return [][]string{{"assessment", "impression", "plan", "diagnos"}}
	}
	return nil
}

// sectionRules says which section a document of this kind should have.
func sectionRules(n *note) []Flag {
	var flags []Flag
	for _, group := range expected(n.in.Worktype) {
		if n.hasSection(group) || len(n.words) == 0 {
			continue
		}
		flags = append(flags, Flag{Kind: Inconsistent, Severity: Notice, Place: Place{Offset: len(n.in.Text)},
			Reason: fmt.Sprintf("A %s usually has a section “%s”; this one has none.",
				strings.ReplaceAll(n.in.Worktype, "-", " "), group[0])})
	}
	return flags
}

func (n *note) hasSection(names []string) bool {
	for _, s := range n.sections {
		for _, name := range names {
			if strings.Contains(s.name, name) {
				return true
			}
		}
	}
	return false
}
