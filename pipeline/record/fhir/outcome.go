package fhir

import (
	"errors"

	"dictation/pipeline"
)

// OperationOutcome is FHIR R4 OperationOutcome: what went wrong.
type OperationOutcome struct {
	ResourceType string  `json:"resourceType"`
	Issue        []Issue `json:"issue"`
}

// Issue is OperationOutcome.issue.
type Issue struct {
	Severity string          `json:"severity"`
	Code     string          `json:"code"`
	Details  CodeableConcept `json:"details"`

	Expression []string `json:"expression,omitempty"` // FHIRPath of the element
}

// Outcome tells a client about err in the sentence a person would read. The
// HTTP status comes from the same Kind in package web.
func Outcome(err error) OperationOutcome {
	var f *Flawed
	if errors.As(err, &f) {
		o := OperationOutcome{ResourceType: "OperationOutcome"}
		for _, t := range f.Troubles {
			o.Issue = append(o.Issue, Issue{Severity: "error", Code: t.Code, Details: CodeableConcept{Text: t.Path + ": " + t.Text}, Expression: []string{t.Path}})
		}
		return o
	}
	return OperationOutcome{
		ResourceType: "OperationOutcome",
		Issue: []Issue{{
			Severity: "error",
			Code:     issueType(pipeline.KindOf(err)),
			Details:  CodeableConcept{Text: pipeline.Sentence(err)},
		}},
	}
}

// issueType is the table Kind → IssueType (required binding).
func issueType(k pipeline.Kind) string {
	switch k {
	case pipeline.Invalid:
		return "invalid"
	case pipeline.Unauthorized:
		return "login"
	case pipeline.Forbidden:
		return "forbidden"
	case pipeline.NotFound:
		return "not-found"
	case pipeline.Conflict, pipeline.Stale:
		return "conflict"
	case pipeline.Locked:
		return "lock-error"
	case pipeline.TooLarge:
		return "too-long"
	case pipeline.Unreadable:
		return "structure"
	case pipeline.RateLimited:
		return "throttled"
	case pipeline.Unavailable:
		return "transient"
	}
	return "exception"
}
