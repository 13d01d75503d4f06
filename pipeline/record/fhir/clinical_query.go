package fhir

import (
	"slices"

	"dictation/pipeline"
)

// clinicalParams are the searches over what other systems sent.
func clinicalParams(resource string) []param {
	if !slices.Contains(ClinicalTypes, resource) {
		return nil
	}
	token := func(name, doc string, into func(*Query) *[]Token) param {
		return param{name: name, kind: "token", doc: doc, parse: func(_ Mapping, q *Query, _, v string) error {
			return readTokens(name, v, into(q))
		}}
	}
	params := []param{idParam, patientParam("patient"), token("identifier", "the sender's number of it", func(q *Query) *[]Token { return &q.Identifiers }), updatedParam}
	if e := subjectElement(resource); e != "patient" {
		params = append(params, patientParam(e))
	}
	category := token("category", "as it was sent", func(q *Query) *[]Token { return &q.Categories })
	code := token("code", "as it was sent", func(q *Query) *[]Token { return &q.Codes })
	status := token("status", "as it was sent", func(q *Query) *[]Token { return &q.States })
	date := param{name: "date", kind: "date", repeats: true, doc: "when it was so", parse: func(_ Mapping, q *Query, _, v string) error { return q.Date.narrow("date", v) }}
	switch resource {
	case "Condition", "AllergyIntolerance":
		status.name, status.doc = "clinical-status", "as it was sent"
		status.parse = func(_ Mapping, q *Query, _, v string) error { return readTokens("clinical-status", v, &q.States) }
		return append(params, category, code, status)
	case "Observation", "Procedure":
		return append(params, category, code, status, date)
	case "MedicationStatement", "MedicationRequest":
		return append(params, category, code, status)
	}
	return append(params, status)
}

func readTokens(name, v string, into *[]Token) error {
	tokens, err := parseTokens(name, v)
	*into = tokens
	return err
}

// ofNotes reads a parameter that only says which notes match: where none can, what
// other systems sent still may.
func (q *Query) ofNotes(read func() error) error {
	before := q.Nothing
	err := read()
	q.NoNotes, q.Nothing = q.NoNotes || q.Nothing && !before, before
	return err
}

// Matches reports whether an entry of another system is what is asked for, besides
// type, patient, identifier and time of change.
func (q Query) Matches(c pipeline.Clinical) bool {
	among := func(tokens []Token, codes []pipeline.FactCode) bool {
		return len(tokens) == 0 || slices.ContainsFunc(tokens, func(t Token) bool {
			return slices.ContainsFunc(codes, func(c pipeline.FactCode) bool { return t.Is(c.System, c.Code) })
		})
	}
	states := len(q.States) == 0 || slices.ContainsFunc(q.States, func(t Token) bool { return t.Code == c.Fact.Status })
	inTime := q.Date == Range{} || c.Fact.When != "" && !c.At.Before(q.Date.From) && (q.Date.To.IsZero() || c.At.Before(q.Date.To))
	return states && inTime && among(q.Codes, c.Fact.Codes) && among(q.Categories, c.Fact.Categories)
}
