package record

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"dictation/pipeline"
)

// System is a patient record that takes signed notes. Its methods are safe for
// concurrent use.
type System interface {
	// Name is the destination's name in configuration, ledger and keys. It is
	// short, has no spaces and stays the same for the life of the site.
	Name() string

	// Attach puts doc into the record and returns once the record has it
	// durably. See the package comment for what a second call with the same
	// Key does and what the errors mean.
	Attach(ctx context.Context, doc Document) (Receipt, error)
}

// Receipt is what a record answers: the same for every try with one key.
type Receipt struct {
	RecordID string    // what the record calls the document
	At       time.Time // when the record took it
}

// Document is a signed note on its way to a record, with everything a record
// may want to know about it.
type Document struct {
	Key       string // idempotency key: one document a key, whatever happens
	Note      pipeline.Note
	Patient   pipeline.Patient
	Encounter pipeline.Encounter // zero when the note belongs to no visit
	Author    Person             // who dictated
	Signer    Person             // who signed
	Created   time.Time          // when the dictation was received
	Language  string             // BCP 47 tag of the text, for example "en-US"; empty when not known

	// Unsettled says that an earlier try with this key may have arrived. A maker
	// whose destination does not tell repetitions by itself must look there before
	// it sends, and answer with [ErrUnknown] where it cannot look.
	Unsettled bool
	Series    int // how often a person had it sent anew after a refusal

	// Before is what was signed of the same report before a later note: the original
	// first, and what was added to it or replaced it in the order it was signed.
	Before []pipeline.Note

	To *Addressee // who it is a copy for; nil for what goes to a records system
}

// Addressee is somebody outside who gets a copy, by mail or by program.
type Addressee struct {
	Name         string `json:"name"`
	Organisation string `json:"organisation,omitempty"`
	Address      string `json:"address,omitempty"` // lines of an envelope
}

// Person is an account as it stands under a note.
type Person struct {
	ID   string // UUID
	Name string
}

// LogValue keeps patient data out of logs: the id of the note only.
func (d Document) LogValue() slog.Value { return slog.StringValue(d.Note.ID) }

// maxNumber is what HL7 v2.5.1 leaves for a document number in MSH-10 and
// TXA-12 once a site has added its own parts.
const maxNumber = 16

// Check refuses, with Kind Invalid, a document that must not reach any record:
// one without key or number, one whose text is no longer what was signed, and
// one whose parts do not belong together. Every maker of a System calls it
// before it sends anything.
func (d Document) Check() error {
	switch n := d.Note; {
	case d.Key == "":
		return refuse("it has no delivery key")
	case n.DocumentNumber == "" || len(n.DocumentNumber) > maxNumber:
		return refuse("its document number must have 1 to %d characters", maxNumber)
	case !strings.HasPrefix(d.Key, n.DocumentNumber+"@"):
		return refuse("its delivery key belongs to another document")
	case n.Seal.SignedAt.IsZero() || n.Seal.SignerID == "":
		return refuse("nobody has signed it")
	case n.Seal.DocumentNumber != n.DocumentNumber:
		return refuse("its signature was made for another document number")
	case pipeline.TextHash(n.Text) != n.Seal.TextSHA256:
		return refuse("its text is not the text that was signed")
	case n.PatientID == "" || d.Patient.ID != n.PatientID:
		return refuse("it does not name one patient without doubt")
	case d.Encounter.ID != n.EncounterID:
		return refuse("the visit given with it is not the visit of the note")
	case d.Encounter.ID != "" && d.Encounter.PatientID != n.PatientID:
		return refuse("its visit belongs to another patient")
	}
	return nil
}

func refuse(why string, args ...any) error {
	return pipeline.Errorf(pipeline.Invalid, "This note was not attached to the patient record: "+why+
		". The note and its recording are kept as they are. Please have an administrator look at it.", args...)
}
