package pipeline

import (
	"strings"
	"unicode/utf8"
)

// Pool is a routing group: the people who type for some authors, worktypes or
// facilities. A dictation gets its pool when it is received and when what it
// belongs to changes; none means that everybody types it.
type Pool struct {
	Name    string // as people call it; also its key
	Members []string
	Rules   []PoolRule
}

// PoolRule sends dictations to its pool. Empty fields say nothing; a rule has one
// field at least. Of several that fit, one that names the author goes before one
// that names the worktype, and that before one that names the facility.
type PoolRule struct {
	Worktype Worktype
	AuthorID string
	Facility string
}

// maxPoolName is the longest name of a pool and of a facility in a rule, in characters.
const maxPoolName = 60

// Check gives the rule cleaned of spaces, or an Invalid error.
func (r PoolRule) Check() (PoolRule, error) {
	r.Facility = strings.TrimSpace(r.Facility)
	switch {
	case r == PoolRule{}:
		return r, Errorf(Invalid, "A rule needs a worktype, an author or a facility: without any it would fit every dictation.")
	case r.Worktype != "" && r.Worktype.Info().Title == "":
		return r, Errorf(Invalid, "There is no worktype %q.", string(r.Worktype))
	case utf8.RuneCountInString(r.Facility) > maxPoolName:
		return r, Errorf(Invalid, "Keep the facility under %d characters.", maxPoolName)
	}
	return r, nil
}

// PoolName cleans the name of a pool, or gives an Invalid error.
func PoolName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if n := utf8.RuneCountInString(name); n == 0 || n > maxPoolName || !utf8.ValidString(name) || strings.ContainsAny(name, "\x00/") {
		return "", Errorf(Invalid, "Give the pool a name of 1 to %d characters, without a slash.", maxPoolName)
	}
	return name, nil
}
