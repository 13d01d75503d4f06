package transcript

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                  "",
		"The patient, (she) said: \"No.\"":  "the patient she said no",
		"saline-filled well–known and/or":   "saline filled well known and or",
		"at 7 a.m., twice b.i.d.":           "at 7 a m twice b i d",
		"c. t. of doctor C.":                "c t of doctor c",
		"don't  don’t 'quoted'":             "don't don't quoted",
		"2.5 mg, 1,500 and .5 or 5.":        "2.5 mg 1500 and 5 or 5",
		"0.5% & 3+":                         "0.5 % & 3 +",
		"patients' notes ... --":            "patients notes",
		"x-ray ___ e.g., (a.m.)":            "x ray e g a m",
		"twenty period new paragraph colon": "twenty period new paragraph colon",
	} {
		if got := strings.Join(Normalise(in), " "); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWER(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ref, hyp string
		want     Errors
	}{
		"same":         {"No fever.", "no fever", Errors{0, 0, 0, 2}},
		"both empty":   {"", "", Errors{}},
		"all dropped":  {"a b c", "", Errors{0, 3, 0, 3}},
		"all invented": {"", "a b", Errors{0, 0, 2, 0}},
		"one of each":  {"a b c d", "a x c d e", Errors{1, 0, 1, 4}},
		"dropped no":   {"there is no fever", "there is fever", Errors{0, 1, 0, 4}},
		"shifted":      {"a b c d", "b c d e", Errors{0, 1, 1, 4}},
	} {
		if got := WER(tc.ref, tc.hyp); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
	if got := WER("", "a b").Rate(); got != 2 {
		t.Errorf("rate of two words from nothing: %v", got)
	}
	sum := WER("a b", "a").Add(WER("c d", "c d"))
	if sum.Rate() != 0.25 {
		t.Errorf("rate of a sum: %v", sum.Rate())
	}
}

func TestWERIsADistance(t *testing.T) {
	t.Parallel()
	words := rapid.SliceOfN(rapid.SampledFrom(strings.Fields("a b c d e")), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		a, b := words.Draw(t, "a"), words.Draw(t, "b")
		e, back := wordErrors(a, b), wordErrors(b, a)
		if e.total() != back.total() {
			t.Fatalf("%d there, %d back", e.total(), back.total())
		}
		if len(a)-e.Deleted != len(b)-e.Inserted || e.total() > max(len(a), len(b)) {
			t.Fatalf("%+v does not lead from %d to %d words", e, len(a), len(b))
		}
		if (e.total() == 0) != (strings.Join(a, " ") == strings.Join(b, " ")) {
			t.Fatalf("%v and %v: %+v", a, b, e)
		}
	})
}

func FuzzNormalise(f *testing.F) {
	f.Add("At 7 a.m., 2.5 mg b.i.d. (don’t) and/or 50%")
	f.Fuzz(func(t *testing.T, text string) {
		words := Normalise(text)
		if again := Normalise(strings.Join(words, " ")); strings.Join(again, " ") != strings.Join(words, " ") {
			t.Fatalf("%q: %q, then %q", text, words, again)
		}
	})
}
