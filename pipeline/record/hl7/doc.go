// Package hl7 speaks HL7 version 2 over MLLP: it reads and writes messages,
// frames them on a connection, acknowledges and waits for acknowledgements.
//
// Reading is lenient, as feeds are: any line end, any order of segments, unknown
// segments, fields that are missing or repeated. What it keeps of a message is
// the text between the delimiters, unescaped only when it is asked for, so that
// what is not understood survives. Writing is strict: version 2.5.1, UTF-8,
// segments ended by a carriage return, every delimiter in a value escaped.
//
// Sources: HL7 v2.5.1 chapters 2 (control: delimiters 2.5, escapes 2.7,
// acknowledgement 2.9), 3 (ADT) and 9 (MDM); MLLP Release 1 (Transport
// Specification: block = 0x0B data 0x1C 0x0D).
//
// Everything here may hold patient data: errors name segments and fields, never
// values.
package hl7
