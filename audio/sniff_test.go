package audio

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// tagOf is an ID3v2 tag with so many bytes in it.
func tagOf(n int) []byte {
	b := append([]byte("ID3\x04\x00\x00"), byte(n>>21&127), byte(n>>14&127), byte(n>>7&127), byte(n&127))
	return append(b, make([]byte, n)...)
}

// adtsFrame is the beginning of an AAC file, made up.
const adtsFrame = "\xff\xf1\x50\x80\x02\x1f\xfc\x21\x00\x00"

func TestSniffBehind(t *testing.T) {
	t.Parallel()
	mp3, flac := sample(t, "minimp3-l3-si_block.mp3"), sample(t, "gen-voice.flac")
	zeros := make([]byte, 5000)
	garbage := bytes.Repeat([]byte("\x00\xff\xf3\x12junk\xff\xfb"), 300)
	for name, c := range map[string]struct {
		file   []byte
		kind   Kind
		tagged bool
	}{
		"MP3":                    {mp3, MP3, false},
		"MP3 behind zeros":       {slices.Concat(zeros, mp3), MP3, false},
		"MP3 behind garbage":     {slices.Concat(garbage, mp3), MP3, false},
		"MP3 cut before a frame": {mp3[1:], MP3, false},
		"garbage alone":          {garbage, Unknown, false},
		"zeros alone":            {zeros, Unknown, false},
		"MP3 behind a tag":       {slices.Concat(tagOf(300), mp3), MP3, false},
		"MP3 behind a long tag":  {slices.Concat(tagOf(20000), mp3), MP3, true},
		"FLAC behind a tag":      {slices.Concat(tagOf(300), flac), FLAC, false},
		"FLAC behind two tags":   {slices.Concat(tagOf(300), tagOf(40), flac), FLAC, false},
		"FLAC behind a long tag": {slices.Concat(tagOf(20000), flac), MP3, true},
		"AAC behind a tag":       {slices.Concat(tagOf(300), []byte(adtsFrame)), AAC, false},
		"AAC":                    {[]byte(adtsFrame), AAC, false},
		"a tag alone":            {tagOf(300), MP3, true},
		"a tag of no version":    {append([]byte("ID3\xff\x00\x00\x00\x00\x00\x09"), mp3...), MP3, false},
		"text about ID3":         {[]byte("ID3 tags and how they are read, a note"), Text, false},
	} {
		if got := Sniff(c.file); got != c.kind {
			t.Errorf("%s: %q, want %q", name, got, c.kind)
		}
		if got := Tagged(c.file[:min(len(c.file), HeadBytes)]); got != c.tagged {
			t.Errorf("%s: tagged %v", name, got)
		}
	}
}

// Open looks behind a tag of any length.
func TestOpenBehindTag(t *testing.T) {
	t.Parallel()
	flac := sample(t, "gen-voice.flac")
	want := probed(t, flac)
	for _, n := range []int{300, 20000, 3 << 20} {
		got := probed(t, append(tagOf(n), flac...))
		if got.Info != want.Info || got.Frames != want.Frames || got.RMSDBFS != want.RMSDBFS {
			t.Errorf("a tag of %d bytes: %+v", n, got)
		}
		for behind, format := range map[string]string{adtsFrame: "aac", string(sample(t, "minimp3-l3-si_block.mp3")): "mp3"} {
			_, err := Probe(t.Context(), bytes.NewReader(append(tagOf(n), behind...)), Limits{})
			if got, ok := DecoderFor(err); !ok || got != format {
				t.Errorf("a tag of %d bytes: %q, %v", n, got, err)
			}
		}
	}
	if _, err := Probe(t.Context(), bytes.NewReader(tagOf(20000)[:9000]), Limits{}); !errors.Is(err, ErrTruncated) {
		t.Errorf("a tag that was cut off: %v", err)
	}
}

// The frames of every sample are where their headers say.
func TestMPEGLength(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{
		"\xff\xfb\x90\x00": 417, "\xff\xfb\x92\x00": 418, // MPEG-1 layer III, 128 kbit/s, 44.1 kHz
		"\xff\xf3\x80\x00": 208, // MPEG-2 layer III, 64 kbit/s, 22.05 kHz
		"\xff\xe3\x18\x00": 72,  // MPEG-2.5 layer III, 8 kbit/s, 8 kHz
		"\xff\xfd\x60\x00": 313, // MPEG-1 layer II, 96 kbit/s, 44.1 kHz
		"\xff\xff\x10\x00": 32,  // MPEG-1 layer I, 32 kbit/s
		"\xff\xfb\x00\x00": 0,   // free format
	} {
		if got := mpegLength([]byte(header)); got != want {
			t.Errorf("% x: %d, want %d", header, got, want)
		}
	}
}
