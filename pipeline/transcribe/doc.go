// Package transcribe turns a canonical recording into a draft.
//
// [Handler] is the stage: it fetches the canonical sound, gives it to an
// [Engine], refuses an answer that drops speech, and formats what was heard
// (package transcript). Each engine lives in a package below this one and
// imports none of its neighbours; package enginetest holds what every engine
// must do.
//
// The canonical sound is a WAV file of 16-bit mono PCM at 16 kHz whose samples
// begin at byte 44. Engines get the whole file, never pieces: the embedded one
// adapts to the voice along the recording.
//
// Errors: Unavailable for an engine that is missing, died, took too long or
// heard nothing in speech (tried again, then parked); Unreadable for sound that
// is not canonical; what package blob says for sound that cannot be fetched.
package transcribe
