package transcript

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestParseCommandsReadsWhatATableSays(t *testing.T) {
	t.Parallel()
	for name, table := range map[string][]Command{"English": EnglishCommands(), "German": GermanCommands()} {
		raw, err := json.Marshal(table)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseCommands(strings.NewReader(string(raw)))
		if err != nil || !reflect.DeepEqual(got, table) {
			t.Errorf("%s: %v, %d of %d commands", name, err, len(got), len(table))
		}
	}
}

func TestParseCommandsSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                                        "line 1",
		"[\n{\"say\": \"a\" \"b\"}]":              "line 2",
		"[\n\n{\"say\": 5}]":                      "line 3",
		`[{"say":"a","writes":"b"}]`:              `"writes"`,
		`[{"write":"."}]`:                         `entry 1 of the table of commands (""): "say" is empty`,
		`[{"say":"A","write":"."}]`:               "lower case",
		`[{"say":"a  b","write":"."}]`:            "one space",
		`[{"say":"a"}]`:                           "does nothing",
		`[{"say":"a","does":"fly"}]`:              `does "fly"`,
		`[{"say":"a","write":"\u0007"}]`:          "control character",
		`[{"say":"a","write":".","does":"stat"}]`: "only one",
		`[{"say":"a","write":"."},{"say":"a","write":","}]`: `entry 2 of the table of commands: "a" is there already`,
		"[]\n[]":                             "line 2",
		strings.Repeat(" ", maxTable) + "[]": "longer than",
	} {
		if _, err := ParseCommands(strings.NewReader(raw)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want something with %q", raw, err, want)
		}
	}
}

func TestGermanDictation(t *testing.T) {
	t.Parallel()
	f := NewCommandFormatter(GermanCommands())
	got := f.Format(timed("befund doppelpunkt kein Fieber komma äh kein Husten punkt neuer absatz der Punkt zwanzig milligramm streiche das " +
		"Ruhe klammer auf zwei Tage klammer zu punkt nächster patient"))
	if want := "Befund: Kein Fieber, kein Husten.\n\nRuhe (zwei Tage).\n\n"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	if len(got.Signals) != 1 || got.Signals[0].Kind != NextPatient {
		t.Errorf("signals %+v", got.Signals)
	}
}

func FuzzParseCommands(f *testing.F) {
	f.Add(`[{"say": "new line", "write": "\n", "left": true, "right": true, "ends": true}]`)
	f.Add(`[{"say": "a", "does": "stat", "apart": true}, {"say": "b", "scratch": true}]`)
	f.Fuzz(func(t *testing.T, raw string) {
		table, err := ParseCommands(strings.NewReader(raw))
		if err != nil {
			return
		}
		words := timed("a b new line " + raw)
		if got := NewFormatter(table).Format(words); len(got.Places) != len(words) {
			t.Fatalf("%d places for %d words", len(got.Places), len(words))
		}
	})
}
