package audio

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"
)

// canonicalOf is a canonical recording of n samples that are all different
// within 65536.
func canonicalOf(t testing.TB, n int) []byte {
	t.Helper()
	var out seekBuffer
	w := newCanonicalWriter(&out)
	s := make([]int16, n)
	for i := range s {
		s[i] = int16(i)
	}
	if err := errors.Join(w.write(s), w.close()); err != nil {
		t.Fatal(err)
	}
	return out.b
}

// stream hides every method but Read.
type stream struct{ io.Reader }

func TestCopyPartWhole(t *testing.T) {
	t.Parallel()
	whole := canonicalOf(t, 5001)
	var got bytes.Buffer
	if err := CopyPart(&got, bytes.NewReader(whole), 0, 5001); err != nil || !bytes.Equal(got.Bytes(), whole) {
		t.Errorf("the whole is not itself: % x, %v", got.Bytes()[:canonicalHeader], err)
	}
}

// Parts that tile a recording hold its samples, whatever the reader is.
func TestCopyPartTiles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40000).Draw(t, "samples")
		whole := make([]byte, 2*n)
		for i := range whole {
			whole[i] = byte(i ^ i>>8)
		}
		file := append(canonicalHead(int64(n)), whole...)
		var samples []byte
		for from := 0; from < n; {
			to := rapid.IntRange(from+1, n).Draw(t, "to")
			var r io.Reader = bytes.NewReader(file)
			switch rapid.IntRange(0, 2).Draw(t, "reader") {
			case 1:
				r = stream{r}
			case 2:
				r = iotest.HalfReader(r)
			}
			var part bytes.Buffer
			if err := CopyPart(&part, r, int64(from), int64(to)); err != nil {
				t.Fatal(err)
			}
			if int64(part.Len()) != PartSize(int64(from), int64(to)) {
				t.Fatalf("%d bytes, PartSize says %d", part.Len(), PartSize(int64(from), int64(to)))
			}
			if n, err := canonicalLength(bytes.NewReader(part.Bytes())); err != nil || n != int64(to-from) {
				t.Fatalf("the part's header says %d samples: %v", n, err)
			}
			samples = append(samples, part.Bytes()[canonicalHeader:]...)
			from = to
		}
		if !bytes.Equal(samples, whole) {
			t.Fatal("the parts together are not the whole")
		}
	})
}

func TestCopyPartRefuses(t *testing.T) {
	t.Parallel()
	whole := canonicalOf(t, 100)
	other := wave(pcmFormat(8000, 1, 16), data16(make([]float32, 100)))
	for name, c := range map[string]struct {
		file     []byte
		from, to int64
	}{
		"before the beginning": {whole, -1, 10},
		"nothing":              {whole, 10, 10},
		"backwards":            {whole, 20, 10},
		"behind the end":       {whole, 90, 101},
		"absurd":               {whole, 0, 1 << 62},
		"another rate":         {other, 0, 10},
		"no header":            {whole[:30], 0, 10},
	} {
		var got bytes.Buffer
		if err := CopyPart(&got, bytes.NewReader(c.file), c.from, c.to); err == nil || got.Len() > 0 {
			t.Errorf("%s: %d bytes, %v", name, got.Len(), err)
		}
	}
	for _, r := range []io.Reader{bytes.NewReader(whole[:150]), stream{bytes.NewReader(whole[:150])}} {
		if err := CopyPart(io.Discard, r, 70, 100); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a file that was cut off: %v", err)
		}
	}
	if err := CopyPart(full{}, bytes.NewReader(whole), 0, 10); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

func TestSampleAt(t *testing.T) {
	t.Parallel()
	for at, want := range map[time.Duration]int64{
		0: 0, time.Second: 16000, 62500: 1, 31249: 0, 31250: 1, 3 * time.Hour: 172800000,
	} {
		if got := SampleAt(at); got != want {
			t.Errorf("%s: sample %d, want %d", at, got, want)
		}
	}
}
