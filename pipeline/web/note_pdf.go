package web

import (
	"context"
	"net/http"
	"strconv"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
)

// printed is a signed note with what was added to it since, as PDF.
func (s *Server) printed(ctx context.Context, d pipeline.Dictation) (pdf []byte, number string, err error) {
	n, p, visit, err := s.Store.NoteForDelivery(ctx, d.ID)
	if err != nil {
		return nil, "", err
	}
	later, err := s.Store.LaterNotes(ctx, n.ID)
	if err != nil {
		return nil, "", err
	}
	pdf, err = s.paper.Note(record.Document{
		Key: deliver.Key(n.DocumentNumber, "paper"), Note: n, Patient: p, Encounter: visit,
		Author:  record.Person{ID: n.Seal.AuthorID, Name: n.Seal.AuthorName},
		Signer:  record.Person{ID: n.Seal.SignerID, Name: n.Seal.SignerName},
		Created: d.Created, Language: s.opts.Language,
	}, later...)
	return pdf, n.DocumentNumber, err
}

// apiPDF gives the signed note as a file for people. Its name says no more than
// the document number.
func (s *Server) apiPDF(w http.ResponseWriter, r *http.Request) error {
	pdf, number, err := s.printed(r.Context(), dictationOf(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Length", strconv.Itoa(len(pdf)))
	w.Header().Set("Content-Disposition", `attachment; filename="note-`+number+`.pdf"`)
	_, _ = w.Write(pdf) // an error means that the client is gone
	return nil
}
