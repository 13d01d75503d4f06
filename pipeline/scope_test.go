package pipeline_test

import (
	"testing"

	"dictation/pipeline"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	for scope, acts := range map[string]string{
		"system/*.read": "rs", "user/Patient.write": "cud", "system/Patient.*": "cruds", "system/Patient.rs": "rs", "system/Patient.c": "c",
		"system/*.cruds": "cruds",
	} {
		u := pipeline.User{}
		var err error
		if u.Scopes, err = pipeline.ParseScopes(scope); err != nil {
			t.Fatal(err)
		}
		var got string
		for _, act := range "cruds" {
			if u.InScope("Patient", act) {
				got += string(act)
			}
		}
		if got != acts || u.InScope("Encounter", 'r') != (scope == "system/*.read" || scope == "system/*.cruds") {
			t.Errorf("%s lets %q", scope, got)
		}
	}
	for _, bad := range []string{"system/*", "patient/*.read", "system/Nobody.read", "system/Patient.sr", "system/Patient.rr", "openid", "system/Patient.", "/Patient.read"} {
		if _, err := pipeline.ParseScopes("system/*.read " + bad); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if all := (pipeline.User{}); !all.InScope("Patient", 'd') {
		t.Error("an account without scopes is held back")
	}
}
