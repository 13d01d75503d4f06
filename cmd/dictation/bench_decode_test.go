package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"dictation/audio"
)

// The benchmark works; what it measures decides nothing here.
func TestBenchDecode(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := benchOptions{rounds: 1, dir: t.TempDir(), stderr: &log}
	sizes := decodeSizes{long: 2 * time.Second, short: time.Second, few: time.Second, hours: 2 * time.Second, attempts: 1}
	list, err := benchDecodeOf(t.Context(), o, sizes)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if len(list) != len(longSounds)+4 {
		t.Errorf("got %d figures", len(list))
	}
	var text bytes.Buffer
	if err := printFigures(&text, "decode", list); err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.Value <= 0 || !strings.Contains(text.String(), f.Name) {
			t.Errorf("%+v in\n%s", f, text.String())
		}
	}
	if n := strings.Count(log.String(), "round 1: "); n != len(longSounds)+1 {
		t.Errorf("the log is\n%s", log.String())
	}
}

// The made-up voice is speech to the detector, whole, and always the same.
func TestVoiceWAV(t *testing.T) {
	t.Parallel()
	sound, size := voiceWAV(16000, 2, 45*time.Second)
	file, err := io.ReadAll(sound)
	if err != nil || int64(len(file)) != size {
		t.Fatalf("%d bytes of %d: %v", len(file), size, err)
	}
	rep, err := audio.Probe(t.Context(), bytes.NewReader(file), audio.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if rep.Duration != 45*time.Second || rep.Info.Channels != 2 || rep.Missing != 0 || rep.Clipped > 0 {
		t.Errorf("got %+v", rep)
	}
	if rep.Speech < 20*time.Second || rep.Speech > 44*time.Second || rep.PeakDBFS < -20 || len(rep.Tones) > 0 {
		t.Errorf("speech %s, peak %.1f dBFS, %d tones", rep.Speech, rep.PeakDBFS, len(rep.Tones))
	}
	again, _ := voiceWAV(16000, 2, 45*time.Second)
	if b, err := io.ReadAll(again); err != nil || !bytes.Equal(b, file) {
		t.Error("it differs from time to time", err)
	}
}
