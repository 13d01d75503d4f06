package pipeline

import "time"

// Dispatch is one document on its way to one destination: a line of the ledger.
type Dispatch struct {
	ID             int64
	Key            string // idempotency key, the same on every try
	NoteID         string
	DictationID    string
	PatientID      string
	DocumentNumber string
	Worktype       Worktype
	Destination    string
	Withdrawal     string // why the destination is told that it was sent by mistake; empty for the document itself
	State          DispatchState
	Reason         string // why it waits, stands or was given up: a sentence for people

	Series    int    // how often a person had it sent anew after a refusal
	Attempts  int    // tries so far
	Unsettled bool   // an earlier try may have arrived
	Payload   []byte // what is sent; kept from the first try on
	SHA256    string // of Payload, lower-case hex
	RecordID  string // what the destination calls it
	Line      int64  // of the log of tries, while it is being tried

	Since    time.Time // when it began to wait; giving up is counted from here
	Next     time.Time // not tried before
	Asked    time.Time // when the newest try began; zero before the first
	Answered time.Time // when the newest answer came
	Created  time.Time
}

// DispatchState says how a dispatch stands.
type DispatchState string

// The states. Only what waits is tried; people move the rest.
const (
	DispatchWaiting DispatchState = "waiting"
	DispatchSent    DispatchState = "sent"    // the destination has it
	DispatchUnknown DispatchState = "unknown" // it may have it; somebody must look there
	DispatchParked  DispatchState = "parked"  // refused, or given up
	DispatchHeld    DispatchState = "held"    // kept back by a person or a setting
)

// DispatchStates lists them in the order pages offer them.
var DispatchStates = []DispatchState{DispatchWaiting, DispatchUnknown, DispatchParked, DispatchHeld, DispatchSent}

// Reconciliation is what a comparison of signed notes with the ledger found.
type Reconciliation struct {
	At           time.Time           `json:"at"`
	NotInRecord  int                 `json:"not_in_record"` // signed, and in no chart after a while; must be 0
	Destinations []ReconciledAddress `json:"destinations"`
}

// ReconciledAddress is a destination's part of a [Reconciliation].
type ReconciledAddress struct {
	Destination string        `json:"destination"`
	Missing     int           `json:"missing"` // had no line in the ledger and got one now
	Waiting     int           `json:"waiting"`
	Oldest      time.Duration `json:"oldest_waiting"` // how long the first of those has waited
	Unknown     int           `json:"unknown"`
	Parked      int           `json:"parked"`
	Held        int           `json:"held"`
}

// Clean reports whether nothing needs a person.
func (r Reconciliation) Clean() bool {
	for _, d := range r.Destinations {
		if d.Missing+d.Unknown+d.Parked > 0 {
			return false
		}
	}
	return r.NotInRecord == 0
}
