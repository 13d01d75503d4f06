package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

// What libopus (through ffmpeg, at 48 kHz) makes of the same files: the number
// of samples and the level.
func TestOpusAgreesWithLibopus(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		samples int64
		rms     float64
	}{
		"gen-voice.opus":        {88120, -24.418},
		"gen-voice-pages.opus":  {88120, -24.307},
		"gen-voice.webm":        {88120, -24.215},
		"gen-voice-live.webm":   {88120, -24.307},
		"gen-voice.mka":         {88120, -24.307},
		"filetype-fixture.opus": {139848, -29.811},
		"pion-tiny.ogg":         {279, -30.715},
	} {
		rep, err := Probe(t.Context(), bytes.NewReader(sample(t, name)), Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		step := int64(opusRate / rep.Info.Rate)
		if rep.Frames != (want.samples+step-1)/step {
			t.Errorf("%s: %d frames at %d Hz, libopus has %d at 48000", name, rep.Frames, rep.Info.Rate, want.samples)
		}
		tolerance := 0.05
		if want.samples < opusRate/100 {
			tolerance = 0.2 // what lies above 8 kHz weighs in so short a sound
		}
		if math.Abs(rep.Channels[0].RMSDBFS-want.rms) > tolerance {
			t.Errorf("%s: %.2f dBFS, libopus has %.2f", name, rep.Channels[0].RMSDBFS, want.rms)
		}
	}
}

// pagesOf cuts an Ogg file into its pages.
func pagesOf(t testing.TB, file []byte) (pages [][]byte) {
	t.Helper()
	for len(file) > 0 {
		n := oggHeaderLen + int(file[26])
		for _, s := range file[oggHeaderLen:n] {
			n += int(s)
		}
		pages = append(pages, file[:n])
		file = file[n:]
	}
	return pages
}

// sealed changes a page and makes its checksum right again.
func sealed(page []byte, change func(p []byte)) []byte {
	p := bytes.Clone(page)
	change(p)
	clear(p[22:26])
	binary.LittleEndian.PutUint32(p[22:], oggCRC(0, p))
	return p
}

