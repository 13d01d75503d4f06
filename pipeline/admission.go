package pipeline

import "time"

// AdmissionKind says what a hospital's feed asks for.
type AdmissionKind string

// What feeds ask for.
const (
	PatientNews  AdmissionKind = "patient"  // the patient is or has become so
	VisitNews    AdmissionKind = "visit"    // the patient and the visit
	VisitVoid    AdmissionKind = "void"     // the visit did not take place
	PatientMerge AdmissionKind = "merge"    // two records are one patient
	NoNews       AdmissionKind = "accepted" // understood, and nothing here changes by it
)

// Admission is what a message of a hospital's feed (HL7 ADT, SIU) asks for. What it
// does not say is empty, and stays as it is.
type Admission struct {
	Kind    AdmissionKind
	At      time.Time // when it happened (EVN-2, EVN-6); an older one never undoes a newer
	Patient Patient   // by its MRN; names and so on are empty where nothing was said
	Visit   Encounter // by its number; of VisitNews and VisitVoid
	From    string    // of a merge: the MRN that is no longer used
	Opens   bool      // the visit takes place, also when it was cancelled before
	Unended bool      // the end of the visit is taken back
}

// FeedMessage is a message of a feed as it came.
type FeedMessage struct {
	Sender  string // MSH-3 and MSH-4
	Control string // MSH-10
	Event   string // "ADT^A08"
	Raw     []byte
}
