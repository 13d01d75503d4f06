package pipeline

import (
	"log/slog"
	"time"
)

// DeficiencyKind says what is missing from a health record.
type DeficiencyKind string

// What is looked for.
const (
	Unsigned            DeficiencyKind = "unsigned"       // dictated, and not signed in time
	NoAdmissionNote     DeficiencyKind = "admission-note" // no history and physical in the first day of a stay
	NoDischargeNote     DeficiencyKind = "discharge-note" // no discharge summary after a stay
	AdmissionNoteWithin                = 24 * time.Hour
)

// DeficiencyKinds lists them in the order of the page.
var DeficiencyKinds = []DeficiencyKind{Unsigned, NoAdmissionNote, NoDischargeNote}

// Deficiency is a stay that lacks a note.
type Deficiency struct {
	Kind      DeficiencyKind
	Patient   Patient
	Encounter Encounter
	Since     time.Time // admitted or discharged
	Dictation string    // id of a dictation of the missing kind that is on its way; empty for none
	JobNumber string    // of it
}

// LogValue keeps patient data out of logs: the visit's id only.
func (d Deficiency) LogValue() slog.Value { return slog.StringValue(d.Encounter.ID) }
