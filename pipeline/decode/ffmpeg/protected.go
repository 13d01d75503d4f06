package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"io"
)

// ffmpeg decodes what is encrypted as if it were not, and gives noise. So the
// marks of encryption are looked for before.

// drm are the GUIDs of ASF's encryption objects, in the header at the beginning
// of a WMA file: content encryption and extended content encryption.
var drm = [][]byte{
	[]byte("\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e"),
	[]byte("\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c"),
}

// asfHeader is how much of a WMA file is searched; its header is rarely a tenth of it.
const asfHeader = 64 << 10

// protected reports whether the file says that its sound is encrypted.
func protected(in *Input, format string) bool {
	switch format {
	case "asf":
		head := make([]byte, asfHeader)
		n, _ := in.file.ReadAt(head, 0) // short is no trouble; ffmpeg meets any other
		return bytes.Contains(head[:n], drm[0]) || bytes.Contains(head[:n], drm[1])
	case "mov":
		b := boxes{r: in.file, left: maxBoxes}
		return b.encrypted(0, in.size, sampleTable)
	}
	return false
}

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

// encrypted follows way through the boxes from at to end.
func (b *boxes) encrypted(at, end int64, way []string) bool {
	for {
		kind, body, next := b.header(at, end)
		switch {
		case next == 0:
			return false
		case len(way) == 0:
			if kind == "enca" || kind == "drms" {
				return true
			}
		case kind == way[0]:
			if kind == "stsd" {
				body += 8 // version, flags and the number of entries
			}
			if b.encrypted(body, next, way[1:]) {
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
