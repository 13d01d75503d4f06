package fhir

import (
	"time"

	"dictation/pipeline"
)

// Provenance is FHIR R4 Provenance: who made a document. Its id is the id of the
// note's DocumentReference.
type Provenance struct {
	ResourceType     string            `json:"resourceType"`
	ID               string            `json:"id"`
	Meta             Meta              `json:"meta"`
	Target           []Reference       `json:"target"`
	OccurredDateTime time.Time         `json:"occurredDateTime,omitzero"`
	Recorded         time.Time         `json:"recorded"`
	Agent            []ProvenanceAgent `json:"agent"`
}

// ProvenanceAgent is Provenance.agent.
type ProvenanceAgent struct {
	Type CodeableConcept `json:"type"`
	Who  Reference       `json:"who"`
}

// Ref is "Provenance/ID".
func (p Provenance) Ref() string { return "Provenance/" + p.ID }

const participantType = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"

// Provenance says who dictated a document and who signed it, the first of two
// signatures first.
func (m Mapping) Provenance(d pipeline.ChartDocument) Provenance {
	n := d.Note
	p := Provenance{
		ResourceType:     "Provenance",
		ID:               d.ID,
		Meta:             Meta{LastUpdated: utc(d.AttachedAt)},
		Target:           []Reference{{Reference: "DocumentReference/" + d.ID}},
		OccurredDateTime: utc(n.Seal.SignedAt),
		Recorded:         utc(d.AttachedAt),
		Agent: []ProvenanceAgent{{
			Type: concept(participantType, "author", "Author", "Dictated"),
			Who:  m.person(n.Seal.AuthorID, n.Seal.AuthorName),
		}},
	}
	for _, s := range append(n.Earlier[:len(n.Earlier):len(n.Earlier)], n.Seal) {
		p.Agent = append(p.Agent, ProvenanceAgent{
			Type: concept(participantType, "attester", "Attester", "Signed: "+s.Meaning),
			Who:  m.person(s.SignerID, s.SignerName),
		})
	}
	return p
}
