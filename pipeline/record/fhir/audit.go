package fhir

import (
	"fmt"
	"strings"
	"time"

	"dictation/pipeline/audit"
)

// AuditEvent is FHIR R4 AuditEvent: a line of the audit.
type AuditEvent struct {
	ResourceType string        `json:"resourceType"`
	ID           string        `json:"id"`
	Type         Coding        `json:"type"`
	Subtype      []Coding      `json:"subtype"`
	Action       string        `json:"action"`
	Recorded     time.Time     `json:"recorded"`
	Outcome      string        `json:"outcome"`
	Agent        []AuditAgent  `json:"agent"`
	Source       AuditSource   `json:"source"`
	Entity       []AuditEntity `json:"entity,omitempty"`
}

// AuditAgent is AuditEvent.agent.
type AuditAgent struct {
	Who       Reference     `json:"who"`
	Requestor bool          `json:"requestor"`
	Network   *AuditNetwork `json:"network,omitempty"`
}

// AuditNetwork is AuditEvent.agent.network.
type AuditNetwork struct {
	Address string `json:"address"`
	Type    string `json:"type"` // 2 is an IP address
}

// AuditSource is AuditEvent.source.
type AuditSource struct {
	Observer Reference `json:"observer"`
}

// AuditEntity is AuditEvent.entity.
type AuditEntity struct {
	What Reference `json:"what"`
}

// Ref is "AuditEvent/ID".
func (a AuditEvent) Ref() string { return "AuditEvent/" + a.ID }

// AuditEvent says a line of the audit; name is the actor's, where it is a person.
func (m Mapping) AuditEvent(e audit.Entry, name string) AuditEvent {
	out := AuditEvent{
		ResourceType: "AuditEvent",
		ID:           fmt.Sprint(e.ID),
		Type:         Coding{"http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation"},
		Subtype:      []Coding{{System: "urn:dictation:action", Code: e.Action}},
		Action:       auditAction(e),
		Recorded:     utc(e.At),
		Outcome:      "0",
		Agent: []AuditAgent{{
			Who:       Reference{Identifier: &Identifier{System: m.Account, Value: e.Actor}, Display: name},
			Requestor: true,
		}},
		Source: AuditSource{Observer: Reference{Display: "dictation"}},
	}
	if e.Outcome == audit.Refused {
		out.Outcome = "4" // minor failure: it was not let happen
	}
	if e.Remote != "" {
		out.Agent[0].Network = &AuditNetwork{e.Remote, "2"}
	}
	if e.Patient != "" {
		out.Entity = append(out.Entity, AuditEntity{Reference{Reference: "Patient/" + e.Patient}})
	}
	if e.Dictation != "" {
		out.Entity = append(out.Entity, AuditEntity{Reference{Identifier: &Identifier{System: uris, Value: "urn:uuid:" + e.Dictation}}})
	}
	return out
}

// auditAction is the code of what was done (required binding); what moves a
// dictation is an update of it.
func auditAction(e audit.Entry) string {
	_, verb, _ := strings.Cut(e.Action, ".")
	switch {
	case strings.HasSuffix(verb, "create") || strings.HasSuffix(verb, "added"):
		return "C"
	case strings.HasSuffix(verb, "read") || strings.HasSuffix(verb, "find") || strings.HasSuffix(verb, "search"):
		return "R"
	case e.Version > 0 || strings.HasSuffix(verb, "update") || strings.HasSuffix(verb, "write"):
		return "U"
	}
	return "E"
}
