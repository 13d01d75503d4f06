package recordtest

import (
	"context"
	"slices"
	"sync"
	"time"

	"dictation/pipeline"
)

// Rows keeps chart documents in memory the way package store keeps them in
// PostgreSQL. The zero value is empty and ready.
type Rows struct {
	// Now stamps AttachedAt; nil means time.Now.
	Now func() time.Time

	mu   sync.Mutex
	docs []pipeline.ChartDocument
}

// AttachDocument implements record.Rows.
func (r *Rows) AttachDocument(ctx context.Context, key string, note pipeline.Note) (pipeline.ChartDocument, error) {
	if err := ctx.Err(); err != nil {
		return pipeline.ChartDocument{}, pipeline.Wrap(pipeline.Unavailable, err, "The database did not answer.")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.docs, func(d pipeline.ChartDocument) bool { return d.Key == key }); i >= 0 {
		return r.docs[i], nil
	}
	now := r.Now
	if now == nil {
		now = time.Now
	}
	d := pipeline.ChartDocument{
		ID: id("chart document "+key, 0), Key: key, Note: note,
		Patient: pipeline.Patient{ID: note.PatientID}, Encounter: pipeline.Encounter{ID: note.EncounterID},
		AttachedAt: now().UTC(), Status: pipeline.StatusCurrent, DocStatus: pipeline.DocStatusFinal,
	}
	r.docs = append(r.docs, d)
	return d, nil
}

// Held lists the ids of the documents with the number, for [Harness].Held.
func (r *Rows) Held(documentNumber string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for _, d := range r.docs {
		if d.Note.DocumentNumber == documentNumber {
			ids = append(ids, d.ID)
		}
	}
	return ids
}
