package fhir

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dictation/pipeline"
)

// maxKept bounds what is kept of a number, a name and a line of text, in bytes.
const maxKept = 400

// ReadPatient reads a Patient that a client sends as news. Elements that are not
// kept here are passed over; what cannot be understood is Invalid. The patient is
// told by the identifier of the site's record numbers, or by the only one of type
// MR. meta.lastUpdated says how old the news are.
func (m Mapping) ReadPatient(body []byte) (pipeline.Admission, error) {
	var p Patient
	if err := readResource(body, "Patient", &p); err != nil {
		return pipeline.Admission{}, err
	}
	a := pipeline.Admission{Kind: pipeline.PatientNews, At: p.Meta.LastUpdated.UTC()}
	mrn, err := number(p.Identifier, m.MRN, "MR", "Patient.identifier", "medical record number")
	if err != nil {
		return a, err
	}
	family, given := nameOf(p.Name)
	if family == "" {
		return a, invalid("Patient.name has no family name.")
	}
	a.Patient = pipeline.Patient{MRN: mrn, Family: family, Given: given, Sex: p.Gender}
	if p.Gender != "" && gender(p.Gender) != p.Gender {
		return a, invalid("Patient.gender is female, male, other or unknown.")
	}
	if a.Patient.BirthDate, err = birthDate(p.BirthDate); err != nil {
		return a, err
	}
	return a, clean(&a)
}

// ReadEncounter reads an Encounter that a client sends as news. The patient is
// named by record number (subject.identifier) or by reference: then patient gives
// the number that belongs to an id here.
func (m Mapping) ReadEncounter(body []byte, patient func(id string) (mrn string, err error)) (pipeline.Admission, error) {
	var e Encounter
	if err := readResource(body, "Encounter", &e); err != nil {
		return pipeline.Admission{}, err
	}
	a := pipeline.Admission{Kind: pipeline.VisitNews, At: e.Meta.LastUpdated.UTC()}
	visit, err := number(e.Identifier, m.Visit, "VN", "Encounter.identifier", "visit number")
	if err != nil {
		return a, err
	}
	if a.Patient.MRN, err = m.subject(e.Subject, patient); err != nil {
		return a, err
	}
	a.Visit = pipeline.Encounter{Number: visit, Class: classOf(e.Class)}
	if e.Period != nil {
		a.Visit.Start, a.Visit.End = utc(e.Period.Start), utc(e.Period.End)
	}
	if len(e.ReasonCode) > 0 {
		a.Visit.Reason = words(e.ReasonCode[0])
	}
	if len(e.Location) > 0 {
		a.Visit.Location = e.Location[0].Location.Display
	}
	switch e.Status {
	case "cancelled", "entered-in-error":
		a.Kind = pipeline.VisitVoid
	case "planned", "arrived", "triaged", "in-progress", "onleave":
		a.Opens, a.Unended = true, a.Visit.End.IsZero()
	case "finished":
		a.Opens = true
	case "unknown":
	default:
		return a, invalid("Encounter.status is none of those that FHIR R4 has.")
	}
	if !a.Visit.End.IsZero() && a.Visit.End.Before(a.Visit.Start) {
		return a, invalid("Encounter.period ends before it starts.")
	}
	return a, clean(&a)
}

// readResource reads JSON of the type that is expected.
func readResource(body []byte, kind string, into any) error {
	var head struct {
		ResourceType string `json:"resourceType"`
	}
	if !utf8.Valid(body) || json.Unmarshal(body, &head) != nil {
		return invalid("The body is not a resource in JSON (UTF-8).")
	}
	if head.ResourceType != kind {
		return invalid("The body must be a resource of type %s.", kind)
	}
	// The decoder's own words may quote what was sent.
	if json.Unmarshal(body, into) != nil {
		return invalid("An element of the %s has not the type that FHIR R4 gives it.", kind)
	}
	return nil
}

// number finds the one identifier that counts here.
func number(list []Identifier, system, code, element, what string) (string, error) {
	var own, typed []string
	for _, i := range list {
		value := strings.TrimSpace(i.Value)
		switch {
		case value == "" || i.Use == "old":
		case i.System == system:
			own = append(own, value)
		case i.Type != nil && slices.ContainsFunc(i.Type.Coding, func(c Coding) bool { return c.Code == code && (c.System == idType || c.System == "") }):
			typed = append(typed, value)
		}
	}
	found := own
	if len(own) == 0 {
		found = typed
	}
	slices.Sort(found)
	switch found = slices.Compact(found); len(found) {
	case 0:
		return "", invalid("%s has no %s: send it with the system %s.", element, what, system)
	case 1:
		return found[0], nil
	}
	return "", invalid("%s has several that could be the %s: send one with the system %s.", element, what, system)
}

// nameOf takes the official name, else the usual one, else the first.
func nameOf(names []HumanName) (family, given string) {
	if len(names) == 0 {
		return "", ""
	}
	n := names[0]
	for _, use := range []string{"usual", "official"} {
		if i := slices.IndexFunc(names, func(n HumanName) bool { return n.Use == use }); i >= 0 {
			n = names[i]
		}
	}
	return strings.TrimSpace(n.Family), strings.TrimSpace(strings.Join(n.Given, " "))
}

// birthDate reads a whole date; FHIR allows less, which is no day to keep.
func birthDate(v string) (time.Time, error) {
	if len(v) == 4 || len(v) == 7 || v == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, v)
	if err != nil || day.Year() < 1850 {
		return time.Time{}, invalid("Patient.birthDate is no date of the form YYYY-MM-DD.")
	}
	return day, nil
}

// subject gives the record number of a visit's patient.
func (m Mapping) subject(r Reference, patient func(string) (string, error)) (string, error) {
	if r.Reference != "" {
		id, ok := m.patientID(r.Reference)
		if !ok {
			return "", invalid("Encounter.subject is no patient of this server.")
		}
		return patient(id)
	}
	if r.Identifier == nil || strings.TrimSpace(r.Identifier.Value) == "" || r.Identifier.System != m.MRN && r.Identifier.System != "" {
		return "", invalid("Encounter.subject names no patient: send a reference, or an identifier with the system %s.", m.MRN)
	}
	return strings.TrimSpace(r.Identifier.Value), nil
}

// classOf keeps to the classes that are told apart here.
func classOf(c Coding) string {
	switch c.Code {
	case "IMP", "EMER", "PRENC", "AMB":
		return c.Code
	case "ACUTE", "NONAC", "OBSENC", "SS":
		return "IMP"
	case "":
		return ""
	}
	return "AMB"
}

func words(c CodeableConcept) string {
	if c.Text == "" && len(c.Coding) > 0 {
		return cmp.Or(c.Coding[0].Display, c.Coding[0].Code)
	}
	return c.Text
}

// clean refuses what no number, name or line of text is.
func clean(a *pipeline.Admission) error {
	for _, field := range []struct{ name, value string }{
		{"the record number", a.Patient.MRN}, {"the family name", a.Patient.Family}, {"the given name", a.Patient.Given},
		{"the visit number", a.Visit.Number}, {"the reason", a.Visit.Reason}, {"the location", a.Visit.Location},
	} {
		if len(field.value) > maxKept || strings.ContainsFunc(field.value, unicode.IsControl) {
			return invalid("What is sent as %s has more than %d bytes or characters that cannot be read.", field.name, maxKept)
		}
	}
	return nil
}
