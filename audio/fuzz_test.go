package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"runtime/metrics"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"
)

// seeds adds every small sample.
func seeds(f *testing.F) {
	for _, name := range samples(f) {
		b := sample(f, name)
		f.Add(b[:min(len(b), 8<<10)])
	}
}

// allocated is how many bytes the program has ever taken from the heap. Unlike
// runtime.ReadMemStats it does not stop the world.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// checkAllocated holds what was taken for n bytes of input against the bound of
// the whole stage: 64 MiB or 16 times the input.
func checkAllocated(t *testing.T, before uint64, n int) {
	t.Helper()
	if took := allocated() - before; took > max(64<<20, 16*uint64(n)) {
		t.Errorf("%d bytes took %d MiB", n, took>>20)
	}
}

// Whatever comes in: no panic, an answer or a reason, and memory within 64 MiB
// or 16 times the input.
func FuzzConvert(f *testing.F) {
	seeds(f)
	f.Add(everything()[:4000])
	f.Add(taggedWebM(f))
	f.Add(append(tagOf(300), sample(f, "gen-voice.flac")[:4000]...))
	f.Add(append(tagOf(20000), sample(f, "gen-voice.opus")...))
	f.Fuzz(func(t *testing.T, b []byte) {
		var canonical, peaks seekBuffer
		before := allocated()
		rep, err := Convert(t.Context(), bytes.NewReader(b), Options{
			Canonical: &canonical, Peaks: &peaks, Limits: Limits{MaxDuration: time.Minute},
		})
		checkAllocated(t, before, len(b))
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

// packetsOf cuts bytes into packets: a length, then so many bytes.
func packetsOf(b []byte) (packets [][]byte) {
	for len(b) > 1 && len(packets) < 200 {
		n := min(int(b[0]), len(b)-1)
		packets = append(packets, b[1:1+n])
		b = b[1+n:]
	}
	return packets
}

// oggOf puts packets shorter than 255 bytes into pages with true checksums.
func oggOf(channels byte, packets [][]byte) []byte {
	page := func(flags byte, granule int, number int, packets ...[]byte) (p []byte) {
		p = append(p, "OggS\x00"...)
		p = append(p, flags)
		p = binary.LittleEndian.AppendUint64(p, uint64(granule))
		p = append(p, 7, 0, 0, 0)
		p = binary.LittleEndian.AppendUint32(p, uint32(number))
		p = append(p, 0, 0, 0, 0, byte(len(packets)))
		for _, b := range packets {
			p = append(p, byte(len(b)))
		}
		for _, b := range packets {
			p = append(p, b...)
		}
		return sealed(p, func([]byte) {})
	}
	head := append([]byte("OpusHead\x01"), channels, 56, 1, 0x80, 0xbb, 0, 0, 0, 0, 0)
	file := append(page(oggFirst, 0, 0, head), page(0, 0, 1, []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00"))...)
	granule := 0
	for i := 0; i < len(packets); i += 4 {
		some := packets[i:min(i+4, len(packets))]
		for _, p := range some {
			granule += int(opusDuration(p))
		}
		file = append(file, page(0, granule, 2+i/4, some...)...)
	}
	return append(file, page(oggLast, granule-100, 2+len(packets), []byte{0xf8})...)
}

// The checksums of Ogg keep a fuzzer out; behind them any packet can be.
func FuzzOpusPackets(f *testing.F) {
	for _, name := range []string{"gen-voice.opus", "gen-voice-stereo.opus", "filetype-fixture.opus"} {
		pages := pagesOf(f, sample(f, name))
		var b []byte
		for _, p := range pages[2:] {
			for lacing := p[oggHeaderLen : oggHeaderLen+int(p[26])]; len(lacing) > 0 && len(b) < 4000; lacing = lacing[1:] {
				b = append(append(b, 200), p[len(p)-200:]...)
			}
		}
		f.Add(b, byte(1))
		f.Add(b, byte(2))
	}
	f.Fuzz(func(t *testing.T, b []byte, channels byte) {
		packets := packetsOf(b)
		rep, err := Probe(t.Context(), bytes.NewReader(oggOf(1+channels%2, packets)), Limits{})
		if errors.Is(err, ErrEmpty) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		most := time.Duration(len(packets)+1) * 120 * time.Millisecond
		if rep.Duration > most || math.IsNaN(rep.RMSDBFS) || rep.RMSDBFS > 60 {
			t.Errorf("%d packets are %s with %g dBFS", len(packets), rep.Duration, rep.RMSDBFS)
		}
	})
}

func FuzzFLACSubframe(f *testing.F) {
	file := sample(f, "gen-voice-stereo-44k.flac")
	for i := 0; i+300 < len(file); i += 4000 {
		f.Add(file[i:i+300], uint16(192), byte(16))
	}
	f.Add([]byte{0x40, 0x12, 0xff, 0xff, 0xff, 0xff}, uint16(576), byte(24))
	f.Add(append([]byte{0x10, 0x00, 0x00}, make([]byte, 200)...), uint16(300), byte(8))
	f.Fuzz(func(t *testing.T, b []byte, size uint16, bps byte) {
		var frame flacFrame
		r := bitReader{b: b}
		err := frame.subframe(&r, make([]int32, int(size)+1), uint(4+bps%22))
		if err == nil && r.over() {
			t.Error("read behind the end")
		}
	})
}

// A kind is told from any head, the same from a longer one of which only the
// first bytes count.
func FuzzSniff(f *testing.F) {
	for _, name := range samples(f) {
		b := sample(f, name)
		f.Add(b[:min(len(b), 2<<10)])
	}
	f.Add(tagOf(40))
	f.Add(append(append(tagOf(300), tagOf(0)...), "fLaC"...))
	f.Add(append(make([]byte, 700), sample(f, "minimp3-l3-si_block.mp3")...))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := allocated()
		kind, tagged := Sniff(b), Tagged(b)
		checkAllocated(t, before, len(b))
		if tagged && kind != MP3 {
			t.Errorf("behind a tag that goes beyond the head: %q", kind)
		}
		if len(b) >= HeadBytes && Sniff(b[:HeadBytes]) != kind {
			t.Errorf("%q, of the head alone %q", kind, Sniff(b[:HeadBytes]))
		}
		if _, ok := kind.NeedsDecoder(); ok || kind == Unknown {
			return
		}
		if _, _, err := Open(bytes.NewReader(b), Limits{}); err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("not an Error: %v", err)
			}
		}
	})
}

func FuzzReadDSSHeader(f *testing.F) {
	f.Add(dssFile(nil))
	f.Add(dssFile(func(b []byte) { b[0] = 6 }))
	f.Add(dssFile(func(b []byte) { clear(b[dssMillis : dssMillis+4]) }))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := allocated()
		h, err := ReadDSSHeader(bytes.NewReader(b))
		checkAllocated(t, before, len(b))
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("not an Error: %v", err)
		}
		if h.Length < 0 || h.Length > 100*time.Hour || !utf8.ValidString(h.Author+h.Comment) {
			t.Errorf("got %+v", h)
		}
	})
}

func FuzzVorbisComment(f *testing.F) {
	f.Add([]byte("\x03\x00\x00\x00abc\x01\x00\x00\x00\x08\x00\x00\x00ARTIST=x"))
	f.Add([]byte("\xff\xff\xff\xffabc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := allocated()
		tags := vorbisComment(b)
		checkAllocated(t, before, len(b))
		for k, v := range tags {
			if k == "" || len(k) > 64 || len(v) > 2*maxTagText || !utf8.ValidString(v) {
				t.Errorf("%q=%q", k, v)
			}
		}
		// What dictations are told of it is picked without trouble.
		(Meta{Tags: tags}).Said()
	})
}

func FuzzReadReport(f *testing.F) {
	f.Add([]byte(`{"info":{"kind":"WAV"},"duration_ns":1,"segments":[{"end_ns":1}],"meta":{"dss":{"started":"2026-03-01T09:30:00Z"}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := allocated()
		rep, err := ReadReport(bytes.NewReader(b))
		checkAllocated(t, before, len(b))
		if err == nil {
			rep.Meta.Said()
		}
	})
}
