package fhir

import (
	"crypto/sha1" // Attachment.hash is SHA-1 by definition (R4 2.24.0.9)
	"time"

	"dictation/pipeline"
)

// TextPlain is the content type of every note.
const TextPlain = "text/plain;charset=utf-8"

// DocumentReference is FHIR R4 DocumentReference.
type DocumentReference struct {
	ResourceType     string            `json:"resourceType"`
	ID               string            `json:"id,omitempty"`
	Meta             Meta              `json:"meta"`
	MasterIdentifier *Identifier       `json:"masterIdentifier,omitempty"`
	Identifier       []Identifier      `json:"identifier"`
	Status           string            `json:"status"`
	DocStatus        string            `json:"docStatus"`
	Type             CodeableConcept   `json:"type"`
	Category         []CodeableConcept `json:"category"`
	Subject          Reference         `json:"subject"`
	Date             time.Time         `json:"date,omitzero"`
	Author           []Reference       `json:"author,omitempty"`
	Authenticator    *Reference        `json:"authenticator,omitempty"`
	RelatesTo        []RelatesTo       `json:"relatesTo,omitempty"`
	Description      string            `json:"description,omitempty"`
	Content          []Content         `json:"content"`
	Context          *DocumentContext  `json:"context,omitempty"`
}

// RelatesTo is DocumentReference.relatesTo.
type RelatesTo struct {
	Code   string    `json:"code"` // http://hl7.org/fhir/document-relationship-type
	Target Reference `json:"target"`
}

// Content is DocumentReference.content.
type Content struct {
	Attachment Attachment `json:"attachment"`
	Format     *Coding    `json:"format,omitempty"`
}

// DocumentContext is DocumentReference.context.
type DocumentContext struct {
	Encounter []Reference `json:"encounter,omitempty"`
	Period    *Period     `json:"period,omitempty"`
	Related   []Reference `json:"related,omitempty"`
}

// Ref is "DocumentReference/ID".
func (d DocumentReference) Ref() string { return "DocumentReference/" + d.ID }

// Binary is FHIR R4 Binary: the text of one note. Its id is the id of the
// note's DocumentReference.
type Binary struct {
	ResourceType    string     `json:"resourceType"`
	ID              string     `json:"id"`
	Meta            Meta       `json:"meta"`
	ContentType     string     `json:"contentType"`
	SecurityContext *Reference `json:"securityContext,omitempty"`
	Data            []byte     `json:"data,omitempty"`
}

// Ref is "Binary/ID".
func (b Binary) Ref() string { return "Binary/" + b.ID }

// Binary gives the text of a chart document. Who may read it is decided by its
// DocumentReference.
func (m Mapping) Binary(d pipeline.ChartDocument) Binary {
	return Binary{
		ResourceType:    "Binary",
		ID:              d.ID,
		Meta:            Meta{LastUpdated: utc(d.AttachedAt)},
		ContentType:     TextPlain,
		SecurityContext: &Reference{Reference: "DocumentReference/" + d.ID},
		Data:            []byte(d.Note.Text),
	}
}

// DocumentReference maps a chart document to US Core DocumentReference with the
// text inline. date and attachment.creation are the time of signing,
// meta.lastUpdated the time the record took it. The sound is pointed to by its
// job number in context.related.
func (m Mapping) DocumentReference(d pipeline.ChartDocument) DocumentReference {
	n := d.Note
	out := DocumentReference{
		ResourceType:     "DocumentReference",
		ID:               d.ID,
		Meta:             Meta{LastUpdated: utc(d.AttachedAt), Profile: []string{usCore + "documentreference"}},
		MasterIdentifier: &Identifier{System: uris, Value: "urn:uuid:" + n.ID},
		Identifier: []Identifier{
			{Use: "official", System: m.Document, Value: n.DocumentNumber},
			{Use: "secondary", System: m.Job, Value: n.DocumentNumber},
		},
		Status:    d.Status,
		DocStatus: d.DocStatus,
		Type:      documentType(n),
		Category:  []CodeableConcept{concept(docCategory, clinicalNote, "Clinical Note", "Clinical note")},
		Subject:   Reference{Reference: "Patient/" + n.PatientID},
		Date:      utc(n.Seal.SignedAt),
		Author:    []Reference{m.person(n.Seal.AuthorID, n.Seal.AuthorName)},
		Content: []Content{{
			Attachment: m.attachment(d),
			Format:     &Coding{formatCodes, "urn:ihe:iti:xds:2017:mimeTypeSufficient", "mimeType Sufficient"},
		}},
		Context: m.context(d),
	}
	signer := m.person(n.Seal.SignerID, n.Seal.SignerName)
	out.Authenticator = &signer
	out.RelatesTo = m.relatesTo(d)
	return out
}

// relatesTo says what a later note is to an earlier one. The target is the
// document here, and its number for readers of other servers.
func (m Mapping) relatesTo(d pipeline.ChartDocument) []RelatesTo {
	code := map[pipeline.Relation]string{pipeline.Addendum: "appends", pipeline.Amendment: "replaces"}[d.Note.Relation]
	if code == "" {
		return nil
	}
	target := Reference{Type: "DocumentReference", Identifier: &Identifier{System: m.Document, Value: d.Note.Seal.RefersTo}}
	if d.Parent != "" {
		target.Reference = "DocumentReference/" + d.Parent
	}
	return []RelatesTo{{Code: code, Target: target}}
}

func (m Mapping) attachment(d pipeline.ChartDocument) Attachment {
	text := []byte(d.Note.Text)
	hash := sha1.Sum(text)
	return Attachment{
		ContentType: TextPlain,
		Data:        text,
		URL:         m.url("Binary/" + d.ID),
		Size:        len(text),
		Hash:        hash[:],
		Title:       title(d.Note),
		Creation:    utc(d.Note.Seal.SignedAt),
	}
}

func (m Mapping) context(d pipeline.ChartDocument) *DocumentContext {
	c := &DocumentContext{}
	// What was typed has no recording.
	if d.Note.Relation == "" || d.Note.Seal.AudioSHA256 != "" {
		c.Related = []Reference{{
			Type:       "Media",
			Identifier: &Identifier{System: m.Job, Value: d.Note.DocumentNumber},
			Display:    "Recording of the dictation",
		}}
	}
	if d.Encounter.ID != "" {
		c.Encounter = []Reference{{Reference: "Encounter/" + d.Encounter.ID}}
		c.Period = period(d.Encounter.Start, d.Encounter.End)
	}
	return c
}

// person names an account: the site serves no Practitioner resources.
func (m Mapping) person(id, name string) Reference {
	return Reference{Type: "Practitioner", Identifier: &Identifier{System: m.Account, Value: id}, Display: name}
}

// documentType codes the worktype; one without a code is UNK, the only code
// outside LOINC that US Core allows here.
func documentType(n pipeline.Note) CodeableConcept {
	if w := n.Worktype.Info(); w.LOINC != "" {
		return concept(loinc, w.LOINC, w.Display, title(n))
	}
	return concept(nullFlavor, "UNK", "unknown", title(n))
}

func title(n pipeline.Note) string {
	switch w := n.Worktype.Info(); {
	case n.Title != "":
		return n.Title
	case w.Title != "":
		return w.Title
	}
	return "Note"
}
