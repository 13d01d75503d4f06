package audio

// Kind is what a file is, found from its first bytes and never from its name.
type Kind string

// The kinds of file that carry sound.
const (
	WAV          Kind = "WAV"
	MP3          Kind = "MP3"
	AAC          Kind = "AAC"
	M4A          Kind = "M4A (MPEG-4)"
	ThreeGP      Kind = "3GP"
	AMR          Kind = "AMR"
	FLAC         Kind = "FLAC"
	Opus         Kind = "Ogg Opus"
	Vorbis       Kind = "Ogg Vorbis"
	Speex        Kind = "Ogg Speex"
	Ogg          Kind = "Ogg"
	WebM         Kind = "WebM"
	WMA          Kind = "WMA"
	AIFF         Kind = "AIFF"
	CAF          Kind = "CAF"
	QCP          Kind = "QCP"
	AU           Kind = "AU"
	SPHERE       Kind = "NIST SPHERE"
	DSS          Kind = "DSS"
	DSSGrundig   Kind = "Grundig DSS"
	DS2          Kind = "DS2"
	DS2Encrypted Kind = "encrypted DS2"
	OtherSound   Kind = "sound of a rare kind"
)

// The kinds of file that are often sent by mistake.
const (
	PDF      Kind = "PDF document"
	Picture  Kind = "picture"
	Archive  Kind = "ZIP archive or office document"
	Video    Kind = "video"
	Playlist Kind = "playlist"
	Text     Kind = "text file"
	Unknown  Kind = ""
)

// HeadBytes is how many bytes of a file [Sniff] looks at at most. With 64 it
// knows everything but MP3 behind junk and what stands behind an ID3 tag.
const HeadBytes = 16 << 10

// magics are tried in order; each is bytes at an offset, "?" standing for any byte.
var magics = []struct {
	offset int
	bytes  string
	kind   Kind
}{
	{0, "RIFF????WAVE", WAV}, {0, "RIFX????WAVE", WAV}, {0, "RF64????WAVE", WAV}, {0, "BW64????WAVE", WAV},
	{0, w64RIFF, WAV},
	{0, "RIFF????QLCM", QCP}, {0, "RIFF????AVI ", Video},
	{0, "fLaC", FLAC}, {28, "OpusHead", Opus}, {28, "\x01vorbis", Vorbis}, {28, "Speex   ", Speex},
	{0, "OggS", Ogg}, {0, "\x1a\x45\xdf\xa3", WebM},
	{4, "ftyp3g", ThreeGP}, {4, "ftyp", M4A}, {4, "moov", M4A}, {4, "mdat", M4A}, {0, "#!AMR", AMR},
	{0, "FORM????AIFF", AIFF}, {0, "FORM????AIFC", AIFF}, {0, "caff", CAF}, {0, ".snd", AU},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", WMA},
	{0, "ID3\x02", MP3}, {0, "ID3\x03", MP3}, {0, "ID3\x04", MP3},
	{0, "\x02dss", DSS}, {0, "\x03dss", DSS}, {0, "\x06dss", DSSGrundig}, {0, "NIST_1A", SPHERE},
	{0, "wvpk", OtherSound}, {0, "MAC ", OtherSound}, {0, "TTA1", OtherSound}, {0, "MThd", OtherSound},
	{0, "%PDF", PDF}, {0, "\x89PNG", Picture}, {0, "\xff\xd8\xff", Picture}, {0, "GIF8", Picture},
	{0, "II*\x00", Picture}, {0, "MM\x00*", Picture}, {0, "PK\x03\x04", Archive}, {0, "PK\x05\x06", Archive},
	{0, "#EXTM3U", Playlist}, {0, "ffconcat", Playlist}, {0, "[playlist]", Playlist},
}

// textHead is how much of a file must look like text to be text.
const textHead = 512

// Sniff tells what a file is from its first bytes; it looks at [HeadBytes] of
// them. What stands behind an ID3 tag that is longer is taken for MP3; only
// [Open] looks there: see [Tagged].
func Sniff(head []byte) Kind {
	head = head[:min(len(head), HeadBytes)]
	if rest, tags := afterTags(head); tags > 0 {
		return behindTag(rest)
	}
	if k := ds2(head); k != Unknown {
		return k
	}
	for _, m := range magics {
		if len(head) >= m.offset && matches(head[m.offset:], m.bytes) {
			return m.kind
		}
	}
	switch {
	case adts(head):
		return AAC
	case mpegFrame(head), mpegBehindJunk(head):
		return MP3
	case plainText(head[:min(len(head), textHead)]):
		return Text
	}
	return Unknown
}

func matches(b []byte, pattern string) bool {
	if len(b) < len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != '?' && pattern[i] != b[i] {
			return false
		}
	}
	return true
}

// ds2 looks for the DS2 mark; some recorders put up to eight bytes before it.
func ds2(head []byte) Kind {
	for i := 0; i <= 8 && i+4 <= len(head); i++ {
		switch string(head[i : i+4]) {
		case "\x01ds2", "\x03ds2", "\x07ds2":
			return DS2
		case "\x03enc":
			return DS2Encrypted
		}
	}
	return Unknown
}

// adts recognises AAC's frame header: 12 bits of sync, layer 0.
func adts(b []byte) bool {
	return len(b) >= 4 && b[0] == 0xff && b[1]&0xf6 == 0xf0 && b[2]>>2&15 < 13
}

// plainText takes for text what has no control characters and is mostly ASCII.
func plainText(b []byte) bool {
	ascii, visible := 0, 0
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\f' || c == 0x7f {
			return false
		}
		if c < 0x7f {
			ascii++
		}
		if c > ' ' {
			visible++
		}
	}
	return visible > 0 && 4*ascii >= 3*len(b)
}

// refusal is the answer to a file that this package does not read.
func refusal(k Kind) error {
	switch k {
	case PDF, Picture, Archive, Video, Playlist, Text:
		return refuse(ErrNotAudio, "This is not a sound recording but a %s. Please choose the recording and send it again.", k)
	case DS2:
		return refuse(ErrUnsupported, "This is a DS2 recording (DSS Pro). It cannot be read yet: please export it as WAV from the recorder's own program and send that.")
	case DS2Encrypted:
		return refuse(ErrUnsupported, "This is an encrypted DS2 recording. Please open it with the recorder's own program and its password, export it as WAV and send that.")
	case DSSGrundig:
		return refuse(ErrUnsupported, "This is a DSS recording of a Grundig recorder. It cannot be read yet: please export it as WAV with the recorder's own program (DigtaSoft) and send that.")
	case OtherSound:
		return refuse(ErrUnsupported, "This is sound in a format that cannot be read. Please send the recording as WAV.")
	case Unknown:
		return refuse(ErrNotAudio, "This is not a sound recording of any kind we know. Please check that it is the right file, or send the recording as WAV.")
	}
	return leave(k, ErrUnsupported, "This is a recording in %s format, which cannot be read here. Please send it as WAV.", k)
}
