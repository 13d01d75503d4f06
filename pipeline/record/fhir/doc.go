// Package fhir says what a chart holds in FHIR R4 (4.0.1), and reads what a
// FHIR client asks for. It is pure: resources are structs for encoding/json,
// searches are plain values, and whoever has a listener or rows uses both.
//
// A [Mapping] knows the site's base URL and identifier systems. Its methods
// make the resources the site serves:
//
//	Patient            US Core Patient
//	Encounter          US Core Encounter
//	DocumentReference  US Core DocumentReference, the text inline and in a Binary
//	Binary             the text of one note
//	Bundle             a page of search results
//	CapabilityStatement, OperationOutcome
//
// and [Mapping.ParseQuery] turns search parameters into a [Query]. The table
// of search parameters feeds both ParseQuery and the CapabilityStatement, so
// that nothing is claimed that is not served. A parameter that is not in the
// table is refused: leaving a filter out would answer with other patients'
// documents.
//
// The shapes follow US Core 6.1.0 and 8.0.0, which agree on every element
// used here.
package fhir
