package transcript

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ said, want string }{
		"nothing":            {"", ""},
		"sentences":          {"no fever period no cough full stop why question mark", "No fever. No cough. Why?"},
		"marks":              {"a comma b colon c semicolon d semi colon e", "A, b: C; d; e"},
		"question":           {"any pain question mark none exclamation point", "Any pain? None!"},
		"hyphen and slash":   {"well hyphen known one twenty slash eighty forward slash x", "Well-known 120/80/x"},
		"parens":             {"seen open paren twice close paren period open parenthesis later close parenthesis", "Seen (twice). (Later)"},
		"lines":              {"one new line two new paragraph three next line four next paragraph five", "One\nTwo\n\nThree\nFour\n\nFive"},
		"break at the start": {"new paragraph one", "One"},
		"break twice":        {"one new paragraph new line new paragraph two", "One\n\nTwo"},
		"heading":            {"past medical history colon asthma period", "PAST MEDICAL HISTORY: Asthma."},
		"no heading inside":  {"she said period the ratio was two colon three", "She said. The ratio was two: three"},
		"too long a heading": {"this is more than a heading has colon eight", "This is more than a heading has: eight"},
		"pronoun":            {"then i saw and i've heard", "Then I saw and I've heard"},
		"capitals stay":      {"the MRI was normal period", "The MRI was normal."},
		"point stands":       {"at seven a. m. period then home", "At 7 a.m. Then home"},

		"waiting period":       {"after a waiting period comma we closed", "After a waiting period, we closed"},
		"menstrual period":     {"last menstrual period was in may period", "Last menstrual period was in may."},
		"period of time":       {"for a period of time period", "For a period of time."},
		"period of note":       {"no fever period of note no cough", "No fever. Of note no cough"},
		"an engine's comma":    {"ileum, colon, rectum", "Ileum, colon, rectum"},
		"an engine's initial":  {"Seen by Dr. B. She is well", "Seen by Dr. B. She is well"},
		"an engine's species":  {"Negative for N. meningitidis", "Negative for N. meningitidis"},
		"an engine's heading":  {"CHIEF COMPLAINT cough", "CHIEF COMPLAINT cough"},
		"stuttered period":     {"plenty of water period period", "Plenty of water period."},
		"the colon":            {"the colon was normal period", "The colon was normal."},
		"colon ends":           {"cancer of sigmoid colon period", "Cancer of sigmoid colon."},
		"colon cancer":         {"family history of colon cancer", "Family history of colon cancer"},
		"colon then paragraph": {"plan colon new paragraph rest", "PLAN:\n\nRest"},
		"half a command":       {"new medication and scratch it and open wound", "New medication and scratch it and open wound"},

		"scratch sentence":      {"all well period she has scratch that he has pain period", "All well. He has pain."},
		"scratch keeps heading": {"plan colon rest scratch that walk period", "PLAN: Walk."},
		"scratch done sentence": {"all well period no pain period scratch that some pain", "All well. Some pain"},
		"scratch twice":         {"one period two period three scratch that scratch that four", "One. Four"},
		"scratch break":         {"one new paragraph scratch that two", "One two"},
		"scratch nothing":       {"scratch that one", "One"},
		"scratch with marks":    {"one period two comma three open paren four scratch that five", "One. Five"},
		"scratch heading":       {"all well period new line plan colon scratch that end", "All well.\nEnd"},
	} {
		if got := Format(timed(tc.said)).Text; got != tc.want {
			t.Errorf("%s: %q gives %q, want %q", name, tc.said, got, tc.want)
		}
	}
}

func TestScratchesAreListed(t *testing.T) {
	t.Parallel()
	words := timed("all well period she comma has scratch that he has pain period no scratch that")
	f := Format(words)
	want := []Scratch{{3, 6, len("All well.")}, {12, 13, len("All well. He has pain.")}}
	if !slices.Equal(f.Scratches, want) {
		t.Errorf("%q: scratches %v, want %v", f.Text, f.Scratches, want)
	}
}

func TestSitesCanAddCommands(t *testing.T) {
	t.Parallel()
	f := NewFormatter(append(EnglishCommands(),
		Command{Say: "exam normal", Write: "Examination is unremarkable.", Ends: true},
		Command{Say: "new paragraph please", Write: "\n\n", Left: true, Right: true, Ends: true},
		Command{Say: " "}))
	got := f.Format(timed("exam normal new paragraph please home")).Text
	if want := "Examination is unremarkable.\n\nHome"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// spoken draws what may be said: commands, words beside them, anything.
func spoken() *rapid.Generator[[]Word] {
	piece := rapid.OneOf(
		rapid.SampledFrom(strings.Fields("period comma colon new line paragraph scratch that open close paren hyphen slash "+
			"i the left no twenty 2.5 mg a. e. ( . question mark full stop of cancer")),
		rapid.SampledFrom(strings.Fields("one two three twelve thirty forty-five hundred thousand million oh point zero and to over by half third "+
			"twentieth milligrams milligram units percent days year old a m p o q b. i. d. l c s c. t. grade number next march may doctor "+
			"vicryl times oriented epinephrine out um cap vitamin french o'clock 5 120/80")),
		rapid.SampledFrom([]string{"new paragraph", "scratch that", "next patient", "end of dictation", "next number", "all caps on",
			"all caps off", "family history", "this is a stat", "cc doctor"}),
		rapid.StringN(1, 6, -1),
	)
	return rapid.Map(rapid.SliceOf(piece), func(s []string) []Word { return timed(strings.Join(s, " ")) })
}

func TestFormatLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkFormat(t, spoken().Draw(t, "words")) })
}

