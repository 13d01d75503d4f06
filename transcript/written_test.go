package transcript

import (
	"strings"
	"testing"
)

// formats checks a table of what is said and what is to be written. A sentence
// is begun first, so that capitals do not blur the picture.
func formats(t *testing.T, table map[string]string) {
	t.Helper()
	for said, want := range table {
		words := timed("then " + said)
		got := strings.TrimPrefix(Format(words).Text, "Then ")
		if got != want {
			t.Errorf("%q gives %q, want %q", said, got, want)
		}
		checkFormat(t, words)
	}
}

func TestWrittenNumbers(t *testing.T) {
	t.Parallel()
	formats(t, map[string]string{
		"nine cases and ten cases":                       "nine cases and 10 cases",
		"one hundred eight thousand four hundred eighty": "108,480",
		"two million three hundred thousand and six":     "2,300,006",
		"one point two million units":                    "1.2 million units",
		"twelve hundred calories":                        "1200 calories",
		"forty-five cases":                               "45 cases",
		"in nineteen ninety three and since twenty ten":  "in 1993 and since 2010",
		"in her sixties in the nineteen eighties":        "in her 60s in the 1980s",
		"the tenth visit at the seventy fifth line":      "the tenth visit at the 75th line",
		"the twenty first and the twenty-second day":     "the 21st and the 22nd day",
		"gravida two para one":                           "gravida 2 para 1",
		"a total of four were given":                     "a total of 4 were given",
		"potassium of four and creatinine two":           "potassium of 4 and creatinine 2",
		"pain is five out of ten":                        "pain is 5 out of 10",
		"one half of it and two thirds of that":          "one-half of it and two-thirds of that",
		"a one half inch cut":                            "a 1/2 inch cut",
		"thirty six and four sevenths weeks":             "36-4/7 weeks",
		"a ratio of two to one":                          "a ratio of 2:1",
		"mrn four one two seven":                         "mrn 4127",
		"call five five five one two one two":            "call 5551212",
		"phone five five five one two one two":           "phone 555-1212",
	})
}

// What has more than one reading stays as it was said.
func TestUnsureNumbersStayWords(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"two to three hundred milliliters", "five or six thousand cells", "one fifty milligram tablet", "take two fifty milligrams daily",
		"one twenty minutes later", "forty fifty people", "ninety eight six degrees", "one two three four", "twenty twenty vision",
		"at this point five milligrams were given", "over mcburney's point two centimeters away", "trigger point ten milligrams",
		"xanax point", "oh point", "thirty second rule", "one third seen", "two and a half of them", "twelve and a half percent",
		"he may seven times", "we march three by three", "nineteen eighteen", "hundred percent",
		"three times daily", "one day", "one or two days", "once every day", "two plus two", "zero", "one quarter seen",
		"one oh two year old", "lasix forty two tablets", "number thirty one p.o.", "two twelve millimeters screws", "two quarter inch drains",
		"one hundred twenty two hour sugar", "two point five three times", "number forty one to two every", "one sixty percent",
		"five over five hundred one to two", "seven point five two every", "sinemet one hundred one tablet", "twenty five over one hundred one tab",
		"number of beds", "the number next door", "type of pain",
	} {
		formats(t, map[string]string{said: said})
	}
}

func TestWrittenDoses(t *testing.T) {
	t.Parallel()
	formats(t, map[string]string{
		"five milligrams b i d":                                     "5 mg b.i.d.",
		"zero point five percent":                                   "0.5%",
		"a dose of point five milligrams":                           "a dose of 0.5 mg",
		"xanax point two five milligrams":                           "xanax 0.25 mg",
		"five point zero milligrams":                                "5 mg",
		"i. n. r. two point zero":                                   "INR 2.0",
		"ten units of insulin":                                      "10 units of insulin",
		"fifty micrograms and ten milliequivalents":                 "50 mcg and 10 mEq",
		"two fifty milligrams q six hours p. r. n.":                 "250 mg q.6h. p.r.n.",
		"one tablet p o q four to six hours":                        "one tablet p.o. q.4-6h.",
		"two tablets q. day and one q o d":                          "2 tablets daily and one every other day",
		"q h s or t. i. d. or q. i. d.":                             "q.h.s. or t.i.d. or q.i.d.",
		"every six hours":                                           "every 6 hours",
		"three to four days":                                        "3 to 4 days",
		"between five and ten milligrams":                           "between 5 and 10 mg",
		"five hyphen ten milligrams":                                "5-10 mg",
		"two and a half milligrams for two and a half hours":        "2.5 mg for 2-1/2 hours",
		"twenty c. c. and one hundred c c":                          "20 cc and 100 cc",
		"three by two point oh centimeters":                         "3 x 2.0 cm",
		"nine milligrams per deciliter":                             "9 mg/dL",
		"ten milligrams per kilogram per day":                       "10 mg/kg/day",
		"two hundred ninety millimeters of mercury":                 "290 mmHg",
		"three by four by five centimeters":                         "3 x 4 x 5 cm",
		"four by four gauze":                                        "4 x 4 gauze",
		"ninety eight point six degrees fahrenheit":                 "98.6 degrees Fahrenheit",
		"an eighteen french catheter":                               "an 18-French catheter",
		"a twenty two gauge needle":                                 "a 22-gauge needle",
		"one plus edema":                                            "1+ edema",
		"number fifteen blade with number three oh vicryl":          "#15 blade with #3-0 vicryl",
		"three o vicryl and four oh running nylon":                  "3-0 vicryl and 4-0 running nylon",
		"one to two hundred thousand units of epinephrine":          "1:200,000 units of epinephrine",
		"five milligrams, then 10 milligrams.":                      "5 mg, then 10 mg.",
		"vitamin b twelve one thousand micrograms":                  "vitamin B12 1000 mcg",
		"vitamin d three two thousand units":                        "vitamin D3 2000 units",
		"glucose one forty and sodium of one thirty eight":          "glucose 140 and sodium of 138",
		"hemoglobin a one c seven point two":                        "hemoglobin A1c 7.2",
		"six week old boy and a forty five year old woman":          "6-week-old boy and a 45-year-old woman",
		"a forty five hyphen year hyphen old man":                   "a 45-year-old man",
		"blood pressure one twenty over eighty":                     "blood pressure 120/80",
		"one twenty slash eighty":                                   "120/80",
		"strength five over five with two over six systolic murmur": "strength 5/5 with 2/6 systolic murmur",
	})
}

