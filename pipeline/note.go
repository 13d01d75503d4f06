package pipeline

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// VersionKind says whose work a version of the text is.
type VersionKind string

// The kinds of version.
const (
	DraftVersion  VersionKind = "draft"  // the recogniser's
	TypedVersion  VersionKind = "typed"  // the transcriptionist's
	QAVersion     VersionKind = "qa"     // the QA editor's
	SignerVersion VersionKind = "signer" // what the signer mended before signing
	SignedVersion VersionKind = "signed" // what the clinician signed
)

// Note is the signed document. It never changes after it is made: later words
// are other notes that refer to it.
type Note struct {
	ID             string // UUID
	DocumentNumber string // equals the job number of its dictation; ≤ 16 characters (HL7 TXA-12)
	DictationID    string
	PatientID      string
	EncounterID    string
	Worktype       Worktype
	Title          string
	Text           string
	TextVersion    int // the text version that was signed
	Seal           Seal
	Earlier        []Seal // signatures before the deciding one, over the same text

	RefersTo string   // id of the note it adds to or amends; empty for most
	Relation Relation // to that note
	Reason   string   // why it was added or amended, as the signer said
}

// Relation says how a note stands to the signed note it refers to.
type Relation string

// The relations.
const (
	Addendum  Relation = "addendum"  // adds to it; both are read
	Amendment Relation = "amendment" // replaces it; the old one stays readable and says so
)

// ParseRelation reads a relation's name.
func ParseRelation(s string) (Relation, error) {
	switch r := Relation(s); r {
	case Addendum, Amendment:
		return r, nil
	}
	return "", Errorf(Invalid, "A later note is an addendum or an amendment, not %q.", s)
}

// The meanings of a signature (21 CFR 11.50).
const (
	MeansAuthor         = "author"
	MeansFirst          = "author, to be co-signed"
	MeansReviewed       = "reviewed"
	MeansReviewedFirst  = "reviewed, to be co-signed"
	MeansProxy          = "for the author, as proxy"
	MeansProxyFirst     = "for the author, as proxy, to be co-signed"
	MeansAttending      = "attending"
	MeansAttendingProxy = "for the attending, as proxy"
)

// Completion is the HL7 table 0271 status of the signed note: LA when its author
// or the attending signed, who answer for it; AU when somebody else did.
func (n Note) Completion() string {
	for _, s := range append(n.Earlier[:len(n.Earlier):len(n.Earlier)], n.Seal) {
		switch s.Meaning {
		case MeansAuthor, MeansFirst, MeansAttending:
			return "LA"
		}
	}
	return "AU"
}

// Seal binds a note's text and sound to the person who signed it. It can be
// checked without the system: [Seal.Verify] needs the text and the public key.
type Seal struct {
	DocumentNumber string    `json:"document_number"`
	TextSHA256     string    `json:"text_sha256"`  // of the UTF-8 text, lower-case hex
	AudioSHA256    string    `json:"audio_sha256"` // of the original recording
	AuthorID       string    `json:"author_id"`
	AuthorName     string    `json:"author_name"`
	SignerID       string    `json:"signer_id"`
	SignerName     string    `json:"signer_name"`
	Meaning        string    `json:"meaning"` // what the signature says: "author", "reviewed" (21 CFR 11.50)
	SignedAt       time.Time `json:"signed_at"`
	RefersTo       string    `json:"refers_to,omitempty"` // document number of the note it adds to or amends
	Relation       Relation  `json:"relation,omitempty"`
	Reason         string    `json:"reason,omitempty"`
	First          string    `json:"first,omitempty"` // SHA-256 of the first of two signatures, lower-case hex
	KeyID          string    `json:"key_id"`          // first 16 hex digits of the public key's SHA-256
	Signature      []byte    `json:"signature"`       // Ed25519 over Statement
}

// Statement is the exact bytes that are signed: one field a line, in fixed order.
// What most notes have is version 1; version 2 goes on with what refers to others.
func (s Seal) Statement() []byte {
	var b strings.Builder
	fields := [][2]string{
		{"document", s.DocumentNumber}, {"text-sha256", s.TextSHA256}, {"audio-sha256", s.AudioSHA256},
		{"author-id", s.AuthorID}, {"author", s.AuthorName},
		{"signer-id", s.SignerID}, {"signer", s.SignerName}, {"meaning", s.Meaning},
		{"signed-at", s.SignedAt.UTC().Format(time.RFC3339Nano)}, {"key", s.KeyID},
	}
	version := 1
	if s.RefersTo != "" || s.Relation != "" || s.Reason != "" || s.First != "" {
		version = 2
		fields = append(fields, [][2]string{
			{"refers-to", s.RefersTo}, {"relation", string(s.Relation)}, {"reason", s.Reason}, {"first-signature-sha256", s.First},
		}...)
	}
	fmt.Fprintf(&b, "dictation signed note, version %d\n", version)
	for _, f := range fields {
		// %q keeps one field on one line whatever a name contains.
		fmt.Fprintf(&b, "%s %q\n", f[0], f[1])
	}
	return []byte(b.String())
}

// Sign fills KeyID and Signature.
func (s *Seal) Sign(key ed25519.PrivateKey) {
	s.KeyID = KeyID(key.Public().(ed25519.PublicKey))
	s.Signature = ed25519.Sign(key, s.Statement())
}

// Verify checks that text is what was signed and that key signed it. The error
// (Kind Invalid) says which of the two does not hold.
func (s Seal) Verify(text string, key ed25519.PublicKey) error {
	if TextHash(text) != s.TextSHA256 {
		return Errorf(Invalid, "The text is not the text that was signed: its SHA-256 differs from the seal's.")
	}
	if KeyID(key) != s.KeyID {
		return Errorf(Invalid, "The note was signed with key %s, this is key %s.", s.KeyID, KeyID(key))
	}
	if !ed25519.Verify(key, s.Statement(), s.Signature) {
		return Errorf(Invalid, "The signature does not fit the seal: a field of it was changed.")
	}
	return nil
}

// KeyID names a public key.
func KeyID(k ed25519.PublicKey) string {
	h := sha256.Sum256(k)
	return hex.EncodeToString(h[:8])
}

// TextHash is the SHA-256 of the text's UTF-8 bytes in lower-case hex.
func TextHash(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}
