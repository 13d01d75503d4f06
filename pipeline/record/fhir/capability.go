package fhir

import "time"

// CapabilityStatement is FHIR R4 CapabilityStatement: what is served here.
type CapabilityStatement struct {
	ResourceType   string         `json:"resourceType"`
	Status         string         `json:"status"`
	Date           time.Time      `json:"date"`
	Kind           string         `json:"kind"`
	Software       Software       `json:"software"`
	Implementation Implementation `json:"implementation"`
	FHIRVersion    string         `json:"fhirVersion"`
	Format         []string       `json:"format"`
	Rest           []Rest         `json:"rest"`
}

// Software is CapabilityStatement.software.
type Software struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Implementation is CapabilityStatement.implementation.
type Implementation struct {
	Description string `json:"description"`
	URL         string `json:"url,omitempty"`
}

// Rest is CapabilityStatement.rest.
type Rest struct {
	Mode     string         `json:"mode"`
	Security Security       `json:"security"`
	Resource []RestResource `json:"resource"`
}

// Security is CapabilityStatement.rest.security.
type Security struct {
	Description string `json:"description"`
}

// RestResource is CapabilityStatement.rest.resource.
type RestResource struct {
	Type             string        `json:"type"`
	SupportedProfile []string      `json:"supportedProfile,omitempty"`
	Interaction      []Interaction `json:"interaction"`
	Versioning       string        `json:"versioning,omitempty"`
	ReadHistory      bool          `json:"readHistory,omitempty"`
	ConditionalMake  bool          `json:"conditionalCreate,omitempty"`
	ConditionalWrite bool          `json:"conditionalUpdate,omitempty"`
	SearchParam      []SearchParam `json:"searchParam,omitempty"`
	Operation        []Operation   `json:"operation,omitempty"`
}

// Operation is CapabilityStatement.rest.resource.operation.
type Operation struct {
	Name       string `json:"name"`
	Definition string `json:"definition"`
}

// Interaction is CapabilityStatement.rest.resource.interaction.
type Interaction struct {
	Code string `json:"code"`
}

// SearchParam is CapabilityStatement.rest.resource.searchParam.
type SearchParam struct {
	Name          string `json:"name"`
	Type          string `json:"type"`
	Documentation string `json:"documentation,omitempty"`
}

// CapabilityStatement says what version of the software serves since released.
func (m Mapping) CapabilityStatement(version string, released time.Time) CapabilityStatement {
	rest := Rest{
		Mode:     "server",
		Security: Security{Description: "Every request but this one needs a bearer token of an account with the role records or clinician; patients, visits and what belongs in charts are written by the role records, audit events read by the role auditor."},
	}
	for _, r := range searchable {
		rest.Resource = append(rest.Resource, searchResource(r))
	}
	rest.Resource = append(rest.Resource, RestResource{Type: "Binary", Interaction: []Interaction{{"read"}}},
		RestResource{Type: "AuditEvent", Interaction: []Interaction{{"search-type"}}})
	return CapabilityStatement{
		ResourceType:   "CapabilityStatement",
		Status:         "active",
		Date:           utc(released),
		Kind:           "instance",
		Software:       Software{Name: "dictation", Version: version},
		Implementation: Implementation{Description: "Signed notes of the built-in patient record", URL: m.Base},
		FHIRVersion:    "4.0.1",
		Format:         []string{"json"},
		Rest:           []Rest{rest},
	}
}

func searchResource(name string) RestResource {
	profile := map[string]string{"Patient": "patient", "Encounter": "encounter", "DocumentReference": "documentreference"}
	r := RestResource{
		Type:        name,
		Interaction: []Interaction{{"read"}, {"search-type"}},
	}
	if p := profile[name]; p != "" {
		r.SupportedProfile = []string{usCore + p}
	}
	if name == "Patient" || name == "Encounter" {
		r.Interaction = append(r.Interaction, Interaction{"create"}, Interaction{"update"})
		r.ConditionalWrite = true
	}
	if isClinical(name) {
		r.Interaction = append(r.Interaction, Interaction{"vread"}, Interaction{"create"}, Interaction{"update"},
			Interaction{"history-instance"}, Interaction{"history-type"})
		r.Versioning, r.ReadHistory = "versioned-update", true
		r.ConditionalMake, r.ConditionalWrite = true, true
	}
	if name == "Patient" {
		r.Operation = []Operation{{"everything", "http://hl7.org/fhir/OperationDefinition/Patient-everything"}}
	}
	for _, p := range searchParams(name) {
		r.SearchParam = append(r.SearchParam, SearchParam{p.name, p.kind, p.doc})
	}
	return r
}
