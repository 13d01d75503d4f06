// Package check looks at a recognised text and says where a person must look
// before anybody trusts it. It is pure: it reads text, timed words, the speech
// map and what is known of the patient, and gives flags. It never changes a text.
//
// [Draft] runs every check on a draft; [Identity] compares the patient who was
// spoken of with the one the dictation is bound to, so that it can be held;
// [Screen] judges the bare answer of an engine against the sound; [Edit] says
// which critical tokens a person's change touched.
//
// The checks read English, in written form ("5 mg", "120/80") and in spoken form
// ("five milligrams", "one twenty over eighty"). What an engine did not give
// (confidence, times, a second recognition) is not invented: the checks that
// need it find less, and say so by [Uncertain] notices where that matters.
//
// Offsets and lengths are bytes of the text, times whole milliseconds of the
// canonical recording. A flag's reason quotes the text: it is patient data, for
// the person who may read the note, and must not be logged.
//
// Tables: drugs.tsv (doses, wide around those of FDA labels), twins.tsv (names
// taken for one another, after the FDA and ISMP lists), the abbreviations of the
// Joint Commission's "Do Not Use" list, and limits of laboratory values and vital
// signs that are what a living patient can have, not reference ranges. Their heads
// say where they come from and how far they were compared with their sources.
package check
