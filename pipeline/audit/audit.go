package audit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Outcome says whether the act was done.
type Outcome string

// The outcomes.
const (
	OK      Outcome = "ok"
	Refused Outcome = "refused"
)

// Entry is one line of the audit.
type Entry struct {
	ID        int64     `json:"id"`
	At        time.Time `json:"at"`    // UTC, whole microseconds
	Actor     string    `json:"actor"` // user id, or the name of a worker or system part
	Action    string    `json:"action"`
	Outcome   Outcome   `json:"outcome"`
	Dictation string    `json:"dictation,omitempty"`
	Patient   string    `json:"patient,omitempty"` // id, not MRN
	Version   int64     `json:"version,omitempty"` // of the dictation, where the act moved it
	From      string    `json:"from,omitempty"`    // position before
	To        string    `json:"to,omitempty"`      // position after
	Remote    string    `json:"remote,omitempty"`  // network address of the person
	Detail    string    `json:"detail,omitempty"`

	Pos  int64  `json:"-"` // 1, 2, 3 … once sealed
	Hash []byte `json:"-"` // SHA-256, once sealed
}

// Start is the hash before the first entry.
var Start = sha256.Sum256([]byte("dictation audit chain, version 1"))

// Link is the hash of e after an entry whose hash was prev.
func Link(prev []byte, e Entry) []byte {
	e.At = e.At.UTC().Truncate(time.Microsecond)
	body, err := json.Marshal(e)
	if err != nil {
		// An Entry has only strings, numbers and a time; marshalling cannot fail.
		panic(fmt.Sprintf("marshal audit entry %d: %v", e.ID, err))
	}
	h := sha256.New()
	h.Write(prev)
	fmt.Fprintf(h, "\n%d\n", e.Pos)
	h.Write(body)
	return h.Sum(nil)
}
