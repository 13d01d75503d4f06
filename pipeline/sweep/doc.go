// Package sweep puts right what was interrupted: it rings again for machine
// work that nobody was told of, ends the leases of people who went away, takes
// in files from the intake bucket, seals the audit, and checks that every
// signed note is in the record.
//
// Every task may run in several processes at once and at any moment. Running
// all of them once after a crash or after the queue's store was lost brings
// the house back to order.
package sweep
