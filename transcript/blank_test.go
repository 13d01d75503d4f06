package transcript

import (
	"slices"
	"strings"
	"testing"
)

func TestBlanks(t *testing.T) {
	t.Parallel()
	words := timed("take two of these daily")
	mark := func(offset, length int, ms int64) Mark {
		return Mark{Kind: Blank, Offset: offset, Length: length, AudioMS: ms, Reason: "not understood"}
	}
	for name, tc := range map[string]struct {
		text string
		want []Mark
	}{
		"none":              {"take two of these daily", nil},
		"two underscores":   {"take __ of these daily", nil},
		"in place":          {"take two of ___ daily", []Mark{mark(12, 3, 360)}},
		"between":           {"take two ___ of these daily", []Mark{mark(9, 3, 220)}},
		"longer, with dot":  {"take ____.", []Mark{mark(5, 4, 120)}},
		"two in one token":  {"take ___/___ daily", []Mark{mark(5, 3, 120), mark(9, 3, 120)}},
		"after wider bytes": {"také\n\n___ of these daily", []Mark{mark(7, 3, 120)}},
		"everything":        {"___", []Mark{mark(0, 3, 0)}},
	} {
		if got := Blanks(tc.text, words); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
	if got := Blanks("___ a ___", nil); len(got) != 2 || got[1].AudioMS != 0 {
		t.Errorf("without words: %+v", got)
	}
}

func FuzzBlanks(f *testing.F) {
	f.Add("take ___ of ____, ___/___ \xff")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, m := range Blanks(text, timed("take two of these")) {
			if got := text[m.Offset : m.Offset+m.Length]; m.Length < 3 || strings.Trim(got, "_") != "" {
				t.Fatalf("mark on %q", got)
			}
			if rest := text[end:m.Offset]; strings.Contains(rest, BlankText) {
				t.Fatalf("a blank in %q was missed", rest)
			}
			end = m.Offset + m.Length
		}
	})
}
