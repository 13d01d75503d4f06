package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dictation/transcript"
	"dictation/transcript/check"
)

var woman = check.Patient{MRN: "0044812", Family: "Whitaker", Given: "Margaret", Sex: "female",
	BirthDate: time.Date(1961, 3, 14, 0, 0, 0, 0, time.UTC)}

// flagged gives "kind severity: text" of the flags of a text.
func flagged(in check.Input) []string {
	var out []string
	for _, f := range check.Draft(in) {
		out = append(out, fmt.Sprintf("%s %s: %s", f.Kind, f.Severity, in.Text[f.Offset:f.Offset+f.Length]))
	}
	return out
}

func TestDraftText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
	}{
		// doses
		{"Start lisinopril 20 mg daily.", nil},
		{"Start lisinopril twenty milligrams daily.", nil},
		{"Start lisinopril 200 mg daily.", []string{"dose critical: 200 mg"}},
		{"Start lisinopril two hundred milligrams daily.", []string{"dose critical: two hundred milligrams"}},
		{"Synthroid 75 mg daily.", []string{"dose critical: 75 mg"}},
		{"Synthroid 0.075 mg daily.", nil},
		{"Bumex, 1 mg, and Premarin 0.625 mg.", nil},
		{"She was given 400 mg of Lasix IV.", []string{"dose critical: 400 mg"}},
		{"Xanax, stavudine 40 mg b.i.d.", nil},
		{"Lantus 20 mg at bedtime.", []string{"dose critical: 20 mg"}},
		{"Heparin 5,000 units subcutaneously.", nil},
		{"Vancomycin 15 mg/kg every 12 hours.", nil},
		{"Prednisone 5-10 mg daily.", nil},
		{"Hydrocodone 5/325 mg as needed.", nil},
		{"Metoprolol 25 daily.", []string{"dose notice: 25"}},
		// writing
		{"Digoxin .25 mg daily.", []string{"dose critical: .25 mg"}},
		{"Warfarin 5.0 mg daily.", []string{"dose critical: 5.0 mg"}},
		{"Potassium was 5.0 today.", nil},
		{"Insulin 10 U daily.", []string{"dose notice: U"}},
		{"Aspirin 81 mg q.d.", []string{"dose notice: q.d"}},
		{"MSO4 4 mg IV.", []string{"dose notice: MSO4"}},
		// values
		{"Potassium 216, sodium 140.", []string{"dose critical: Potassium 216"}},
		{"Potassium is four point two.", nil},
		{"Potassium chloride 20 mEq daily.", nil},
		{"Blood pressure 120/80.", nil},
		{"Blood pressure was one twenty over eighty.", nil},
		{"BP 12/80.", []string{"dose critical: 12/80"}},
		{"Intraocular pressures were 15/14.", nil},
		{"Temperature 98.6, pulse 72, respirations 16.", nil},
		{"Temperature 37.2.", nil},
		{"Temperature 68.", []string{"dose critical: Temperature 68"}},
		{"White count 8,200 and platelets 250,000.", nil},
		{"Urine pH 6.0.", nil},
		{"Arterial pH 6.0.", []string{"dose critical: pH 6.0"}},
		{"HDL cholesterol 22.", nil},
		// negation
		{"She denies chest pain. She reports fever.", nil},
		{"She denies chest pain. She complains of chest pain.", []string{"negation critical: chest pain"}},
		{"She reports nausea but no fever. She has had fever for weeks.", []string{"negation critical: fever"}},
		{"She has not had fever. She denies fever.", nil},
		{"She has no fever. She should return for fever.", nil},
		{"She reports headache. No further headache now.", nil},
		// sides
		{"Left knee pain. The left knee is swollen. We injected the right knee.", []string{"side critical: right knee"}},
		{"Left knee pain. The left knee is swollen. The right knee is normal.", nil},
		{"Both knees are swollen. The left knee hurts. The right knee does too.", nil},
		{"She turned right now and left the room.", nil},
		{"PREOPERATIVE DIAGNOSIS: Left hip fracture.\n\nPROCEDURE: Right hip pinning.", []string{"side critical: Right hip"}},
		// names taken for one another
		{"Hydralazine 25 mg for itching.", []string{"look_alike critical: Hydralazine"}},
		{"Hydroxyzine 25 mg for itching.", nil},
		{"Clonazepam 10 mg at bedtime.", []string{"look_alike critical: Clonazepam", "dose critical: 10 mg"}},
		{"Zyrtec 10 mg daily.", []string{"look_alike notice: Zyrtec"}},
		// allergies
		{"ALLERGIES: Penicillin.\n\nPLAN: Start amoxicillin 500 mg t.i.d.", []string{"allergy critical: amoxicillin"}},
		{"ALLERGIES: Penicillin.\n\nPLAN: Start Keflex 500 mg t.i.d.", []string{"allergy notice: Keflex"}},
		{"ALLERGIES: Penicillin.\n\nPLAN: Avoid amoxicillin.", nil},
		{"ALLERGIES: NKDA.\n\nShe is allergic to codeine.", []string{"allergy critical: NKDA"}},
		{"She is allergic to sulfa. We gave Bactrim.", []string{"allergy critical: Bactrim"}},
		{"Seasonal allergies. Continue Allegra.", nil},
		// dates
		{"Seen on February 30, 2025.", []string{"consistency critical: February 30, 2025"}},
		{"Seen on 3/25/2027.", []string{"consistency critical: 3/25/2027"}},
		{"Follow up on 3/25/2027.", nil},
		{"Seen on march twenty fifth twenty twenty four.", nil},
		{"Grip was 60/62/60 pounds.", nil},
		{"ADMISSION DATE: 03/10/2025\nDISCHARGE DATE: 03/01/2025", []string{"consistency critical: 03/01/2025"}},
		// what was not understood
		{"There was ___ noted.", []string{"disagreement critical: ___"}},
		// loops and stock phrases
		{"Lungs are clear. Thank you for watching.", []string{"no_speech critical: Thank you for watching"}},
		{"The end of the end of the end of the end of it.", []string{"no_speech critical: The end of the end of the end of the end of"}},
		{"The drain was placed in the wound bed and secured. The drain was placed in the wound bed and secured. Done.",
			[]string{"no_speech critical: The drain was placed in the wound bed and secured. The drain was placed in the wound bed and secured"}},
		{"L4-5 and L5-S1, COVID-19, 2+ edema, 1:200,000.", nil},
		{"", nil},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got := flagged(check.Input{Text: tt.text, Now: today})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestDraftPatient(t *testing.T) {
	t.Parallel()
	allergic := woman
	allergic.Allergies = []string{"Penicillin (rash)", "latex"}
	tests := []struct {
		in   check.Input
		want []string
	}{
		{check.Input{Text: "The patient is a 64-year-old woman.", Patient: woman}, nil},
		{check.Input{Text: "The patient is a 46-year-old woman.", Patient: woman}, []string{"consistency critical: 46-year"}},
		{check.Input{Text: "Her mother is a 90-year-old woman.", Patient: woman}, nil},
		{check.Input{Text: "The patient is a 64-year-old man.", Patient: woman}, []string{"identity critical: man"}},
		{check.Input{Text: "He feels well. He walks.", Patient: woman}, []string{"identity critical: He"}},
		{check.Input{Text: "She came with her husband. He drove.", Patient: woman}, nil},
		{check.Input{Text: "Date of birth 03/14/1961.", Patient: woman}, nil},
		{check.Input{Text: "Date of birth 04/15/1971.", Patient: woman}, []string{"identity critical: 04/15/1971"}},
		{check.Input{Text: "Seen on 3/1/1950.", Patient: woman}, []string{"consistency critical: 3/1/1950"}},
		{check.Input{Text: "ALLERGIES: None.", Patient: allergic}, []string{"allergy critical: None"}},
		{check.Input{Text: "Given ampicillin 1 g IV.", Patient: allergic}, []string{"allergy critical: ampicillin"}},
		{check.Input{Text: "The right knee was draped.", Procedure: "Left knee arthroscopy"}, []string{"side critical: right knee"}},
		{check.Input{Text: "IMPRESSION: Normal.", Worktype: "radiology-report"}, []string{"consistency notice: "}},
	}
	for _, tt := range tests {
		t.Run(tt.in.Text, func(t *testing.T) {
			t.Parallel()
			tt.in.Now = today
			if got := flagged(tt.in); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// heard gives the tokens of a text half a second each, with confidences below 1
// where a word ends in "?".
func heard(marked string) check.Input {
	var in check.Input
	var texts []string
	for i, w := range strings.Fields(marked) {
		c := 0.99
		for strings.HasSuffix(w, "?") {
			w, c = w[:len(w)-1], c-0.3
		}
		texts = append(texts, w)
		from := int64(i) * 500
		in.Words = append(in.Words, transcript.Word{Text: w, StartMS: from, EndMS: from + 450, Confidence: &c})
	}
	in.Text = strings.Join(texts, " ")
	in.DurationMS = int64(len(texts)) * 500
	in.Speech = []check.Span{{StartMS: 0, EndMS: in.DurationMS}}
	return in
}

func TestDraftSound(t *testing.T) {
	t.Parallel()
	quiet := heard("Lungs are clear. The heart is regular.")
	quiet.Speech = []check.Span{{StartMS: 0, EndMS: 1400}}
	lost := heard("Lungs are clear.")
	lost.Speech = []check.Span{{StartMS: 0, EndMS: 6000}}
	second := heard("She denies chest pain and takes 15 units.")
	second.Second = "she has chest pain and takes fifty units"
	same := heard("She takes 5?? mg and has no fever today.")
	same.Second = "she takes five milligrams and has no fever today"
	tests := []struct {
		name string
		in   check.Input
		want []string
	}{
		{"poorly heard dose", heard("Lisinopril 20?? mg daily."), []string{"number critical: 20 mg"}},
		{"not well heard number", heard("Return in 2? weeks."), []string{"number notice: 2 weeks"}},
		{"teen", heard("Lisinopril 40 mg daily."), []string{"number notice: 40 mg"}},
		{"negation", heard("There is no?? fever."), []string{"negation critical: no"}},
		{"lost negation", heard("FINDINGS: There is? fever."), []string{"negation notice: is? fever"}},
		{"drug", heard("Hydralazine? was given."), []string{"look_alike notice: Hydralazine"}},
		{"words over silence", quiet, []string{"no_speech critical: The heart is regular"}},
		{"speech without words", lost, []string{"no_text critical: "}},
		{"second recognition", second, []string{"negation critical: denies", "number critical: 15 units"}},
		{"the same in other words", same, []string{"number notice: 5 mg"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := flagged(tt.in)
			for i := range tt.want {
				tt.want[i] = strings.ReplaceAll(tt.want[i], "?", "")
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestFlagHasItsSound(t *testing.T) {
	t.Parallel()
	flags := check.Draft(heard("Potassium was 216 today."))
	if len(flags) != 1 || flags[0].Audio != (check.Span{StartMS: 0, EndMS: 1450}) {
		t.Errorf("got %+v, want the sound of three words", flags)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		before, after string
		want          []string
	}{
		{"Lisinopril 20 mg daily.", "Lisinopril 40 mg daily.", []string{"40 mg: Was “20 mg”, is “40 mg”."}},
		{"Lisinopril 20 mg daily.", "Lisinopril twenty milligrams daily.", nil},
		{"There is no fever.", "There is fever.", []string{": Was “no”, is nothing."}},
		{"There is fever.", "There is no fever.", []string{"no: Was nothing, is “no”."}},
		{"The left knee.", "The right knee.", []string{"right: Was “left”, is “right”."}},
		{"Give Celexa now.", "Give Celebrex now.", []string{"Celebrex: Was “Celexa”, is “Celebrex”."}},
		{"The pateint is well.", "The patient is well.", nil},
		{"Take 5 mg", "Take 5 mcg", []string{"5 mcg: Was “5 mg”, is “5 mcg”."}},
		{"", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.before+" → "+tt.after, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range check.Edit(tt.before, tt.after) {
				got = append(got, tt.after[f.Offset:f.Offset+f.Length]+": "+f.Reason)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// The checker changes nothing it is given.
func TestNothingChanges(t *testing.T) {
	t.Parallel()
	for i := range uint64(200) {
		n := makeNote(i, classes[i%uint64(len(classes))])
		n.perform(i, classes[i%uint64(len(classes))], withSecond)
		before := fmt.Sprintf("%#v", n.in)
		words, spoken, speech := deepWords(n.in.Words), deepWords(n.in.Spoken), slices.Clone(n.in.Speech)
		text := strings.Clone(n.in.Text)
		check.Draft(n.in)
		check.Identity(n.in)
		check.Screen(check.Answer{Words: n.in.Spoken, Speech: n.in.Speech, DurationMS: n.in.DurationMS})
		if n.in.Text != text || !slices.Equal(speech, n.in.Speech) || words != deepWords(n.in.Words) || spoken != deepWords(n.in.Spoken) || before != fmt.Sprintf("%#v", n.in) {
			t.Fatalf("note %d was changed", i)
		}
	}
}

func deepWords(words []transcript.Word) string {
	var b strings.Builder
	for _, w := range words {
		fmt.Fprintf(&b, "%s %d %d %v %v\n", w.Text, w.StartMS, w.EndMS, *w.Confidence, w.Estimated)
	}
	return b.String()
}

// The same note gives the same flags, and flags stay inside the text.
func TestFlagsAreSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		class := rapid.SampledFrom(append([]string{""}, classes...)).Draw(t, "class")
		seed := rapid.Uint64().Draw(t, "seed")
		n := makeNote(seed, class)
		n.perform(seed, class, rapid.SampledFrom([]evidence{textOnly, withSound, withSecond}).Draw(t, "evidence"))
		for range rapid.IntRange(0, 20).Draw(t, "wounds") {
			at := rapid.IntRange(0, len(n.text)).Draw(t, "at")
			with := rapid.SampledFrom(wounds).Draw(t, "with")
			n.text = n.text[:at] + with + n.text[at:] // the words are now those of an older text
			n.in.Text = n.text
		}
		flags := check.Draft(n.in)
		inside(t, n.text, flags)
		if again := check.Draft(n.in); fmt.Sprint(again) != fmt.Sprint(flags) {
			t.Fatalf("two looks differ:\n%v\n%v", flags, again)
		}
	})
}

// wounds are what breaks a text at odd places.
var wounds = []string{" 5 mg/", "-", "3/2/", " twenty ", " hundred", "point ", " no ", "left", ":", ". ", "\n", " — ", "½", "1,000,", "___",
	"MRN ", "date of birth", "over ", "to ", "\xff", "%", ".", " - "}

type fataler interface{ Fatalf(string, ...any) }

func inside(t fataler, text string, flags []check.Flag) {
	for _, f := range flags {
		for _, p := range append([]check.Place{f.Place}, f.Evidence...) {
			if p.Offset < 0 || p.Length < 0 || p.Offset+p.Length > len(text) {
				t.Fatalf("%+v lies outside a text of %d bytes", f, len(text))
			}
		}
		if f.Reason == "" || f.Kind == "" || f.Severity == "" {
			t.Fatalf("%+v says not enough", f)
		}
	}
}

func FuzzDraft(f *testing.F) {
	for _, class := range append([]string{""}, classes...) {
		n := makeNote(3, class)
		n.perform(3, class, withSecond)
		f.Add(n.text, n.in.Second, int64(350))
	}
	f.Add("1/2/3 4-5-6 .5mg/kg - / -- 12/ /80 twenty hundred oh point", "", int64(0))
	f.Add("\xff\xfe ½ ١٢ mg — “x” ___ 999999999999999999999999", "no no no no no", int64(-5))
	f.Fuzz(func(t *testing.T, text, second string, each int64) {
		in := check.Input{Text: text, Second: second, Patient: woman, Now: today, Worktype: "letter", Procedure: second}
		for i, tok := range transcript.Tokens(text) {
			at := int64(i) * (each % 10_000)
			in.Words = append(in.Words, transcript.Word{Text: tok.Text, StartMS: at, EndMS: at + each%10_000})
		}
		in.Speech = []check.Span{{StartMS: 100, EndMS: each}, {StartMS: 50, EndMS: 4000}}
		inside(t, text, check.Draft(in))
		for _, field := range check.Identity(in).Fields {
			inside(t, text, []check.Flag{{Kind: "x", Severity: "x", Place: field.Place, Reason: field.Reason}})
		}
		inside(t, second, check.Edit(text, second))
		check.Screen(check.Answer{Words: in.Words, Speech: in.Speech, DurationMS: 5000})
	})
}
