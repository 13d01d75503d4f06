package audio

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

func TestPeaks(t *testing.T) {
	t.Parallel()
	x := make([]float32, 2*SamplesPerPixel+10)
	x[5], x[7] = 0.5, -0.25
	x[SamplesPerPixel+1] = 1
	for i := range x[2*SamplesPerPixel:] {
		x[2*SamplesPerPixel+i] = -0.75
	}
	var out seekBuffer
	in := wave(pcmFormat(CanonicalRate, 1, 16), data16(x))
	if _, err := Convert(t.Context(), bytes.NewReader(in), Options{Peaks: &out}); err != nil {
		t.Fatal(err)
	}
	p, err := ReadPeaks(out.reader())
	if err != nil {
		t.Fatal(err)
	}
	if want := []int16{-32, 64, 0, 127, -96, -96}; !slices.Equal(p.Pairs, want) {
		t.Errorf("got %v, want %v", p.Pairs, want)
	}
	if p.Rate != CanonicalRate || p.SamplesPerPixel != 160 || p.Channels != 1 || p.Bits != 8 {
		t.Errorf("%+v", p)
	}
	// The layout of the format's description, byte by byte.
	want := []byte{2, 0, 0, 0, 1, 0, 0, 0, 0x80, 0x3e, 0, 0, 160, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0xe0, 64}
	if !bytes.HasPrefix(out.b, want) || len(out.b) != 30 {
		t.Errorf("file is % x", out.b)
	}
}

func TestPeaksOfLongSound(t *testing.T) {
	t.Parallel()
	var out seekBuffer
	in := wave(pcmFormat(48000, 1, 16), data16(tone(100, 48000, 48000*200)))
	if _, err := Convert(t.Context(), bytes.NewReader(in), Options{Peaks: &out}); err != nil {
		t.Fatal(err)
	}
	p, err := ReadPeaks(out.reader())
	if err != nil || len(p.Pairs) != 2*200*100 {
		t.Fatalf("%d values, %v", len(p.Pairs), err)
	}
	for i := 2; i < len(p.Pairs)-2; i++ {
		if v := p.Pairs[i]; i%2 == 0 && v > -126 || i%2 == 1 && v < 126 {
			t.Fatalf("value %d is %d", i, v)
		}
	}
}

func TestReadPeaksRefuses(t *testing.T) {
	t.Parallel()
	head := func(v ...uint32) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, x)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"nothing":      nil,
		"half":         head(2, 1, 16000),
		"version 3":    head(3, 1, 16000, 160, 0, 1),
		"no channel":   head(2, 1, 16000, 160, 1, 0),
		"4 Gi pixels":  head(2, 1, 16000, 160, 0xffffffff, 1),
		"cut off":      append(head(2, 1, 16000, 160, 2, 1), 1, 2, 3),
		"zero samples": head(2, 1, 16000, 0, 1, 1),
	} {
		if _, err := ReadPeaks(bytes.NewReader(b)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	p, err := ReadPeaks(bytes.NewReader(append(head(1, 0, 44100, 512, 1), 0, 0x80, 0xff, 0x7f)))
	if err != nil || !slices.Equal(p.Pairs, []int16{-32768, 32767}) || p.Bits != 16 {
		t.Errorf("version 1, 16 bits: %+v, %v", p, err)
	}
}
