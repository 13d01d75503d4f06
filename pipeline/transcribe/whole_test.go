package transcribe_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/enginetest"
	"dictation/pipeline/transcribe/pocketsphinx"
)

// The dictation is recognised whole, and in pieces cut at its pauses with a
// map found in the sound. Cutting may cost a word at a seam; it may not lose a
// sentence.
func TestPiecesOfARealDictation(t *testing.T) {
	t.Parallel()
	a, err := transcribe.OpenAudio(dictation)
	if err != nil {
		t.Fatal(err)
	}
	task := transcribe.Task{Audio: a, Dir: t.TempDir()}
	r := router(t, transcribe.Routing{}, pocketsphinx.New(pocketsphinx.Config{Piece: 10 * time.Second, LeadIn: 5 * time.Second, Parallel: 2, Limit: patient}))
	heard, err := r.Recognise(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	text := said(heard.Transcript)
	for _, want := range []string{"who has had a cough for three weeks period", "one hundred twenty over eighty period", "she will come back in one week period"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	if left, err := os.ReadDir(task.Dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func said(t transcribe.Transcript) string {
	var words []string
	for _, w := range t.Words() {
		words = append(words, w.Text)
	}
	return strings.Join(words, " ")
}

// long writes seconds of noise; what is in it does not matter to the engines here.
func long(t *testing.T, seconds int) transcribe.Audio {
	t.Helper()
	path := filepath.Join(t.TempDir(), "long.wav")
	if err := os.WriteFile(path, enginetest.WAV(make([]byte, seconds*32000)), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := transcribe.OpenAudio(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// An engine that drops one piece of speech has failed, though the others have words.
func TestSilentPieceOfSpeechIsAFailure(t *testing.T) {
	t.Parallel()
	a := long(t, 60)
	second := time.Second
	speech := []audio.Segment{
		{End: 15 * second, Speech: true}, {Start: 15 * second, End: 20 * second},
		{Start: 20 * second, End: 35 * second, Speech: true}, {Start: 35 * second, End: 59 * second},
		{Start: 59 * second, End: 60 * second, Speech: true}, // a cough
	}
	for name, tc := range map[string]struct {
		deaf string // where the piece without words begins
		ok   bool
	}{"in speech": {"17500", false}, "in silence": {"37500", true}, "in a cough": {"47000", true}, "nowhere": {"none", true}} {
		var mu sync.Mutex
		pieces := 0
		e := script{transcribe.Description{Name: "a", Words: true, Piece: 20 * second}, nil, nil}
		e.hear = func(_ context.Context, p transcribe.Audio) (transcribe.Transcript, error) {
			mu.Lock()
			pieces++
			mu.Unlock()
			if strings.HasPrefix(filepath.Base(p.Path), "piece-"+tc.deaf+"-") {
				return transcribe.Transcript{}, nil
			}
			return spoken("hello"), nil
		}
		heard, err := router(t, transcribe.Routing{}, e).Recognise(t.Context(), transcribe.Task{Audio: a, Speech: speech, Dir: t.TempDir()})
		if pieces != 4 {
			t.Errorf("%s: %d pieces", name, pieces)
		}
		if (err == nil) != tc.ok || err != nil && !strings.Contains(pipeline.Sentence(err), "piece of the recording") {
			t.Errorf("%s: %d pieces, %d words, %v", name, pieces, len(heard.Transcript.Words()), err)
		}
	}
}

// An engine that takes only so much gets no more at once.
func TestLongestSoundIsKeptTo(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	longest := time.Duration(0)
	e := script{transcribe.Description{Name: "a", Words: true, MaxDuration: 20 * time.Second}, func(_ context.Context, p transcribe.Audio) (transcribe.Transcript, error) {
		mu.Lock()
		defer mu.Unlock()
		longest = max(longest, p.Duration)
		return spoken("hello"), nil
	}, nil}
	heard, err := router(t, transcribe.Routing{}, e).Recognise(t.Context(), transcribe.Task{Audio: long(t, 50), Dir: t.TempDir()})
	if err != nil || longest > 20*time.Second || len(heard.Transcript.Words()) < 3 {
		t.Errorf("%d words, pieces of up to %v, %v", len(heard.Transcript.Words()), longest, err)
	}
}
