// Package seed makes the people of a demonstration: patients with their
// encounters, and one account for each role. All of them are made up. The same
// day gives the same patients; passwords and tokens come from the source of
// randomness the caller names and are never the same twice.
//
// The package knows nothing of the pipeline; its caller turns these records into
// rows.
package seed
