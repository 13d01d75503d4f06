package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// QARule says which typed texts a QA editor sees before the signature. Every
// condition that is set must hold; one with none set fits every text.
type QARule struct {
	ID   string `json:"id"` // UUID; the sample depends on it
	Name string `json:"name"`

	AuthorID  string   `json:"author_id,omitempty"`
	TypistID  string   `json:"typist_id,omitempty"`
	Worktype  Worktype `json:"worktype,omitempty"`
	NewBelow  int      `json:"new_below,omitempty"`  // the typist has fewer assessments than this
	HasBlanks bool     `json:"has_blanks,omitempty"` // blanks are left in the text
	HasFlags  bool     `json:"has_flags,omitempty"`  // critical flags of the checks still stand

	OneIn int `json:"one_in"` // one text in so many goes to QA: 1 all of them, 0 none
}

// MaxOneIn is the thinnest sample.
const MaxOneIn = 10_000

// MaxQARules is how many rules a site may have.
const MaxQARules = 200

// Check refuses a rule that says nothing sensible.
func (r QARule) Check() error {
	switch {
	case strings.TrimSpace(r.Name) == "" || len(r.Name) > 100:
		return Errorf(Invalid, "Give the rule a name of at most 100 characters: the QA editor reads it as the reason.")
	case r.OneIn < 0 || r.OneIn > MaxOneIn:
		return Errorf(Invalid, "The sample is one in 1 to %d texts, or 0 for none.", MaxOneIn)
	case r.NewBelow < 0 || r.NewBelow > MaxOneIn:
		return Errorf(Invalid, "A transcriptionist counts as new below 0 to %d assessed texts.", MaxOneIn)
	}
	if r.Worktype != "" {
		if _, err := ParseWorktype(string(r.Worktype)); err != nil {
			return err
		}
	}
	return nil
}

// QACase is what rules look at when a text was completed.
type QACase struct {
	Dictation string // id
	AuthorID  string
	TypistID  string
	Worktype  Worktype
	Assessed  int // assessments the typist has
	Blanks    int
	Flags     int // critical ones that still stand
}

// Fits reports whether the rule speaks of the case.
func (r QARule) Fits(c QACase) bool {
	return (r.AuthorID == "" || r.AuthorID == c.AuthorID) &&
		(r.TypistID == "" || r.TypistID == c.TypistID) &&
		(r.Worktype == "" || r.Worktype == c.Worktype) &&
		(r.NewBelow == 0 || c.Assessed < r.NewBelow) &&
		(!r.HasBlanks || c.Blanks > 0) &&
		(!r.HasFlags || c.Flags > 0)
}

// Samples reports whether the dictation is in the rule's sample. It depends on
// rule and dictation only: a text typed again gets the same answer.
func (r QARule) Samples(dictation string) bool {
	if r.OneIn <= 1 {
		return r.OneIn == 1
	}
	sum := sha256.Sum256([]byte(r.ID + "\x00" + dictation))
	return binary.BigEndian.Uint64(sum[:8])%uint64(r.OneIn) == 0
}

// QARules are a site's rules, in order.
type QARules []QARule

// Decide gives the first rule that fits, and whether by it the text goes to QA.
// No rule fits: ok is false, and the text goes to the signature.
func (rs QARules) Decide(c QACase) (rule QARule, toQA, ok bool) {
	for _, r := range rs {
		if r.Fits(c) {
			return r, r.Samples(c.Dictation), true
		}
	}
	return QARule{}, false, false
}

// Check refuses a list that cannot be followed.
func (rs QARules) Check() error {
	if len(rs) > MaxQARules {
		return Errorf(TooLarge, "A site has at most %d QA rules.", MaxQARules)
	}
	seen := make(map[string]bool, len(rs))
	for _, r := range rs {
		if err := r.Check(); err != nil {
			return err
		}
		if r.ID == "" || seen[r.ID] {
			return Errorf(Invalid, "Two rules have the same id. Load the rules again.")
		}
		seen[r.ID] = true
	}
	return nil
}
