package check

import (
	"strings"
	"testing"
)

func TestCarry(t *testing.T) {
	t.Parallel()
	const older = "No pain. Take 50 mg of Lasix daily."
	at := func(words string) Flag {
		return Flag{Kind: Dose, Place: Place{Offset: strings.Index(older, words), Length: len(words)}}
	}
	for name, c := range map[string]struct {
		newer string
		flag  Flag
		want  string // what the flag is at; "gone" when it is settled
	}{
		"untouched":            {older, at("50 mg"), "50 mg"},
		"moved on":             {"Well. No pain at all. Take 50 mg of Lasix daily.", at("50 mg"), "50 mg"},
		"corrected":            {"No pain. Take 5 mg of Lasix daily.", at("50 mg"), "gone"},
		"half of it corrected": {"No pain. Take 50 mcg of Lasix daily.", at("50 mg"), "gone"},
		"deleted":              {"No pain.", at("50 mg"), "gone"},
		"between words":        {"Well. " + older, Flag{Place: Place{Offset: len(older)}}, ""},
		"something added":      {older + " Rest.", Flag{Place: Place{Offset: len(older)}}, "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Carry([]Flag{c.flag}, older, c.newer)
			if c.want == "gone" {
				if len(got) > 0 {
					t.Errorf("still at %+v", got[0].Place)
				}
				return
			}
			if len(got) != 1 || c.newer[got[0].Offset:got[0].Offset+got[0].Length] != c.want {
				t.Errorf("carried to %+v", got)
			}
		})
	}
}
