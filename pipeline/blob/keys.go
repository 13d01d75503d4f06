package blob

import "fmt"

// OriginalKey is where the recording lies as it was sent.
func OriginalKey(dictation string) string { return "d/" + dictation + "/original" }

// CanonicalKey is where decode puts the 16 kHz mono 16-bit WAV.
func CanonicalKey(dictation string) string { return "d/" + dictation + "/canonical.wav" }

// PeaksKey is where decode puts the waveform (BBC audiowaveform .dat version 2).
func PeaksKey(dictation string) string { return "d/" + dictation + "/peaks.dat" }

// PlaybackKey is where decode puts the small copy for slow links (MP3).
func PlaybackKey(dictation string) string { return "d/" + dictation + "/playback.mp3" }

// ReportKey is where decode puts all that it found out (JSON).
func ReportKey(dictation string) string { return "d/" + dictation + "/report.json" }

// ChunkKey is where a chunk of a recording lies. Its digest is part of the name:
// two chunks that claim the same number do not overwrite each other.
func ChunkKey(recording string, n int, sha256 string) string {
	return fmt.Sprintf("r/%s/%06d-%s", recording, n, sha256)
}
