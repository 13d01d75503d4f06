// Package feed keeps patients and visits up to date from a hospital's HL7 v2
// feed. A message is acknowledged only after what it asks for, and the message
// itself, are committed:
//
//	AA  done, or nothing here changes by it
//	AE  a person must look: the acknowledgement says at which field
//	AR  not taken: wrong type, unreadable, or the database is away (ERR-3 207;
//	    the sender keeps it and sends it again)
//
// Repeated messages get the answer of the first time. News that comes late never
// undoes newer news. Nothing of a message goes to the log but its event.
package feed
