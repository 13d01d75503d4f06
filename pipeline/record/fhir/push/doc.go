// Package push delivers notes to a FHIR R4 server: one POST of one US Core
// DocumentReference with the text inside it.
//
// What is to be sent is prepared without the server's own ids: patient, visit and
// the document that a later note refers to stand in it by their numbers. They
// are looked up when it is sent, so that the prepared bytes stay the same on every
// try. A patient who is not there exactly once, or has another date of birth
// there, is a refusal: nothing goes to a chart by guess.
//
// The document number is the document's identifier, and If-None-Exist asks for
// it. A server that says in its CapabilityStatement that it creates conditionally
// tells repetitions by itself. With any other, the server is searched for the
// number before a note is sent and after an answer was lost; where it cannot be
// searched either, a lost answer is for a person to settle ([record.ErrUnknown]).
//
// The server lets us in by a fixed bearer token or by SMART Backend Services: a
// JWT signed with the site's key (RS384 or ES384) is changed into an access token,
// which is kept until shortly before it ends.
package push
