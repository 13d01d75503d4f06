package pipeline

import (
	"strings"
	"time"
)

// MarkClass is how much an error weighs, in the classes of the quality
// assessment that AHDI and AHIMA publish for healthcare documentation.
type MarkClass string

// The classes.
const (
	CriticalMark    MarkClass = "critical"    // can harm the patient
	NoncriticalMark MarkClass = "noncritical" // harms the document
	FeedbackMark    MarkClass = "feedback"    // told for learning; costs nothing unless a site says so
)

// MarkClasses lists the classes, the gravest first.
var MarkClasses = []MarkClass{CriticalMark, NoncriticalMark, FeedbackMark}

// MarkType is a kind of error inside a class.
type MarkType struct {
	Class MarkClass
	Key   string // what programs and reports say
	Code  string // what a QA editor types to choose it
}

// MarkTypes are the kinds of error, by class.
var MarkTypes = []MarkType{
	{CriticalMark, "terminology", "C1"}, // a wrong medical word, drug, dose or value
	{CriticalMark, "omission", "C2"},    // left out or put in, so that the meaning changes
	{CriticalMark, "identity", "C3"},    // wrong patient, author or visit
	{NoncriticalMark, "misspelling", "N1"},
	{NoncriticalMark, "verbiage", "N2"},    // not what was said, the meaning stands
	{NoncriticalMark, "not-flagged", "N3"}, // a doubt that was not flagged
	{NoncriticalMark, "overflagged", "N4"}, // a blank or flag without need
	{NoncriticalMark, "protocol", "N5"},    // against the site's instructions
	{NoncriticalMark, "format", "N6"},      // format or heading
	{FeedbackMark, "grammar", "F1"},
	{FeedbackMark, "punctuation", "F2"}, // or capitals
	{FeedbackMark, "style", "F3"},
}

// ParseMarkType finds a kind of error by its key or code.
func ParseMarkType(s string) (MarkType, error) {
	for _, t := range MarkTypes {
		if s == t.Key || strings.EqualFold(s, t.Code) {
			return t, nil
		}
	}
	return MarkType{}, Errorf(Invalid, "There is no kind of error %q. Choose one of the list.", s)
}

// Scale is how an assessment becomes a score: 100 less the points of each mark.
type Scale struct {
	Critical      float64 // points of one critical mark
	Noncritical   float64
	Feedback      float64
	Pass          float64 // least score that passes
	CriticalFails bool    // any critical mark fails
}

// DefaultScale is 100 − 3 × critical − 1 × noncritical, passed from 98, and not
// with a critical mark.
var DefaultScale = Scale{Critical: 3, Noncritical: 1, Pass: 98, CriticalFails: true}

// Marks counts marks by class.
type Marks struct {
	Critical    int `json:"critical"`
	Noncritical int `json:"noncritical"`
	Feedback    int `json:"feedback"`
}

// CountMarks counts those findings that stand.
func CountMarks(findings []Finding) (m Marks) {
	for _, f := range findings {
		switch {
		case f.Answer == Withdrawn:
		case f.Type.Class == CriticalMark:
			m.Critical++
		case f.Type.Class == NoncriticalMark:
			m.Noncritical++
		default:
			m.Feedback++
		}
	}
	return m
}

// Score gives the score of marks and whether it passes. It may fall below 0: a
// long text with many errors is worse than a short one with some.
func (s Scale) Score(m Marks) (score float64, passed bool) {
	score = 100 - s.Critical*float64(m.Critical) - s.Noncritical*float64(m.Noncritical) - s.Feedback*float64(m.Feedback)
	return score, score >= s.Pass && !(s.CriticalFails && m.Critical > 0)
}

// Answer is what became of a mark that the typist disputed.
type Answer string

// The answers.
const (
	NoAnswer  Answer = ""
	Upheld    Answer = "upheld"
	Withdrawn Answer = "withdrawn" // it no longer counts
)

// Finding is one error that a QA editor marked.
type Finding struct {
	N       int // 1 and up in its assessment
	Type    MarkType
	Was     string // the typist's words; empty where something was missing
	Now     string // the QA editor's words
	Before  string // some words of the text before them
	After   string // and behind them
	AudioMS int64  // where it is heard
	Timed   bool   // AudioMS is known
	Note    string // why, for the typist

	Dispute    string // what the typist answered
	DisputedAt time.Time
	Answer     Answer
	AnswerNote string
	AnsweredBy string // user id
	AnsweredAt time.Time
}

// Open reports whether a dispute waits for an answer.
func (f Finding) Open() bool { return f.Dispute != "" && f.Answer == NoAnswer }

// Verdict is where an assessed text went.
type Verdict string

// The verdicts.
const (
	SentOn   Verdict = "completed" // to the signature
	SentBack Verdict = "returned"  // to the typist
)

// Assessment is what a QA editor found in a typed text.
type Assessment struct {
	ID        string // UUID
	Dictation string
	JobNumber string
	Worktype  Worktype
	AuthorID  string
	Typist    string // user id: whose work it is
	Editor    string // user id: who assessed it
	TypedN    int    // the version that was assessed
	EditedN   int    // what the QA editor made of it
	Verdict   Verdict
	Comment   string // to the typist
	Findings  []Finding
	Scale     Scale // as it was then
	Marks     Marks // of the findings that stand
	Score     float64
	Pass      bool
	At        time.Time
	ReadAt    time.Time // when the typist had read it; zero before
}

// Count sets marks, score and pass by the assessment's scale.
func (a *Assessment) Count() {
	a.Marks = CountMarks(a.Findings)
	a.Score, a.Pass = a.Scale.Score(a.Marks)
}

// QALine is a line of the QA report: the assessments of a group together.
type QALine struct {
	Group    string // user id, worktype or month ("2026-11")
	Name     string // as people read it, where Group is an id
	Assessed int
	Mean     float64 // of the scores
	Passed   int
	Marks    Marks
	Types    map[string]int // marks by the key of their type
}

// PassShare is the share of texts that passed.
func (l QALine) PassShare() float64 { return float64(l.Passed) / float64(max(1, l.Assessed)) }

// Add sums two lines; the name stays.
func (l QALine) Add(o QALine) QALine {
	sum := QALine{Group: l.Group, Name: l.Name, Assessed: l.Assessed + o.Assessed, Passed: l.Passed + o.Passed}
	sum.Mean = (l.Mean*float64(l.Assessed) + o.Mean*float64(o.Assessed)) / float64(max(1, sum.Assessed))
	sum.Marks = Marks{l.Marks.Critical + o.Marks.Critical, l.Marks.Noncritical + o.Marks.Noncritical, l.Marks.Feedback + o.Marks.Feedback}
	sum.Types = make(map[string]int)
	for _, types := range []map[string]int{l.Types, o.Types} {
		for key, n := range types {
			sum.Types[key] += n
		}
	}
	return sum
}
