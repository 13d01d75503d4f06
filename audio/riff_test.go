package audio

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"
)

// Damaged and unusual files that still say enough.
func TestWalkerRepairs(t *testing.T) {
	t.Parallel()
	x := tone(440, 16000, 1600)
	sound := data16(x)
	odd := part{id: "LIST", body: []byte("INFOICMT\x05\x00\x00\x00abcde")}
	with := func(change func(p *part)) part { p := sound; change(&p); return p }
	halves := []part{{id: "data", body: sound.body[:1000]}, {id: "LIST", body: []byte("INFO")}, {id: "data", body: sound.body[1000:]}}
	for name, c := range map[string]struct {
		file     []byte
		repaired bool
	}{
		"plain":                   {wave(pcmFormat(16000, 1, 16), sound), false},
		"size 0, sound behind it": {wave(pcmFormat(16000, 1, 16), with(func(p *part) { p.size = 1 << 32 })), true},
		"size 0xffffffff":         {wave(pcmFormat(16000, 1, 16), with(func(p *part) { p.size = 0xffffffff })), false},
		"size as sox pipes it":    {wave(pcmFormat(16000, 1, 16), with(func(p *part) { p.size = 0x7ffff000 })), false},
		"odd chunk with pad":      {wave(pcmFormat(16000, 1, 16), odd, sound), false},
		"odd chunk without pad":   {wave(pcmFormat(16000, 1, 16), part{id: odd.id, body: odd.body, nopad: true}, sound), false},
		"sound in two chunks":     {wave(append([]part{pcmFormat(16000, 1, 16)}, halves...)...), false},
		"empty data chunk first":  {wave(pcmFormat(16000, 1, 16), part{id: "data"}, sound), false},
		"second fmt is ignored":   {wave(pcmFormat(16000, 1, 16), pcmFormat(8000, 2, 8), sound), false},
		"garbage behind":          {append(wave(pcmFormat(16000, 1, 16), sound), 1, 2, 3, 4, 5, 6, 7, 8, 9), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for way, r := range map[string]io.Reader{
				"at once": bytes.NewReader(c.file), "byte by byte": iotest.OneByteReader(bytes.NewReader(c.file)),
				"end with data": iotest.DataErrReader(bytes.NewReader(c.file)),
			} {
				rep, err := Convert(t.Context(), r, Options{})
				if err != nil || rep.Frames != 1600 || rep.Repaired != c.repaired || rep.Missing != 0 || rep.Info.Rate != 16000 {
					t.Errorf("%s: %+v, %v", way, rep, err)
				}
			}
		})
	}
}

func TestWalkerSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	file := wave(pcmFormat(16000, 1, 16), data16(make([]float32, 16000)))
	rep, err := Convert(t.Context(), bytes.NewReader(file[:len(file)-8000]), Options{})
	if err != nil || rep.Frames != 12000 || rep.Missing != 250*time.Millisecond || rep.Repaired {
		t.Errorf("%+v, %v", rep, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	some := data16(make([]float32, 16))
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":               {nil, ErrEmpty},
		"magic only":            {[]byte("RIFF\x00\x00\x00\x00WAVE"), ErrTruncated},
		"no data chunk":         {wave(pcmFormat(16000, 1, 16)), ErrEmpty},
		"empty data chunk":      {wave(pcmFormat(16000, 1, 16), part{id: "data"}), ErrEmpty},
		"half a sample":         {wave(pcmFormat(16000, 1, 16), part{id: "data", body: []byte{1}}), ErrEmpty},
		"sound first":           {wave(some, pcmFormat(16000, 1, 16)), ErrDamaged},
		"short description":     {wave(part{id: "fmt ", body: make([]byte, 10)}, some), ErrDamaged},
		"huge description":      {wave(part{id: "fmt ", body: make([]byte, 16), size: 1 << 31}, some), ErrDamaged},
		"no channel":            {wave(pcmFormat(16000, 0, 16), some), ErrDamaged},
		"nine channels":         {wave(pcmFormat(16000, 9, 16), some), ErrLimit},
		"slow":                  {wave(pcmFormat(3999, 1, 16), some), ErrLimit},
		"fast":                  {wave(pcmFormat(192001, 1, 16), some), ErrLimit},
		"64-bit integers":       {wave(pcmFormat(16000, 1, 64), some), ErrUnsupported},
		"16-bit fractions":      {wave(format(tagFloat, 16000, 1, 2, 16, nil), some), ErrDamaged},
		"unknown codec":         {wave(format(0x1234, 16000, 1, 2, 16, nil), some), ErrUnsupported},
		"ADPCM without blocks":  {wave(format(tagIMAADPCM, 16000, 1, 4, 4, nil), some), ErrDamaged},
		"MS ADPCM, no blocks":   {wave(format(tagMSADPCM, 16000, 1, 7, 4, nil), some), ErrDamaged},
		"a list without an end": {wave(pcmFormat(16000, 1, 16), part{id: "LIST", body: []byte("INFO"), size: 0xfffffff0}), ErrTruncated},
		"too many parts":        {wave(slices.Repeat([]part{{id: "junk"}}, 5000)...), ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Convert(t.Context(), bytes.NewReader(c.file), Options{})
			var e *Error
			if !errors.Is(err, c.want) || !errors.As(err, &e) || len(e.Message) < 20 {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A connection that breaks is not the end of a recording.
func TestBrokenReaderIsNoEnd(t *testing.T) {
	t.Parallel()
	file := wave(pcmFormat(16000, 1, 16), part{id: "LIST", body: []byte("INFOICMT\x02\x00\x00\x00ab")}, data16(make([]float32, 20000)))
	for at := 0; at < len(file); at += 1 + at/3 {
		for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("reset")} {
			_, err := Convert(t.Context(), io.MultiReader(bytes.NewReader(file[:at]), iotest.ErrReader(broken)), Options{})
			if !errors.Is(err, broken) {
				t.Errorf("broken at %d: %v", at, err)
			}
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]Kind{
		"": Unknown, "RIFF\x00\x00\x00\x00WAVE": WAV, "RF64\xff\xff\xff\xffWAVE": WAV, w64RIFF: WAV,
		"RIFF\x00\x00\x00\x00AVI LIST": Video, "fLaC\x00": FLAC, "ID3\x04\x00": MP3, "\xff\xfb\x90\x00": MP3,
		"\xff\xf1\x50\x80": AAC, "\x00\x00\x00\x1cftypM4A ": M4A, "\x00\x00\x00\x1cftyp3gp5": ThreeGP,
		"#!AMR\n": AMR, "FORM\x00\x00\x00\x00AIFC": AIFF, "caff\x00\x01": CAF, ".snd\x00": AU,
		"\x1a\x45\xdf\xa3\x01": WebM, "\x30\x26\xb2\x75\x8e\x66\xcf\x11": WMA,
		"\x02dss\x00": DSS, "\x03dss\x00": DSS, "\x06dss\x00": DSSGrundig, "\x03ds2\x00": DS2, "\x07ds2\x00": DS2,
		"\x00\x00\x00\x00\x00\x01ds2": DS2, "\x03enc\x00": DS2Encrypted,
		"%PDF-1.4": PDF, "\x89PNG\r\n": Picture, "PK\x03\x04": Archive, "#EXTM3U\n": Playlist, "Dear Sir\r\n": Text,
		"\x00\x01\x02\x03": Unknown, "\xff\xff\xff\xff": Unknown,
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}
