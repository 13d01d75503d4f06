// Package pipeline holds the words of the house: what a dictation is, the
// stages it passes, the moves it may make, who may make them, and how an error
// is named. It does no input or output and imports no floor above the pure
// packages audio and transcript.
//
// A [Dictation] is always at one [Position]: a [Stage], inside review also a
// [Step], and a [State]. Positions change only by an [Event], and [Next] is the
// single table of legal moves:
//
//	received → decode → transcribe → review (typing → qa → signature) → deliver → finished
//
// Everything else in the house (store, queue, worker, web) asks this table.
package pipeline
