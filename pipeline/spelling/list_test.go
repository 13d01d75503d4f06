package spelling

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"dictation/pipeline/transcribe/lexicon"
)

// base is read once; a site's server does the same.
var base = sync.OnceValues(func() (*List, error) { return Base(lexicon.Config{}) })

func TestBase(t *testing.T) {
	t.Parallel()
	l, err := base()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range strings.Fields(`the patient metoprolol Apixaban cholecystectomy dyspnea nonspecific patient's patient’s stents
		preoperatively Levothyroxine postcholecystectomy`) {
		if !l.Has(w) {
			t.Errorf("%s is not on the list", w)
		}
	}
	for wrong, right := range map[string]string{
		"teh": "the", "recieve": "receive", "metoprool": "metoprolol", "Lisinoprl": "Lisinopril", "pateint": "patient", "cholecystectmoy": "cholecystectomy",
	} {
		if l.Has(wrong) {
			t.Errorf("%s is on the list", wrong)
		}
		if got := l.Near(wrong, 3); !slices.Contains(got, right) {
			t.Errorf("%s: %q lacks %s", wrong, got, right)
		}
	}
	for _, w := range []string{"", "'", "xqzvwkjh", strings.Repeat("a", 400)} {
		if got := l.Near(w, 3); len(got) != 0 {
			t.Errorf("%q: %q", w, got)
		}
	}
}

func TestBaseWithoutADictionary(t *testing.T) {
	t.Parallel()
	l, err := Base(lexicon.Config{Dictionary: t.TempDir() + "/none"})
	if err == nil || !l.Has("metoprolol") {
		t.Errorf("%v, %d words", err, l.Len())
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	const text = `CHEST: 5mg b.i.d. of teh drug, ECGs and pH 7.4 mEq; follow-up ___ (patient’s) x 120/80 mmHg a@b.de Sjögren mg T2 St. side/arm ASA's`
	want := []string{"of", "teh", "drug", "and", "follow", "up", "patient’s", "Sjögren", "St", "side", "arm"}
	if got := Words(text); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A suggestion is never farther away than it may be, and slips is the same both ways.
func TestSlips(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		n    int
	}{{"teh", "the", 1}, {"", "", 0}, {"a", "", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abcdef", "ab", 3}} {
		if got := slips(tc.a, tc.b, 2); got != tc.n {
			t.Errorf("%s, %s: %d, want %d", tc.a, tc.b, got, tc.n)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching("[a-c]{0,8}").Draw(t, "a"), rapid.StringMatching("[a-c]{0,8}").Draw(t, "b")
		if slips(a, b, 2) != slips(b, a, 2) {
			t.Errorf("%s and %s differ both ways", a, b)
		}
		if a == b != (slips(a, b, 2) == 0) {
			t.Errorf("%s, %s", a, b)
		}
		if n := len(a) - len(b); max(n, -n) > slips(a, b, 8) {
			t.Errorf("%s, %s: fewer slips than letters more", a, b)
		}
	})
}

// Whatever is typed, looking it up ends and gives listed words.
func FuzzNear(f *testing.F) {
	l := NewList()
	for _, w := range strings.Fields("patient sjögren patience metoprolol émigré") {
		l.Add(w, 1)
	}
	for _, s := range []string{"pateint", "Émigre", "\xff", "’s", "pH", strings.Repeat("p", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range l.Near(s, 3) {
			if !l.Has(w) {
				t.Errorf("%q gives %q, which is on no list", s, w)
			}
		}
		for _, w := range Words(s) {
			if !Checked(w) {
				t.Errorf("%q gives %q", s, w)
			}
		}
	})
}
