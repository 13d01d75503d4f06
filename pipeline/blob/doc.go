// Package blob is the only room that touches bytes at rest: recordings, their
// canonical sound and waveforms, in S3-compatible storage through minio-go.
//
// Two buckets: the work bucket holds objects under the dictation's id
// (see [OriginalKey] and its neighbours) and rows point at them; the intake
// bucket is where other programs drop files with metadata. Objects in the work
// bucket are written once and never changed. Readers and writers stream; memory
// use does not grow with the size of an object.
//
// Errors: NotFound for a missing object, Unavailable when the server does not
// answer or answers 5xx, else Internal.
package blob
