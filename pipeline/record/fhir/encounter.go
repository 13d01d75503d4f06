package fhir

import "dictation/pipeline"

// Encounter is FHIR R4 Encounter.
type Encounter struct {
	ResourceType string              `json:"resourceType"`
	ID           string              `json:"id"`
	Meta         Meta                `json:"meta"`
	Identifier   []Identifier        `json:"identifier,omitempty"`
	Status       string              `json:"status"`
	Class        Coding              `json:"class"`
	Type         []CodeableConcept   `json:"type"`
	Subject      Reference           `json:"subject"`
	Period       *Period             `json:"period,omitempty"`
	ReasonCode   []CodeableConcept   `json:"reasonCode,omitempty"`
	Location     []EncounterLocation `json:"location,omitempty"`
}

// EncounterLocation is Encounter.location.
type EncounterLocation struct {
	Location Reference `json:"location"`
}

// Ref is "Encounter/ID".
func (e Encounter) Ref() string { return "Encounter/" + e.ID }

// Encounter maps a visit to US Core Encounter. The place is named in words:
// the site keeps no Location resources.
func (m Mapping) Encounter(e pipeline.Encounter) Encounter {
	class, title := encounterClass(e.Class)
	out := Encounter{
		ResourceType: "Encounter",
		ID:           e.ID,
		Meta:         Meta{LastUpdated: utc(e.Updated), Profile: []string{usCore + "encounter"}},
		Status:       encounterStatus(e),
		Class:        class,
		// US Core wants a type; no code is known, so it stays in words.
		Type:    []CodeableConcept{{Text: title}},
		Subject: Reference{Reference: "Patient/" + e.PatientID},
		Period:  period(e.Start, e.End),
	}
	if e.Number != "" {
		vn := concept(idType, "VN", "Visit number", "Visit number")
		out.Identifier = []Identifier{{Use: "official", Type: &vn, System: m.Visit, Value: e.Number}}
	}
	if e.Reason != "" {
		out.ReasonCode = []CodeableConcept{{Text: e.Reason}}
	}
	if e.Location != "" {
		out.Location = []EncounterLocation{{Location: Reference{Display: e.Location}}}
	}
	return out
}

// encounterStatus is what was true when the visit was last updated.
func encounterStatus(e pipeline.Encounter) string {
	known := !e.Updated.IsZero()
	switch {
	case !e.End.IsZero() && !(known && e.End.After(e.Updated)):
		return "finished"
	case known && e.Start.After(e.Updated):
		return "planned"
	}
	return "in-progress"
}

func encounterClass(code string) (class Coding, title string) {
	switch code {
	case "AMB":
		return Coding{actCode, code, "ambulatory"}, "Ambulatory visit"
	case "IMP":
		return Coding{actCode, code, "inpatient encounter"}, "Inpatient stay"
	case "EMER":
		return Coding{actCode, code, "emergency"}, "Emergency visit"
	case "":
		return Coding{nullFlavor, "UNK", "unknown"}, "Visit"
	}
	return Coding{System: actCode, Code: code}, "Visit"
}
