package check

import (
	"testing"
	"time"
)

func TestHeader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want map[string]string
	}{
		"whole": {
			"This is Dr. Brandt dictating. This is a discharge summary on Ada Rosenfeld, medical record number 1 0 0 1, date of birth March 4, 1961. Visit number 7 7 2. She was seen on May 2, 2026.",
			map[string]string{"author": "Brandt", "worktype": "discharge-summary", "name": "Ada Rosenfeld", "mrn": "1001", "birth date": "1961-03-04", "visit": "772", "date": "2026-05-02"},
		},
		"last name first": {"Patient name is Rosenfeld, Ada. MRN 44 10 7.", map[string]string{"name": "Rosenfeld, Ada", "mrn": "44107"}},
		"nothing":         {"The wound is clean. Blood pressure 120/80, number of stitches 12.", nil},
		"empty":           {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := make(map[string]string)
			for _, h := range Header(Input{Text: c.text}) {
				got[h.Name] = h.Value
				if h.Offset < 0 || h.Offset+h.Length > len(c.text) || h.Text == "" {
					t.Errorf("%+v is no place of the text", h)
				}
			}
			for k, v := range c.want {
				if got[k] != v {
					t.Errorf("%s: %q, want %q", k, got[k], v)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestLiken(t *testing.T) {
	t.Parallel()
	p := Patient{MRN: "MRN-1001", Family: "Rosenfeld", Given: "Ada Maria", BirthDate: time.Date(1961, 3, 4, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		name, value string
		want        Verdict
	}{
		{"name", "Ada Rosenfeld", Match},
		{"name", "Rosenfeld, Ada", Match},
		{"name", "Ada Rosenfelt", Match},
		{"name", "Eda Rosenfelt", Match},
		{"name", "Jan Adamski", Mismatch},
		{"mrn", "1001", Match},
		{"mrn", "001001", Match},
		{"mrn", "1007", Unknown},
		{"mrn", "8237", Mismatch},
		{"birth date", "1961-03-04", Match},
		{"birth date", "1961-03-05", Unknown},
		{"birth date", "1950-01-30", Mismatch},
		{"date", "1961-03-04", ""},
		{"worktype", "letter", ""},
	} {
		all, points := Liken([]Heard{{Name: c.name, Value: c.value}}, p)
		got := Verdict("")
		if len(all) > 0 {
			got = all[0].Verdict
		}
		if got != c.want || (points > 0) != (got == Match || got == Unknown) {
			t.Errorf("%s %q: %q with %d points, want %q", c.name, c.value, got, points, c.want)
		}
	}
	// What is unknown of a patient speaks neither for nor against him.
	if all, points := Liken([]Heard{{Name: "birth date", Value: "1961-03-04"}, {Name: "mrn", Value: "1"}, {Name: "name", Value: "A"}}, Patient{}); len(all) != 0 || points != 0 {
		t.Errorf("%v %d", all, points)
	}
}

func TestSameName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Brandt", "Dr. Helen Brandt", true}, {"Dr Brand", "Helen Brandt", true}, {"Helen Brandt", "Helen Meyer", false},
		{"Dr.", "Dr. Helen Brandt", false}, {"", "x", false}, {"Katherine Maier", "Catherine Meyer", true},
	} {
		if got := SameName(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add("This is Dr. Brandt. Patient name is Rosenfeld, Ada. MRN 44 10 7, born 3/4/61.")
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range Header(Input{Text: text}) {
			if h.Offset < 0 || h.Offset+h.Length > len(text) {
				t.Fatalf("%+v", h)
			}
		}
	})
}
