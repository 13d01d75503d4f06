package pocketsphinx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/enginetest"
)

const (
	dictation = "../testdata/dictation.wav"
	human     = "../testdata/human.wav"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, New(Config{}), human)
}

func TestDictation(t *testing.T) {
	t.Parallel()
	audio, err := transcribe.OpenAudio(dictation)
	if err != nil {
		t.Fatal(err)
	}
	heard, err := New(Config{}).Transcribe(t.Context(), audio, transcribe.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, w := range heard.Words() {
		text = append(text, w.Text)
	}
	got := strings.Join(text, " ")
	for _, want := range []string{
		"the patient is a forty two year old woman",
		"no fever and no chest pain period new paragraph",
		"one hundred twenty over eighty period",
		"scratch that she will come back in one week period",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

// It listens twice up to a length; the second hearing changes nothing of the first.
func TestSecondHearing(t *testing.T) {
	t.Parallel()
	audio, err := transcribe.OpenAudio(human)
	if err != nil {
		t.Fatal(err)
	}
	var heard [2]transcribe.Transcript
	for i, upTo := range []time.Duration{audio.Duration - 1, audio.Duration} {
		if heard[i], err = New(Config{SecondUpTo: upTo}).Transcribe(t.Context(), audio, transcribe.Hints{}); err != nil {
			t.Fatal(err)
		}
	}
	audio.Part = true
	if piece, err := New(Config{SecondUpTo: time.Hour}).Transcribe(t.Context(), audio, transcribe.Hints{}); err != nil || len(piece.Second) > 0 {
		t.Errorf("a piece is heard twice: %d words, %v", len(piece.Second), err)
	}
	if len(heard[0].Second) != 0 || len(heard[1].Second) == 0 {
		t.Errorf("%d words of a second hearing of longer sound, %d of shorter", len(heard[0].Second), len(heard[1].Second))
	}
	if a, b := texts(heard[0].Words()), texts(heard[1].Words()); a != b {
		t.Errorf("heard %q alone, %q before a second time", a, b)
	}
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cfg  Config
		want string
	}{
		"program": {Config{Program: "no-such-recogniser"}, "no-such-recogniser"},
		"model":   {Config{LanguageModel: "/nowhere/lm.bin"}, "/nowhere/lm.bin"},
	} {
		e := New(tc.cfg)
		err := e.Check(t.Context())
		if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), tc.want) {
			t.Errorf("%s: Check says %v", name, err)
		}
		audio, openErr := transcribe.OpenAudio(human)
		if openErr != nil {
			t.Fatal(openErr)
		}
		_, err = e.Transcribe(t.Context(), audio, transcribe.Hints{})
		if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), tc.want) {
			t.Errorf("%s: Transcribe says %v", name, err)
		}
	}
}

// A model that is there and broken is the program's own failure: the cause is
// the last of its log.
func TestBrokenModel(t *testing.T) {
	t.Parallel()
	lm := filepath.Join(t.TempDir(), "broken.lm")
	if err := os.WriteFile(lm, []byte("this is no language model\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	audio, err := transcribe.OpenAudio(human)
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(Config{LanguageModel: lm}).Transcribe(t.Context(), audio, transcribe.Hints{})
	if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(err.Error(), "ERROR") {
		t.Errorf("got %v, want Unavailable with the program's own words", err)
	}
}
