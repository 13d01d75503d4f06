package transcribe_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/enginetest"
	"dictation/pipeline/transcribe/pocketsphinx"
	"dictation/transcript"
)

// A silent beginning, as when somebody thinks before the first word, changes
// neither the words nor where they are.
func TestSilentBeginning(t *testing.T) {
	t.Parallel()
	e := pocketsphinx.New(pocketsphinx.Config{Limit: patient, SecondUpTo: time.Minute})
	dir := t.TempDir()
	alone := listen(t, e, dictation, dir)

	const seconds = 4
	random := rand.New(rand.NewPCG(1, 2))
	var dither bytes.Buffer
	for range seconds * 16000 {
		if err := binary.Write(&dither, binary.LittleEndian, int16(random.IntN(3)-1)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "begins-silent.wav")
	if err := os.WriteFile(path, enginetest.WAV(append(dither.Bytes(), file(t, dictation)[44:]...)), 0o600); err != nil {
		t.Fatal(err)
	}
	later := listen(t, e, path, dir)
	if len(later) != len(alone) {
		t.Fatalf("%d words behind silence, %d without", len(later), len(alone))
	}
	secondBehind(t, e, path, dir, seconds*1000)
	for i := range alone {
		if off := later[i].StartMS - alone[i].StartMS - seconds*1000; later[i].Text != alone[i].Text || off < -100 || off > 100 {
			t.Errorf("word %d: %q at %d ms, without silence %q at %d ms", i, later[i].Text, later[i].StartMS, alone[i].Text, alone[i].StartMS)
		}
	}
}

// What is heard a second time comes later as well.
func secondBehind(t *testing.T, e transcribe.Engine, path, dir string, silence int64) {
	t.Helper()
	a, err := transcribe.OpenAudio(path)
	if err != nil {
		t.Fatal(err)
	}
	heard, err := transcribe.Listen(t.Context(), e, a, transcribe.Span{To: a.Duration}, transcribe.Hints{}, dir)
	if err != nil {
		t.Fatal(err)
	}
	if second := heard.Heard.Second; len(second) == 0 || second[0].StartMS < silence-500 {
		t.Errorf("the second hearing behind %d ms of silence: %+v", silence, second[:min(1, len(second))])
	}
}

func TestAllSilent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "silent.wav")
	if err := os.WriteFile(path, enginetest.WAV(make([]byte, 3*32000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if words := listen(t, pocketsphinx.New(pocketsphinx.Config{Limit: patient}), path, dir); len(words) > 0 {
		t.Errorf("heard %v in silence", words)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// listen gives what an engine hears in the whole of a file.
func listen(t *testing.T, e transcribe.Engine, path, dir string) []transcript.Word {
	t.Helper()
	a, err := transcribe.OpenAudio(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := transcribe.Listen(t.Context(), e, a, transcribe.Span{To: a.Duration}, transcribe.Hints{}, dir)
	if err != nil {
		t.Fatal(err)
	}
	return p.Heard.Words()
}
