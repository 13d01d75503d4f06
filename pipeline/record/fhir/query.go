package fhir

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dictation/pipeline"
)

// Query is a search as rows can run it. Every field that is set must match; in
// a list one match is enough. Values the site cannot have (a foreign identifier
// system, an unknown code) are resolved here already.
type Query struct {
	Resource string
	Nothing  bool // nothing can match: answer an empty page
	NoNotes  bool // of DocumentReference: no note written here can match

	IDs      []string            // ids of the resource (UUIDs)
	Patients []string            // ids of the patients it is about (UUIDs)
	Numbers  []string            // MRN, visit number or document number, after the resource
	NoteIDs  []string            // ids of notes (UUIDs); Numbers or NoteIDs, either is enough
	Names    []Name              // of a Patient
	Types    []pipeline.Worktype // of a DocumentReference
	Date     Range               // when a DocumentReference was signed
	Updated  Range               // when the resource last changed

	// What other systems sent is compared with these as it was sent.
	Identifiers []Token
	Codes       []Token
	Categories  []Token
	States      []Token

	Count int    // resources on a page; 0 asks for the total only
	After Cursor // continue behind this one; zero is the first page

	params url.Values // as understood, for the links of the page
}

// The limits of a page and of a search.
const (
	DefaultCount = 50
	MaxCount     = 500
	maxValues    = 200 // in one comma list
)

// ParseQuery reads the parameters of a search on resource. Errors are Invalid
// (a parameter or value that is not served) or NotFound (no such resource).
// For a search by POST give it the form's values.
func (m Mapping) ParseQuery(resource string, values url.Values) (Query, error) {
	if !slices.Contains(searchable, resource) {
		return Query{}, pipeline.Errorf(pipeline.NotFound, "Resources of this type cannot be searched here. Those that can are %s.",
			strings.Join(searchable, ", "))
	}
	params := append(searchParams(resource), controls...)
	q := Query{Resource: resource, Count: DefaultCount, params: url.Values{}}
	seen := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name, modifier, _ := strings.Cut(key, ":")
		i := slices.IndexFunc(params, func(p param) bool { return p.name == name })
		switch {
		case i < 0:
			return Query{}, invalid("%s cannot be searched by one of the parameters sent. Those served are %s.",
				resource, paramNames(searchParams(resource)))
		case seen[name], len(values[key]) > 1 && !params[i].repeats:
			return Query{}, invalid("Give %s once; separate several values with commas.", name)
		}
		seen[name] = true
		if err := m.readParam(&q, params[i], modifier, values[key]); err != nil {
			return Query{}, err
		}
		if name != "_cursor" {
			q.params[key] = values[key]
		}
	}
	q.Nothing = q.Nothing || q.Date.empty() || q.Updated.empty()
	return q, nil
}

func (m Mapping) readParam(q *Query, p param, modifier string, vals []string) error {
	if !p.allows(modifier) {
		return invalid("The modifier of %s is not served here.", p.name)
	}
	for _, v := range vals {
		switch {
		case v == "":
			return invalid("%s has no value. Leave it out or give it one.", p.name)
		case !utf8.ValidString(v), strings.ContainsFunc(v, unicode.IsControl):
			return invalid("The value of %s has characters that cannot be read.", p.name)
		}
		if err := p.parse(m, q, modifier, v); err != nil {
			return err
		}
	}
	return nil
}

// link is the relative URL of the page behind after.
func (q Query) link(after Cursor) string {
	v := url.Values{}
	for k, vals := range q.params {
		v[k] = vals
	}
	if after != (Cursor{}) {
		v.Set("_cursor", after.String())
	}
	if len(v) == 0 {
		return q.Resource
	}
	return q.Resource + "?" + v.Encode()
}

func invalid(format string, args ...any) error {
	return pipeline.Errorf(pipeline.Invalid, format, args...)
}
