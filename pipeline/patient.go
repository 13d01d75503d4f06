package pipeline

import (
	"log/slog"
	"time"
)

// Patient is whose record a note goes to.
type Patient struct {
	ID        string // UUID, also the FHIR id
	MRN       string // medical record number, what people and recorders say
	Family    string
	Given     string
	BirthDate time.Time // midnight UTC
	Sex       string    // FHIR administrative gender: male, female, other, unknown
	Updated   time.Time
}

// FullName is "Given Family".
func (p Patient) FullName() string {
	if p.Given == "" {
		return p.Family
	}
	return p.Given + " " + p.Family
}

// LogValue keeps patient data out of logs: the id only.
func (p Patient) LogValue() slog.Value { return slog.StringValue(p.ID) }

// Encounter is the visit a dictation belongs to.
type Encounter struct {
	ID        string // UUID, also the FHIR id
	Number    string // visit number (HL7 PV1-19)
	PatientID string
	Class     string // FHIR v3-ActCode: AMB ambulatory, IMP inpatient, EMER emergency
	Reason    string
	Location  string
	Start     time.Time
	End       time.Time // zero while it lasts
	Updated   time.Time
}

// LogValue keeps patient data out of logs: the id only.
func (e Encounter) LogValue() slog.Value { return slog.StringValue(e.ID) }
