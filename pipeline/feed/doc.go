// Package feed keeps patients and visits up to date from a hospital's HL7 v2
// feed. A message is acknowledged only after what it asks for, and the message
// itself, are committed:
//
//	AA  done, or nothing here changes by it
//	AE  not done, and sending it again as it is would not help: the
//	    acknowledgement says why (ERR-3, ERR-8); the message is kept for a person
//	AR  not kept, the database is away: the sender keeps it and sends it again
//
// A message that was done and comes again is answered AA and changes nothing; one
// that was refused is tried again. News that comes late never undoes newer news,
// and what a message does not say stays as it is. Nothing of a message goes to
// the log but its event, where that is one that is known.
package feed
