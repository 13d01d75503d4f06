package check_test

import (
	"testing"
	"time"

	"dictation/transcript"
	"dictation/transcript/check"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	man := check.Patient{MRN: "MR-4410273", Family: "Petrov", Given: "Victor", Sex: "male",
		BirthDate: time.Date(1950, 11, 2, 0, 0, 0, 0, time.UTC)}
	tests := []struct {
		text     string
		patient  check.Patient
		worktype string
		want     check.Verdict
	}{
		{"This is a progress note on patient Margaret Whitaker, medical record number 0044812.", woman, "progress-note", check.Match},
		{"Patient name is Margret Whittaker.", woman, "", check.Match},
		{"Patient name Whitaker, Margaret. Date of birth March 14, 1961.", woman, "", check.Match},
		{"Dictating on Margaret Widaker.", woman, "", check.Match},
		{"Patient name is Victor Petrov.", woman, "", check.Mismatch},
		{"Dictating on Mr. Petrov.", woman, "", check.Mismatch},
		{"Patient name is marked wit a car. Date of birth 3/14/1961.", woman, "", check.Match},
		{"Patient name is when a car.", woman, "", check.Unknown},
		{"Patient name is Marked Waiter. MRN 44812.", woman, "", check.Match},
		{"Dictating on MRN 0044812.", woman, "", check.Match},
		{"MRN four four eight one two.", woman, "", check.Match},
		{"MRN four four eight one three.", woman, "", check.Unknown},
		{"MRN 4410273.", woman, "", check.Mismatch},
		{"MRN 4410273.", man, "", check.Match},
		{"Medical record number forty four ten two seventy three.", man, "", check.Match},
		{"Date of birth november second nineteen fifty.", man, "", check.Match},
		{"Patient name is Victor Petrov, date of birth 11/2/1980.", man, "", check.Mismatch},
		{"This is an operative report.", woman, "discharge-summary", check.Mismatch},
		{"This is an operative report.", woman, "operative-report", check.Unknown},
		{"The lungs are clear.", woman, "", check.Unknown},
		{"Patient name is Margaret Whitaker.", check.Patient{}, "", check.Unknown},
		{"", woman, "", check.Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got := check.Identity(check.Input{Text: tt.text, Patient: tt.patient, Worktype: tt.worktype, Now: today})
			if got.Verdict != tt.want {
				t.Errorf("got %s, want %s: %+v", got.Verdict, tt.want, got.Fields)
			}
		})
	}
}

// The clip is where the name is spoken; names in the middle do not count.
func TestIdentityClip(t *testing.T) {
	t.Parallel()
	conf := 0.95
	at := func(text string, from int64) (out []transcript.Word) {
		for i, tok := range transcript.Tokens(text) {
			start := from + int64(i)*400
			out = append(out, transcript.Word{Text: tok.Text, StartMS: start, EndMS: start + 350, Confidence: &conf})
		}
		return out
	}
	name, rest := "Patient name is Victor Petrov.", " The lungs are clear."
	in := check.Input{Text: name + rest, Words: append(at(name, 1000), at(rest, 100_000)...), Patient: woman, DurationMS: 200_000}
	got := check.Identity(in)
	if want := (check.Span{StartMS: 1000, EndMS: 2950}); got.Verdict != check.Mismatch || got.Audio != want {
		t.Errorf("got %s at %v, want a mismatch at %v", got.Verdict, got.Audio, want)
	}
	in.Words = append(at(name, 60_000), at(rest, 100_000)...)
	if got := check.Identity(in); got.Verdict != check.Unknown {
		t.Errorf("a name in the middle: got %s, want unknown", got.Verdict)
	}
	low := 0.3
	in.Words = append(at(name, 1000), at(rest, 100_000)...)
	for i := range 5 {
		in.Words[i].Confidence = &low
	}
	if got := check.Identity(in); got.Verdict != check.Unknown {
		t.Errorf("a name heard poorly: got %s, want unknown", got.Verdict)
	}
}
