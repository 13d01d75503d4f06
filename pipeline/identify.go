package pipeline

import (
	"slices"
	"strings"
	"time"

	"dictation/transcript/check"
)

// Question is something that is not known, or that is contradicted, about whose
// a dictation is and what. While one is open the dictation waits in the queue of
// the unidentified: it is prepared, recognised and perhaps typed, never signed.
type Question string

// The questions. What stands before the hyphen is what is asked for.
const (
	AuthorUnknown   Question = "author-unknown"   // nobody we know is named
	AuthorOther     Question = "author-other"     // the recorder names another account
	WorktypeUnknown Question = "worktype-unknown" // no kind of document we know is named
	WorktypeOther   Question = "worktype-other"   // recorder or recording name another kind
	PatientMissing  Question = "patient-missing"
	PatientUnknown  Question = "patient-unknown" // a number that nobody has
	PatientOther    Question = "patient-other"   // the recording names somebody else
	PatientMerged   Question = "patient-merged"  // his record was made one with another meanwhile
	VisitMissing    Question = "visit-missing"   // and documents of this kind need one
	VisitUnknown    Question = "visit-unknown"
	VisitOther      Question = "visit-other"  // it is another patient's
	VisitClosed     Question = "visit-closed" // cancelled, or ended too long ago
)

// Questions lists them in the order they are shown.
var Questions = []Question{
	PatientMissing, PatientUnknown, PatientOther, PatientMerged, VisitMissing, VisitUnknown, VisitOther, VisitClosed,
	AuthorUnknown, AuthorOther, WorktypeUnknown, WorktypeOther,
}

// Asks is what a question asks for: patient, visit, author or worktype.
func (q Question) Asks() string { about, _, _ := strings.Cut(string(q), "-"); return about }

// Asked lists what questions can ask for, in the order they are shown.
var Asked = []string{"patient", "visit", "author", "worktype"}

// AsksFor reports whether an open question of the dictation asks for it.
func (d Dictation) AsksFor(what string) bool {
	return slices.ContainsFunc(d.Questions, func(q Question) bool { return q.Asks() == what })
}

// Unidentified reports whether it is open whose the dictation is, or what.
func (d Dictation) Unidentified() bool { return len(d.Questions) > 0 }

// ForIdentity is why a dictation waits that nobody may type before it is known
// whose it is.
const ForIdentity = "It is not known for sure whose dictation this is. It waits in the queue of the unidentified; nobody types it before."

// Deliverable says in a Conflict error why a dictation cannot be signed: what is
// signed is delivered, and no chart gets a note by guess.
func (d Dictation) Deliverable() error {
	switch {
	case d.Unidentified():
		return Errorf(Conflict, "It is still open whose dictation this is. It can be signed once that is answered in the queue of the unidentified; the text is kept.")
	case d.PatientID == "":
		return Errorf(Conflict, "This dictation has no patient yet; it cannot be signed.")
	}
	return nil
}

// Claims is what was said about a dictation by whoever sent it, as it was said.
// It holds patient data.
type Claims struct {
	Author     string `json:"author,omitempty"`
	Worktype   string `json:"worktype,omitempty"`
	PatientMRN string `json:"patient_mrn,omitempty"`
	Encounter  string `json:"encounter,omitempty"`
}

// Stray is a dictation's place in the queue of the unidentified.
type Stray struct {
	Dictation
	Since  time.Time // when the first question was opened
	Rank   Rank
	Claims Claims
	Heard  []check.Heard // who is named in the recording, once it was recognised

	Match   string    // id of a patient who was registered since and may be meant
	MatchAt time.Time // when

	Waits   time.Time // since when it waits for a registration; zero when it does not
	Inquiry Inquiry
}

// Rank orders the queue.
type Rank int

// The ranks: something new to look at, never looked at, waiting for somebody else.
const (
	RankNews Rank = iota
	RankOpen
	RankWaiting
)

// Inquiry is a question put to a physician about an unidentified dictation.
type Inquiry struct {
	Of         string // who was asked; empty: nobody
	By         string // who asked
	At         time.Time
	Text       string
	Answer     string // empty while it is open
	AnsweredAt time.Time
}

// Open reports whether an answer is waited for.
func (i Inquiry) Open() bool { return i.Of != "" && i.AnsweredAt.IsZero() }
