package record

import (
	"context"

	"dictation/pipeline"
)

// ChartName is the built-in record's name as a destination.
const ChartName = "chart"

// Rows is where the built-in record keeps its documents.
type Rows interface {
	// AttachDocument inserts the note as a current, final document under key,
	// or, when a document with that key is there already, changes nothing.
	// In both cases it returns the stored document; it must have been committed
	// and AttachedAt must be as stored, so that every try gives the same receipt.
	AttachDocument(ctx context.Context, key string, note pipeline.Note) (pipeline.ChartDocument, error)
}

// Chart is the built-in patient record. It is safe for concurrent use.
type Chart struct {
	rows Rows
}

// NewChart makes the built-in record over rows.
func NewChart(rows Rows) *Chart { return &Chart{rows: rows} }

// Name implements [System].
func (c *Chart) Name() string { return ChartName }

// Attach implements [System].
func (c *Chart) Attach(ctx context.Context, doc Document) (Receipt, error) {
	if err := ctx.Err(); err != nil {
		return Receipt{}, pipeline.Wrap(pipeline.Unavailable, err,
			"The note was not attached yet because the work was interrupted. It will be tried again.")
	}
	if err := doc.Check(); err != nil {
		return Receipt{}, err
	}
	kept, err := c.rows.AttachDocument(ctx, doc.Key, doc.Note)
	if err != nil {
		return Receipt{}, err
	}
	// The key already stands for another text: answering with that document's
	// receipt would report as attached a note that is not in the record.
	if kept.Note.ID != doc.Note.ID || kept.Note.Seal.TextSHA256 != doc.Note.Seal.TextSHA256 {
		return Receipt{}, refuse("its delivery key was used before for another note")
	}
	return Receipt{RecordID: kept.ID, At: kept.AttachedAt}, nil
}
