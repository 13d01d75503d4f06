package transcript

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// heardWords makes timed words of a text: word i is heard from i to i+1 seconds.
func heardWords(text string) []Word {
	var words []Word
	for i, t := range Tokens(text) {
		words = append(words, Word{Text: t.Text, StartMS: int64(i) * 1000, EndMS: int64(i+1) * 1000})
	}
	return words
}

func TestSeats(t *testing.T) {
	t.Parallel()
	const text = "The höchste dose of ___ was given."
	for name, tc := range map[string]struct {
		spans string
		seats []int // nil: refused
	}{
		"none":            {`[]`, []int{-1, -1, -1, -1, -1, -1, -1}},
		"all":             {`[[0,36,0]]`, nil},
		"whole":           {`[[0,35,0]]`, []int{0, 1, 2, 3, 4, 5, 6}},
		"apart":           {`[[0,3,0],[4,12,5],[21,24,2]]`, []int{0, 5, -1, -1, 2, -1, -1}},
		"in a word":       {`[[1,3,0]]`, nil},
		"ends in a word":  {`[[0,6,0]]`, nil},
		"ends in a space": {`[[0,4,0]]`, nil},
		"empty":           {`[[0,0,0]]`, nil},
		"backwards":       {`[[4,12,1],[0,3,0]]`, nil},
		"twice":           {`[[0,3,1],[4,12,1]]`, nil},
		"unknown":         {`[[0,3,7]]`, nil},
		"below":           {`[[0,3,-1]]`, nil},
		"far":             {`[[900,903,0]]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var spans []Span
			if err := json.Unmarshal([]byte(tc.spans), &spans); err != nil {
				t.Fatal(err)
			}
			got, err := Seats(spans, text, 7)
			if (err != nil) != (tc.seats == nil) || !slices.Equal(got, tc.seats) {
				t.Errorf("%v, %v; want %v", got, err, tc.seats)
			}
			if err == nil {
				if back := Spans(got, text); !slices.Equal(back, spans) {
					t.Errorf("back as spans: %v", back)
				}
			}
		})
	}
}

// TestSeatsRoundTrip: any seats come back from their spans.
func TestSeatsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.StringMatching(`[a-zé]{1,4}`), 0, 30).Draw(t, "words"), " ")
		n := len(Tokens(text))
		seats := rapid.Permutation(numbers(n)).Draw(t, "seats")
		for i := range seats {
			if rapid.IntRange(0, 3).Draw(t, "gone") == 0 {
				seats[i] = -1
			}
		}
		got, err := Seats(Spans(seats, text), text, n)
		if err != nil || !slices.Equal(got, seats) {
			t.Fatalf("%v, %v; want %v", got, err, seats)
		}
	})
}

func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func TestSeatAndPlaced(t *testing.T) {
	t.Parallel()
	draft := heardWords("the patient takes five milligrams of ___ daily")
	const text = "The patient now takes 5 mg of aspirin daily."
	seats := Seat(draft, text)
	if want := []int{0, 1, -1, 2, 3, 4, 5, 6, 7}; !slices.Equal(seats, want) {
		t.Errorf("seats %v, want %v", seats, want)
	}
	words := Placed(draft, text, seats)
	var got []string
	for _, w := range words {
		got = append(got, w.Text+" "+strconv.FormatInt(w.StartMS, 10)+" "+strconv.FormatInt(w.EndMS, 10)+" "+strconv.FormatBool(w.Estimated))
	}
	want := []string{"The 0 1000 false", "patient 1000 2000 false", "now 2000 2000 true", "takes 2000 3000 false", "5 3000 4000 true",
		"mg 4000 5000 true", "of 5000 6000 false", "aspirin 6000 7000 true", "daily. 7000 8000 false"}
	if !slices.Equal(got, want) {
		t.Errorf("words %q\nwant %q", got, want)
	}
}

func TestDisputes(t *testing.T) {
	t.Parallel()
	draft := heardWords("one two two three")
	const text = "One two three two"
	derived := Seat(draft, text)
	if d := Disputes(draft, text, derived, derived); d != nil {
		t.Errorf("with itself: %v", d)
	}
	told := []int{3, 1, 0, 2}
	want := []Dispute{{Word: 0, Told: 2, Derived: 0}, {Word: 3, Told: 0, Derived: 2}}
	if d := Disputes(draft, text, told, derived); !slices.Equal(d, want) {
		t.Errorf("%v, want %v (derived %v)", d, want, derived)
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	const older = "Takes ___ daily, doubtful word here, ___ last."
	marks := []Mark{
		{Kind: Blank, Offset: 6, Length: 3, AudioMS: 1200, Reason: "mumbled"},
		{Kind: QAMark, Offset: 17, Length: 13, AudioMS: 3000, Reason: "sense?"},
		{Kind: Blank, Offset: 37, Length: 3, AudioMS: 5000, Reason: "cut off"},
	}
	if err := CheckMarks(marks, older); err != nil {
		t.Error(err)
	}
	const newer = "He takes ___ twice daily, doubtful word here, aspirin last."
	kept := CarryMarks(marks, older, newer)
	if len(kept) != 2 || newer[kept[0].Offset:][:3] != "___" || newer[kept[1].Offset:][:kept[1].Length] != "doubtful word" {
		t.Errorf("kept %+v", kept)
	}
	if got := Marked(kept[:1], newer+" ___", heardWords(newer)); len(got) != 2 || got[0].Reason != "mumbled" || got[1].Reason != "not understood" {
		t.Errorf("marked %+v", got)
	}
	for name, bad := range map[string][]Mark{
		"outside":    {{Kind: QAMark, Offset: 40, Length: 10}},
		"huge":       {{Kind: QAMark, Offset: 40, Length: 1 << 62}},
		"before":     {{Kind: QAMark, Offset: -1, Length: 2}},
		"empty":      {{Kind: QAMark, Offset: 1}},
		"overlap":    {marks[1], marks[1]},
		"no blank":   {{Kind: Blank, Offset: 0, Length: 3}},
		"no kind":    {{Offset: 6, Length: 3}},
		"early time": {{Kind: QAMark, Offset: 1, Length: 1, AudioMS: -1}},
	} {
		if CheckMarks(bad, older) == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if CheckMarks([]Mark{{Kind: QAMark, Offset: 1, Length: 2}}, "aöb") != nil || CheckMarks([]Mark{{Kind: QAMark, Offset: 2, Length: 1}}, "aöb") == nil {
		t.Error("characters are split, or may not be marked")
	}
}

// FuzzSeats: spans of a stranger are refused or used, never obeyed blindly.
func FuzzSeats(f *testing.F) {
	f.Add(`[[0,3,0],[4,7,1]]`, "one two", 2)
	f.Fuzz(func(t *testing.T, list, text string, words int) {
		var spans []Span
		if words < 0 || words > 1000 || json.Unmarshal([]byte(list), &spans) != nil {
			return
		}
		seats, err := Seats(spans, text, words)
		if err != nil {
			return
		}
		if len(Placed(make([]Word, words), text, seats)) != len(Tokens(text)) {
			t.Error("not a word for each token")
		}
		if again, err := Seats(Spans(seats, text), text, words); err != nil || !slices.Equal(again, seats) {
			t.Errorf("not the same again: %v, %v", again, err)
		}
	})
}

// TestReseat: what is known of an older text's words holds in a newer one.
func TestReseat(t *testing.T) {
	t.Parallel()
	const older = "She takes five tablets daily."
	seats := []int{4, 3, none, 1, 0} // as no alignment would have it
	for newer, want := range map[string][]int{
		older:                           {4, 3, none, 1, 0},
		"She takes six tablets daily.":  {4, 3, none, 1, 0},
		"Today she takes five tablets.": {none, 4, 3, none, 1},
		"":                              {},
		"She takes five tablets and rests daily.": {4, 3, none, 1, none, none, 0},
	} {
		if got := Reseat(seats, older, newer); !slices.Equal(got, want) {
			t.Errorf("%q is seated %v, want %v", newer, got, want)
		}
	}
}
