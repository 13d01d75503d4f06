package fhir

import "strings"

// DefaultSystems is the prefix of the identifier systems of a site that has
// none of its own.
const DefaultSystems = "urn:dictation:"

// Mapping is how one site speaks FHIR. Set the fields a site wants differently
// before using it; after that it is safe for concurrent use.
type Mapping struct {
	Base string // of the FHIR API, "https://host/fhir", no slash at the end; empty makes links relative

	// Identifier systems (URIs).
	MRN      string // medical record numbers
	Visit    string // visit numbers
	Document string // document numbers
	Job      string // job numbers, which name the sound
	Account  string // authors and signers
}

// NewMapping makes a mapping for the API at base whose identifier systems are
// systems followed by mrn, visit, document, job and account. An empty systems
// means [DefaultSystems].
func NewMapping(base, systems string) Mapping {
	if systems == "" {
		systems = DefaultSystems
	}
	return Mapping{
		Base:     strings.TrimRight(base, "/"),
		MRN:      systems + "mrn",
		Visit:    systems + "visit",
		Document: systems + "document",
		Job:      systems + "job",
		Account:  systems + "account",
	}
}

// url makes a link to a path below the base.
func (m Mapping) url(path string) string {
	if m.Base == "" {
		return path
	}
	return m.Base + "/" + path
}

// Code systems and profiles.
const (
	loinc        = "http://loinc.org"
	actCode      = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
	nullFlavor   = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
	idType       = "http://terminology.hl7.org/CodeSystem/v2-0203"
	docCategory  = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"
	formatCodes  = "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode"
	uris         = "urn:ietf:rfc:3986"
	usCore       = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
	clinicalNote = "clinical-note"
)
