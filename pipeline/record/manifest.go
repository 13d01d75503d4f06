package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"dictation/pipeline"
)

// ManifestFormat is the first field of every [Manifest].
const ManifestFormat = "dictation delivery, version 1"

// Manifest describes a delivered note for programs that speak neither FHIR nor
// HL7: beside a file, or as the body of a call. Its JSON is stable: fields are
// added, never renamed.
type Manifest struct {
	Format         string            `json:"format"`
	Event          string            `json:"event"` // original, addendum, amendment or withdrawal
	Key            string            `json:"key"`   // the same on every try: a second one with it is a repetition
	DocumentNumber string            `json:"document_number"`
	RefersTo       string            `json:"refers_to,omitempty"` // document number of the note it adds to or replaces
	Reason         string            `json:"reason,omitempty"`    // why, for all but originals
	Title          string            `json:"title"`
	Worktype       pipeline.Worktype `json:"worktype"`
	LOINC          string            `json:"loinc"`
	Completion     string            `json:"completion"` // HL7 table 0271: LA legally authenticated, AU signed by another
	Language       string            `json:"language,omitempty"`
	Patient        ManifestPatient   `json:"patient"`
	Visit          *ManifestVisit    `json:"visit,omitempty"`
	Author         string            `json:"author"`
	Dictated       time.Time         `json:"dictated"`
	Signatures     []pipeline.Seal   `json:"signatures"` // first to last; cover text and sound
	Text           string            `json:"text,omitempty"`
	PDF            *ManifestPages    `json:"pdf,omitempty"`       // the note as pages, where the destination has them
	Recipient      *Addressee        `json:"recipient,omitempty"` // whom a copy is for
}

// ManifestPages are the pages of a note.
type ManifestPages struct {
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`         // lower-case hex
	Data   []byte `json:"data,omitempty"` // where they do not lie beside it; base64
}

// WithPages adds what print makes of doc. Without print it adds nothing, but a copy
// for somebody outside needs pages.
func (m Manifest) WithPages(doc Document, print func(Document) ([]byte, error)) (Manifest, error) {
	switch {
	case m.Event == "withdrawal":
		return m, nil
	case print == nil && doc.To != nil:
		return m, refuse("it is a letter, and its destination has no pages")
	case print == nil:
		return m, nil
	}
	pdf, err := print(doc)
	sum := sha256.Sum256(pdf)
	m.PDF = &ManifestPages{len(pdf), hex.EncodeToString(sum[:]), pdf}
	return m, err
}

// ManifestPatient is whose note it is.
type ManifestPatient struct {
	MRN       string `json:"mrn"`
	Family    string `json:"family"`
	Given     string `json:"given"`
	BirthDate string `json:"birth_date,omitempty"` // YYYY-MM-DD
	Sex       string `json:"sex,omitempty"`
}

// ManifestVisit is the visit of the note.
type ManifestVisit struct {
	Number string `json:"number"`
	Class  string `json:"class"`
}

// NewManifest describes doc. A reason makes it a withdrawal, which carries no text.
func NewManifest(doc Document, withdrawn string) Manifest {
	n, p := doc.Note, doc.Patient
	m := Manifest{
		Format: ManifestFormat, Event: "original", Key: doc.Key, DocumentNumber: n.DocumentNumber,
		RefersTo: n.Seal.RefersTo, Reason: n.Reason, Title: n.Title, Worktype: n.Worktype, LOINC: n.Worktype.Info().LOINC,
		Completion: n.Completion(), Language: doc.Language, Author: doc.Author.Name, Dictated: doc.Created.UTC(),
		Recipient:  doc.To,
		Signatures: append(n.Earlier[:len(n.Earlier):len(n.Earlier)], n.Seal), Text: n.Text,
		Patient: ManifestPatient{MRN: p.MRN, Family: p.Family, Given: p.Given, Sex: p.Sex},
	}
	if !p.BirthDate.IsZero() {
		m.Patient.BirthDate = p.BirthDate.Format(time.DateOnly)
	}
	if doc.Encounter.ID != "" {
		m.Visit = &ManifestVisit{doc.Encounter.Number, doc.Encounter.Class}
	}
	if n.Relation != "" {
		m.Event = string(n.Relation)
	}
	if withdrawn != "" {
		m.Event, m.Reason, m.Text = "withdrawal", withdrawn, ""
	}
	return m
}

// JSON is the manifest on one line.
func (m Manifest) JSON() ([]byte, error) { return json.Marshal(m) }