func TestWrittenDatesAndTimes(t *testing.T) {
	t.Parallel()
	formats(t, map[string]string{
		"march third twenty twenty six":             "March 3, 2026",
		"august five comma two thousand eight":      "August 5, 2008",
		"may seven two thousand eight":              "May 7, 2008",
		"august twenty two thousand eight":          "August 20, 2008",
		"june twenty first":                         "June 21",
		"november two thousand seven":               "November 2007",
		"june twenty nineteen":                      "June 2019",
		"on march third":                            "on March 3",
		"seen in january":                           "seen in January",
		"three slash four slash twenty six":         "3/4/26",
		"oh three":                                  "oh three",
		"four slash oh seven":                       "4/07",
		"eight thirty a m":                          "8:30 a.m.",
		"seven a. m. to four p. m.":                 "7 a.m. to 4 p.m.",
		"one oh five pm":                            "1:05 p.m.",
		"at seven am":                               "at 7 a.m.",
		"twelve o'clock":                            "12 o'clock",
		"seven in the morning":                      "7 in the morning",
		"august five, two thousand eight.":          "August 5, 2008.",
		"on tuesday comma three patients":           "on Tuesday, three patients",
		"august five comma two milligrams were due": "August 5, 2 mg were due",
	})
}

func TestWrittenCodes(t *testing.T) {
	t.Parallel()
	formats(t, map[string]string{
		"l four five and l. five s. one":            "L4-5 and L5-S1",
		"c five c six to c seven":                   "C5-C6 to C7",
		"c five hyphen six":                         "C5-6",
		"s one s two normal":                        "S1 S2 normal",
		"hepatitis c two years ago":                 "hepatitis C 2 years ago",
		"c. t. a. on a c. t. scanner":               "CTA on a CT scanner",
		"a c t scan by i. v.":                       "a CT scan by IV",
		"m. r. i. c. spine":                         "MRI C-spine",
		"an x ray":                                  "an x-ray",
		"p. o. b. i. d.":                            "p.o. b.i.d.",
		"e. period coli and c. diff":                "E. coli and C. diff",
		"by doctor c. comma then doctor jones":      "by Dr. C, then Dr. Jones",
		"the doctor said doctor is here":            "the doctor said doctor is here",
		"grade two sprain and stage three b":        "grade II sprain and stage IIIB",
		"grade two over six systolic murmur":        "grade 2/6 systolic murmur",
		"class two to three symptoms":               "class II to III symptoms",
		"type two diabetes":                         "type 2 diabetes",
		"cranial nerves two through twelve":         "cranial nerves II through XII",
		"alert and oriented times three":            "alert and oriented x3",
		"nocturia times one":                        "nocturia times one",
		"over the a one pulley":                     "over the A1 pulley",
		"o two saturation and c. o. two":            "O2 saturation and CO2",
		"so new line number two ice period":         "so\n2. Ice.",
		"so new line number one period ice":         "so\n1. Ice",
		"a cap tylenol all caps on no all caps off": "a cap tylenol NO",
		"cap tylenol and all caps stop":             "Tylenol and STOP",
		"quote no pain unquote":                     `"no pain"`,
	})
}

func TestSpokenLists(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"plan colon number one rest period number two ice period":             "PLAN:\n1. Rest.\n2. Ice.",
		"plan colon next number rest next number ice":                         "PLAN:\n1. Rest\n2. Ice",
		"plan colon next number rest new paragraph tests colon next number x": "PLAN:\n1. Rest\n\nTESTS:\n1. X",
	} {
		if got := Format(timed(said)).Text; got != want {
			t.Errorf("%q gives %q, want %q", said, got, want)
		}
	}
}

func TestHesitationsAreNotWritten(t *testing.T) {
	t.Parallel()
	f := Format(timed("uh no um fever period um scratch that all well"))
	if f.Text != "All well" || f.Places[5].Fate != Hesitated || len(f.Scratches) != 1 {
		t.Errorf("%+v", f)
	}
}

// Two numbers with a hesitation between are not one.
func TestHesitationPartsNumbers(t *testing.T) {
	t.Parallel()
	if got, want := Format(timed("then twenty um five milligrams")).Text, "Then 20 5 mg"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkFormatHalfHour(b *testing.B) {
	text := "new paragraph assessment colon the patient is a seventy one year old lady with c. o. p. d. comma on prednisolone sixty milligrams " +
		"b. i. d. comma blood pressure one twenty over eighty period um seen on march third two thousand seven by doctor jones period "
	words := timed(strings.Repeat(text, 5000/len(strings.Fields(text))+1))[:5000]
	for b.Loop() {
		Format(words)
	}
}
