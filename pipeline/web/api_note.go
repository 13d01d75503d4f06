package web

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"dictation/pipeline"
)

// noteView is a signed note with all that is needed to check its signature
// without the system: "dictation verify FILE" reads this.
type noteView struct {
	ID             string            `json:"id"`
	DocumentNumber string            `json:"document_number"`
	DictationID    string            `json:"dictation_id"`
	PatientID      string            `json:"patient_id"`
	EncounterID    string            `json:"encounter_id,omitempty"`
	Worktype       pipeline.Worktype `json:"worktype"`
	Title          string            `json:"title"`
	Text           string            `json:"text"`
	Version        int               `json:"version"` // the text version that was signed
	Seal           pipeline.Seal     `json:"seal"`
	Earlier        []pipeline.Seal   `json:"earlier,omitempty"` // signatures before the deciding one
	PublicKey      []byte            `json:"public_key"`        // Ed25519, base64
}

func (s *Server) noteView(n pipeline.Note) noteView {
	return noteView{
		ID: n.ID, DocumentNumber: n.DocumentNumber, DictationID: n.DictationID, PatientID: n.PatientID,
		EncounterID: n.EncounterID, Worktype: n.Worktype, Title: n.Title, Text: n.Text, Version: n.TextVersion,
		Seal: n.Seal, Earlier: n.Earlier, PublicKey: s.Desk.PublicKey(),
	}
}

// apiNote gives the signed note of a dictation.
func (s *Server) apiNote(w http.ResponseWriter, r *http.Request) error {
	n, err := s.Store.Note(r.Context(), dictationOf(r).ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.noteView(n))
}

// sealed makes the file of a signed note that can be checked without the system.
func (s *Server) sealed(ctx context.Context, dictation string) (pipeline.SealedNote, error) {
	n, err := s.Store.Note(ctx, dictation)
	if err != nil {
		return pipeline.SealedNote{}, err
	}
	later, err := s.Store.LaterNotes(ctx, n.ID)
	if err != nil {
		return pipeline.SealedNote{}, err
	}
	out := pipeline.SealedNote{
		ID: n.ID, DocumentNumber: n.DocumentNumber, DictationID: n.DictationID, PatientID: n.PatientID,
		EncounterID: n.EncounterID, Worktype: n.Worktype, Title: n.Title, Text: n.Text, Version: n.TextVersion,
		Seal: n.Seal, Earlier: n.Earlier,
	}
	for _, l := range later {
		out.Later = append(out.Later, pipeline.Sealed{Title: l.Title, Text: l.Text, Seal: l.Seal, Earlier: l.Earlier})
	}
	if out.Audit, err = s.inChain(ctx, dictation); err != nil {
		return out, err
	}
	s.Desk.Attest(&out)
	return out, nil
}

// inChain is where the signature stands in the audit's chain. One that is so new
// that the sealer has not come to it is sealed now.
func (s *Server) inChain(ctx context.Context, dictation string) (pipeline.Link, error) {
	const enough = 20 // times 1000 entries
	for range enough {
		e, err := s.Store.SignedEntry(ctx, dictation)
		if err != nil {
			return pipeline.Link{}, err
		}
		if e.Pos > 0 {
			return pipeline.Link{Pos: e.Pos, Hash: hex.EncodeToString(e.Hash)}, nil
		}
		if _, _, _, err := s.Store.Seal(ctx, 1000); err != nil {
			return pipeline.Link{}, err
		}
	}
	return pipeline.Link{}, pipeline.Errorf(pipeline.Unavailable, "The signature is being entered in the audit just now. Try again in a moment.")
}

// apiSealed gives the sealed note as a file.
func (s *Server) apiSealed(w http.ResponseWriter, r *http.Request) error {
	n, err := s.sealed(r.Context(), dictationOf(r).ID)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="note-`+n.DocumentNumber+`.json"`)
	_, _ = w.Write(append(body, '\n')) // an error means that the client is gone
	return nil
}
