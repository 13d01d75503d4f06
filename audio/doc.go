// Package audio knows sound: what a file is, what is in it, how it becomes the
// canonical sound of the house (16 kHz, mono, 16-bit WAV) and what can be
// measured on the way. It reads from an io.Reader and writes where it is told,
// without network or programs of its own; only [OpenCanonical] opens a file.
//
// Uploads are hostile until read. Kinds are told by [Sniff] from bytes, never
// from names; lengths in headers are believed only as far as there are bytes;
// nothing is allocated by a size that a file states; [Limits] bound the rest.
//
// [Convert] does all in one pass that holds a few blocks in memory whatever the
// length, and beside them one byte of level for each 10 ms. Its chain:
//
//	Source → meter → downmix → resampler → 16-bit → canonical WAV, waveform, loudness, speech map, tones
//
// A [Source] is decoded sound. Here are those of the WAV family in its dialects
// (RIFF, RIFX, RF64, BW64, Wave64), of FLAC (RFC 9639), and of Opus (RFC 6716)
// in Ogg (RFC 7845) and WebM or Matroska (RFC 9559), live recordings without a
// length included. They repair what can be repaired and report it. For all
// other kinds [Kind.NeedsDecoder] names ffmpeg's input format, and
// [DecoderFor] does for a recording that was refused; what such a decoder gives
// goes through the same chain with [ConvertSource].
//
// The resampler passes up to 7.2 kHz within 0.01 dB and stops everything from
// 8 kHz by 100 dB, without delay. A recording that cannot be used is an [Error]
// with a sentence for the person who sent it; any other error is about reading
// or writing.
//
// From the [Report] follow, without the sound, [Cuts] for a tape with several
// dictations on it, which [CopyPart] parts; from its Meta what the file says
// about the dictation ([Meta.Said]). A Report is stored as JSON and read again
// with [ReadReport].
package audio
