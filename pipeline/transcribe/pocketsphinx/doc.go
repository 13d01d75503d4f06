// Package pocketsphinx is the embedded engine: CMU Pocketsphinx (BSD licence)
// run as a process of its own for each recording, so that a crash or a cancel
// touches nothing else and no C is linked into the binary.
//
// The program adapts to the voice along the file: it gets the whole of it, or
// long pieces with some sound before to adapt to. It writes for every utterance
// its text and then one line a word: the word, start and end in seconds, and a
// posterior probability; and it logs how well each word fits the sound and the
// language model. A word's confidence is the probability that it is right, by
// all of these together (evidence). Words the model ties together, such as
// "new_paragraph", come out apart; where one ends is told by their lengths.
//
// Sound that is not long it may hear twice, the second time in another way, for
// the checks to compare (Config.SecondUpTo).
//
// It needs the Debian packages pocketsphinx and pocketsphinx-en-us.
package pocketsphinx
