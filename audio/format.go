package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The format tags of a WAV's fmt chunk (mmreg.h) that are read or named.
const (
	tagPCM        = 0x0001
	tagMSADPCM    = 0x0002
	tagFloat      = 0x0003
	tagALaw       = 0x0006
	tagMuLaw      = 0x0007
	tagIMAADPCM   = 0x0011
	tagExtensible = 0xfffe
)

// tagNames names codecs for people.
var tagNames = map[uint16]string{
	tagPCM: "PCM", tagMSADPCM: "MS ADPCM", tagFloat: "float", tagALaw: "A-law", tagMuLaw: "µ-law",
	tagIMAADPCM: "IMA ADPCM", 0x0022: "TrueSpeech", 0x0031: "GSM 6.10", 0x0040: "G.721", 0x0042: "G.723.1",
	0x0045: "G.726", 0x0050: "MPEG", 0x0055: "MP3", 0x0064: "G.726", 0x0065: "G.722", 0x028f: "G.722",
	0x0160: "WMA", 0x0161: "WMA", 0x00ff: "AAC", 0x028e: "Siren", 0x0083: "G.729", 0x0092: "Dolby AC-3",
	0x674f: "Vorbis", 0x704f: "Opus", 0xf1ac: "FLAC",
}

// Info is what a file says of itself, checked against the limits.
type Info struct {
	Kind     Kind   `json:"kind"`
	Codec    string `json:"codec"`    // "PCM", "A-law", …
	Bits     int    `json:"bits"`     // of a sample; 0 where the codec has no such thing
	Rate     int    `json:"rate"`     // Hz
	Channels int    `json:"channels"` // 1..Limits.MaxChannels
}

// String is the format in a line: "WAV PCM 16-bit 44100 Hz stereo".
func (i Info) String() string {
	s := string(i.Kind)
	if i.Codec != "" {
		s += " " + i.Codec
	}
	if i.Bits > 0 {
		s += fmt.Sprintf(" %d-bit", i.Bits)
	}
	if i.Rate > 0 {
		s += fmt.Sprintf(" %d Hz", i.Rate)
	}
	switch i.Channels {
	case 0:
		return s
	case 1:
		return s + " mono"
	case 2:
		return s + " stereo"
	}
	return s + fmt.Sprintf(" %d channels", i.Channels)
}

// waveFormat is a fmt chunk.
type waveFormat struct {
	tag      uint16
	channels int
	rate     int
	align    int // bytes of a frame, or of a block of a packed codec
	bits     int // of the container
	valid    int // of the sample, ≤ bits
	extra    []byte
	order    binary.ByteOrder
}

// waveGUIDTail ends the GUIDs of EXTENSIBLE that stand for a plain format tag.
var waveGUIDTail = []byte("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")

func parseFormat(b []byte, order binary.ByteOrder) (waveFormat, error) {
	if len(b) < 14 {
		return waveFormat{}, refuse(ErrDamaged, "The file's description of its sound is damaged. Please record or export it again.")
	}
	f := waveFormat{
		tag:      order.Uint16(b),
		channels: int(order.Uint16(b[2:])),
		rate:     int(order.Uint32(b[4:])),
		align:    int(order.Uint16(b[12:])),
		order:    order,
	}
	if len(b) >= 16 {
		f.bits = int(order.Uint16(b[14:]))
	}
	if len(b) > 18 {
		f.extra = b[18:]
	}
	f.valid = f.bits
	if f.tag == tagExtensible && len(f.extra) >= 22 {
		if v := int(order.Uint16(f.extra)); v > 0 && v <= f.bits {
			f.valid = v
		}
		f.tag = 0
		if bytes.Equal(f.extra[8:22], waveGUIDTail) {
			f.tag = order.Uint16(f.extra[6:])
		}
	}
	return f, nil
}

// check holds what a file says against the limits.
func (i Info) check(l Limits) error {
	switch {
	case i.Channels <= 0:
		return refuse(ErrDamaged, "The file says that it has no sound channel. Its header is damaged; please record or export it again.")
	case i.Channels > l.MaxChannels:
		return refuse(ErrLimit, "The file says that it has %d channels; at most %d are read (limit MaxChannels). Please export it as mono or stereo WAV.", i.Channels, l.MaxChannels)
	case i.Rate < l.MinRate:
		return refuse(ErrLimit, "The file says that it has %d samples a second; at least %d are needed (limit MinRate). Its header is probably damaged; please record or export it again.", i.Rate, l.MinRate)
	case i.Rate > l.MaxRate:
		return refuse(ErrLimit, "The file says that it has %d samples a second; at most %d are read (limit MaxRate). Please export it as 16 or 44.1 kHz WAV.", i.Rate, l.MaxRate)
	}
	return nil
}

func (f waveFormat) info() Info {
	i := Info{Kind: WAV, Codec: tagNames[f.tag], Rate: f.rate, Channels: f.channels}
	if f.tag == tagPCM || f.tag == tagFloat {
		i.Bits = f.valid
	}
	return i
}
