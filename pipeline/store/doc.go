// Package store is the only room with SQL. PostgreSQL is the truth of the
// house: a dictation's position, its texts, notes, deliveries and the audit.
//
// Every change of a dictation goes through one function, change: it locks the
// row, asks the table of legal moves (pipeline.Next), and writes row, version,
// outbox and audit in one transaction. Work that ends twice is told apart by
// the attempt number, edits that cross by the version they were based on.
//
// Errors carry a Kind: NotFound, Conflict (an illegal move), Locked (somebody
// else's lease), Stale (based on an older version), Unavailable (PostgreSQL
// does not answer).
package store
