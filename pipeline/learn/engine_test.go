package learn_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dictation/pipeline/learn"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/pocketsphinx"
	"dictation/transcript"
)

// The engine hears by both forms of a model. Without the tools that read words
// and that make the binary form, a model is made all the same.
func TestEngineHears(t *testing.T) {
	const sound, text = "../transcribe/testdata/dictation.wav", "../transcribe/testdata/dictation.txt"
	said, err := os.ReadFile(text)
	if err != nil {
		t.Fatal(err)
	}
	audio, err := transcribe.OpenAudio(sound)
	if err != nil {
		t.Fatal(err)
	}
	texts := learn.Texts{BaseName: "one dictation", Base: func(yield func(string) bool) {
		yield(strings.Join(transcript.Normalise(string(said)), " "))
	}}
	for _, form := range []string{"lm.bin", "lm.arpa"} {
		t.Run(form, func(t *testing.T) {
			engine, err := exec.LookPath("pocketsphinx_continuous")
			if err != nil {
				t.Fatal(err)
			}
			if form == "lm.arpa" {
				t.Setenv("PATH", t.TempDir())
			}
			m, err := learn.Build(t.Context(), texts, openLexicon(t), t.TempDir(), day)
			if err != nil {
				t.Fatal(err)
			}
			if got := filepath.Base(m.LanguageModel()); got != form {
				t.Fatalf("the model is %s, want %s; is sphinx_lm_convert installed? (deploy/setup.sh)", got, form)
			}
			e := pocketsphinx.New(pocketsphinx.Config{Program: engine, LanguageModel: m.LanguageModel(), Dictionary: m.Dictionary()})
			heard, err := e.Transcribe(t.Context(), audio, transcribe.Hints{})
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for _, w := range heard.Words() {
				words = append(words, w.Text)
			}
			if s := learn.Compare(string(said), strings.Join(words, " ")); s.Rate() > 0.2 {
				t.Errorf("word error rate %.2f with a model of the very words: %s", s.Rate(), words)
			}
		})
	}
}
