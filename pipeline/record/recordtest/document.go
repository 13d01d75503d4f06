package recordtest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// NewDocument makes a complete signed document about a made-up patient. Each n
// gives another note of another patient; the same n gives the same document.
func NewDocument(n int) record.Document {
	signed := time.Date(2026, time.March, 4, 9, 30, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
	patient := pipeline.Patient{
		ID: id("patient", n), MRN: fmt.Sprintf("M%06d", n), Family: "Example", Given: fmt.Sprintf("Pat %d", n),
		BirthDate: time.Date(1961, time.July, 1, 0, 0, 0, 0, time.UTC), Sex: "female", Updated: signed,
	}
	visit := pipeline.Encounter{
		ID: id("visit", n), Number: fmt.Sprintf("V%06d", n), PatientID: patient.ID, Class: "AMB",
		Start: signed.Add(-time.Hour), End: signed.Add(-30 * time.Minute), Updated: signed,
	}
	author := record.Person{ID: id("author", n), Name: "Dr. Robin Example"}
	note := pipeline.Note{
		ID: id("note", n), DocumentNumber: fmt.Sprintf("D%010d", n), DictationID: id("dictation", n),
		PatientID: patient.ID, EncounterID: visit.ID, Worktype: pipeline.Consultation, Title: "Consultation",
		Text: fmt.Sprintf("Consultation %d.\n\nNo acute distress. Blood pressure 120/80 mmHg.\n", n), TextVersion: 3,
	}
	note.Seal = seal(note, author, signed)
	return record.Document{
		Key: note.DocumentNumber + "@test", Note: note, Patient: patient, Encounter: visit,
		Author: author, Signer: author, Created: signed.Add(-20 * time.Minute), Language: "en-US",
	}
}

func seal(n pipeline.Note, who record.Person, at time.Time) pipeline.Seal {
	s := pipeline.Seal{
		DocumentNumber: n.DocumentNumber, TextSHA256: pipeline.TextHash(n.Text),
		AudioSHA256: hex.EncodeToString(make([]byte, sha256.Size)),
		AuthorID:    who.ID, AuthorName: who.Name, SignerID: who.ID, SignerName: who.Name,
		Meaning: "author", SignedAt: at,
	}
	s.Sign(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	return s
}

// id gives the same UUID for the same thing.
func id(what string, n int) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%s %d", what, n)).String()
}
