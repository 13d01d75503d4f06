// Package record is the hospital: what a finished note is attached to.
//
// A [System] is one destination. [Chart] is the record built into this system,
// so that a practice without another one has charts; systems of others get
// their own makers beside it. Every maker passes the suite in package
// recordtest, which says what attaching means:
//
//   - attaching a [Document] puts exactly one document into the record and
//     answers with a [Receipt];
//   - attaching the same Key again, at once, later or at the same time, gives
//     the same receipt and no second document;
//   - a document whose text is not the text that was signed, or that names two
//     patients, is refused (Kind Invalid) and leaves nothing behind;
//   - an error of Kind Unavailable means that trying again later is worth it,
//     with the same key: the document may or may not have arrived. Where a second
//     try could make a second document the error wraps [ErrUnknown] instead, and
//     a person looks.
//
// Package fhir below it turns what a chart holds into FHIR R4 resources.
package record
