// Package ngram estimates trigram language models and writes them as ARPA
// files, the form that speech engines read. It does no input or output but
// through the readers and writers it is given.
//
// A [Counter] counts sentences as they come, [Counter.Estimate] makes a [Model]
// by interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998, section
// 3), [Mix] joins two models into one, and [Weight] finds how much of each fits
// a text. Every model is proper: for each history the probabilities of all
// words, "</s>" and "<UNK>" sum to one.
package ngram
