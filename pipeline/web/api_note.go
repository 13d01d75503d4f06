package web

import (
	"net/http"

	"dictation/pipeline"
)

// noteView is a signed note with all that is needed to check it without the
// system: "dictation verify FILE" reads this.
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
	PublicKey      []byte            `json:"public_key"` // Ed25519, base64
}

func (s *Server) noteView(n pipeline.Note) noteView {
	return noteView{
		ID: n.ID, DocumentNumber: n.DocumentNumber, DictationID: n.DictationID, PatientID: n.PatientID,
		EncounterID: n.EncounterID, Worktype: n.Worktype, Title: n.Title, Text: n.Text, Version: n.TextVersion,
		Seal: n.Seal, PublicKey: s.Desk.PublicKey(),
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
