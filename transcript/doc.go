// Package transcript is text with times: the words an engine heard, the drafts
// and versions made of them, and the pure functions between them. It does no
// input or output.
//
// Times are whole milliseconds from the start of the canonical recording.
// Confidence is 0 to 1, and absent (nil) where an engine gave none: it is never
// invented. Texts are UTF-8, offsets in them are bytes, and words of a text are
// its [Tokens], everywhere.
//
// From spoken to read, and back: [Format] carries out spoken commands and keeps
// account of every word; [Formatted.Words] and [Draft.Timed] give the words of a
// text their times, [Retime] keeps them through edits; [Diff] shows a person what
// changed; [Blanks] and [Criticals] find what needs a look; [WER] counts errors.
package transcript
