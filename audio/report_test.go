package audio

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// everything is a WAV that says all that a WAV can say.
func everything() []byte {
	bext := make([]byte, 602)
	copy(bext, "Chest film")
	copy(bext[256:], "Recorder 7")
	copy(bext[320:], "2026-03-0109:30:00")
	cart := make([]byte, 2048)
	copy(cart[4+64:], "Dr. Müller")
	copy(cart[4+5*64:], "urgent")
	cue := binary.LittleEndian.AppendUint32(nil, 2)
	for i, frame := range []uint32{4000, 12000} {
		mark := make([]byte, 24)
		binary.LittleEndian.PutUint32(mark, uint32(i+1))
		binary.LittleEndian.PutUint32(mark[20:], frame)
		cue = append(cue, mark...)
	}
	return wave(pcmFormat(16000, 2, 16),
		part{id: "bext", body: bext}, part{id: "cart", body: cart}, part{id: "cue ", body: cue},
		part{id: "LIST", body: []byte("adtllabl\x0a\x00\x00\x00\x02\x00\x00\x00repair")},
		part{id: "LIST", body: []byte("INFOISFT\x04\x00\x00\x00Prog")},
		part{id: "iXML", body: []byte("<BWFXML><NOTE>n</NOTE></BWFXML>")},
		data16(scaled(tone(500, 16000, 32000), 0.5)))
}

// What is stored as JSON and read again is what was.
func TestReportRoundTrip(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"everything.wav": everything()}
	for _, name := range samples(t) {
		files[name] = sample(t, name)
	}
	for name, file := range files {
		rep, err := Probe(t.Context(), bytes.NewReader(file), Limits{})
		if err == nil && name == "everything.wav" {
			h, err := ReadDSSHeader(bytes.NewReader(dssFile(nil)))
			if err != nil {
				t.Fatal(err)
			}
			rep.Meta.DSS = &h
		}
		b, err := json.Marshal(rep)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := ReadReport(bytes.NewReader(b))
		if err != nil || !reflect.DeepEqual(got, rep) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, rep)
		}
	}
}

// The names in the JSON are read by others; they stay.
func TestReportNames(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(probed(t, everything()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"info":{"kind":"WAV","codec":"PCM","bits":16,"rate":16000,"channels":2}`, `"frames":16000`, `"samples":16000`,
		`"duration_ns":1000000000`, `"segments":[{"start_ns":0,"end_ns":1000000000,"speech":true}]`, `"tones":[{"start_ns":`,
		`"cues":[{"at_ns":250000000},{"at_ns":750000000,"label":"repair"}]`, `"broadcast":{"description":"Chest film"`,
		`"ixml":"\u003cBWFXML\u003e`, `"missing_ns":0`, `"repaired":false`, `"clipped":0`, `"snr_db":`, `"lufs":`, `"dc":`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
}

func TestReadReportRefuses(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"nothing": "", "cut": `{"info":{"kind":`, "another type": `[]`, "long": strings.Repeat(" ", MaxReport+1),
	} {
		if _, err := ReadReport(strings.NewReader(s)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

// element16 is an EBML element of WebM with a length of two bytes.
func element16(id string, body ...string) string {
	s := strings.Join(body, "")
	return id + string([]byte{0x40 | byte(len(s)>>8), byte(len(s))}) + s
}

// taggedWebM is a browser's recording with tags before and behind the sound.
func taggedWebM(t testing.TB) []byte {
	tag := func(name, value string) string {
		return element16("\x73\x73", element16("\x67\xc8", element16("\x45\xa3", name), element16("\x44\x87", value)))
	}
	file := sample(t, "gen-voice-live.webm")
	at := bytes.Index(file, []byte{0x1f, 0x43, 0xb6, 0x75})
	before := element16("\x12\x54\xc3\x67", tag("artist", "Dr. Weiß"), tag("Worktype", "letter"))
	behind := element16("\x12\x54\xc3\x67", tag("PRIORITY", "stat"), tag("ARTIST", "another"))
	return []byte(string(file[:at]) + before + string(file[at:]) + behind)
}

// What every kind of file says of the dictation reaches Said.
func TestMetaOfEveryKind(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		file []byte
		want Said
	}{
		"WAV":  {everything(), Said{Author: "Dr. Müller", Priority: "stat", Comment: "Chest film", Program: "Prog", Dictated: at, Marks: 2}},
		"FLAC": {sample(t, "gen-voice.flac"), Said{Program: "Lavf59.27.100"}},
		"Ogg":  {sample(t, "filetype-fixture.opus"), Said{Author: "Mozilla.org", Title: "De todos. Para todos.", Program: "libopus 0.9.9-22-gccb608b"}},
		"WebM": {taggedWebM(t), Said{Author: "Dr. Weiß", Worktype: "letter", Priority: "stat", Program: "Lavf59.27.100"}},
	} {
		rep := probed(t, c.file)
		if got := rep.Meta.Said(); got != c.want || rep.Repaired {
			t.Errorf("%s:\n got %+v\nwant %+v, repaired %v", name, got, c.want, rep.Repaired)
		}
	}
}

// A text that is cut at its limit stays what it was.
func TestTextIsCutBetweenLetters(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]string{0: "", 1: "", 2: "ü", 3: "ü", 5: "ü€", 4: "ü", 9: "ü€𝄞", 8: "ü€", 100: "ü€𝄞"} {
		if got := text([]byte("ü€𝄞"), limit); got != want {
			t.Errorf("%d bytes: %q, want %q", limit, got, want)
		}
	}
	if got := text([]byte("M\xfcller"), 3); got != "Mül" {
		t.Errorf("Latin-1: %q", got)
	}
}
