package lexicon_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/transcribe/lexicon"
)

func open(t *testing.T, c lexicon.Config) *lexicon.Lexicon {
	t.Helper()
	l, err := lexicon.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func pronounce(t *testing.T, l *lexicon.Lexicon, words ...string) lexicon.Found {
	t.Helper()
	f, err := l.Pronounce(context.Background(), words)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPronounce(t *testing.T) {
	t.Parallel()
	l := open(t, lexicon.Config{})
	if got := l.Readers(); !slices.Equal(got, []string{"espeak-ng", "flite"}) {
		t.Fatalf("readers %v; install espeak-ng and flite (deploy/setup.sh)", got)
	}
	f := pronounce(t, l, "cat", "b.", "cat's", "cholecystectomy", "subpectoral", "operative", "sjögren", "x1", "'", "")
	for word, want := range map[string]lexicon.Phones{
		"cat":             "K AE T",
		"b.":              "B IY",
		"cat's":           "K AE T S",
		"cholecystectomy": "K OW L S IH S T EH K T AH M IY", // espeak-ng
		"operative":       "AA P ER AH T IH V",
	} {
		if !slices.Contains(f.Ways[word], want) {
			t.Errorf("%s: %q, want %q among them", word, f.Ways[word], want)
		}
	}
	if n := len(f.Ways["subpectoral"]); n < 2 {
		t.Errorf("subpectoral has %d ways; both programs read it", n)
	}
	if want := []string{"sjögren", "x1", "'", ""}; !slices.Equal(f.Unknown, want) {
		t.Errorf("unknown %q, want %q", f.Unknown, want)
	}
	if f.Read != 2 {
		t.Errorf("%d words were read, want 2", f.Read)
	}
}

// Every phone of every word is one the acoustic model has.
func TestPhonesAreOfTheModel(t *testing.T) {
	t.Parallel()
	model := strings.Fields("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH")
	words := strings.Fields("hemostasis xylocaine pseudotumor knighthood zygoma oophorectomy faecal rheumatoid gjelsvik quetiapine " +
		"metoprolol's bronchoalveolar czerny tympanomastoidectomy euthyroid phthisis ileocecal azoospermia aaaa tttt")
	f := pronounce(t, open(t, lexicon.Config{}), words...)
	for word, ways := range f.Ways {
		for _, p := range ways {
			for _, phone := range strings.Fields(string(p)) {
				if !slices.Contains(model, phone) {
					t.Errorf("%s: no phone %s in the model (%s)", word, phone, p)
				}
			}
		}
	}
	if len(f.Unknown) > 0 {
		t.Errorf("nobody reads %v", f.Unknown)
	}
}

func TestOneProgramIsEnough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]lexicon.Config{
		"espeak-ng": {Flite: "no-such-program"},
		"flite":     {Espeak: "no-such-program"},
	} {
		l := open(t, c)
		if got := l.Readers(); !slices.Equal(got, []string{name}) {
			t.Errorf("readers %v, want %s alone", got, name)
		}
		if f := pronounce(t, l, "subpectoral"); len(f.Ways["subpectoral"]) == 0 {
			t.Errorf("%s alone does not read", name)
		}
		if err := l.Check(); err != nil {
			t.Error(err)
		}
	}
	l := open(t, lexicon.Config{Flite: "no-such-program", Espeak: "no-such-program"})
	if f := pronounce(t, l, "cat", "subpectoral"); len(f.Ways["cat"]) == 0 || !slices.Equal(f.Unknown, []string{"subpectoral"}) {
		t.Errorf("without programs: %v, unknown %v", f.Ways, f.Unknown)
	}
	if err := l.Check(); pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "espeak-ng flite") {
		t.Errorf("the error does not say what to install: %v", err)
	}
}

func TestNoDictionary(t *testing.T) {
	t.Parallel()
	_, err := lexicon.Open(lexicon.Config{Dictionary: filepath.Join(t.TempDir(), "none.dict")})
	if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "pocketsphinx-en-us") {
		t.Errorf("the error does not say what to install: %v", err)
	}
}

// A program that fails, says too little or too much is an error, not a word
// without sound.
func TestBadPrograms(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"fails":    "exit 3",
		"is mute":  "cat >/dev/null",
		"babbles":  "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done",
		"says one": "echo a; cat >/dev/null",
	} {
		program := filepath.Join(t.TempDir(), "reader")
		if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		l := open(t, lexicon.Config{Espeak: program, Flite: "no-such-program"})
		if _, err := l.Pronounce(context.Background(), []string{"hypomastia", "subpectoral"}); pipeline.KindOf(err) != pipeline.Unavailable {
			t.Errorf("a program that %s: %v", name, err)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := open(t, lexicon.Config{}).Pronounce(ctx, []string{"hypomastia"}); err == nil {
		t.Error("a cancelled call went on")
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := lexicon.Write(&b, map[string][]lexicon.Phones{"the": {"DH AH", "DH IY"}, "b.": {"B IY"}})
	if want := "b. B IY\nthe DH AH\nthe(2) DH IY\n"; err != nil || b.String() != want {
		t.Errorf("%q (%v), want %q", b.String(), err, want)
	}
}
