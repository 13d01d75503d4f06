// Package lexicon finds how words sound, in the phones of the CMU pronouncing
// dictionary, which is what pocketsphinx's English acoustic model knows.
//
// A word is looked up in the dictionary of the Debian package
// pocketsphinx-en-us. One that is not there is read by espeak-ng and by flite's
// t2p; where they differ both readings count, since espeak-ng reads Greek stems
// better and flite is nearer to American vowels. One of the two suffices.
// Words reach these programs as plain letters and never through a shell.
package lexicon
