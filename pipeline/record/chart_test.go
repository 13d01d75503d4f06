package record_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/recordtest"
)

func TestChartConformance(t *testing.T) {
	t.Parallel()
	recordtest.Run(t, func(*testing.T) recordtest.Harness {
		rows := &recordtest.Rows{}
		var n atomic.Int64
		return recordtest.Harness{
			System:      record.NewChart(rows),
			NewDocument: func(*testing.T) record.Document { return recordtest.NewDocument(int(n.Add(1))) },
			Held:        func(_ *testing.T, number string) []string { return rows.Held(number) },
		}
	})
}

func TestChartWithoutVisit(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(1)
	doc.Encounter, doc.Note.EncounterID = pipeline.Encounter{}, ""
	if _, err := record.NewChart(&recordtest.Rows{}).Attach(t.Context(), doc); err != nil {
		t.Errorf("a note without a visit: %v", err)
	}
}

// broken stands for a database that is away.
type broken struct{ err error }

func (b broken) AttachDocument(context.Context, string, pipeline.Note) (pipeline.ChartDocument, error) {
	return pipeline.ChartDocument{}, b.err
}

func TestChartKeepsTheKindOfTheRows(t *testing.T) {
	t.Parallel()
	for _, kind := range []pipeline.Kind{pipeline.Unavailable, pipeline.NotFound, pipeline.Internal} {
		err := pipeline.Errorf(kind, "The patient record did not take it.")
		_, got := record.NewChart(broken{err}).Attach(t.Context(), recordtest.NewDocument(1))
		if !errors.Is(got, err) || pipeline.KindOf(got) != kind {
			t.Errorf("error %v, want %v", got, err)
		}
	}
}
