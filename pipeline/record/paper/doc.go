// Package paper prints signed notes as PDF: for a reader to download, for a
// records system that wants pages, and as a letter to a physician outside.
//
// The same note gives the same bytes, always: there is no date of printing in
// them, and fonts come with the program. A page holds what is needed to compare
// it with the sealed note: document number, who signed when, and the SHA-256 of
// the text that was signed. It is a copy for people; the signature is checked on
// the sealed note ("dictation verify").
//
// The fonts know Latin, Greek and Cyrillic letters and what medicine writes. A
// character that they lack is printed as its number, [U+4E2D], and the print says
// so at the end: nothing is left out in silence. What is written from right to
// left is printed like that.
package paper
