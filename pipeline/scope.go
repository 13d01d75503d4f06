package pipeline

import (
	"slices"
	"strings"
)

// The resources that a scope may name.
var scopeResources = []string{"*", "Patient", "Encounter", "DocumentReference", "Binary", "Provenance", "AuditEvent",
	"AllergyIntolerance", "Condition", "Coverage", "MedicationRequest", "MedicationStatement", "Observation", "Procedure"}

// ParseScopes reads SMART scopes (SMART App Launch 2.0, chapter 7; also the words
// read and write of version 1) such as "system/*.read" or
// "system/DocumentReference.rs". Several may stand in one string, with spaces.
func ParseScopes(texts ...string) ([]string, error) {
	var scopes []string
	for _, text := range strings.Fields(strings.Join(texts, " ")) {
		_, acts := scopeParts(text)
		if acts == "" {
			return nil, Errorf(Invalid, "A scope is written like system/*.read, system/Patient.cruds or user/DocumentReference.rs; the resources are %s. Scopes of one patient are not served.",
				strings.Join(scopeResources[1:], ", "))
		}
		if !slices.Contains(scopes, text) {
			scopes = append(scopes, text)
		}
	}
	return scopes, nil
}

// scopeParts gives a scope's resource and what may be done with it, as letters of
// "cruds"; none when it is no scope.
func scopeParts(scope string) (resource, acts string) {
	who, rest, _ := strings.Cut(scope, "/")
	resource, acts, _ = strings.Cut(rest, ".")
	if who != "system" && who != "user" || !slices.Contains(scopeResources, resource) {
		return "", ""
	}
	switch acts {
	case "read":
		return resource, "rs"
	case "write":
		return resource, "cud"
	case "*":
		return resource, "cruds"
	}
	at := -1
	for _, act := range acts { // each at most once, in this order
		i := strings.IndexRune("cruds", act)
		if i <= at {
			return "", ""
		}
		at = i
	}
	return resource, acts
}

// InScope reports whether the token that u came with lets act be done to a type of
// resource; act is a letter of "cruds". Whoever came without scopes has no limits
// here but his rights.
func (u User) InScope(resource string, act rune) bool {
	return len(u.Scopes) == 0 || slices.ContainsFunc(u.Scopes, func(s string) bool {
		named, acts := scopeParts(s)
		return (named == "*" || named == resource) && strings.ContainsRune(acts, act)
	})
}
