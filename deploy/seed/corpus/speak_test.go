package corpus

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSay(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		want []string // any of
	}{
		{"Temperature 98.6, pulse 72.", []string{"temperature ninety eight point six comma pulse seventy two period"}},
		{"Blood pressure 120/80.", []string{"blood pressure one twenty over eighty period"}},
		{"aspirin 81 mg p.o. b.i.d.", []string{"aspirin eighty one milligrams p o b i d period", "aspirin eighty one milligram p o b i d period"}},
		{"take it b.i.d. for pain", []string{"take it b i d for pain"}},
		{"at L4-5", []string{"at l four l five", "at l four five", "at l four through l five"}},
		{"at L5-S1", []string{"at l five s one"}},
		{"in 2006", []string{"in two thousand six", "in two thousand and six"}},
		{"in 1998", []string{"in nineteen ninety eight"}},
		{"on 03/04/2005", []string{"on march fourth two thousand five", "on march fourth two thousand and five", "on three four two thousand five", "on three four two thousand and five"}},
		{"3-0 Vicryl", []string{"three o vicryl", "three oh vicryl", "three zero vicryl"}},
		{"MRI and EKGs", []string{"m r i and e k g's"}},
		{"Dr. Smith's note.", []string{"doctor smith's note period"}},
		{"1. Gout. 2. GERD~gerd.", []string{"number one gout period number two gerd period"}},
		{"well-developed (see above)", []string{"well developed open paren see above close paren"}},
		{"0.5%", []string{"zero point five percent", "point five percent"}},
		{"every 4-6 hours", []string{"every four to six hours"}},
		{"the 2nd and 21st", []string{"the second and twenty first"}},
		{"at 8:05 a.m.", []string{"at eight o five a m period"}},
		{"hemoglobin A1c", []string{"hemoglobin a one c"}},
		{"II~two through XII~twelve.", []string{"two through twelve period"}},
		{"3+ edema", []string{"three plus edema"}},
		{"10,000 units", []string{"ten thousand units"}},
		{"strength 5/5", []string{"strength five over five", "strength five out of five", "strength five five"}},
		{"vision 20/40", []string{"vision twenty forty"}},
	} {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(50) {
				s := &speaker{rand.New(rand.NewPCG(seed, 0)), 1}
				got := strings.Join(s.say(tc.text), " ")
				if !strings.Contains("\n"+strings.Join(tc.want, "\n")+"\n", "\n"+got+"\n") {
					t.Fatalf("said %q, want any of %q", got, tc.want)
				}
			}
		})
	}
}

func TestCommasUnsaid(t *testing.T) {
	t.Parallel()
	s := &speaker{rand.New(rand.NewPCG(1, 1)), 0}
	if got := strings.Join(s.say("fever, chills, and cough."), " "); got != "fever chills and cough period" {
		t.Errorf("said %q", got)
	}
}

func TestCardinalOrdinal(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{
		0:       {"zero", "zeroth"},
		13:      {"thirteen", "thirteenth"},
		20:      {"twenty", "twentieth"},
		45:      {"forty five", "forty fifth"},
		101:     {"one hundred one", "one hundred first"},
		2345:    {"two thousand three hundred forty five", "two thousand three hundred forty fifth"},
		1000000: {"one million", "one millionth"},
	} {
		if got := cardinal(n); got != want[0] {
			t.Errorf("cardinal(%d) = %q, want %q", n, got, want[0])
		}
		if got := ordinal(n); got != want[1] {
			t.Errorf("ordinal(%d) = %q, want %q", n, got, want[1])
		}
	}
}

func TestInflections(t *testing.T) {
	t.Parallel()
	for _, tc := range [][4]string{
		{"stop", "stops", "stopped", "stopping"},
		{"admit", "admits", "admitted", "admitting"},
		{"visit", "visits", "visited", "visiting"},
		{"apply", "applies", "applied", "applying"},
		{"place", "places", "placed", "placing"},
		{"attach", "attaches", "attached", "attaching"},
		{"agree", "agrees", "agreed", "agreeing"},
		{"die", "dies", "died", "dying"},
		{"stay", "stays", "stayed", "staying"},
		{"repeat", "repeats", "repeated", "repeating"},
		{"fix", "fixes", "fixed", "fixing"},
		{"show", "shows", "showed", "showing"},
		{"occur", "occurs", "occurred", "occurring"},
		{"develop", "develops", "developed", "developing"},
	} {
		if got := [4]string{tc[0], plural(tc[0]), past(tc[0]), progressive(tc[0])}; got != tc {
			t.Errorf("bent to %q, want %q", got, tc)
		}
	}
	for one, many := range map[string]string{"diagnosis": "diagnoses", "biopsy": "biopsies", "stomach": "stomachs", "mass": "masses", "day": "days"} {
		if got := plural(one); got != many {
			t.Errorf("plural(%q) = %q, want %q", one, got, many)
		}
	}
}

func TestWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"she has a ulcer. it is II~two.":          "She has an ulcer. It is II.",
		"1. a 8 mm stone. 2. an unit.":            "1. An 8 mm stone. 2. A unit.",
		"an hour, a MRI, a CT, a 11-year-old.":    "An hour, an MRI, a CT, an 11-year-old.",
		"Dr. Smith saw a one-inch cut, 4,~fourth": "Dr. Smith saw a one-inch cut, 4,",
		"a L4-5 disc and an European":             "An L4-5 disc and a European",
	} {
		if got := written(articles(text)); got != want {
			t.Errorf("written(%q) = %q, want %q", text, got, want)
		}
	}
}
