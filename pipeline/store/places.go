package store

import (
	"encoding/json"

	"dictation/transcript"
)

// Places is what is known of a saved text besides the text. The zero value knows
// nothing.
type Places struct {
	Draft    int                  `json:"draft,omitempty"`    // version whose words the spans count
	Told     []transcript.Span    `json:"told,omitempty"`     // where its words stand, as the writer's page kept account
	Derived  []transcript.Span    `json:"derived,omitempty"`  // and as alignment of the two texts has it
	Disputed []transcript.Dispute `json:"disputed,omitempty"` // where the two differ
	Marks    []transcript.Mark    `json:"marks,omitempty"`
	Accepted []string             `json:"accepted,omitempty"` // flags that were looked at, by the names pages give them
}

// column is p as the database keeps it: nil for nothing.
func (p Places) column() ([]byte, error) {
	if p.Draft == 0 && p.Marks == nil && p.Accepted == nil {
		return nil, nil
	}
	return json.Marshal(p)
}
