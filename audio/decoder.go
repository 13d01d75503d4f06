package audio

import (
	"cmp"
	"errors"
)

// outside names, for the kinds that this package does not read itself, ffmpeg's
// demuxer. The names are those of a build's `ffmpeg -formats`.
var outside = map[Kind]string{
	MP3: "mp3", AAC: "aac", M4A: "mov", ThreeGP: "mov", AMR: "amr",
	Vorbis: "ogg", Speex: "ogg", Ogg: "ogg",
	WMA: "asf", AIFF: "aiff", CAF: "caf", AU: "au", QCP: "qcp", SPHERE: "nistsphere", DSS: "dss",
}

// fallback names the demuxer for what this package reads itself as a rule: for
// codecs in a WAV or WebM that it does not know, and for damage that its reader
// refuses.
var fallback = map[Kind]string{WAV: "wav", FLAC: "flac", Opus: "ogg", WebM: "matroska"}

// NeedsDecoder says that recordings of this kind are not read by [Convert] but
// by an outside decoder, and gives ffmpeg's name of the input format. A kind
// that neither reads gives false; so does one that Convert reads, although
// single recordings of it may need a decoder: see [DecoderFor].
func (k Kind) NeedsDecoder() (ffmpegFormat string, ok bool) {
	ffmpegFormat, ok = outside[k]
	return ffmpegFormat, ok
}

// DecoderFor says whether a recording that [Convert] or [Open] has refused may
// be read by an outside decoder, and gives ffmpeg's name of the input format.
// It is so for a whole kind ([Kind.NeedsDecoder]), for rare codecs in a WAV,
// Ogg or WebM file, and for a damaged file of those. What a limit stopped is
// stopped everywhere.
func DecoderFor(err error) (ffmpegFormat string, ok bool) {
	var e *Error
	if !errors.As(err, &e) {
		return "", false
	}
	return e.Decoder, e.Decoder != ""
}

// leave refuses what an outside decoder may read. The sentence is for the case
// that there is none or that it cannot read the recording either.
func leave(k Kind, reason error, format string, args ...any) error {
	e := refuse(reason, format, args...)
	var out *Error
	if errors.As(e, &out) {
		out.Decoder = cmp.Or(outside[k], fallback[k])
	}
	return e
}
