package transcribe_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/enginetest"
)

// sound makes seconds of samples; f gives the level from -1 to 1 at a time.
func sound(seconds float64, f func(at float64) float64) []byte {
	var b []byte
	for i := range int(seconds * 16000) {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(f(float64(i)/16000)*math.MaxInt16)))
	}
	return b
}

func TestSpeechIn(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	noise := func(level float64) func(float64) float64 {
		return func(float64) float64 { return level * rnd.NormFloat64() }
	}
	hum := func(at float64) float64 { return 0.1 * math.Sin(2*math.Pi*120*at) }
	click := func(at float64) float64 {
		if math.Mod(at, 2) < 0.02 {
			return 0.5
		}
		return 0
	}
	for name, tc := range map[string]struct {
		wav      []byte
		min, max time.Duration
	}{
		"empty":        {enginetest.WAV(nil), 0, 0},
		"silence":      {enginetest.WAV(sound(10, func(float64) float64 { return 0 })), 0, 0},
		"loud noise":   {enginetest.WAV(sound(10, noise(0.1))), 0, 0},
		"faint noise":  {enginetest.WAV(sound(10, noise(0.001))), 0, 0},
		"hum":          {enginetest.WAV(sound(10, hum)), 0, 0},
		"clicks":       {enginetest.WAV(sound(10, click)), 0, 500 * time.Millisecond},
		"a dictation":  {file(t, dictation), 8 * time.Second, 24 * time.Second},
		"a human":      {file(t, human), 4 * time.Second, 10 * time.Second},
		"human, faint": {quieter(file(t, human), 20), 3 * time.Second, 10 * time.Second},
	} {
		path := filepath.Join(t.TempDir(), "sound.wav")
		if err := os.WriteFile(path, tc.wav, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := transcribe.SpeechIn(path)
		if err != nil || got < tc.min || got > tc.max {
			t.Errorf("%s: %v of speech, want %v to %v (error %v)", name, got, tc.min, tc.max, err)
		}
	}
}

// quieter divides every sample.
func quieter(wav []byte, by int16) []byte {
	for i := 44; i+1 < len(wav); i += 2 {
		v := int16(binary.LittleEndian.Uint16(wav[i:])) / by
		binary.LittleEndian.PutUint16(wav[i:], uint16(v))
	}
	return wav
}

func TestOpenAudio(t *testing.T) {
	t.Parallel()
	a, err := transcribe.OpenAudio(human)
	if want := 154481 * time.Second / 16000; err != nil || a.Duration != want || a.Path != human {
		t.Errorf("%+v, %v; want %v", a, err, want)
	}
	good := enginetest.WAV(make([]byte, 100))
	for name, spoil := range map[string]func([]byte) []byte{
		"stereo":     func(b []byte) []byte { b[22] = 2; return b },
		"8 kHz":      func(b []byte) []byte { binary.LittleEndian.PutUint32(b[24:], 8000); return b },
		"8 bit":      func(b []byte) []byte { b[34] = 8; return b },
		"A-law":      func(b []byte) []byte { b[20] = 6; return b },
		"other list": func(b []byte) []byte { copy(b[36:], "LIST"); return b },
		"cut":        func(b []byte) []byte { return b[:100] },
		"no header":  func(b []byte) []byte { return b[:20] },
	} {
		path := filepath.Join(t.TempDir(), "a.wav")
		if err := os.WriteFile(path, spoil(append([]byte(nil), good...)), 0o600); err != nil {
			t.Fatal(err)
		}
		if a, err := transcribe.OpenAudio(path); err == nil {
			t.Errorf("%s: opened as %+v", name, a)
		}
	}
}
