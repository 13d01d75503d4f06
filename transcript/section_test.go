package transcript

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSections(t *testing.T) {
	t.Parallel()
	text := "Jane Roe\n\nCHIEF COMPLAINT:\n  Cough.\n\nHistory of Present Illness: Cough for 2 days.\nWorse at night: yes.\n\n" +
		"PHYSICAL EXAMINATION: GENERAL: Well.\nHEENT: Clear.\n\nASSESSMENT/PLAN:\n1. Rest.\n\nSOCIAL ISSUES: None.\nAllergies\nPlan: \n"
	var got []string
	for _, s := range Sections(text) {
		if text[s.Offset:s.Offset+len(s.Heading)] != s.Heading {
			t.Errorf("%+v is not where it says", s)
		}
		got = append(got, s.Heading+"|"+s.LOINC+"|"+text[s.Body:s.Body+s.Length])
	}
	want := []string{
		"CHIEF COMPLAINT|10154-3|Cough.",
		"History of Present Illness|10164-2|Cough for 2 days.\nWorse at night: yes.",
		"PHYSICAL EXAMINATION|29545-1|GENERAL: Well.\nHEENT: Clear.",
		"ASSESSMENT/PLAN|51847-2|1. Rest.",
		"SOCIAL ISSUES||None.\nAllergies",
		"Plan|18776-5|",
	}
	if strings.Join(got, "\n--\n") != strings.Join(want, "\n--\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n--\n"), strings.Join(want, "\n--\n"))
	}
}

func TestSpokenHeadings(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"history of present illness colon she coughs":                           "HISTORY OF PRESENT ILLNESS: She coughs",
		"no fever period new paragraph assessment and plan new line rest":       "No fever.\n\nASSESSMENT AND PLAN:\nRest",
		"no fever period new paragraph chief complaint cough period":            "No fever.\n\nCHIEF COMPLAINT: Cough.",
		"family history is not known":                                           "Family history is not known",
		"no fever period new paragraph plan of care was discussed":              "No fever.\n\nPlan of care was discussed",
		"physical examination colon general colon well period heart colon calm": "PHYSICAL EXAMINATION: GENERAL: Well. HEART: Calm",
		"he said colon go":                  "HE SAID: Go",
		"well period the ratio colon two":   "Well. The ratio: two",
		"new paragraph axis one colon none": "AXIS I: None",
	} {
		words := timed(said)
		if got := Format(words).Text; got != want {
			t.Errorf("%q gives %q, want %q", said, got, want)
		}
		checkFormat(t, words)
	}
}

func TestFormattedHeadingsAreSections(t *testing.T) {
	t.Parallel()
	text := Format(timed("chief complaint colon cough period new paragraph allergies colon none period new paragraph hospital course the patient did well period")).Text
	var got []string
	for _, s := range Sections(text) {
		got = append(got, s.LOINC)
	}
	if want := "10154-3 48765-2 8648-8"; strings.Join(got, " ") != want {
		t.Errorf("%q has %v, want %v", text, got, want)
	}
}

// The last digit of a LOINC code checks the others (mod 10, Luhn's way).
func TestLOINCCodes(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^\d{4,5}-\d$`)
	for name, code := range headingNames {
		if code == "" || code == inner {
			continue
		}
		if !shape.MatchString(code) {
			t.Errorf("%s: %q", name, code)
			continue
		}
		sum, double := 0, true
		for i := len(code) - 3; i >= 0; i-- {
			d := int(code[i] - '0')
			if double {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum, double = sum+d, !double
		}
		if check := (10 - sum%10) % 10; check != int(code[len(code)-1]-'0') {
			t.Errorf("%s: %s ends with %d", name, code, check)
		}
	}
	for name := range spokenHeadings {
		if headingNames[name] == "" {
			t.Errorf("%q is said by name and has no section", name)
		}
	}
}

func TestSectionsCoverNothingTwice(t *testing.T) {
	t.Parallel()
	line := rapid.SampledFrom([]string{"PLAN:", "Plan: rest", "HEENT: clear", "", "  ", "Allergies", "A: B", "XYZ: 1", ":", "É: x", "** PLAN **:"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.OneOf(line, rapid.String())).Draw(t, "lines"), "\n")
		end := 0
		for _, s := range Sections(text) {
			if s.Offset < end || s.Body < s.Offset+len(s.Heading) || s.Body+s.Length > len(text) {
				t.Fatalf("%+v in %q after %d", s, text, end)
			}
			end = s.Body + s.Length
		}
	})
}
