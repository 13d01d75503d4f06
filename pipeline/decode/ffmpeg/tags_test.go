package ffmpeg

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"dictation/audio"
)

func TestParseWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want audio.Meta
	}{
		"nothing":    {"", audio.Meta{}},
		"only head":  {";FFMETADATA1\n", audio.Meta{}},
		"tags":       {";FFMETADATA1\nartist=Dr. Made Up\ntitle=A\\=b\\;c\n", audio.Meta{Tags: map[string]string{"ARTIST": "Dr. Made Up", "TITLE": "A=b;c"}}},
		"two lines":  {"comment=one\\\ntwo\nx=y", audio.Meta{Tags: map[string]string{"COMMENT": "one\ntwo", "X": "y"}}},
		"twice":      {"Artist=first\nARTIST=second\n", audio.Meta{Tags: map[string]string{"ARTIST": "first"}}},
		"comment":    {"# a=b\n;c=d\n", audio.Meta{}},
		"no name":    {"=b\nword\n", audio.Meta{}},
		"wild name":  {"a\x01b=c\nna\u00efve=d\n", audio.Meta{}},
		"controls":   {"a=x\x00\x1by\r\n", audio.Meta{Tags: map[string]string{"A": "xy"}}},
		"not UTF-8":  {"a=x\xffy\n", audio.Meta{Tags: map[string]string{"A": "xy"}}},
		"last slash": {"a=b\\", audio.Meta{Tags: map[string]string{"A": "b\\"}}},
		"a section":  {"[STREAM]\nlanguage=und\n", audio.Meta{Tags: map[string]string{"LANGUAGE": "und"}}},
		"marks": {"[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Second\n[CHAPTER]\nTIMEBASE=1/8000\nSTART=16000\nEND=16000\n",
			audio.Meta{Cues: []audio.Cue{{At: 1500 * time.Millisecond, Label: "Second"}, {At: 2 * time.Second}}}},
		"wild marks": {"[CHAPTER]\nTIMEBASE=1/0\nSTART=1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=-1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=9000000000000000000\n[CHAPTER]\n", audio.Meta{}},
	} {
		if got := parseWords([]byte(c.text)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

// What is kept is bounded however much is there.
func TestParseWordsBounds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "tag%d=%s\n", i, strings.Repeat("é", 5000))
	}
	for range 2000 {
		b.WriteString("[CHAPTER]\nTIMEBASE=1/1\nSTART=1\n")
	}
	m := parseWords([]byte(b.String()))
	if len(m.Tags) != maxTags || len(m.Tags["TAG0"]) != maxTagText || len(m.Cues) != maxMarks {
		t.Errorf("%d tags, %d bytes, %d marks", len(m.Tags), len(m.Tags["TAG0"]), len(m.Cues))
	}
}

func TestTags3GP(t *testing.T) {
	t.Parallel()
	box := func(kind, body string) string {
		return string([]byte{0, 0, byte((len(body) + 8) >> 8), byte(len(body) + 8)}) + kind + body
	}
	field := func(kind, text string) string { return box(kind, "\x00\x00\x00\x00\x15\xc7"+text) }
	file := box("ftyp", "3gp4") + box("moov", box("udta",
		field("titl", "Letter\x00")+field("auth", "\xfe\xff\x00D\x00r\x00\x00")+field("titl", "second\x00")+box("perf", "")+field("what", "x\x00")))
	got := tags3GP(strings.NewReader(file), int64(len(file)))
	if want := map[string]string{"TITLE": "Letter", "AUTHOR": "Dr"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzTags3GP(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x27moov\x00\x00\x00\x1fudta\x00\x00\x00\x17titl\x00\x00\x00\x00\x15\xc7\xfe\xff\x00D\x00r\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		tags := tags3GP(bytes.NewReader(b), int64(len(b)))
		if len(tags) > len(fields3GP) {
			t.Fatalf("%d tags", len(tags))
		}
		for name, text := range tags {
			if text == "" || len(text) > maxTagText || !utf8.ValidString(text) {
				t.Errorf("tag %q: %q", name, text)
			}
		}
	})
}

func FuzzParseWords(f *testing.F) {
	f.Add([]byte(";FFMETADATA1\nartist=Dr. Made Up\ntitle=A\\=b\\;c\ncomment=one\\\ntwo\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Second\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := parseWords(b)
		if len(m.Tags) > maxTags || len(m.Cues) > maxMarks {
			t.Fatalf("%d tags, %d marks", len(m.Tags), len(m.Cues))
		}
		for name, text := range m.Tags {
			if !plain(name) || text == "" || len(text) > maxTagText || !utf8.ValidString(text) {
				t.Errorf("tag %q: %q", name, text)
			}
		}
		for _, c := range m.Cues {
			if c.At < 0 || c.At > longest {
				t.Errorf("mark at %s", c.At)
			}
		}
	})
}

// What is written in a recording comes with it, whatever its format calls it.
func TestDecodeTags(t *testing.T) {
	t.Parallel()
	written := []string{"-metadata", "artist=Dr. Made Up", "-metadata", "title=Letter = one; two", "-metadata", "comment=nothing\nurgent"}
	for name, c := range map[string]struct {
		args   []string
		format string
		lacks  string // what the format has no place for
	}{
		"Ogg Vorbis": {[]string{"-c:a", "libvorbis", "-f", "ogg"}, "ogg", ""},
		"Ogg Speex":  {[]string{"-ar", "16000", "-c:a", "libspeex", "-f", "ogg"}, "ogg", ""},
		"MP3":        {[]string{"-c:a", "libmp3lame", "-f", "mp3"}, "mp3", ""},
		"M4A":        {[]string{"-c:a", "aac", "-f", "ipod"}, "mov", ""},
		"WMA":        {[]string{"-c:a", "wmav2", "-f", "asf"}, "asf", ""},
		"3GP":        {[]string{"-c:a", "aac", "-f", "3gp"}, "mov", ""},
		"AIFF":       {[]string{"-c:a", "pcm_s16be", "-f", "aiff"}, "aiff", "ARTIST"},
		"CAF":        {[]string{"-c:a", "pcm_s16be", "-f", "caf"}, "caf", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append(append(sine("1"), written...), c.args...)
			rep, err := decoded(t, Config{}, encoded(t, args...), c.format, audio.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]string{"ARTIST": "Dr. Made Up", "TITLE": "Letter = one; two", "COMMENT": "nothing\nurgent"} {
				if got := rep.Meta.Tags[name]; got != want && name != c.lacks {
					t.Errorf("%s is %q; all are %q", name, got, rep.Meta.Tags)
				}
			}
			if rep.Repaired {
				t.Error("called damaged")
			}
		})
	}
}
