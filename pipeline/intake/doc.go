// Package intake receives recordings: from people (page, command, API) and from
// programs that drop files into the intake bucket.
//
// The promise of the house begins here: the receipt (job number and SHA-256) is
// given only after the bytes are in the object store and the row is committed.
// A crash before that leaves at most an object that no row points at.
//
// A recording that holds several dictations, as a side of a tape does, is split
// here as well: each part is received as a recording of its own, cut from the
// sound that people listened to, and the tape itself stays as it was sent.
package intake
