package pipeline

import (
	"strings"
	"unicode/utf8"
)

// Refers says that what is dictated belongs to a signed note. The zero value is
// most dictations: they refer to none.
type Refers struct {
	To       string   // document number of the note
	Relation Relation // to it
	Why      string   // of an amendment: what was wrong with the note
}

const maxWhy = 1000 // characters of Refers.Why

// ParseRefers reads what a sender says. A document number alone means an addendum.
func ParseRefers(to, relation, why string) (Refers, error) {
	r := Refers{To: strings.TrimSpace(to), Relation: Relation(relation), Why: strings.TrimSpace(why)}
	if r.To == "" {
		if relation != "" || r.Why != "" {
			return r, Errorf(Invalid, "Say which signed note this dictation belongs to: its document number is missing. Nothing was kept.")
		}
		return r, nil
	}
	if relation == "" {
		r.Relation = Addendum
	}
	if _, err := ParseRelation(string(r.Relation)); err != nil {
		return r, err
	}
	switch {
	case r.Relation == Amendment && r.Why == "":
		return r, Errorf(Invalid, "Say why the note is amended: readers of the old one see the reason.")
	case r.Relation == Addendum && r.Why != "":
		return r, Errorf(Invalid, "Only an amendment has a reason. An addendum says in its text what it adds.")
	case utf8.RuneCountInString(r.Why) > maxWhy:
		return r, Errorf(TooLarge, "Keep the reason under %d characters.", maxWhy)
	case !utf8.ValidString(r.Why) || strings.ContainsRune(r.Why, 0):
		return r, Errorf(Invalid, "The reason holds characters that cannot be stored. Nothing was kept.")
	}
	return r, nil
}
