// Package recordtest is the conformance suite of record.System: [Run] calls it
// on any maker, and package record says what it demands. [Rows] is an
// in-memory reference of record.Rows for tests that need a chart but no
// database; the product never uses it.
package recordtest
