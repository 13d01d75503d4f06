// Package transcribe turns a canonical recording into a draft.
//
// [Handler] is the stage: it fetches the canonical sound and decode's map of
// the speech in it, has a [Router] find an [Engine] that recognises it, and
// makes a draft of what was heard (package transcript). Each engine lives in a
// package below this one and imports none of its neighbours; package enginetest
// holds what every engine must do.
//
// The router goes by rules, passes over engines that keep failing, tries the
// next when one cannot, and refuses an answer that drops speech: an engine that
// heard no word in speech has failed. It never gives an engine more at a time
// than it gains by; STAT goes before routine. A second engine may recognise the
// same sound for comparison, after the draft and apart from it.
//
// The canonical sound is a WAV file of 16-bit mono PCM at 16 kHz whose samples
// begin at byte 44. An engine gets it whole, or in pieces when it is longer
// than the engine wants: [Plan] cuts at silences, [Listen] recognises a piece,
// [Join] puts them together. An engine that adapts to the voice hears some
// sound before its piece, of which nothing is used.
//
// A long recording may be divided among workers; where its engines end with one
// that does not recognise, one piece left to it leaves the whole to typing.
//
// Errors: Internal for a panic of an engine; Unavailable for one that is
// missing, died, took too long or rests (tried again, then parked; [RetryAfter]
// in the chain says when it is worth it); TooLarge for sound that a server does
// not take; Invalid for a language that no engine knows; Unreadable for sound
// that is not canonical and for speech in which no word was heard; what package
// blob says for sound that cannot be fetched.
package transcribe
