package audio

import (
	"encoding/binary"
	"strings"
)

// vorbisComment reads the comments that FLAC and Ogg files carry: NAME=text
// after a vendor's string (Vorbis I specification section 5). Of a name that
// comes several times the first counts.
func vorbisComment(b []byte) map[string]string {
	tags := map[string]string{}
	vendor, b := lengthFirst(b)
	if len(vendor) > 0 {
		tags["ENCODER_LIBRARY"] = text(vendor, maxTagText)
	}
	if len(b) < 4 {
		return tags
	}
	for b = b[4:]; len(b) >= 4 && len(tags) < maxTags; {
		var entry []byte
		entry, b = lengthFirst(b)
		name, value, ok := strings.Cut(string(entry[:min(len(entry), maxTagText)]), "=")
		name = strings.ToUpper(name)
		if _, twice := tags[name]; !ok || twice || name == "" || len(name) > 64 || !plausible([]byte(name)) {
			continue
		}
		if s := text([]byte(value), maxTagText); s != "" {
			tags[name] = s
		}
	}
	return tags
}

// lengthFirst takes a piece off b that its length stands before, or what is
// there of it.
func lengthFirst(b []byte) (piece, rest []byte) {
	if len(b) < 4 {
		return nil, nil
	}
	n := min(uint64(binary.LittleEndian.Uint32(b)), uint64(len(b)-4))
	return b[4 : 4+n], b[4+n:]
}
