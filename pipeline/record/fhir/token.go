package fhir

import (
	"strings"

	"github.com/google/uuid"
)

// Token is one value of a token search: "code", "system|code", "|code" or
// "system|".
type Token struct {
	System    string
	AnySystem bool   // no system was given
	Code      string // empty: any code of the system
}

// Is reports whether the token asks for code of system.
func (t Token) Is(system, code string) bool {
	return (t.AnySystem || t.System == system) && (t.Code == "" || t.Code == code)
}

// parseTokens reads a comma list of tokens.
func parseTokens(name, v string) ([]Token, error) {
	values, ok := cut(v, ',')
	if !ok || len(values) > maxValues {
		return nil, tooMany(name)
	}
	tokens := make([]Token, 0, len(values))
	for _, value := range values {
		parts, ok := cut(value, '|')
		if !ok || len(parts) > 2 {
			return nil, invalid("A value of %s is neither code nor system|code.", name)
		}
		t := Token{AnySystem: len(parts) == 1, Code: unescape(parts[len(parts)-1])}
		if len(parts) == 2 {
			t.System = unescape(parts[0])
		}
		if t.System == "" && t.Code == "" {
			return nil, invalid("A value of %s is empty.", name)
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}

// identifiers reads tokens over the identifier systems of one resource. A token
// that asks for a whole system ("system|") is true for every resource, because
// each has one: it adds no condition.
func (m Mapping) identifiers(q *Query, v string, systems ...string) error {
	tokens, err := parseTokens("identifier", v)
	if err != nil {
		return err
	}
	all := false
	for _, t := range tokens {
		for _, s := range systems {
			switch {
			case !t.AnySystem && t.System != s:
			case t.Code == "":
				all = true
			case s == uris:
				if id, ok := strings.CutPrefix(t.Code, "urn:uuid:"); ok && !notUUID(id) {
					q.NoteIDs = append(q.NoteIDs, id)
				}
			default:
				q.Numbers = appendNew(q.Numbers, t.Code)
			}
		}
	}
	if all {
		q.Numbers, q.NoteIDs = nil, nil
		return nil
	}
	q.Nothing = q.Nothing || len(q.Numbers)+len(q.NoteIDs) == 0
	return nil
}

func appendNew(list []string, s string) []string {
	if len(list) > 0 && list[len(list)-1] == s {
		return list
	}
	return append(list, s)
}

// patientID finds this site's patient in a reference.
func (m Mapping) patientID(ref string) (string, bool) {
	id := ref
	if m.Base != "" {
		id = strings.TrimPrefix(id, m.Base+"/")
	}
	id = strings.TrimPrefix(id, "Patient/")
	return id, !notUUID(id)
}

// notUUID reports whether s is no id of this site: those are UUIDs in lower case.
func notUUID(s string) bool {
	u, err := uuid.Parse(s)
	return err != nil || u.String() != s
}

// split reads a comma list of plain values.
func split(name, v string) ([]string, error) {
	values, ok := cut(v, ',')
	if !ok || len(values) > maxValues {
		return nil, tooMany(name)
	}
	for i, s := range values {
		if s == "" {
			return nil, invalid("A value of %s is empty.", name)
		}
		values[i] = unescape(s)
	}
	return values, nil
}

func tooMany(name string) error {
	return invalid("%s cannot be read: it has more than %d values, or ends in a backslash.", name, maxValues)
}

// cut splits at sep where no backslash stands before it (R4 3.1.1.4.0.1) and
// leaves the escapes in the parts; a backslash at the end is not ok.
func cut(v string, sep byte) (parts []string, ok bool) {
	start := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
			if i == len(v) {
				return nil, false
			}
		case sep:
			parts = append(parts, v[start:i])
			start = i + 1
		}
	}
	return append(parts, v[start:]), true
}

// unescape takes the backslashes out.
func unescape(v string) string {
	if !strings.Contains(v, `\`) {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String()
}
