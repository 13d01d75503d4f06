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
	KeyID          string    `json:"key_id"`    // first 16 hex digits of the public key's SHA-256
	Signature      []byte    `json:"signature"` // Ed25519 over Statement
}

// Statement is the exact bytes that are signed: one field a line, in fixed order.
func (s Seal) Statement() []byte {
	var b strings.Builder
	b.WriteString("dictation signed note, version 1\n")
	for _, f := range [][2]string{
		{"document", s.DocumentNumber}, {"text-sha256", s.TextSHA256}, {"audio-sha256", s.AudioSHA256},
		{"author-id", s.AuthorID}, {"author", s.AuthorName},
		{"signer-id", s.SignerID}, {"signer", s.SignerName}, {"meaning", s.Meaning},
		{"signed-at", s.SignedAt.UTC().Format(time.RFC3339Nano)}, {"key", s.KeyID},
	} {
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
