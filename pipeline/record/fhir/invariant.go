package fhir

import (
	"encoding/json"
	"slices"
	"strings"
)

const ucum = "http://unitsofmeasure.org"

// invariants are rules of R4 that shapes cannot say, under R4's own names.
func (c *checker) invariants(path, kind string, v map[string]any) {
	has := func(name string) bool { return v[name] != nil }
	rule := func(name string, holds bool, text string) {
		if !holds {
			c.wrong(path, "invariant", "%s (%s).", text, name)
		}
	}
	switch kind {
	case "Extension":
		values := 0
		for name := range v {
			if strings.HasPrefix(strings.TrimPrefix(name, "_"), "value") {
				values = 1
			}
		}
		rule("ext-1", (values == 1) != has("extension"), "An extension has either a value or extensions")
	case "Period":
		from, ok1 := moment(v["start"])
		to, ok2 := moment(v["end"])
		rule("per-1", !ok1 || !ok2 || from <= to, "The period ends before it starts")
	case "Attachment":
		rule("att-1", !has("data") || has("contentType"), "What has data must say its content type")
	case "Quantity", "Age":
		rule("qty-3", !has("code") || has("system"), "A code for the unit needs its system")
		rule("age-1", kind != "Age" || !has("value") || has("code") && v["system"] == ucum, "An age has a unit of UCUM")
	case "Ratio":
		rule("rat-1", has("numerator") == has("denominator") && (has("numerator") || has("extension")), "A ratio has both its numbers")
	case "ContactPoint":
		rule("cpt-2", !has("value") || has("system"), "A contact must say what it is")
	case "Timing.repeat":
		rule("tim-1", !has("duration") || has("durationUnit"), "A duration needs its unit")
		rule("tim-2", !has("period") || has("periodUnit"), "A period needs its unit")
		rule("tim-6", !has("periodMax") || has("period"), "periodMax needs period")
		rule("tim-7", !has("durationMax") || has("duration"), "durationMax needs duration")
		rule("tim-8", !has("countMax") || has("count"), "countMax needs count")
		rule("tim-9", !has("offset") || has("when"), "offset needs when")
		rule("tim-10", !has("timeOfDay") || !has("when"), "Either timeOfDay or when")
	case "Observation.referenceRange":
		rule("obs-3", has("low") || has("high") || has("text"), "A reference range has a bound or a text")
	case "Condition.stage":
		rule("con-1", has("summary") || has("assessment"), "A stage has a summary or an assessment")
	case "Condition.evidence":
		rule("con-2", has("code") || has("detail"), "Evidence has a code or a detail")
	case "Organization":
		rule("org-1", has("identifier") || has("name"), "An organization has a number or a name")
	default:
		c.ofResource(kind, rule, has, v)
	}
}

// ofResource are the rules of whole resources.
func (c *checker) ofResource(kind string, rule func(string, bool, string), has func(string) bool, v map[string]any) {
	state := func(element, system string) string {
		concept, _ := v[element].(map[string]any)
		list, _ := concept["coding"].([]any)
		for _, one := range list {
			if coding, _ := one.(map[string]any); coding["system"] == system {
				code, _ := coding["code"].(string)
				return code
			}
		}
		return ""
	}
	bound := func(element, system string, codes ...string) string {
		s := state(element, system)
		if has(element) && !slices.Contains(codes, s) {
			c.wrong(kind+"."+element, "code-invalid", "The code must be one of %s of the system %s.", strings.Join(codes, ", "), system)
		}
		return s
	}
	switch kind {
	case "Condition":
		clinical := bound("clinicalStatus", conditionClinical, "active", "recurrence", "relapse", "inactive", "remission", "resolved")
		verified := bound("verificationStatus", conditionVerified, "unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error")
		rule("con-5", verified != inError || clinical == "", "What was entered in error has no clinical status")
		abated := slices.ContainsFunc([]string{"DateTime", "Age", "Period", "Range", "String"}, func(t string) bool { return has("abatement" + t) })
		rule("con-4", !abated || slices.Contains([]string{"inactive", "remission", "resolved"}, clinical), "What has abated is inactive, in remission or resolved")
	case "AllergyIntolerance":
		clinical := bound("clinicalStatus", allergyClinical, "active", "inactive", "resolved")
		verified := bound("verificationStatus", allergyVerified, "unconfirmed", "confirmed", "refuted", "entered-in-error")
		rule("ait-1", verified == inError || clinical != "", "clinicalStatus is there unless it was entered in error")
		rule("ait-2", verified != inError || clinical == "", "What was entered in error has no clinical status")
	case "Observation":
		value := false
		for name := range v {
			value = value || strings.HasPrefix(name, "value")
		}
		rule("obs-6", !value || !has("dataAbsentReason"), "Why there is no value is said only where there is none")
	}
}

const (
	conditionClinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
	conditionVerified = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
	allergyClinical   = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
	allergyVerified   = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
	inError           = "entered-in-error"
)

// moment gives a date as a number that can be compared.
func moment(v any) (int64, bool) {
	s, _ := v.(string)
	t, ok := readDate("dateTime", s)
	if ok && len(s) < len("2006-01-02T") {
		return 0, false // a day or a year has no beginning that counts here
	}
	return t.Unix(), ok
}

// containedRules look for what is contained: each has an id, and what begins with #
// is there (dom-2, dom-4, ref-1).
func (c *checker) containedRules(kind string, v map[string]any) {
	ids := map[string]bool{}
	list, _ := v["contained"].([]any)
	for _, one := range list {
		inner, _ := one.(map[string]any)
		id, _ := inner["id"].(string)
		if id == "" || ids[id] || inner["contained"] != nil {
			c.wrong(kind+".contained", "invariant", "What is contained has an id of its own, and contains nothing itself.")
		}
		if meta, _ := inner["meta"].(map[string]any); meta["versionId"] != nil || meta["lastUpdated"] != nil {
			c.wrong(kind+".contained", "invariant", "What is contained has no version and no time of change (dom-4).")
		}
		ids[id] = true
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			if r, _ := v["reference"].(string); strings.HasPrefix(r, "#") && !ids[r[1:]] {
				c.wrong(kind, "invariant", "A reference leads to something contained that is not there (ref-1).")
			}
			for _, one := range v {
				walk(one)
			}
		case json.Number, string, bool:
		}
	}
	walk(v)
}
