// Package deliver does the deliver stage: it attaches a signed note to a
// patient record, once, whatever dies on the way.
//
// Every try is logged in the ledger before anything is sent and completed
// there after the record answered (log, do, log). Every try for one note and
// one destination carries the same [Key], so a try whose answer was lost is
// repeated without making a second document, and a note the ledger knows as
// delivered is not sent again at all.
//
// Whether a failed try is repeated or parked is the Kind of the error, as in
// every stage: a record that is away (Unavailable) is tried again, one that
// refuses the document (Invalid) parks it with the record's sentence.
//
// That is the built-in record. To the records systems of others goes [Outbound],
// by a ledger with one line a document and destination. Notes of one patient go
// to a destination in the order they were signed; what is parked, unknown or held
// steps aside, and holds only the notes that refer to it. What may have arrived is
// repeated by the same bytes, or, where the destination would take it as another
// document, left to a person.
package deliver
