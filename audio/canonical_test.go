package audio

import (
	"bytes"
	"math"
	"os"
	"testing"
	"time"
)

func TestCanonicalFile(t *testing.T) {
	t.Parallel()
	x := tone(300, CanonicalRate, 40001)
	path := t.TempDir() + "/canonical.wav"
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	in := wave(pcmFormat(CanonicalRate, 1, 16), data16(x))
	if _, err := Convert(t.Context(), bytes.NewReader(in), Options{Canonical: f}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The input was a canonical file already: it comes out byte by byte.
	if !bytes.Equal(written, in) {
		t.Errorf("the header is % x, want % x", written[:canonicalHeader], in[:canonicalHeader])
	}
	c, err := OpenCanonical(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Len() != 40001 || c.Duration() != 40001*time.Second/CanonicalRate {
		t.Errorf("%d samples, %s", c.Len(), c.Duration())
	}
	var got []int16
	buf := make([]int16, 999)
	for err = error(nil); err == nil; {
		var n int
		n, err = c.Read(buf)
		got = append(got, buf[:n]...)
	}
	if len(got) != 40001 || got[12] != int16(math.RoundToEven(float64(x[12])*32767)) {
		t.Errorf("read %d samples", len(got))
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenCanonicalRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, file := range map[string][]byte{
		"other rate": wave(pcmFormat(8000, 1, 16), data16(make([]float32, 10))),
		"stereo":     wave(pcmFormat(16000, 2, 16), data16(make([]float32, 10))),
		"text":       []byte("not a recording"),
		"empty":      {},
	} {
		path := dir + "/" + name
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := OpenCanonical(path); err == nil {
			t.Errorf("%s was opened: %v", name, c.Close())
		}
	}
	if _, err := OpenCanonical(dir + "/missing"); !os.IsNotExist(err) {
		t.Errorf("missing: %v", err)
	}
}
