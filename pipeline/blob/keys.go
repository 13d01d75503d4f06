package blob

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
