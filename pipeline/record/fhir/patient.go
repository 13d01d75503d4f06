package fhir

import "dictation/pipeline"

// Patient is FHIR R4 Patient.
type Patient struct {
	ResourceType string       `json:"resourceType"`
	ID           string       `json:"id"`
	Meta         Meta         `json:"meta"`
	Identifier   []Identifier `json:"identifier"`
	Name         []HumanName  `json:"name"`
	Gender       string       `json:"gender"`
	BirthDate    string       `json:"birthDate,omitempty"`
}

// Ref is "Patient/ID".
func (p Patient) Ref() string { return "Patient/" + p.ID }

// Patient maps a patient to US Core Patient.
func (m Mapping) Patient(p pipeline.Patient) Patient {
	mr := concept(idType, "MR", "Medical record number", "Medical record number")
	out := Patient{
		ResourceType: "Patient",
		ID:           p.ID,
		Meta:         Meta{LastUpdated: utc(p.Updated), Profile: []string{usCore + "patient"}},
		Identifier:   []Identifier{{Use: "usual", Type: &mr, System: m.MRN, Value: p.MRN}},
		Name:         []HumanName{{Use: "official", Text: p.FullName(), Family: p.Family}},
		Gender:       gender(p.Sex),
	}
	if p.Given != "" {
		out.Name[0].Given = []string{p.Given}
	}
	if !p.BirthDate.IsZero() {
		out.BirthDate = p.BirthDate.Format("2006-01-02")
	}
	return out
}

// gender keeps to the codes of AdministrativeGender (required binding).
func gender(sex string) string {
	switch sex {
	case "male", "female", "other":
		return sex
	}
	return "unknown"
}
