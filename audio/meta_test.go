package audio

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"
)

func list(kind string, pairs ...string) part {
	b := []byte(kind)
	for i := 0; i < len(pairs); i += 2 {
		b = append(b, pairs[i]...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(pairs[i+1])))
		b = append(b, pairs[i+1]...)
		if len(pairs[i+1])%2 == 1 {
			b = append(b, 0)
		}
	}
	return part{id: "LIST", body: b}
}

func padTo(s string, n int) string { return s + strings.Repeat("\x00", n-len(s)) }

func TestMetadata(t *testing.T) {
	t.Parallel()
	u32 := func(v ...uint32) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, x)
		}
		return b
	}
	cue := u32(2, 1, 0, 0x61746164, 0, 0, 4000, 2, 0, 0x61746164, 0, 0, 8000)
	file := wave(
		pcmFormat(8000, 1, 16),
		list("INFO", "IART", "Dr. M\xfcller\x00", "ISFT", "Recorder 1\x00\x00", "ICMT", "two\nlines\x01"),
		part{id: "bext", body: []byte(padTo("ward round", 256) + padTo("DICT", 32) + padTo("REF7", 32) + "2026-03-01" + "09:30:00" + padTo("", 300))},
		part{id: "cart", body: []byte("0101" + padTo("Letter", 64) + padTo("Author", 64))},
		data16(make([]float32, 16000)),
		part{id: "cue ", body: cue},
		list("adtl", "labl", string(u32(2))+"second mark\x00"),
		part{id: "iXML", body: []byte("<BWFXML/>\x00")},
	)
	rep, err := Convert(t.Context(), bytes.NewReader(file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := rep.Meta
	if m.Info["IART"] != "Dr. Müller" || m.Info["ISFT"] != "Recorder 1" || m.Info["ICMT"] != "two\nlines" || len(m.Info) != 3 {
		t.Errorf("INFO %q", m.Info)
	}
	if want := (Broadcast{"ward round", "DICT", "REF7", "2026-03-01", "09:30:00"}); m.Broadcast == nil || *m.Broadcast != want {
		t.Errorf("bext %+v", m.Broadcast)
	}
	if m.Cart["title"] != "Letter" || m.Cart["artist"] != "Author" || m.IXML != "<BWFXML/>" {
		t.Errorf("cart %q, iXML %q", m.Cart, m.IXML)
	}
	if want := []Cue{{500 * time.Millisecond, ""}, {time.Second, "second mark"}}; !slices.Equal(m.Cues, want) {
		t.Errorf("cues %v", m.Cues)
	}
}

// What is kept is bounded, whatever a file brings.
func TestMetadataIsBounded(t *testing.T) {
	t.Parallel()
	tags := make([]string, 0, 2000)
	for i := range 1000 {
		tags = append(tags, "I"+string(rune('A'+i%26))+string(rune('A'+i/26%26))+string(rune('A'+i/676)), strings.Repeat("x", 9000))
	}
	file := wave(pcmFormat(8000, 1, 16), list("INFO", tags...), part{id: "iXML", body: bytes.Repeat([]byte("y"), 500000)},
		part{id: "cue ", body: make([]byte, 4+24*5000)}, data16(make([]float32, 100)))
	rep, err := Convert(t.Context(), bytes.NewReader(file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m := rep.Meta; len(m.Info) > maxTags || len(m.IXML) > maxXML || len(m.Cues) > maxCues {
		t.Errorf("%d tags, %d bytes of XML, %d cues", len(m.Info), len(m.IXML), len(m.Cues))
	}
	for k, v := range rep.Meta.Info {
		if len(v) > maxTagText {
			t.Errorf("%s has %d bytes", k, len(v))
		}
	}
}
