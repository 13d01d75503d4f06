package pipeline

import (
	"log/slog"
	"time"
)

// NoteHit is a signed note that has the words searched for.
type NoteHit struct {
	NoteID      string
	DictationID string
	Number      string // document number
	Worktype    Worktype
	Title       string
	Author      string
	Signed      time.Time // when the note was kept, the order of the list
	Amended     bool      // another note replaced it
	Patient     Patient
	Extract     string // words around what was found, which stand between HitBegin and HitEnd
}

// HitBegin and HitEnd mark what was found in an extract; Unicode keeps these
// characters for private use.
const (
	HitBegin = "\uE000"
	HitEnd   = "\uE001"
)

// LogValue keeps patient data out of logs: the id only.
func (h NoteHit) LogValue() slog.Value { return slog.StringValue(h.NoteID) }
