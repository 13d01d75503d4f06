package audio

import (
	"bytes"
	"crypto/md5"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// The encoder wrote the MD5 of its input into the file: what is read is that,
// bit by bit.
func TestFLACIsLossless(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, f := range samples(t) {
		if !strings.HasSuffix(f, ".flac") {
			continue
		}
		b := sample(t, f)
		want := b[26:42]
		if bytes.Equal(want, make([]byte, 16)) || f == "gen-voice-cut.flac" {
			continue // written to a pipe, or shortened
		}
		_, info, err := Open(bytes.NewReader(b), Limits{})
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		sum := md5.New()
		for _, x := range samplesOf(t, b) {
			v := uint32(int32(math.Round(float64(x) * float64(int64(1)<<(info.Bits-1)))))
			sum.Write([]byte{byte(v), byte(v >> 8), byte(v >> 16)}[:(info.Bits+7)/8])
		}
		if !bytes.Equal(sum.Sum(nil), want) {
			t.Errorf("%s: not what was encoded", f)
		}
		checked++
	}
	if checked < 4 {
		t.Errorf("only %d files were checked", checked)
	}
}

func TestFLACCutOff(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice.flac")
	whole, err := Probe(t.Context(), bytes.NewReader(file), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{len(file) / 2, len(file) - 1, len(file) - 300} {
		rep, err := Probe(t.Context(), bytes.NewReader(file[:n]), Limits{})
		if err != nil || rep.Duration == 0 || rep.Duration+rep.Missing != whole.Duration {
			t.Errorf("%d bytes: %s and %s missing of %s, %v", n, rep.Duration, rep.Missing, whole.Duration, err)
		}
	}
	for _, n := range []int{4, 7, 20, 42, 60} {
		if _, err := Probe(t.Context(), bytes.NewReader(file[:n]), Limits{}); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// Damage is found by the checksum and left to a decoder that conceals.
func TestFLACDamaged(t *testing.T) {
	t.Parallel()
	file := bytes.Clone(sample(t, "gen-voice.flac"))
	file[len(file)/2] ^= 0x10
	_, err := Probe(t.Context(), bytes.NewReader(file), Limits{})
	if format, ok := DecoderFor(err); !ok || format != "flac" || !errors.Is(err, ErrDamaged) {
		t.Errorf("got %q, %v", format, err)
	}
}

// What other programs put behind the sound is none.
func TestFLACTrailingTag(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice.flac")
	rep, err := Probe(t.Context(), bytes.NewReader(append(bytes.Clone(file), padTo("TAGtitle", 128)...)), Limits{})
	want, _ := Probe(t.Context(), bytes.NewReader(file), Limits{})
	if err != nil || rep.Frames != want.Frames || rep.Missing != 0 {
		t.Errorf("%d frames, want %d, %v", rep.Frames, want.Frames, err)
	}
}

func TestBitReader(t *testing.T) {
	t.Parallel()
	r := bitReader{b: []byte{0b1010_0000, 0, 0b0000_0001, 0xff, 0x80}}
	if v := r.read(3); v != 0b101 {
		t.Errorf("three bits %b", v)
	}
	if v := r.unary(); v != 20 {
		t.Errorf("%d zeros", v)
	}
	if v := r.signed(8); v != -1 {
		t.Errorf("signed %d", v)
	}
	if v := r.read(0); v != 0 || r.used() != 32 {
		t.Errorf("nothing is %d, %d used", v, r.used())
	}
	r.read(8)
	if r.over() {
		t.Error("over at the very end")
	}
	if r.unary(); !r.over() {
		t.Error("not over behind the end")
	}
}

// Decoding alone, two seconds of 44.1 kHz stereo.
func BenchmarkFLAC(b *testing.B) {
	file := sample(b, "gen-voice-stereo-44k.flac")
	for b.Loop() {
		src, info, err := Open(bytes.NewReader(file), Limits{})
		if err != nil {
			b.Fatal(err)
		}
		buf := make([]float32, 4096*info.Channels)
		for err == nil {
			_, err = src.Read(buf)
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
}
