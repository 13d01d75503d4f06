package ffmpeg

import (
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
)

// sampleTable is the way to the descriptions of an MPEG-4 file's sound
// (ISO/IEC 14496-12, 8.5.2).
var sampleTable = []string{"moov", "trak", "mdia", "minf", "stbl", "stsd"}

// maxBoxes bounds what is looked at; a recording has some dozens.
const maxBoxes = 10_000

// boxes walks through an MPEG-4 file.
type boxes struct {
	r    io.ReaderAt
	left int // that may still be looked at
}

// find follows way through the boxes from at to end, and asks of each where it
// ends whether it is the one.
func (b *boxes) find(at, end int64, way []string, is func(kind string, body, end int64) bool) bool {
	for {
		kind, body, next := b.header(at, end)
		switch {
		case next == 0:
			return false
		case len(way) == 0:
			if is(kind, body, next) {
				return true
			}
		case kind == way[0]:
			if kind == "stsd" {
				body += 8 // version, flags and the number of entries
			}
			if b.find(body, next, way[1:], is) {
				return true
			}
		}
		at = next
	}
}

// header reads what begins at at. Next is 0 when there is nothing more.
func (b *boxes) header(at, end int64) (kind string, body, next int64) {
	var h [16]byte
	if b.left--; b.left < 0 || at+8 > end {
		return "", 0, 0
	}
	if _, err := b.r.ReadAt(h[:8], at); err != nil {
		return "", 0, 0
	}
	size, body := int64(binary.BigEndian.Uint32(h[:])), at+8
	switch size {
	case 0:
		size = end - at
	case 1:
		if _, err := b.r.ReadAt(h[8:], at+8); err != nil {
			return "", 0, 0
		}
		size, body = int64(binary.BigEndian.Uint64(h[8:])&(1<<62-1)), at+16
	}
	if size < body-at || size > end-at {
		return "", 0, 0
	}
	return string(h[4:8]), body, at + size
}

// described is where a 3GP file keeps what is written in it, and the names that
// its fields have elsewhere (3GPP TS 26.244, 8.2). ffmpeg leaves them unread.
var (
	described = []string{"moov", "udta"}
	fields3GP = map[string]string{"titl": "TITLE", "auth": "AUTHOR", "perf": "ARTIST", "dscp": "COMMENT", "gnre": "GENRE", "cprt": "COPYRIGHT"}
)

// tags3GP reads them. Of a field that comes several times the first counts.
func tags3GP(r io.ReaderAt, size int64) map[string]string {
	var tags map[string]string
	b := boxes{r: r, left: maxBoxes}
	b.find(0, size, described, func(kind string, body, end int64) bool {
		const head = 6 // version, flags and language
		if name := fields3GP[kind]; name != "" && end-body > head {
			text := make([]byte, min(end-body-head, 2*maxTagText))
			if _, err := r.ReadAt(text, body+head); err == nil {
				tags = tagged(tags, line{name: name, text: text3GP(text)})
			}
		}
		return false
	})
	return tags
}

// text3GP is UTF-8 or, behind a byte order mark, UTF-16; it ends with a zero.
func text3GP(b []byte) string {
	s := string(b)
	if strings.HasPrefix(s, "\xfe\xff") {
		wide := make([]uint16, len(b)/2)
		for i := range wide {
			wide[i] = binary.BigEndian.Uint16(b[2*i:])
		}
		s = string(utf16.Decode(wide[1:]))
	}
	s, _, _ = strings.Cut(s, "\x00")
	return s
}
