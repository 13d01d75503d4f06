// Package decode does the first stage: the recording as it was sent becomes
// the canonical sound (16 kHz, mono, 16-bit WAV) and a waveform to draw, and
// is measured. All that is found out is kept as a report beside them, and in
// the row what people ask for: measures, what the recorder wrote, signs of
// several dictations. A long recording also gets a small copy for slow links,
// whose failure stops nothing.
//
// What package audio reads is converted in one pass from the object store to
// the work files. For other kinds, and for rare codecs and damage that it
// refuses, package ffmpeg decodes in a sandbox; that needs the whole recording
// on disk first. Both ways end in the same resampler and the same measures.
// Where ffmpeg is missing or cannot be confined, only the recordings that need
// it wait ([Handler.Check] says why at the start).
//
// The original is never changed. Its SHA-256 is checked in the pass that reads
// it, before a decoder's judgement counts and before ffmpeg sees it: when it
// differs from the receipt's, nothing is written and the error is Internal,
// because the fault is ours. A recording
// that cannot be used is an Unreadable error with a sentence for the author,
// which parks the dictation; trouble with the object store is Unavailable,
// which tries again. Doubts about a recording that can be used are warnings in
// the result. Doing a job twice writes the same objects twice.
//
// The work files have no name in the file system from the moment they are
// made, so that nothing of a recording stays behind, not even after a crash.
package decode
