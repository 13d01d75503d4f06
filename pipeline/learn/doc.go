// Package learn makes the language model and the pronunciations of the embedded
// speech engine, and makes them better from what clinicians have signed.
// Nothing leaves the site.
//
// [Build] makes a [Model]: a folder with both files and a manifest that says
// what they were made of. A [Shelf] keeps the versions and which one is in use;
// [Shelf.Ensure] puts the first there when a site starts. [Learner.Learn] trains
// a version on the signed notes but for every tenth, recognises some of those
// that were held back with the old version and the new, and uses the new one
// only if it makes fewer errors. Going back is one call.
//
// [Pairs] counts what was heard and what was signed in its place. They are
// proposals with their evidence; nothing is ever corrected by them in silence.
package learn
