package pipeline

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// SealedFormat names what a sealed note is, in its first field.
const SealedFormat = "dictation sealed note, version 2"

// SealedNote is a signed note as one file that can be checked without the
// system: text, sound's hash, every signature, what refers to it, and its place
// in the audit. The attestation covers every field.
type SealedNote struct {
	Format         string   `json:"format"`
	ID             string   `json:"id"`
	DocumentNumber string   `json:"document_number"`
	DictationID    string   `json:"dictation_id"`
	PatientID      string   `json:"patient_id"`
	EncounterID    string   `json:"encounter_id,omitempty"`
	Worktype       Worktype `json:"worktype"`
	Title          string   `json:"title"`
	Text           string   `json:"text"`
	Version        int      `json:"version"`           // the text version that was signed
	Seal           Seal     `json:"seal"`              // the deciding signature
	Earlier        []Seal   `json:"earlier,omitempty"` // those before it
	Later          []Sealed `json:"later,omitempty"`   // what was added to it or amends it
	Audit          Link     `json:"audit"`
	PublicKey      []byte   `json:"public_key"`  // Ed25519, of the site
	Attestation    []byte   `json:"attestation"` // Ed25519 by the site over all that stands before
}

// Sealed is a later note inside a sealed note.
type Sealed struct {
	Title   string `json:"title"`
	Text    string `json:"text"`
	Seal    Seal   `json:"seal"`
	Earlier []Seal `json:"earlier,omitempty"`
}

// Link is the place of the signature in the audit's chain.
type Link struct {
	Pos  int64  `json:"pos"`
	Hash string `json:"hash"` // of the entry and all before it, lower-case hex
}

// statement is what the attestation signs.
func (n SealedNote) statement() []byte {
	n.Attestation = nil
	b, err := json.Marshal(n)
	if err != nil {
		panic(err) // only strings, numbers, times and bytes
	}
	return append([]byte("dictation attestation, version 1\n"), b...)
}

// Attest fills PublicKey and Attestation.
func (n *SealedNote) Attest(key ed25519.PrivateKey) {
	n.Format, n.PublicKey = SealedFormat, key.Public().(ed25519.PublicKey)
	n.Attestation = ed25519.Sign(key, n.statement())
}

// Verify checks the whole file: every signature, that they belong together, and
// that nothing else was changed. The error (Kind Invalid) says what does not hold.
func (n SealedNote) Verify() error {
	if n.Format != SealedFormat {
		return Errorf(Invalid, "This is not a sealed note of a kind that is known here.")
	}
	if err := n.VerifySignatures(); err != nil {
		return err
	}
	if !ed25519.Verify(n.PublicKey, n.statement(), n.Attestation) {
		return Errorf(Invalid, "The signatures hold, but something else in the file was changed after it was made.")
	}
	return nil
}

// VerifySignatures checks the texts and every signature, and that they belong
// together. What no signature covers, such as the title, it does not vouch for.
func (n SealedNote) VerifySignatures() error {
	if len(n.PublicKey) != ed25519.PublicKeySize {
		return Errorf(Invalid, "The public key in the file is not one.")
	}
	key := ed25519.PublicKey(n.PublicKey)
	if err := (Sealed{n.Title, n.Text, n.Seal, n.Earlier}).verify(key); err != nil {
		return err
	}
	if n.Seal.DocumentNumber != n.DocumentNumber {
		return Errorf(Invalid, "The signature was made for another document number.")
	}
	for _, l := range n.Later {
		if err := l.verify(key); err != nil {
			return Wrap(Invalid, err, "The later note %s does not hold. %s", l.Seal.DocumentNumber, Sentence(err))
		}
		if l.Seal.RefersTo != n.DocumentNumber {
			return Errorf(Invalid, "The later note %s does not refer to this one.", l.Seal.DocumentNumber)
		}
	}
	return nil
}

// verify checks the text against all its signatures, and that the second of two
// was made after the first.
func (s Sealed) verify(key ed25519.PublicKey) error {
	for _, e := range s.Earlier {
		if err := e.Verify(s.Text, key); err != nil {
			return Wrap(Invalid, err, "The first signature does not hold. %s", Sentence(err))
		}
		if e.DocumentNumber != s.Seal.DocumentNumber || e.AudioSHA256 != s.Seal.AudioSHA256 {
			return Errorf(Invalid, "The two signatures are not over the same note.")
		}
	}
	if err := s.Seal.Verify(s.Text, key); err != nil {
		return err
	}
	first := ""
	if n := len(s.Earlier); n > 0 {
		h := sha256.Sum256(s.Earlier[n-1].Signature)
		first = hex.EncodeToString(h[:])
	}
	if s.Seal.First != first {
		return Errorf(Invalid, "The first signature is missing, or is not the one that was countersigned.")
	}
	return nil
}
