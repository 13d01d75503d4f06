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
		"hyphen and slash":   {"well hyphen known one twenty slash eighty forward slash x", "Well-known one twenty/eighty/x"},
		"parens":             {"seen open paren twice close paren period open parenthesis later close parenthesis", "Seen (twice). (Later)"},
		"lines":              {"one new line two new paragraph three next line four next paragraph five", "One\nTwo\n\nThree\nFour\n\nFive"},
		"break at the start": {"new paragraph one", "One"},
		"break twice":        {"one new paragraph new line new paragraph two", "One\n\nTwo"},
		"heading":            {"past medical history colon asthma period", "Past medical history: Asthma."},
		"no heading inside":  {"she said period the ratio was two colon three", "She said. The ratio was two: three"},
		"too long a heading": {"one two three four five six seven colon eight", "One two three four five six seven: eight"},
		"pronoun":            {"then i saw and i've heard", "Then I saw and I've heard"},
		"capitals stay":      {"the MRI was normal period", "The MRI was normal."},
		"point stands":       {"at seven a. m. period then home", "At seven a. m. Then home"},

		"waiting period":       {"after a waiting period comma we closed", "After a waiting period, we closed"},
		"menstrual period":     {"last menstrual period was in may period", "Last menstrual period was in may."},
		"period of time":       {"for a period of time period", "For a period of time."},
		"stuttered period":     {"plenty of water period period", "Plenty of water period."},
		"the colon":            {"the colon was normal period", "The colon was normal."},
		"colon ends":           {"cancer of sigmoid colon period", "Cancer of sigmoid colon."},
		"colon cancer":         {"family history of colon cancer", "Family history of colon cancer"},
		"colon then paragraph": {"plan colon new paragraph rest", "Plan:\n\nRest"},
		"half a command":       {"new medication and scratch it and open wound", "New medication and scratch it and open wound"},

		"scratch sentence":      {"all well period she has scratch that he has pain period", "All well. He has pain."},
		"scratch keeps heading": {"plan colon rest scratch that walk period", "Plan: Walk."},
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
		rapid.SampledFrom([]string{"new paragraph", "scratch that"}),
		rapid.StringN(1, 6, -1),
	)
	return rapid.Map(rapid.SliceOf(piece), func(s []string) []Word { return timed(strings.Join(s, " ")) })
}

func TestFormatLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkFormat(t, spoken().Draw(t, "words")) })
}

// checkFormat checks that each word is written, but for one capital, or part
// of a command, or listed as scratched; and that the text has nothing else but
// what commands write and single spaces.
func checkFormat(t interface{ Fatalf(string, ...any) }, words []Word) {
	f := Format(words)
	if len(f.Places) != len(words) {
		t.Fatalf("%d places for %d words", len(f.Places), len(words))
	}
	scratched := make([]bool, len(words))
	for _, s := range f.Scratches {
		for i := s.First; i < s.End; i++ {
			scratched[i] = true
		}
	}
	var said []string
	end := 0 // of what was accounted for
	for i, p := range f.Places {
		if (p.Fate == Scratched) != scratched[i] {
			t.Fatalf("word %d is %s, in the list: %v", i, p.Fate, scratched[i])
		}
		here := f.Text[p.Offset : p.Offset+p.Length]
		switch p.Fate {
		case Written:
			if here != words[i].Text && here != capital(words[i].Text) {
				t.Fatalf("word %d %q is written %q", i, words[i].Text, here)
			}
		case Commanded:
			said = append(said, strings.ToLower(words[i].Text))
			if p.Offset < end { // a further word of the same command
				continue
			}
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
	if got := f.Words(words); len(got) != len(Tokens(f.Text)) {
		t.Fatalf("%d words for %q", len(got), f.Text)
	}
}

// checkCommands checks that only whole commands of the table were taken out.
func checkCommands(t interface{ Fatalf(string, ...any) }, said []string) {
	rest := " " + strings.Join(said, " ") + " "
	table := EnglishCommands()
	slices.SortFunc(table, func(a, b Command) int { return len(b.Say) - len(a.Say) })
	for _, c := range table {
		for strings.Contains(rest, " "+c.Say+" ") {
			rest = strings.Replace(rest, " "+c.Say+" ", "  ", 1)
		}
	}
	if strings.ContainsFunc(rest, func(r rune) bool { return !unicode.IsSpace(r) }) {
		t.Fatalf("%q was taken for commands", rest)
	}
}

func FuzzFormat(f *testing.F) {
	f.Add("the patient has had a cough period new paragraph plan colon rest scratch that walk period")
	f.Add("scratch that scratch that i ß ŉ a. period period")
	f.Fuzz(func(t *testing.T, said string) { checkFormat(t, timed(said)) })
}
