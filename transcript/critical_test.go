package transcript

import (
	"strings"
	"testing"
	"unicode"
)

func TestCriticals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                    "",
		"The lungs are clear": "",

		"potassium was 3.5, sodium 140.":                       "number:3.5 number:140",
		"blood pressure one hundred twenty over eighty period": "number:one hundred twenty over eighty",
		"one hundred and five degrees":                         "dose:one hundred and five degrees",
		"zero point five percent of it":                        "dose:zero point five percent",
		"point five and .5 and -2 and (7)":                     "number:point five number:.5 number:-2 number:7",
		"120/80 and 1,500 and 0.5%":                            "number:120/80 number:1,500 dose:0.5%",
		"six oh prolene, oh well":                              "number:six oh",
		"fusion of L4-5 and T2":                                "number:L4-5 number:T2",
		"forty-two of them":                                    "number:forty-two",
		"It was two. Three came.":                              "number:two number:Three",
		"august fifth two thousand eight":                      "number:fifth two thousand eight",

		"aspirin 81 mg daily":                      "dose:81 mg dose:daily",
		"5mg b.i.d. and 350-cc implants":           "dose:5mg dose:b.i.d. dose:350-cc",
		"two and a half tablets three times a day": "dose:two and a half tablets dose:three times a day",
		"seventy two beats per minute":             "dose:seventy two beats per minute",
		"290 millimeters of mercury":               "dose:290 millimeters of mercury",
		"two to three weeks ago":                   "dose:two to three weeks",
		"an 87-year-old man":                       "dose:87-year-old",
		"10 mg/kg once":                            "dose:10 mg/kg number:once",
		"mg of morphine":                           "unit:mg",
		"the third day, that day":                  "dose:third day",

		"no fever; denies pain, wasn't ill":   "negation:no negation:denies negation:wasn't",
		"non-tender without mass. None seen.": "negation:non-tender negation:without negation:None",
		"it isn’t":                            "negation:isn’t",
		"nodes and notes":                     "",

		"left arm, right-sided, Bilateral": "laterality:left laterality:right-sided laterality:Bilateral",
		"RUQ pain, R knee, r knee":         "laterality:RUQ laterality:R",
		"she is all right; call right now": "",
		"over the left eye":                "laterality:left",
		"is minus sign":                    "",
		"naïve “left” knee, über 5 mg":     "laterality:left dose:5 mg",
		"take 5\nmg of it":                 "dose:5\nmg",
		"ratio of 1:200,000 units":         "dose:1:200,000 units",
	} {
		var got []string
		for _, c := range Criticals(text) {
			got = append(got, string(c.Kind)+":"+text[c.Offset:c.Offset+c.Length])
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q:\n got %q\nwant %q", text, g, want)
		}
	}
}

func FuzzCriticals(f *testing.F) {
	f.Add("No fever, left knee 5 mg b.i.d., -2 or .5 ½ one hundred and five over two")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, c := range Criticals(text) {
			if c.Offset < end || c.Length <= 0 || c.Offset+c.Length > len(text) {
				t.Fatalf("%+v after %d in %d bytes", c, end, len(text))
			}
			checkNoNumber(t, text[end:c.Offset])
			end = c.Offset + c.Length
		}
		checkNoNumber(t, text[end:])
	})
}

func checkNoNumber(t *testing.T, text string) {
	if strings.ContainsFunc(text, unicode.IsDigit) {
		t.Fatalf("a digit in %q is in no critical token", text)
	}
	for _, tok := range Tokens(text) {
		if numberWords[strings.ToLower(tok.Text)] {
			t.Fatalf("the number %q is in no critical token", tok.Text)
		}
	}
}
