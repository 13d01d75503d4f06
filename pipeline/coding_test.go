package pipeline

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPropose(t *testing.T) {
	t.Parallel()
	found := map[string][]Code{}
	for _, e := range []CodeEntry{
		{Code: Code{"X", "1", "Pneumonia, unspecified organism"}},
		{Code: Code{"X", "2", "Viral pneumonia"}},
		{Code: Code{"X", "3", "Diabetes"}, Terms: []string{"sugar disease"}},
	} {
		for _, p := range e.Phrases() {
			found[p] = append(found[p], e.Code)
		}
	}
	for text, want := range map[string]string{
		"ASSESSMENT:\nPneumonia.":                          "1 Pneumonia",
		"Viral pneumonia, then pneumonia.":                 "2 Viral pneumonia|1 pneumonia",
		"No evidence of pneumonia. Has diabetes.":          "3 diabetes",
		"He denies sugar disease but has viral\npneumonia": "2 viral\npneumonia",
		"FAMILY HISTORY:\nDiabetes.\n\nPLAN:\nRest.":       "",
		"Pneumonia was ruled out? Pneumonia again":         "1 Pneumonia",
		"pneumonias": "", "": "",
	} {
		var got []string
		for _, p := range Propose(WordRuns(text), found) {
			got = append(got, p.Code.Code+" "+text[p.From:p.To])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

// TestWordRunsStandInTheText: the evidence of a proposal is what the text says.
func TestWordRunsStandInTheText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkRuns(t, rapid.String().Draw(t, "text"))
	})
}

func FuzzWordRuns(f *testing.F) {
	for _, s := range []string{"No fever. A cough-like 2.5 mg", "é-\xff.\n\na'b", "FAMILY HISTORY: x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { checkRuns(t, text) })
}

func checkRuns(t interface{ Fatalf(string, ...any) }, text string) {
	for _, p := range WordRuns(text) {
		if p.From >= p.To || p.To > len(text) {
			t.Fatalf("phrase %q at %d to %d of %q", p.Text, p.From, p.To, text)
		}
		var words []string
		for _, w := range wordsOf(text[p.From:p.To]) {
			words = append(words, w.lower)
		}
		if !slices.Equal(words, strings.Fields(p.Text)) {
			t.Fatalf("phrase %q is not what %q says", p.Text, text[p.From:p.To])
		}
	}
}
