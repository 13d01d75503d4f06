package fhir

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dictation/pipeline"
)

// ClinicalTypes are the resources that other systems write into charts, besides
// DocumentReference, which is also what notes are.
var ClinicalTypes = []string{
	"AllergyIntolerance", "Condition", "Coverage", "MedicationRequest", "MedicationStatement", "Observation", "Procedure",
}

// isClinical reports whether other systems write resources of a type.
func isClinical(kind string) bool {
	return kind == "DocumentReference" || slices.Contains(ClinicalTypes, kind)
}

// subjects is the element that says whose a resource is.
var subjects = map[string]string{"AllergyIntolerance": "patient", "Coverage": "beneficiary"}

func subjectElement(kind string) string {
	if e := subjects[kind]; e != "" {
		return e
	}
	return "subject"
}

// said is what is read of the resources that come in.
type said struct {
	Meta             Meta            `json:"meta"`
	Identifier       []Identifier    `json:"identifier"`
	MasterIdentifier *Identifier     `json:"masterIdentifier"`
	Subject          Reference       `json:"subject"`
	Patient          Reference       `json:"patient"`
	Beneficiary      Reference       `json:"beneficiary"`
	Encounter        *Reference      `json:"encounter"`
	Context          json.RawMessage `json:"context"` // a Reference, or of a document more

	Status         string          `json:"status"`
	ClinicalStatus CodeableConcept `json:"clinicalStatus"`
	Verification   CodeableConcept `json:"verificationStatus"`
	Category       json.RawMessage `json:"category"`
	Code           CodeableConcept `json:"code"`
	Type           json.RawMessage `json:"type"`

	facts
}

// ReadClinical reads a resource that a client sends into a chart. What does not have
// the shape of R4 is Invalid, and errors.As finds a [Flawed] that tells all of it.
// The patient is named by reference to one of this server, by identifier, or both.
func (m Mapping) ReadClinical(kind string, body []byte) (n pipeline.ClinicalNews, err error) {
	n.Type = kind
	if !utf8.Valid(body) {
		return n, invalid("The body is not a resource in JSON (UTF-8).")
	}
	resource, err := parse(body)
	if err != nil {
		return n, invalid("The body is not a resource in JSON (UTF-8).")
	}
	if resource["resourceType"] != kind {
		return n, invalid("The body must be a resource of type %s.", kind)
	}
	if err := checkShape(kind, resource); err != nil {
		return n, refused(err)
	}
	var s said
	if json.Unmarshal(body, &s) != nil {
		return n, invalid("An element of the %s has not the type that FHIR R4 gives it.", kind)
	}
	if id, _ := resource["id"].(string); id != "" && !notUUID(id) {
		n.ID = id
	}
	n.SaidAt = s.Meta.LastUpdated.UTC()
	if err := m.whose(&n, s); err != nil {
		return n, refused(err)
	}
	if s.MasterIdentifier != nil {
		s.Identifier = append(s.Identifier, *s.MasterIdentifier)
	}
	for _, i := range s.Identifier {
		if v := strings.TrimSpace(i.Value); v != "" && len(v)+len(i.System) <= 2*maxKept && len(n.Identifiers) < 50 {
			n.Identifiers = append(n.Identifiers, pipeline.Numbered{System: i.System, Value: v})
		}
	}
	s.describe(kind, resource, &n)
	n.Resource, err = stored(resource, kind, n.Encounter+n.Visit != "")
	return n, err
}

