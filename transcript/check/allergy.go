package check

import (
	"fmt"
	"slices"
	"strings"
)

// allergens are the class names by which allergies are told.
var allergens = phraseTable(`
penicillin: penicillins, pcn
cephalosporin: cephalosporins
sulfa: sulfa drugs, sulfonamides, sulfonamide, sulfas
nsaid: nsaids, nonsteroidals, nonsteroidal anti inflammatories, anti inflammatories
aspirin: salicylates
statin: statins
ace: ace inhibitors, ace inhibitor
quinolone: quinolones, fluoroquinolones, fluoroquinolone
macrolide: macrolides
tetracycline: tetracyclines
opioid: opioids, opiates, narcotics
carbapenem: carbapenems
aminoglycoside: aminoglycosides
benzodiazepine: benzodiazepines
`)

// known is an allergy: a drug, or a class.
type known struct {
	name  string // as to be told
	drug  *drug  // nil for a class
	class string
	at    Place
	chart bool // not of the note
}

var noneWords = wordSet("none nkda nka nkma")

// allergyRules compares what is given with what is not borne.
func allergyRules(n *note) []Flag {
	all, none := n.allergies()
	inNote := len(all)
	for _, a := range n.in.Patient.Allergies {
		chart, _ := read(Input{Text: "Allergies: " + a}).allergies()
		for _, k := range chart {
			k.chart, k.at = true, Place{}
			all = append(all, k)
		}
	}
	var flags []Flag
	if none.end > none.first && len(all) > 0 {
		flags = append(flags, n.noneButSome(none, all, inNote))
	}
	for _, m := range n.drugs {
		if n.allergyTalk(m.first) || n.withheld(m) {
			continue
		}
		if f, odd := n.against(m, all); odd {
			flags = append(flags, f)
		}
	}
	return flags
}

func (n *note) noneButSome(none run, all []known, inNote int) Flag {
	if inNote > 0 {
		return n.flag(Allergy, Critical, none.first, none.end,
			fmt.Sprintf("The note says there are no allergies, and names %s.", all[0].name), all[0].at)
	}
	return n.flag(Allergy, Critical, none.first, none.end,
		fmt.Sprintf("The note says there are no allergies; the chart has %s.", all[0].name))
}

// allergies reads the allergies that the note tells, and where it says there
// are none.
func (n *note) allergies() (all []known, none run) {
	for i := range n.words {
		if !n.allergyTalk(i) {
			continue
		}
		if noneWords()[n.words[i].key] || n.key(i) == "no" && n.deniesAllergies(i) {
			none = run{i, i + 1}
			continue
		}
		if n.spared(i) {
			continue
		}
		at := slices.IndexFunc(n.drugs, func(m mention) bool { return m.first == i })
		if at >= 0 {
			m := n.drugs[at]
			k := known{name: m.name, drug: m.drug, at: n.place(m.first, m.end)}
			if m.name == "penicillin" || m.name == "tetracycline" || m.name == "aspirin" {
				k.class = m.name
			}
			all = append(all, k)
			continue
		}
		if class, end := allergens().at(n, i); end > i {
			all = append(all, known{name: n.quote(i, end), class: class, at: n.place(i, end)})
		}
	}
	return all, none
}

// deniesAllergies reads "no known drug allergies", "no allergies".
func (n *note) deniesAllergies(i int) bool {
	for j := i + 1; j <= i+4; j++ {
		switch n.key(j) {
		case "allergies", "allergy":
			return n.key(j+1) != "to" // "no allergies to latex" leaves others
		case "known", "drug", "medication", "medicine", "food", "or":
		default:
			return false
		}
	}
	return false
}

// spared reports whether an allergen is named to be denied: "not allergic to
// aspirin", "tolerates cephalosporins".
func (n *note) spared(i int) bool {
	s := n.sentences[n.words[i].sentence]
	for j := i - 1; j >= max(s.first, i-6); j-- {
		switch n.key(j) {
		case "tolerates", "tolerated", "no", "not", "denies", "denied", "without", "takes", "taking", "get", "gets":
			return true
		}
	}
	return false
}

// allergyTalk reports whether a word stands where allergies are told.
func (n *note) allergyTalk(i int) bool {
	if name := n.sectionOf(i); strings.Contains(name, "allerg") && !strings.Contains(name, "immunology") {
		return true
	}
	s := n.sentences[n.words[i].sentence]
	for j := s.first; j < s.end; j++ {
		switch n.words[j].key {
		case "nkda", "nkma":
			return true
		case "allergic", "allergy", "allergies":
			if n.key(j+1) != "rhinitis" && n.key(j+1) != "reaction" && n.key(j+1) != "symptoms" && n.key(j-1) != "seasonal" && n.key(j-1) != "for" {
				return true
			}
		}
	}
	return false
}

var withholding = wordSet("avoid avoided avoiding held hold stop stopped discontinue discontinued intolerant intolerance cannot not no",
	"denies reaction rash hives anaphylaxis instead never refused declined off desensitized desensitization tolerated tolerates without")

// withheld reports whether the sentence does not give the drug.
func (n *note) withheld(m mention) bool { return n.near(m.run, 12, withholding()) }

// grave classes: who does not bear one of them may be harmed by any.
var grave = wordSet("penicillin cephalosporin nsaid aspirin ace quinolone macrolide tetracycline carbapenem aminoglycoside")

// against finds the allergy that speaks against a drug.
func (n *note) against(m mention, all []known) (Flag, bool) {
	for _, k := range all {
		class, sev := k.meets(m.drug)
		if sev == "" {
			continue
		}
		where := "The note"
		var evidence []Place
		if k.chart {
			where = "The chart"
		} else {
			evidence = []Place{k.at}
		}
		reason := fmt.Sprintf("%s has an allergy to %s; %s is given.", where, k.name, m.name)
		if class != "" {
			reason = fmt.Sprintf("%s has an allergy to %s; %s is of the same or a related class (%s).", where, k.name, m.name, class)
		}
		return n.flag(Allergy, sev, m.first, m.end, reason, evidence...), true
	}
	return Flag{}, false
}

// meets says how an allergy concerns a drug; the severity is empty when not.
func (k known) meets(d *drug) (class string, s Severity) {
	if k.drug == d {
		return "", Critical
	}
	classes := []string{k.class}
	if k.drug != nil {
		classes = append(classes, k.drug.classes...)
	}
	for _, c := range classes {
		switch {
		case c == "":
		case slices.Contains(d.classes, c):
			if grave()[c] || c == "sulfa" && slices.Contains(d.uses, "infection") || c == k.class && c != "sulfa" {
				return c, Critical
			}
			s, class = Notice, c
		case c == "penicillin" && slices.Contains(d.classes, "cephalosporin"):
			s, class = Notice, "cephalosporin"
		}
	}
	return class, s
}
