package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"
)

// dssFile is the header of a recorder, made up.
func dssFile(change func(b []byte)) []byte {
	b := make([]byte, 1024)
	copy(b, "\x02dss")
	copy(b[dssAuthor:], "DICT\x00\x00")
	binary.LittleEndian.PutUint32(b[dssNumber:], 166)
	copy(b[dssStarted:], "260301093000")
	copy(b[dssEnded:], "260301093107")
	copy(b[dssLength:], "000107")
	binary.LittleEndian.PutUint32(b[dssMillis:], 66800)
	b[dssCodec] = 2
	b[dssPriority] = 1
	copy(b[dssComment:], "ward 3\x00")
	if change != nil {
		change(b)
	}
	return b
}

func TestReadDSSHeader(t *testing.T) {
	t.Parallel()
	h, err := ReadDSSHeader(bytes.NewReader(dssFile(nil)))
	want := DSSHeader{
		Author: "DICT", Number: 166, Started: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC), Ended: time.Date(2026, 3, 1, 9, 31, 7, 0, time.UTC),
		Length: 66800 * time.Millisecond, Codec: "LP", Priority: 1, Comment: "ward 3",
	}
	if err != nil || h != want {
		t.Errorf("got %+v, %v", h, err)
	}
	h, err = ReadDSSHeader(bytes.NewReader(dssFile(func(b []byte) {
		clear(b[dssMillis : dssMillis+4])
		copy(b[dssStarted:], "269901093000")
		b[dssPriority], b[dssCodec] = 0xff, 9
	})))
	if err != nil || h.Length != 67*time.Second || !h.Started.IsZero() || h.Priority != 0 || h.Codec != "" {
		t.Errorf("without milliseconds: %+v, %v", h, err)
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"cut":       {dssFile(nil)[:600], ErrTruncated},
		"a WAV":     {sample(t, "gen-ref.wav"), ErrNotAudio},
		"nothing":   {nil, ErrNotAudio},
		"encrypted": {dssFile(func(b []byte) { copy(b, "\x03enc") }), ErrNotAudio},
	} {
		if _, err := ReadDSSHeader(bytes.NewReader(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSaid(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	at := day.Add(9*time.Hour + 30*time.Minute)
	h, err := ReadDSSHeader(bytes.NewReader(dssFile(nil)))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		meta Meta
		want Said
	}{
		"nothing": {Meta{}, Said{}},
		"DSS": {Meta{DSS: &h, Tags: map[string]string{"ARTIST": "somebody"}},
			Said{Author: "DICT", Priority: "stat", Comment: "ward 3", Number: 166, Dictated: at, Ended: at.Add(67 * time.Second)}},
		"DSS without priority": {Meta{DSS: &DSSHeader{Author: "A"}}, Said{Author: "A", Priority: "routine"}},
		"comments": {Meta{Tags: map[string]string{"ARTIST": "Dr. Example", "GENRE": "Letter", "PRIORITY": "Urgent", "DATE": "2026-03-01", "TITLE": "One"}},
			Said{Author: "Dr. Example", Worktype: "Letter", Priority: "stat", Title: "One", Dictated: day}},
		"LIST/INFO": {Meta{Info: map[string]string{"IART": "Dr. Example", "ICRD": "2026-03-01 09:30:00 UTC", "ISFT": "Recorder 1", "ICMT": "ward 3"}},
			Said{Author: "Dr. Example", Comment: "ward 3", Program: "Recorder 1", Dictated: at}},
		"bext": {Meta{Broadcast: &Broadcast{Description: "ward round", Originator: "DICT", Date: "2026:03:01", Time: "09-30-00"}},
			Said{Comment: "ward round", Program: "DICT", Dictated: at}},
		"cart": {Meta{Cart: map[string]string{"artist": "Author", "category": "Letter", "classification": "routine", "start_date": "2026/03/01", "start_time": "09:30:00"}},
			Said{Author: "Author", Worktype: "Letter", Priority: "routine", Dictated: at}},
		"no date": {Meta{Info: map[string]string{"ICRD": "last spring"}}, Said{}},
		"German":  {Meta{Info: map[string]string{"ICRD": "01.03.2026"}}, Said{Dictated: day}},
	} {
		if got := c.meta.Said(); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, c.want)
		}
	}
}

func TestVorbisComment(t *testing.T) {
	t.Parallel()
	u32 := func(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	b := []byte(u32(3) + "lib" + u32(5) + u32(12) + "artist=Dr. X" + u32(8) + "ARTIST=Y" + u32(5) + "novalue"[:5] + u32(4) + "A=B\x01" + u32(1<<31) + "C=cut off")
	got := vorbisComment(b)
	if len(got) != 4 || got["ENCODER_LIBRARY"] != "lib" || got["ARTIST"] != "Dr. X" || got["A"] != "B" || got["C"] != "cut off" {
		t.Errorf("got %q", got)
	}
	for i := range b {
		vorbisComment(b[:i])
	}
}

func FuzzTags(f *testing.F) {
	f.Add([]byte("\x03\x00\x00\x00lib\x01\x00\x00\x00\x0c\x00\x00\x00artist=Dr. X"))
	f.Add(dssFile(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		tags := vorbisComment(b)
		Meta{Tags: tags}.Said()
		for k, v := range tags {
			if len(k) > 64 || len(v) > 2*maxTagText {
				t.Errorf("%q of %d bytes", k, len(v))
			}
		}
		h, err := ReadDSSHeader(bytes.NewReader(b))
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("not an Error: %v", err)
		}
		Meta{DSS: &h}.Said()
	})
}
