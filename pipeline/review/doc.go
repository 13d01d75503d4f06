// Package review is the stage that belongs to people: transcriptionist, QA
// editor, clinician. It decides who may do what to a dictation in review and
// what happens next; rows and leases are package store's.
//
// A person holds a dictation by a lease that his page keeps alive. Every save
// is a new version based on the one the person saw; an edit that crosses
// another is refused as Stale, never merged in silence and never overwritten.
package review
