package transcript

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// show writes segments so that a person can compare them: [-deleted-] {+inserted+}.
func show(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		switch s.Op {
		case Deleted:
			b.WriteString("[-" + s.Text + "-]")
		case Inserted:
			b.WriteString("{+" + s.Text + "+}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, new, want string }{
		"same":                  {"No fever.", "No fever.", "No fever."},
		"empty":                 {"", "", ""},
		"all new":               {"", "No fever.", "{+No fever.+}"},
		"all gone":              {"No fever.", "", "[-No fever.-]"},
		"one word":              {"pain in the left arm", "pain in the right arm", "pain in the [-left-]{+right+} arm"},
		"comma added":           {"fever cough", "fever, cough", "fever{+,+} cough"},
		"number whole":          {"take 2.7 mg", "take 27 mg", "take [-2.7-]{+27+} mg"},
		"naked point whole":     {"take .5 mg", "take 5 mg", "take [-.5-]{+5+} mg"},
		"sign whole":            {"base excess -2", "base excess 2", "base excess [--2-]{+2+}"},
		"case counts":           {"the patient", "The patient", "[-the-]{+The+} patient"},
		"changes join over dot": {"a b. c d", "a x. y d", "a [-b. c-]{+x. y+} d"},
		"word parts changes":    {"a b and c d", "a x and y d", "a [-b-]{+x+} and [-c-]{+y+} d"},
		"paragraph":             {"one. two", "one.\n\ntwo", "one.[- -]{+\n\n+}two"},
		"space in front":        {" one", "one", "[- -]one"},
		"last word gone":        {"one two", "one", "one[- two-]"},
		"blank filled":          {"take ___ daily", "take aspirin daily", "take [-___-]{+aspirin+} daily"},
		"invalid bytes":         {"a \xff b", "a \xfe b", "a [-\xff-]{+\xfe+} b"},
	} {
		if got := show(Diff(tc.old, tc.new)); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// anyText draws text of few different words, so that much is alike.
func anyText() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"no", "fever", "2.5", "mg", "(left)", "arm,", "___", "Dr.", "a", ".", "\"", " ", "\n\n", "\t", "’", "\xff"}),
		rapid.String(),
	)
	return rapid.Map(rapid.SliceOf(piece), func(s []string) string { return strings.Join(s, " ") })
}

func TestDiffReproducesBothTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkDiff(t, anyText().Draw(t, "old"), anyText().Draw(t, "new"))
	})
}

func checkDiff(t interface{ Fatalf(string, ...any) }, oldText, newText string) {
	var a, b string
	last := Op("")
	for i, s := range Diff(oldText, newText) {
		switch s.Op {
		case Equal:
			a, b = a+s.Text, b+s.Text
		case Deleted:
			a += s.Text
		case Inserted:
			b += s.Text
		}
		if s.Text == "" || s.Op == last || last == Inserted && s.Op == Deleted {
			t.Fatalf("segment %d: %s %q after %s", i, s.Op, s.Text, last)
		}
		last = s.Op
	}
	if a != oldText || b != newText {
		t.Fatalf("segments give %q and %q, want %q and %q", a, b, oldText, newText)
	}
	if oldText == newText && last != Equal && last != "" {
		t.Fatalf("equal texts differ: %q", oldText)
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("The patient has no fever.", "The patient has a fever, no cough.")
	f.Add("", "\xff\n ")
	f.Fuzz(func(t *testing.T, a, b string) { checkDiff(t, a, b) })
}
