package fhir

import (
	"slices"
	"strconv"
	"strings"

	"dictation/pipeline"
)

// param is one search parameter: what the CapabilityStatement says of it and
// how its value is read into a Query.
type param struct {
	name      string
	kind      string // FHIR SearchParamType
	modifiers []string
	repeats   bool // may be given several times; all must match
	doc       string
	parse     func(m Mapping, q *Query, modifier, value string) error
}

func (p param) allows(modifier string) bool {
	return modifier == "" || slices.Contains(p.modifiers, modifier)
}

// The resources a search may ask for.
var searchable = append([]string{"Patient", "Encounter", "DocumentReference", "Provenance"}, ClinicalTypes...)

// Searchable reports whether resources of a type can be searched.
func Searchable(resource string) bool { return slices.Contains(searchable, resource) }

// searchParams is the table of what is served, by resource; nil for a resource
// that cannot be searched.
func searchParams(resource string) []param {
	switch resource {
	case "Patient":
		return []param{idParam, {
			name: "identifier", kind: "token", doc: "medical record number",
			parse: func(m Mapping, q *Query, _, v string) error { return m.identifiers(q, v, m.MRN) },
		}, {
			name: "name", kind: "string", modifiers: []string{"exact", "contains"}, doc: "any part of the name",
			parse: parseNames,
		}, updatedParam}
	case "Encounter":
		return []param{idParam, patientParam("patient"), patientParam("subject"), {
			name: "identifier", kind: "token", doc: "visit number",
			parse: func(m Mapping, q *Query, _, v string) error { return m.identifiers(q, v, m.Visit) },
		}, updatedParam}
	case "DocumentReference":
		return []param{idParam, patientParam("patient"), patientParam("subject"), {
			name: "identifier", kind: "token", doc: "document number, job number or urn:uuid of the note",
			parse: func(m Mapping, q *Query, _, v string) error {
				if err := readTokens("identifier", v, &q.Identifiers); err != nil {
					return err
				}
				return q.ofNotes(func() error { return m.identifiers(q, v, m.Document, m.Job, uris) })
			},
		}, {
			name: "type", kind: "token", doc: "LOINC document type", parse: parseTypes,
		}, {
			name: "category", kind: "token", doc: "notes written here are " + clinicalNote, parse: parseCategory,
		}, {
			name: "date", kind: "date", repeats: true, doc: "when it was signed",
			parse: func(_ Mapping, q *Query, _, v string) error { return q.Date.narrow("date", v) },
		}, updatedParam}
	case "Provenance":
		return []param{idParam, patientParam("patient"), {
			name: "target", kind: "reference", doc: "DocumentReference/ID or ID",
			parse: func(m Mapping, q *Query, _, v string) error {
				refs, err := split("target", v)
				for _, r := range refs {
					// The two have the same id, so both narrow by it.
					id := strings.TrimPrefix(strings.TrimPrefix(r, m.url("")), "DocumentReference/")
					if !notUUID(id) && (q.IDs == nil || slices.Contains(q.IDs, id)) {
						q.Numbers = append(q.Numbers, id)
					}
				}
				q.IDs, q.Numbers = q.Numbers, nil
				q.Nothing = q.Nothing || len(q.IDs) == 0
				return err
			},
		}, updatedParam}
	}
	return clinicalParams(resource)
}

var idParam = param{
	name: "_id", kind: "token", doc: "logical id",
	parse: func(_ Mapping, q *Query, _, v string) error {
		ids, err := split("_id", v)
		q.IDs = append(q.IDs, slices.DeleteFunc(ids, notUUID)...)
		q.Nothing = q.Nothing || len(q.IDs) == 0
		return err
	},
}

var updatedParam = param{
	name: "_lastUpdated", kind: "date", repeats: true, doc: "when it last changed",
	parse: func(_ Mapping, q *Query, _, v string) error { return q.Updated.narrow("_lastUpdated", v) },
}

// patientParam reads ID, Patient/ID or this site's URL of a patient.
func patientParam(name string) param {
	return param{
		name: name, kind: "reference", modifiers: []string{"Patient"}, doc: "Patient/ID or ID",
		parse: func(m Mapping, q *Query, _, v string) error {
			if q.Patients != nil {
				return invalid("Give patient or subject, not both.")
			}
			refs, err := split(name, v)
			if err != nil {
				return err
			}
			q.Patients = []string{}
			for _, r := range refs {
				if id, ok := m.patientID(r); ok {
					q.Patients = append(q.Patients, id)
				}
			}
			q.Nothing = q.Nothing || len(q.Patients) == 0
			return nil
		},
	}
}

// controls are the parameters every search takes.
var controls = []param{
	{name: "_count", parse: parseCount},
	{name: "_cursor", parse: func(_ Mapping, q *Query, _, v string) (err error) {
		q.After, err = ParseCursor(v)
		return err
	}},
	{name: "_format", parse: oneOf("_format", "json", "application/json", "application/fhir+json")},
	{name: "_total", parse: oneOf("_total", "accurate", "estimate", "none")}, // always accurate
	{name: "_summary", parse: func(m Mapping, q *Query, mod, v string) error {
		if v == "count" {
			q.Count = 0
			return nil
		}
		return oneOf("_summary", "false", "count")(m, q, mod, v)
	}},
}

func oneOf(name string, served ...string) func(Mapping, *Query, string, string) error {
	return func(_ Mapping, _ *Query, _, v string) error {
		if slices.Contains(served, v) {
			return nil
		}
		return invalid("%s takes %s here.", name, strings.Join(served, ", "))
	}
}

func parseCount(_ Mapping, q *Query, _, v string) error {
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return invalid("_count must be a whole number from 0.")
	}
	q.Count = min(int(n), MaxCount)
	return nil
}

// Name is a search on any part of a patient's name, without regard to case
// unless Exact.
type Name struct {
	Text string
	How  Match
}

// Match is how a Name is compared.
type Match string

// The ways to compare: FHIR's default is that a part of the name starts so.
const (
	StartsWith Match = "starts"
	Contains   Match = "contains"
	Exact      Match = "exact"
)

func parseNames(_ Mapping, q *Query, modifier, v string) error {
	texts, err := split("name", v)
	how := map[string]Match{"": StartsWith, "contains": Contains, "exact": Exact}[modifier]
	for _, t := range texts {
		q.Names = append(q.Names, Name{Text: t, How: how})
	}
	return err
}

func parseTypes(_ Mapping, q *Query, _, v string) error {
	tokens, err := parseTokens("type", v)
	q.Codes = tokens
	for _, w := range pipeline.Worktypes {
		if slices.ContainsFunc(tokens, func(t Token) bool { return t.Is(loinc, w.LOINC) }) {
			q.Types = append(q.Types, w.Worktype)
		}
	}
	q.NoNotes = q.NoNotes || len(q.Types) == 0
	return err
}

func parseCategory(_ Mapping, q *Query, _, v string) error {
	tokens, err := parseTokens("category", v)
	q.Categories = tokens
	note := slices.ContainsFunc(tokens, func(t Token) bool { return t.Is(docCategory, clinicalNote) })
	q.NoNotes = q.NoNotes || !note
	return err
}

func paramNames(params []param) string {
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.name
	}
	return strings.Join(names, ", ")
}
