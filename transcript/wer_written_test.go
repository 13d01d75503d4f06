package transcript

import (
	"strings"
	"testing"
)

func TestWrittenWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                        "",
		"PLAN: Rest, \"ice\".":                    "plan rest ice",
		"5mg, 5-mg and 5 mg b.i.d. or BID":        "5 mg 5 mg and 5 mg bid or bid",
		"20cc of 0.5% at 1:200,000":               "20 cc of 0.5 % at 1:200000",
		"120/80 and/or 6-0; A-1 or A1":            "120/80 and or 6-0 a1 or a1",
		"x3, X 3, #15, # 15, 2+":                  "x 3 x 3 # 15 # 15 2 +",
		"01:40 a.m. on 03/15/2007":                "1:40 am on 03/15/2007",
		"290 mm/Hg, mm Hg, mmHg":                  "290 mmhg mmhg mmhg",
		"an 87-year-old's 1,500 L4-5 T12-L1 gm":   "an 87 year old's 1500 l4-5 t12 l1 g",
		"don’t ___ 1. Rest":                       "don't 1 rest",
		"three is not 3, mL not cc, e.g. 60s-70s": "three is not 3 ml not cc eg 60s 70s",
	} {
		if got := strings.Join(WrittenWords(in), " "); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWrittenWER(t *testing.T) {
	t.Parallel()
	if e := WrittenWER("Lasix 40 mg b.i.d. x3.", "lasix 40mg BID x 3"); e.Rate() != 0 {
		t.Errorf("spelling counts: %+v", e)
	}
	if e := WrittenWER("Lasix 40 mg", "Lasix 4.0 mg"); e.Substituted != 1 || e.Words != 3 {
		t.Errorf("a tenfold dose: %+v", e)
	}
}

func FuzzWrittenWords(f *testing.F) {
	f.Add("At 7 a.m., 2.5mg b.i.d. (don’t) 120/80 L4-5 x3 #15 50% mm Hg")
	f.Add("X0g 00:00m 01:405mg a-1-b")
	f.Fuzz(func(t *testing.T, text string) {
		words := WrittenWords(text)
		if again := WrittenWords(strings.Join(words, " ")); strings.Join(again, " ") != strings.Join(words, " ") {
			t.Fatalf("%q: %q, then %q", text, words, again)
		}
	})
}
