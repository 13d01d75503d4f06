package corpus_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"dictation/deploy/seed/corpus"
)

var spokenForm = regexp.MustCompile(`^[a-z']+( [a-z']+)*$`)

func TestSentencesAreSpoken(t *testing.T) {
	t.Parallel()
	words, passages, types := 0, 0, map[string]bool{}
	for s := range corpus.Sentences(1, 100_000) {
		if !spokenForm.MatchString(s) {
			t.Fatalf("not in spoken form: %q", s)
		}
		f := strings.Fields(s)
		if len(f) > 400 {
			t.Errorf("a passage of %d words", len(f))
		}
		for _, w := range f {
			types[w] = true
		}
		words += len(f)
		passages++
	}
	if words < 100_000 || words > 100_500 {
		t.Errorf("%d words, asked for 100000", words)
	}
	if mean := words / passages; mean < 5 || mean > 60 {
		t.Errorf("passages of %d words on average", mean)
	}
	if len(types) < 6000 {
		t.Errorf("only %d different words", len(types))
	}
}

func TestSentencesRepeat(t *testing.T) {
	t.Parallel()
	once, again := slices.Collect(corpus.Sentences(7, 5000)), slices.Collect(corpus.Sentences(7, 5000))
	if !slices.Equal(once, again) {
		t.Error("the same seed gave other sentences")
	}
	if other := slices.Collect(corpus.Sentences(8, 5000)); slices.Equal(once, other) {
		t.Error("another seed gave the same sentences")
	}
}

func TestSentencesSayCommands(t *testing.T) {
	t.Parallel()
	text := " " + strings.Join(slices.Collect(corpus.Sentences(3, 100_000)), " ") + " "
	for _, phrase := range []string{
		"period", "comma", "colon", "new paragraph", "next paragraph", "open paren", "close paren", "scratch that",
		"end of dictation", "next patient", "past medical history colon", "physical examination colon",
		"prepped and draped in the usual sterile fashion", "year old", "over eighty", "point five",
		"milligrams", "b i d", "l four l five", "three o vicryl", "two thousand and", "no known drug allergies",
	} {
		if !strings.Contains(text, " "+phrase+" ") {
			t.Errorf("never says %q", phrase)
		}
	}
}

func TestSentencesStop(t *testing.T) {
	t.Parallel()
	n := 0
	for range corpus.Sentences(1, 1_000_000) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("gave %d sentences after the break", n)
	}
}

// worktypes are those of pipeline, which this floor does not import.
var worktypes = strings.Fields("progress-note consultation history-and-physical operative-report discharge-summary radiology-report letter")

func TestNotes(t *testing.T) {
	t.Parallel()
	seen, titles := map[string]bool{}, map[string]bool{}
	for n := range corpus.Notes(5, 200) {
		seen[n.Worktype], titles[n.Title] = true, true
		if !slices.Contains(worktypes, n.Worktype) {
			t.Errorf("%s: no worktype %q", n.Title, n.Worktype)
		}
		paragraphs := strings.Split(n.Written, "\n\n")
		if len(paragraphs) != len(n.Spoken) {
			t.Fatalf("%s: %d paragraphs written, %d spoken", n.Title, len(paragraphs), len(n.Spoken))
		}
		for i, p := range paragraphs {
			checkWritten(t, n.Title, p)
			if !spokenForm.MatchString(n.Spoken[i]) {
				t.Errorf("%s: not in spoken form: %q", n.Title, n.Spoken[i])
			}
		}
	}
	if len(seen) != len(worktypes) {
		t.Errorf("notes of %d worktypes, want all %d", len(seen), len(worktypes))
	}
	if len(titles) < 25 {
		t.Errorf("only %d kinds of note", len(titles))
	}
}

var (
	unwritten = regexp.MustCompile(`[~{}|_]|  | [.,;:]|\.\.|^\s*$`)
	lowStart  = regexp.MustCompile(`^[a-z]|[a-z]{3}[.?] [a-z]`)
	badAn     = regexp.MustCompile(`\b(a [aeio][a-z]|an [bcdfgjkpqvwz])`)
	spelled   = regexp.MustCompile(`\b(thirty|forty|fifty|sixty|seventy|eighty|ninety|milligrams|hundred)\b`)
)

func checkWritten(t *testing.T, title, p string) {
	t.Helper()
	for _, re := range []*regexp.Regexp{unwritten, lowStart, badAn, spelled} {
		if m := re.FindString(p); m != "" && !strings.HasPrefix(m, "a on") {
			t.Errorf("%s: %q in %q", title, m, p)
		}
	}
}

func TestNotesRepeat(t *testing.T) {
	t.Parallel()
	text := func(seed uint64) string {
		var b strings.Builder
		for n := range corpus.Notes(seed, 40) {
			b.WriteString(n.Written)
		}
		return b.String()
	}
	if once, again := text(2), text(2); once != again {
		t.Error("the same seed gave other notes")
	}
	if text(2) == text(3) {
		t.Error("another seed gave the same notes")
	}
}

func BenchmarkSentences(b *testing.B) {
	for b.Loop() {
		for range corpus.Sentences(1, 300_000) {
		}
	}
}
