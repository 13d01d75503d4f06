package pipeline

import (
	"log/slog"
	"time"
)

// ChartDocument is a signed note as the built-in patient record keeps it. The
// note inside never changes; Status says how it is to be read today.
type ChartDocument struct {
	ID         string // UUID, also the FHIR id; what a receipt calls the record id
	Key        string // idempotency key it was attached under; one document a key
	Note       Note
	Patient    Patient   // of the note
	Encounter  Encounter // of the note; zero when the note has none
	AttachedAt time.Time
	Status     string // FHIR R4 DocumentReferenceStatus: current, superseded, entered-in-error
	DocStatus  string // FHIR R4 CompositionStatus; final for a signed note, amended for an amendment
	Parent     string // id of the document that Note.RefersTo is here; empty for most
}

// LogValue keeps patient data out of logs: the id only.
func (d ChartDocument) LogValue() slog.Value { return slog.StringValue(d.ID) }

// The values of ChartDocument.Status and ChartDocument.DocStatus.
const (
	StatusCurrent    = "current"
	StatusSuperseded = "superseded" // an amendment replaced it
	StatusInError    = "entered-in-error"
	DocStatusFinal   = "final"
	DocStatusAmended = "amended"
)