// checkFormat checks that each word is written, but for its case, or part of a
// written form or of a command, or listed as left out; that the text has
// nothing else but single spaces; and that every digit was spoken.
func checkFormat(t interface{ Fatalf(string, ...any) }, words []Word) {
	f := Format(words)
	if len(f.Places) != len(words) {
		t.Fatalf("%d places for %d words", len(f.Places), len(words))
	}
	checkLeftOut(t, f)
	var said []string
	end := 0 // of what was accounted for
	for i, p := range f.Places {
		here := f.Text[p.Offset : p.Offset+p.Length]
		switch heard := words[i].Text; p.Fate {
		case Written:
			if here != heard && here != capital(heard) && here != upper(heard) {
				t.Fatalf("word %d %q is written %q", i, heard, here)
			}
		case Hesitated, Scratched, Trailing:
			if here != "" {
				t.Fatalf("word %d %q is %s and written %q", i, heard, p.Fate, here)
			}
			if p.Fate == Hesitated {
				said = append(said, strings.ToLower(heard))
			}
		case Commanded:
			if strings.HasSuffix(here, ":") && here != ":" { // a heading by its name
				break
			}
			said = append(said, strings.ToLower(heard))
		}
		if p.Offset < end { // a further word of the same form or command
			continue
		}
		if between := f.Text[end:p.Offset]; between != "" && between != " " && p.Length > 0 {
			t.Fatalf("%q stands before word %d and nobody said it", between, i)
		}
		end = max(end, p.Offset+p.Length)
	}
	if end != len(f.Text) {
		t.Fatalf("%q ends the text and nobody said it", f.Text[end:])
	}
	checkCommands(t, said)
	checkDigits(t, f, words)
	if got := f.Words(words); len(got) != len(Tokens(f.Text)) {
		t.Fatalf("%d words for %q", len(got), f.Text)
	}
}

// checkLeftOut checks that the words left out are those that are listed so.
func checkLeftOut(t interface{ Fatalf(string, ...any) }, f Formatted) {
	listed := make([]Fate, len(f.Places))
	for fate, runs := range map[Fate][]Scratch{Scratched: f.Scratches, Trailing: f.Tails} {
		for _, s := range runs {
			for i := s.First; i < s.End; i++ {
				listed[i] = fate
			}
		}
	}
	for i, p := range f.Places {
		if out := p.Fate == Scratched || p.Fate == Trailing; out != (listed[i] != "") || out && listed[i] != p.Fate {
			t.Fatalf("word %d is %s, in the list: %q", i, p.Fate, listed[i])
		}
	}
	for _, s := range f.Signals {
		if s.First < 0 || s.First >= s.End || s.End > len(f.Places) {
			t.Fatalf("signal %+v among %d words", s, len(f.Places))
		}
	}
}

// checkDigits checks that every digit of the text stands for words that name a
// number, or was in the word as it was heard.
func checkDigits(t interface{ Fatalf(string, ...any) }, f Formatted, words []Word) {
	spokenDigit := make([]bool, len(f.Text))
	for i, p := range f.Places {
		w := strings.Trim(strings.ToLower(words[i].Text), ".,;:?!-")
		numeric := hasDigit(w) || w == "half" || w == "number" || oh(w) || ordinals[w] > 0 || decades[w] != "" || fractions[w] > 0
		for part := range strings.SplitSeq(w, "-") {
			numeric = numeric || numberWord(part) || ordinals[part] > 0
		}
		for k := p.Offset; numeric && k < p.Offset+p.Length; k++ {
			spokenDigit[k] = true
		}
	}
	for k, r := range f.Text {
		if unicode.IsDigit(r) && !spokenDigit[k] {
			t.Fatalf("the digit at %d of %q was not spoken", k, f.Text)
		}
	}
}

// checkCommands checks that what was taken out is whole commands of the table.
func checkCommands(t interface{ Fatalf(string, ...any) }, said []string) {
	whole := make([]bool, len(said)+1) // whether said[:i] is
	whole[0] = true
	for i := range said {
		for _, c := range EnglishCommands() {
			say := strings.Fields(c.Say)
			if whole[i] && (command{c, say}).fits(said[i:]) {
				whole[i+len(say)] = true
			}
		}
	}
	if !whole[len(said)] {
		t.Fatalf("%q was taken for commands", said)
	}
}

func FuzzFormat(f *testing.F) {
	f.Add("the patient has had a cough period new paragraph plan colon rest scratch that walk period")
	f.Add("scratch that scratch that i ß ŉ a. period period")
	f.Fuzz(func(t *testing.T, said string) { checkFormat(t, timed(said)) })
}
