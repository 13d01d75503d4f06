package audio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// endless is a WAV of the given length whose samples are made while it is read.
type endless struct {
	head []byte
	left int64
}

func newEndless(rate, channels int, length time.Duration) *endless {
	n := int64(length.Seconds()*float64(rate)) * int64(channels) * 2
	return &endless{head: wave(pcmFormat(rate, channels, 16), part{id: "data", size: n}), left: n}
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.head) > 0 {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	if e.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), e.left)]
	for i := range p {
		p[i] = byte(i >> 3)
	}
	e.left -= int64(len(p))
	return len(p), nil
}

// forgetful takes what is written and keeps nothing of it.
type forgetful struct{}

func (forgetful) Write(p []byte) (int, error)        { return len(p), nil }
func (forgetful) Seek(o int64, _ int) (int64, error) { return o, nil }

// scales weighs, now and then, what the program holds while it writes.
type scales struct {
	forgetful
	writes int
	most   uint64
}

func (s *scales) Write(p []byte) (int, error) {
	if s.writes++; s.writes%50 == 5 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.most = max(s.most, m.HeapAlloc)
	}
	return len(p), nil
}

func held(t *testing.T, length time.Duration) uint64 {
	t.Helper()
	s := &scales{}
	rep, err := Convert(t.Context(), newEndless(44100, 2, length), Options{Canonical: s, Peaks: forgetful{}})
	if err != nil || rep.Duration != length {
		t.Fatalf("%s: %v", rep.Duration, err)
	}
	return s.most
}

// What is held is nearly the same for thirty times the length: what grows is a
// byte for each 10 ms. Not parallel: it weighs the whole program.
func TestMemoryDoesNotGrow(t *testing.T) {
	short, long := held(t, 20*time.Second), held(t, 10*time.Minute)
	if long > short+(512<<10) {
		t.Errorf("20 s hold %d KiB, 10 min %d KiB", short>>10, long>>10)
	}
}

func TestLimitOfDuration(t *testing.T) {
	t.Parallel()
	limits := Limits{MaxDuration: 10 * time.Second}
	if _, err := Convert(t.Context(), newEndless(8000, 1, 10*time.Second), Options{Limits: limits}); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
	_, err := Convert(t.Context(), newEndless(8000, 1, 10001*time.Millisecond), Options{Limits: limits})
	if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "MaxDuration") || !strings.Contains(err.Error(), "10s") {
		t.Errorf("over the limit: %v", err)
	}
}

// again gives the same bytes a number of times.
type again struct {
	file []byte
	left int
	rest []byte
}

func (a *again) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.left == 0 {
			return 0, io.EOF
		}
		a.left--
		a.rest = a.file
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// The same for what is decoded: Opus streams one after the other. Not parallel.
func TestMemoryDoesNotGrowWithOpus(t *testing.T) {
	file := sample(t, "gen-voice-stereo.opus")
	var most [2]uint64
	for i, times := range []int{10, 100} {
		s := &scales{}
		rep, err := Convert(t.Context(), &again{file: file, left: times}, Options{Canonical: s, Peaks: forgetful{}})
		if err != nil || rep.Frames != int64(times)*44060 {
			t.Fatalf("%d frames: %v", rep.Frames, err)
		}
		most[i] = s.most
	}
	if most[1] > most[0]+(512<<10) {
		t.Errorf("%d KiB for 18 s, %d KiB for 3 min", most[0]>>10, most[1]>>10)
	}
}

func TestConvertEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Convert(ctx, newEndless(8000, 1, time.Hour), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// full is a disk without room.
type full struct{ forgetful }

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestConvertReportsFullDisk(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Canonical: full{}}, {Peaks: full{}}} {
		if _, err := Convert(t.Context(), newEndless(8000, 1, time.Minute), o); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	}
}

// The length is exact at every rate and the report can be written as JSON.
func TestConvertLength(t *testing.T) {
	t.Parallel()
	for _, rate := range rates {
		for _, frames := range []int{1, rate / 10, rate/3 + 1} {
			var out seekBuffer
			in := wave(pcmFormat(rate, 2, 16), data16(make([]float32, 2*frames)))
			rep, err := Convert(t.Context(), bytes.NewReader(in), Options{Canonical: &out})
			if err != nil {
				t.Fatal(err)
			}
			want := int64((frames*CanonicalRate + rate - 1) / rate)
			if rep.Samples != want || int64(len(out.b)) != canonicalHeader+2*want || rep.Frames != int64(frames) {
				t.Errorf("%d frames at %d Hz: %d samples, %d bytes", frames, rate, rep.Samples, len(out.b))
			}
			if _, err := json.Marshal(rep); err != nil {
				t.Error(err)
			}
		}
	}
}

// A minute of the usual upload: 44.1 kHz stereo.
func BenchmarkConvert(b *testing.B) {
	x := make([]float32, 2*44100)
	for i, v := range tone(300, 44100, 44100) {
		x[2*i], x[2*i+1] = v, v/2
	}
	second := data16(x).body
	file := wave(pcmFormat(44100, 2, 16), part{id: "data", body: bytes.Repeat(second, 60)})
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := Convert(b.Context(), bytes.NewReader(file), Options{Canonical: forgetful{}, Peaks: forgetful{}}); err != nil {
			b.Fatal(err)
		}
	}
}

// A minute of what a browser records; the bytes are those of the canonical sound.
func BenchmarkConvertOpus(b *testing.B) {
	file := sample(b, "gen-voice-stereo.opus")
	for b.Loop() {
		rep, err := Convert(b.Context(), &again{file: file, left: 33}, Options{Canonical: forgetful{}, Peaks: forgetful{}})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(2 * rep.Samples)
	}
}
