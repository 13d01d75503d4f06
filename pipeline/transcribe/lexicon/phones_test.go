package lexicon

import (
	"strings"
	"testing"
)

func TestFromIPA(t *testing.T) {
	t.Parallel()
	for ipa, want := range map[string]Phones{
		"hˌaɪpoʊmˈæstʃə": "HH AY P OW M AE S CH AH",
		"ˈɑːpɚɹətˌɪv":    "AA P ER R AH T IH V",
		"vˈɪtɹɪəl":       "V IH T R IH AH L",
		"n̩":             "AH N",
		"ʢ":              "",
		"":               "",
	} {
		if got := fromIPA(ipa); got != want {
			t.Errorf("%s: %q, want %q", ipa, got, want)
		}
	}
}

func TestVariants(t *testing.T) {
	t.Parallel()
	ways := map[string][]Phones{"preoperative": {"P R IY AO P AH R AH T IH V"}, "for": {"F AO R"}, "fortune": {"F AO R CH AH N"}}
	vary(ways)
	if got := ways["preoperative"]; len(got) != 4 || got[3] != "P R IY AA P ER AH T IH V" {
		t.Errorf("preoperative: %q", got)
	}
	if len(ways["for"]) != 1 || len(ways["fortune"]) != 1 {
		t.Errorf("varied without cause: %v", ways)
	}
}

// Whatever a program writes, what comes out is phones of the set or nothing.
func FuzzPhones(f *testing.F) {
	f.Add("hˌaɪpoʊmˈæstʃə")
	f.Add("pau hh ay1 p ow1 pau")
	f.Add("ːːˈ͡")
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range []Phones{fromIPA(s), fromFlite(s)} {
			for phone := range strings.FieldsSeq(string(p)) {
				if !cmu[phone] {
					t.Errorf("%q gives %q", s, p)
				}
			}
		}
	})
}