func probed(t *testing.T, file []byte) Report {
	t.Helper()
	rep, err := Probe(t.Context(), bytes.NewReader(file), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// A page that is lost leaves silence of its length: what follows keeps its time.
func TestOggLostPage(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice-pages.opus")
	pages := pagesOf(t, file)
	if len(pages) < 8 {
		t.Fatalf("only %d pages", len(pages))
	}
	whole := probed(t, file)
	damaged := bytes.Clone(file)
	damaged[len(file)/2] ^= 0xff
	for name, f := range map[string][]byte{
		"gone":    bytes.Join(append(append([][]byte{}, pages[:5]...), pages[6:]...), nil),
		"damaged": damaged,
	} {
		rep := probed(t, f)
		if rep.Frames != whole.Frames || !rep.Repaired || rep.RMSDBFS >= whole.RMSDBFS {
			t.Errorf("%s: %d frames of %d, repaired %v", name, rep.Frames, whole.Frames, rep.Repaired)
		}
	}
	if rep := probed(t, append(bytes.Clone(pages[0]), append([]byte("junk that OggS is not"), bytes.Join(pages[1:], nil)...)...)); rep.Frames != whole.Frames || !rep.Repaired {
		t.Errorf("junk between: %d frames", rep.Frames)
	}
}

func TestOggCutOff(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice-pages.opus")
	whole := probed(t, file)
	rep := probed(t, file[:len(file)*2/3])
	if rep.Duration < whole.Duration/3 || rep.Duration >= whole.Duration || !rep.Repaired {
		t.Errorf("%s of %s, repaired %v", rep.Duration, whole.Duration, rep.Repaired)
	}
	for _, n := range []int{50, 60, 100} {
		if _, err := Probe(t.Context(), bytes.NewReader(file[:n]), Limits{}); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// A packet that goes on over a page's end is whole again; without its first
// part the rest of it is dropped.
func TestOggContinuedPacket(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice-dense.opus")
	pages := pagesOf(t, file)
	whole := probed(t, file)
	p := pages[2]
	segments := int(p[26])
	lacing, body := p[oggHeaderLen:oggHeaderLen+segments], p[oggHeaderLen+segments:]
	at, n := 0, 0
	for at = 5; lacing[at] < 255; at++ { // to the first half of a packet
	}
	for _, l := range lacing[:at+1] {
		n += int(l)
	}
	page := func(flags byte, number uint32, granule uint64, lacing, body []byte) []byte {
		b := append(append(bytes.Clone(p[:oggHeaderLen]), lacing...), body...)
		return sealed(b, func(b []byte) {
			b[5], b[26] = flags, byte(len(lacing))
			binary.LittleEndian.PutUint64(b[6:], granule)
			binary.LittleEndian.PutUint32(b[18:], number)
		})
	}
	packets := int64(0)
	for _, l := range lacing[:at+1] {
		if l < 255 {
			packets++
		}
	}
	half := page(0, 2, uint64(packets*960), lacing[:at+1], body[:n])
	rest := page(p[5]|oggContinued, 3, binary.LittleEndian.Uint64(p[6:]), lacing[at+1:], body[n:])
	tail := bytes.Join(pages[3:], nil)
	if len(tail) > 0 {
		t.Fatalf("%d pages", len(pages))
	}
	head := append(bytes.Clone(pages[0]), pages[1]...)
	if got := probed(t, append(append(bytes.Clone(head), half...), rest...)); got.Frames != whole.Frames || got.RMSDBFS != whole.RMSDBFS || got.Repaired {
		t.Errorf("in two pages: %d frames with %.2f dBFS, want %d with %.2f", got.Frames, got.RMSDBFS, whole.Frames, whole.RMSDBFS)
	}
	if got := probed(t, append(bytes.Clone(head), rest...)); got.Frames >= whole.Frames || got.Frames == 0 {
		t.Errorf("without the first: %d frames of %d", got.Frames, whole.Frames)
	}
}

// Pages of other streams in the same file are passed over (RFC 3533: grouped).
func TestOggOtherStream(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice-pages.opus")
	pages := pagesOf(t, file)
	var mixed []byte
	for i, p := range pages {
		mixed = append(mixed, p...)
		if i > 0 {
			mixed = append(mixed, sealed(p, func(p []byte) { p[14] ^= 0x55 })...)
		}
	}
	if got, want := probed(t, mixed), probed(t, file); got.Frames != want.Frames || got.RMSDBFS != want.RMSDBFS || got.Repaired {
		t.Errorf("%d frames, want %d", got.Frames, want.Frames)
	}
}

// The gain of the header is applied (RFC 7845 section 5.1).
func TestOpusGain(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice-pages.opus")
	pages := pagesOf(t, file)
	pages[0] = sealed(pages[0], func(p []byte) { binary.LittleEndian.PutUint16(p[28+16:], 0xfa00) }) // -6 dB
	if got, want := probed(t, bytes.Join(pages, nil)), probed(t, file); math.Abs(got.RMSDBFS-want.RMSDBFS+6) > 0.01 {
		t.Errorf("%.2f dBFS, without gain %.2f", got.RMSDBFS, want.RMSDBFS)
	}
}

func TestOpusHeadRefuses(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice-pages.opus")
	pages := pagesOf(t, file)
	for name, c := range map[string]struct {
		at     int
		value  byte
		reason error
	}{
		"six channels": {9, 6, ErrUnsupported}, "no channel": {9, 0, ErrDamaged},
		"ambisonics": {18, 2, ErrUnsupported}, "a later version": {8, 0x10, ErrDamaged},
	} {
		first := sealed(pages[0], func(p []byte) { p[28+c.at] = c.value })
		_, err := Probe(t.Context(), bytes.NewReader(first), Limits{})
		if format, _ := DecoderFor(err); !errors.Is(err, c.reason) || format != "ogg" {
			t.Errorf("%s: %v, to be left to %q", name, err, format)
		}
	}
}

func TestOpusDuration(t *testing.T) {
	t.Parallel()
	for packet, want := range map[string]int64{
		"": 0, "\x00": 480, "\x18": 2880, "\x60": 480, "\x80": 120, "\xf8": 960, "\xf9": 1920, "\xfb\x06": 5760, "\xfb\x07": 0, "\xfb": 0,
	} {
		if got := opusDuration([]byte(packet)); got != want {
			t.Errorf("%x: %d samples, want %d", packet, got, want)
		}
	}
}

// A recorder that sends nothing in a pause leaves a gap between blocks: it
// becomes silence.
func TestWebMGap(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice-live.webm")
	whole := probed(t, file)
	at := bytes.LastIndex(file, []byte{0x1f, 0x43, 0xb6, 0x75})
	i := bytes.Index(file[at:], []byte{ebmlTimecode}) + at
	if at < 0 || i < at || file[i+1]&0x80 == 0 {
		t.Fatalf("no cluster at %d, no time at %d", at, i)
	}
	size := int(file[i+1] & 0x7f)
	old := number(file[i+2 : i+2+size])
	late := bytes.Clone(file[:i])
	late = append(late, ebmlTimecode, 0x84)
	late = binary.BigEndian.AppendUint32(late, uint32(old)+3000)
	late = append(late, file[i+2+size:]...)
	if at == bytes.Index(file, []byte{0x1f, 0x43, 0xb6, 0x75}) {
		// One cluster only: it comes again, three seconds and its own length later.
		late = append(bytes.Clone(file), late[at:]...)
		if rep := probed(t, late); rep.Duration < 2*whole.Duration || rep.Duration > 3*time.Second+2*whole.Duration {
			t.Errorf("%s, without the gap %s", rep.Duration, whole.Duration)
		}
		return
	}
	if rep := probed(t, late); rep.Duration-whole.Duration < 2900*time.Millisecond || rep.Duration-whole.Duration > 3100*time.Millisecond {
		t.Errorf("%s, without the gap %s", rep.Duration, whole.Duration)
	}
}

func TestWebMCutOff(t *testing.T) {
	t.Parallel()
	file := sample(t, "gen-voice.webm")
	whole := probed(t, file)
	rep := probed(t, file[:len(file)/2])
	if rep.Duration < whole.Duration/4 || !rep.Repaired || math.Abs((rep.Duration+rep.Missing-whole.Duration).Seconds()) > 0.02 {
		t.Errorf("%s and %s missing of %s", rep.Duration, rep.Missing, whole.Duration)
	}
	_, err := Probe(t.Context(), bytes.NewReader(file[:100]), Limits{})
	if !errors.Is(err, ErrTruncated) {
		t.Errorf("within the header: %v", err)
	}
	damaged := bytes.Clone(file)
	copy(damaged[60:], strings.Repeat("\x00", 200))
	if _, err := Probe(t.Context(), bytes.NewReader(damaged), Limits{}); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTruncated) {
		t.Errorf("a damaged header: %v", err)
	}
}

// What the decoder leaves above 8 kHz goes through the resampler: an 8.2 kHz
// tone does not come back as one of 7.8 kHz. Here it is -9 dBFS strong; the
// codec's own noise around it is at -57.
func TestOpusDoesNotAlias(t *testing.T) {
	t.Parallel()
	rep := probed(t, sample(t, "gen-tone-8200.opus"))
	if rep.Channels[0].RMSDBFS < -10 || rep.RMSDBFS > -50 {
		t.Errorf("%.1f dBFS before the resampler, %.1f behind", rep.Channels[0].RMSDBFS, rep.RMSDBFS)
	}
}
