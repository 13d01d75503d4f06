package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"testing"

	"dictation/audio"
)

// playback encodes a WAV.
func playback(t *testing.T, file []byte) ([]byte, error) {
	t.Helper()
	r := New(Config{TempDir: t.TempDir()})
	in, err := r.Store(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	e, err := r.Playback(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(e)
	return b, errors.Join(err, e.Close())
}

func TestPlayback(t *testing.T) {
	t.Parallel()
	const frames = 10 * 16000
	file := tone(16000, 1, frames)
	clear(file[44 : 44+frames]) // the tone begins in the middle
	mp3, err := playback(t, file)
	if err != nil {
		t.Fatal(err)
	}
	if audio.Sniff(mp3[:64]) != audio.MP3 || len(mp3) < 60_000 || len(mp3) > 63_000 {
		t.Errorf("%d bytes, %q", len(mp3), audio.Sniff(mp3[:64]))
	}
	r := New(Config{TempDir: t.TempDir()})
	in, err := r.Store(bytes.NewReader(mp3))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s, err := r.Decode(t.Context(), in, audio.Info{Kind: audio.MP3}, "mp3", audio.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begins, n := -1, 0
	block := make([]float32, 1000)
	for err == nil {
		var k int
		k, err = s.Read(block)
		for i, v := range block[:k] {
			if begins < 0 && math.Abs(float64(v)) > 0.25 {
				begins = n + i
			}
		}
		n += k
	}
	const late = 70 * 16
	if err != io.EOF || n < frames || n > frames+2000 || begins < frames/2 || begins > frames/2+late {
		t.Errorf("%d samples, the tone begins at %d, %v", n, begins, err)
	}
}

func TestPlaybackFails(t *testing.T) {
	t.Parallel()
	if b, err := playback(t, []byte("no WAV at all")); !errors.Is(err, audio.ErrDamaged) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	r := New(Config{TempDir: t.TempDir()})
	in, err := r.Store(bytes.NewReader(tone(16000, 1, 16000)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Playback(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