// whose reads the patient and the visit.
func (m Mapping) whose(n *pipeline.ClinicalNews, s said) (err error) {
	element := subjectElement(n.Type)
	ref := map[string]Reference{"subject": s.Subject, "patient": s.Patient, "beneficiary": s.Beneficiary}[element]
	if n.PatientID, n.MRN, err = m.named(n.Type+"."+element, "Patient", m.MRN, ref); err != nil {
		return err
	}
	if n.PatientID+n.MRN == "" {
		return &Flawed{[]Trouble{{n.Type + "." + element, "required",
			"No patient of this server is named: send a reference, or an identifier with the system of record numbers."}}}
	}
	visit := s.Encounter
	path := n.Type + ".encounter"
	if n.Type == "DocumentReference" {
		var c struct{ Encounter []Reference }
		if json.Unmarshal(s.Context, &c) == nil && len(c.Encounter) == 1 {
			visit, path = &c.Encounter[0], n.Type+".context.encounter"
		}
	}
	if n.Type == "MedicationStatement" {
		var r Reference
		if json.Unmarshal(s.Context, &r) == nil && strings.Contains(r.Reference, "Encounter") {
			visit, path = &r, n.Type+".context"
		}
	}
	if visit == nil {
		return nil
	}
	n.Encounter, n.Visit, err = m.named(path, "Encounter", m.Visit, *visit)
	return err
}

// named reads who or what is meant by a reference: an id here, a number, or neither
// when it is somebody else's address.
func (m Mapping) named(path, kind, system string, r Reference) (id, number string, err error) {
	local := r.Reference
	if m.Base != "" {
		local = strings.TrimPrefix(local, m.Base+"/")
	}
	if rest, ok := strings.CutPrefix(local, kind+"/"); ok {
		rest, _, _ = strings.Cut(rest, "/_history/")
		if !notUUID(rest) {
			return rest, "", nil
		}
		if r.Identifier == nil {
			return "", "", &Flawed{[]Trouble{{path, "not-found", "The reference leads to nothing on this server."}}}
		}
	}
	if q, ok := strings.CutPrefix(local, kind+"?identifier="); ok { // a conditional reference
		if s, v, two := strings.Cut(q, "|"); two && s == system {
			return "", v, nil
		} else if !two {
			return "", q, nil
		}
	}
	if i := r.Identifier; i != nil && strings.TrimSpace(i.Value) != "" && (i.System == system || i.System == "") {
		return "", strings.TrimSpace(i.Value), nil
	}
	return "", "", nil
}

// stored is a resource as it is kept: without what this server gives it.
func stored(resource map[string]any, kind string, visit bool) ([]byte, error) {
	delete(resource, "id")
	delete(resource, subjectElement(kind))
	if visit && kind != "DocumentReference" && kind != "MedicationStatement" {
		delete(resource, "encounter")
	}
	if meta, ok := resource["meta"].(map[string]any); ok {
		delete(meta, "versionId")
		delete(meta, "lastUpdated")
		if len(meta) == 0 {
			delete(resource, "meta")
		}
	}
	return json.Marshal(resource)
}

// Clinical is a resource that another system sent, as it is served.
type Clinical struct {
	kind, id string
	body     []byte
}

// Ref is "Condition/ID".
func (c Clinical) Ref() string { return c.kind + "/" + c.id }

// MarshalJSON implements json.Marshaler.
func (c Clinical) MarshalJSON() ([]byte, error) { return c.body, nil }

// Clinical gives what another system sent, under this server's id, version and
// patient.
func (m Mapping) Clinical(c pipeline.Clinical) (Clinical, error) {
	var elements map[string]json.RawMessage
	if err := json.Unmarshal(c.Resource, &elements); err != nil {
		return Clinical{}, err
	}
	var meta map[string]any
	if raw := elements["meta"]; raw != nil {
		if err := json.Unmarshal(raw, &meta); err != nil {
			return Clinical{}, err
		}
	}
	if meta == nil {
		meta = map[string]any{}
	}
	meta["versionId"], meta["lastUpdated"] = strconv.Itoa(c.Version), c.Updated.UTC().Format(time.RFC3339Nano)
	put := func(name string, v any) {
		elements[name], _ = json.Marshal(v) // strings and maps of them
	}
	put("id", c.ID)
	put("meta", meta)
	put(subjectElement(c.Type), Reference{Reference: "Patient/" + c.PatientID})
	if c.Encounter != "" && elements["context"] == nil && c.Type != "DocumentReference" && c.Type != "MedicationStatement" && c.Type != "Coverage" {
		put("encounter", Reference{Reference: "Encounter/" + c.Encounter})
	}
	body, err := json.Marshal(elements)
	return Clinical{c.Type, c.ID, body}, err
}
