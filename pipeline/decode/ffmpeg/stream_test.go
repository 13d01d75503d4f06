package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"dictation/audio"
)

// piped is what ffmpeg writes: a WAV of floats without a length.
func piped(channels int, title string, samples ...float32) []byte {
	le := binary.LittleEndian
	b := []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x03\x00")
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, 16000)
	b = le.AppendUint32(b, uint32(16000*4*channels))
	b = le.AppendUint16(b, uint16(4*channels))
	b = le.AppendUint16(b, 32)
	if title != "" {
		b = append(b, "LIST"...)
		b = le.AppendUint32(b, uint32(12+len(title)))
		b = append(b, "INFOINAM"...)
		b = le.AppendUint32(b, uint32(len(title)))
		b = append(b, title...)
	}
	b = append(b, "data\xff\xff\xff\xff"...)
	for _, v := range samples {
		b = le.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func TestStream(t *testing.T) {
	t.Parallel()
	want := []float32{0.5, -0.25, 0, 1, 1.5, 1000, 0.125, 9}
	file := piped(2, "made up.", want...)
	for name, r := range map[string]io.Reader{
		"at once":        bytes.NewReader(file),
		"byte by byte":   iotest.OneByteReader(bytes.NewReader(file)),
		"end comes with": iotest.DataErrReader(bytes.NewReader(file)),
	} {
		s, err := openStream(r, audio.Limits{})
		if err != nil {
			t.Fatal(name, err)
		}
		if s.info.Rate != 16000 || s.info.Channels != 2 {
			t.Errorf("%s: %+v", name, s.info)
		}
		var got []float32
		for err == nil {
			var n int
			block := make([]float32, 7) // three frames and a half
			n, err = s.read(block)
			got = append(got, block[:2*n]...)
		}
		if err != io.EOF || len(got) != len(want) {
			t.Fatalf("%s: %v, %v", name, got, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: sample %d is %g", name, i, got[i])
			}
		}
	}
}

func TestStreamRefuses(t *testing.T) {
	t.Parallel()
	file := piped(1, "made up.", 0.5)
	huge := bytes.Replace(file, []byte("LIST\x14\x00\x00\x00"), []byte("LIST\xff\xff\xff\x7f"), 1)
	for name, c := range map[string]struct {
		file   []byte
		reason error
	}{
		"nothing":          {nil, audio.ErrEmpty},
		"half a header":    {file[:30], audio.ErrTruncated},
		"cut in the title": {file[:50], audio.ErrTruncated},
		"a huge title":     {huge, audio.ErrLimit},
		"other samples":    {tone(8000, 1, 10), audio.ErrDamaged},
		"too many":         {piped(9, ""), audio.ErrLimit},
		"no WAV":           {[]byte(strings.Repeat("no WAV ", 20)), audio.ErrLimit},
	} {
		if _, err := openStream(bytes.NewReader(c.file), audio.Limits{}); !errors.Is(err, c.reason) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	broken := errors.New("broken pipe")
	if _, err := openStream(io.MultiReader(bytes.NewReader(file[:40]), iotest.ErrReader(broken)), audio.Limits{}); !errors.Is(err, broken) {
		t.Errorf("broken: got %v", err)
	}
}

// FuzzStream: whatever a decoder that was taken over writes is read in bounds.
func FuzzStream(f *testing.F) {
	f.Add(piped(2, "made up.", 0.5, -0.25))
	f.Add(tone(8000, 1, 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := openStream(bytes.NewReader(b), audio.Limits{})
		if err != nil {
			return
		}
		block := make([]float32, 64*s.info.Channels)
		for err == nil {
			var n int
			if n, err = s.read(block); n < 0 || n > 64 {
				t.Fatalf("%d frames", n)
			}
		}
		if err != io.EOF {
			t.Errorf("got %v", err)
		}
	})
}
