package pipeline

import (
	"time"

	"dictation/transcript"
)

// Score counts how far a text was from the one that was signed.
type Score struct {
	Words          int // of the signed text
	Errors         int // words substituted, missing or too many
	Criticals      int // critical tokens of the signed text
	CriticalErrors int // of these, changed or missing; and those that had to go
}

// ScoreText compares an older text with the signed one. What the author changed
// his mind about counts like what was misheard: nobody can tell them apart.
func ScoreText(was, signed string) Score {
	e := transcript.WER(signed, was)
	s := Score{Words: e.Words, Errors: e.Substituted + e.Deleted + e.Inserted}
	changed, gone := changes(was, signed)
	for _, c := range transcript.Criticals(signed) {
		s.Criticals++
		if changed.touch(c.Offset, c.Offset+c.Length) {
			s.CriticalErrors++
		}
	}
	for _, c := range transcript.Criticals(was) {
		if gone.within(c.Offset, c.Offset+c.Length) {
			s.CriticalErrors++
		}
	}
	return s
}

// Add sums two scores.
func (s Score) Add(o Score) Score {
	return Score{s.Words + o.Words, s.Errors + o.Errors, s.Criticals + o.Criticals, s.CriticalErrors + o.CriticalErrors}
}

// WordErrorRate is errors for each word of the signed text.
func (s Score) WordErrorRate() float64 { return float64(s.Errors) / float64(max(1, s.Words)) }

// CriticalErrorRate is critical errors for each critical token of the signed text.
func (s Score) CriticalErrorRate() float64 {
	return float64(s.CriticalErrors) / float64(max(1, s.Criticals))
}

// spans are byte ranges [from, to) of a text, in order.
type spans [][2]int

func (s spans) touch(from, to int) bool {
	for _, r := range s {
		if r[0] < to && from < r[1] {
			return true
		}
	}
	return false
}

func (s spans) within(from, to int) bool {
	for _, r := range s {
		if r[0] <= from && to <= r[1] {
			return true
		}
	}
	return false
}

// changes gives what is new in the signed text, and what of the old one went
// without anything in its place: a replaced token is counted where it is new.
func changes(was, signed string) (changed, gone spans) {
	var at, old int
	segments := transcript.Diff(was, signed)
	for i, seg := range segments {
		n := len(seg.Text)
		switch seg.Op {
		case transcript.Inserted:
			changed = append(changed, [2]int{at, at + n})
			at += n
		case transcript.Deleted:
			if i+1 == len(segments) || segments[i+1].Op != transcript.Inserted {
				gone = append(gone, [2]int{old, old + n})
			}
			old += n
		default:
			at += n
			old += n
		}
	}
	return changed, gone
}

// Compared says which text was compared with the signed one.
type Compared string

// The texts that are compared.
const (
	ComparedDraft Compared = "draft" // what the engine made
	ComparedTyped Compared = "typed" // what the transcriptionist sent on
)

// Studied is a score with what it may be sorted by.
type Studied struct {
	Dictation string
	Compared  Compared
	Engine    string // that made the draft
	Typist    string // user id; empty where nobody typed
	Score
	SignedAt time.Time
}

// StudyLine is a line of the error study: the notes of a group together.
type StudyLine struct {
	Group string // engine, user id, worktype or source
	Name  string // as people read it, where Group is an id
	Notes int
	Score
}

// Comparison is what a second engine made of a recording beside the first, whose
// draft people were given. Nobody knows which of the two is right.
type Comparison struct {
	Dictation string
	Main      string // engines
	Shadow    string
	LengthMS  int64
	Words     int // of the first
	Differ    int // words substituted, missing or too many in the second
	MainMS    int64
	ShadowMS  int64
	Failure   string // why there is no second text; a sentence
}
