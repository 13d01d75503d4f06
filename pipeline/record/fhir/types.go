package fhir

import "time"

// The structs below hold the elements this site writes, under their FHIR R4
// names. Empty elements are left out, as JSON for FHIR demands.

// Meta is Resource.meta.
type Meta struct {
	LastUpdated time.Time `json:"lastUpdated,omitzero"`
	Profile     []string  `json:"profile,omitempty"`
}

// Coding is a code and the system that defines it.
type Coding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

// CodeableConcept is a thing in codes and in words.
type CodeableConcept struct {
	Coding []Coding `json:"coding,omitempty"`
	Text   string   `json:"text,omitempty"`
}

// Identifier is a business identifier: a value, and the system it is unique in.
type Identifier struct {
	Use    string           `json:"use,omitempty"`
	Type   *CodeableConcept `json:"type,omitempty"`
	System string           `json:"system,omitempty"`
	Value  string           `json:"value,omitempty"`
}

// Reference points to another resource by URL, by identifier or only in words.
type Reference struct {
	Reference  string      `json:"reference,omitempty"`
	Type       string      `json:"type,omitempty"`
	Identifier *Identifier `json:"identifier,omitempty"`
	Display    string      `json:"display,omitempty"`
}

// HumanName is a person's name.
type HumanName struct {
	Use    string   `json:"use,omitempty"`
	Text   string   `json:"text,omitempty"`
	Family string   `json:"family,omitempty"`
	Given  []string `json:"given,omitempty"`
}

// Period is a time span; a missing end means that it lasts.
type Period struct {
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// Attachment is a text or file inside a resource.
type Attachment struct {
	ContentType string    `json:"contentType,omitempty"`
	Language    string    `json:"language,omitempty"`
	Data        []byte    `json:"data,omitempty"` // base64 in JSON
	URL         string    `json:"url,omitempty"`  // the same bytes, to be fetched
	Size        int       `json:"size"`           // bytes
	Hash        []byte    `json:"hash,omitempty"` // SHA-1, as R4 fixes it; base64 in JSON
	Title       string    `json:"title,omitempty"`
	Creation    time.Time `json:"creation,omitzero"`
}

func concept(system, code, display, text string) CodeableConcept {
	return CodeableConcept{Coding: []Coding{{System: system, Code: code, Display: display}}, Text: text}
}

// period gives nil when neither end is known.
func period(start, end time.Time) *Period {
	if start.IsZero() && end.IsZero() {
		return nil
	}
	return &Period{Start: utc(start), End: utc(end)}
}

// utc keeps the zero time zero, so that it is left out.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
