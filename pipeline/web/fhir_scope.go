package web

import (
	"strings"

	"dictation/pipeline"
)

// inScope asks whether the token that was sent is good for the route. One with
// scopes opens the FHIR API and nothing else: neither pages nor the making of
// tokens with more.
func (rt route) inScope(u pipeline.User) error {
	if len(u.Scopes) == 0 {
		return nil
	}
	if rt.style == fhirStyle {
		resource, act := rt.fhirAct()
		if resource == "" || u.InScope(resource, act) {
			return nil
		}
	}
	return pipeline.Errorf(pipeline.Forbidden, "The scopes of this token do not reach as far as this.")
}

// fhirAct says what a route does to which type of resource, as a letter of
// "cruds"; no resource where there is none.
func (rt route) fhirAct() (resource string, act rune) {
	method, path, _ := strings.Cut(rt.pattern, " ")
	resource, rest, one := strings.Cut(strings.TrimPrefix(path, "/fhir/"), "/")
	switch {
	case method == "PUT":
		return resource, 'u'
	case rest == "_search", rest == "_history":
		return resource, 's'
	case method == "POST":
		return resource, 'c'
	case one:
		return resource, 'r'
	}
	return resource, 's'
}
