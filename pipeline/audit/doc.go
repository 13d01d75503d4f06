// Package audit is the log of who did what, kept apart from ordinary logs.
//
// Every change of a dictation and every access to it, refusals too, is an
// [Entry]. Entries are written in the transaction of the act; a sealer then
// gives each a position and a hash that covers the entry and the hash before it
// ([Link]). Whoever edits, removes, reorders or cuts entries breaks the chain,
// and [Verifier] says where. The head of the chain, copied somewhere else
// (a log, a letter, a signed note), proves that all before it stands unchanged.
//
// Entries hold ids, never names of patients and never text.
package audit
