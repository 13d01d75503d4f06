package audio

import (
	"encoding/binary"
	"io"
	"strings"
	"time"
)

// DSSHeader is what a recorder of the DSS family writes before the sound.
// There is no public specification: the places were found by others (getID3,
// ffmpeg, ExifTool) and agree with the files seen. Worktype, index marks and
// spoken instructions are in it too, at places that nobody has published.
type DSSHeader struct {
	Author   string        `json:"author,omitempty"`   // id set in the recorder, 16 characters
	Number   uint32        `json:"number,omitempty"`   // of the file in the recorder
	Started  time.Time     `json:"started,omitzero"`   // by the recorder's clock, as if it were UTC
	Ended    time.Time     `json:"ended,omitzero"`     // likewise
	Length   time.Duration `json:"length_ns"`          // as the recorder counted
	Codec    string        `json:"codec,omitempty"`    // "SP" or "LP"
	Priority int           `json:"priority,omitempty"` // 0 none, 1 and more urgent
	Comment  string        `json:"comment,omitempty"`
}

// Places in the header in bytes.
const (
	dssAuthor   = 0x00c
	dssNumber   = 0x01c
	dssStarted  = 0x026
	dssEnded    = 0x032
	dssLength   = 0x03e
	dssMillis   = 0x200
	dssCodec    = 0x2a4
	dssPriority = 0x319
	dssComment  = 0x31e
	dssEnd      = dssComment + 100
)

// ReadDSSHeader reads the header of a DSS or DS2 file, which r begins with. An
// [Error] says that it is none or cut off; other errors come from r.
func ReadDSSHeader(r io.Reader) (DSSHeader, error) {
	b := make([]byte, dssEnd)
	n, err := readAll(r, b)
	if err != nil && err != io.EOF {
		return DSSHeader{}, err
	}
	if kind := Sniff(b[:n]); kind != DSS && kind != DSSGrundig && kind != DS2 || b[0] > 8 {
		return DSSHeader{}, refuse(ErrNotAudio, "This is not a DSS recording.")
	}
	if n < len(b) {
		return DSSHeader{}, refuse(ErrTruncated, "The recording was cut off before the sound begins. Please send it again from the recorder.")
	}
	h := DSSHeader{
		Author:  text(b[dssAuthor:], 16),
		Number:  binary.LittleEndian.Uint32(b[dssNumber:]),
		Started: dssTime(b[dssStarted:]),
		Ended:   dssTime(b[dssEnded:]),
		Comment: text(b[dssComment:], 100),
		Length:  time.Duration(binary.LittleEndian.Uint32(b[dssMillis:])) * time.Millisecond,
	}
	if h.Length == 0 || h.Length > maxDuration {
		h.Length = dssDuration(b[dssLength:])
	}
	switch b[dssCodec] {
	case 0:
		h.Codec = "SP"
	case 2:
		h.Codec = "LP"
	}
	if p := b[dssPriority]; p < 10 { // else the place means something else
		h.Priority = int(p)
	}
	return h, nil
}

// dssTime reads YYMMDDHHMMSS.
func dssTime(b []byte) time.Time {
	t, err := time.Parse("060102150405", string(b[:12]))
	if err != nil {
		return time.Time{}
	}
	return t
}

// dssDuration reads HHMMSS.
func dssDuration(b []byte) time.Duration {
	s := string(b[:6])
	if strings.Trim(s, "0123456789") != "" {
		return 0
	}
	d, err := time.ParseDuration(s[:2] + "h" + s[2:4] + "m" + s[4:] + "s")
	if err != nil {
		return 0
	}
	return d
}
