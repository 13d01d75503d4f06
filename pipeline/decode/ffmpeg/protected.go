package ffmpeg

import "bytes"

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
		return b.find(0, in.size, sampleTable, isEncrypted)
	}
	return false
}

// isEncrypted knows the descriptions of encrypted sound.
func isEncrypted(kind string, _, _ int64) bool { return kind == "enca" || kind == "drms" }
