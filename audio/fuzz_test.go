package audio

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"
	"time"
)

// seeds adds every small sample.
func seeds(f *testing.F) {
	files, err := filepath.Glob("testdata/samples/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 8<<10)])
	}
}

// Whatever comes in: no panic, an answer or a reason, and memory within 64 MiB
// or 16 times the input.
func FuzzConvert(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		var canonical, peaks seekBuffer
		runtime.ReadMemStats(&before)
		rep, err := Convert(t.Context(), bytes.NewReader(b), Options{
			Canonical: &canonical, Peaks: &peaks, Limits: Limits{MaxDuration: time.Minute},
		})
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > max(64<<20, 16*uint64(len(b))) {
			t.Errorf("%d bytes took %d MiB", len(b), n>>20)
		}
		var e *Error
		if err != nil {
			if !errors.As(err, &e) || e.Message == "" || e.Reason == nil {
				t.Errorf("not an Error: %v", err)
			}
			return
		}
		checkTiling(t, rep)
		if want := (rep.Frames*CanonicalRate + int64(rep.Info.Rate) - 1) / int64(rep.Info.Rate); rep.Samples != want {
			t.Errorf("%d samples, want %d", rep.Samples, want)
		}
		if int64(len(canonical.b)) != canonicalHeader+2*rep.Samples {
			t.Errorf("%d samples in %d bytes", rep.Samples, len(canonical.b))
		}
		if _, err := ReadPeaks(peaks.reader()); err != nil {
			t.Error(err)
		}
		again, err := Convert(t.Context(), iotest.HalfReader(bytes.NewReader(b)), Options{})
		if outcome(again, err) != outcome(rep, nil) {
			t.Errorf("in halves %s\nat once %s", outcome(again, err), outcome(rep, nil))
		}
	})
}

func FuzzReadPeaks(f *testing.F) {
	f.Add([]byte{2, 0, 0, 0, 1, 0, 0, 0, 0x80, 0x3e, 0, 0, 160, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0xe0, 63})
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3e, 0, 0, 160, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0xe0, 63})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadPeaks(bytes.NewReader(b))
		if err == nil && len(p.Pairs) > len(b) {
			t.Errorf("%d values from %d bytes", len(p.Pairs), len(b))
		}
	})
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte("INFOIART\x04\x00\x00\x00abcd"), "LIST")
	f.Add([]byte("adtllabl\x06\x00\x00\x00\x01\x00\x00\x00ab"), "LIST")
	f.Add(make([]byte, 28), "cue ")
	f.Add(bytes.Repeat([]byte("z"), 700), "bext")
	f.Add(bytes.Repeat([]byte("z"), 2048), "cart")
	f.Add([]byte("<BWFXML>"), "iXML")
	f.Fuzz(func(t *testing.T, b []byte, id string) {
		if len(id) != 4 {
			return
		}
		file := wave(pcmFormat(8000, 1, 16), part{id: id, body: b}, data16(make([]float32, 10)))
		rep, err := Convert(t.Context(), bytes.NewReader(file), Options{})
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("not an Error: %v", err)
		}
		for k, v := range rep.Meta.Info {
			if len(k) != 4 || len(v) > 2*maxTagText {
				t.Errorf("tag %q of %d bytes", k, len(v))
			}
		}
	})
}
