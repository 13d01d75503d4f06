package record_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/record/recordtest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(7)
	if err := doc.Check(); err != nil {
		t.Fatalf("a good document: %v", err)
	}
	for _, c := range recordtest.Refusals {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			doc := doc
			c.Spoil(&doc)
			err := doc.Check()
			if pipeline.KindOf(err) != pipeline.Invalid || pipeline.OutcomeOf(err) != pipeline.Park {
				t.Fatalf("error %v, want kind invalid, parked", err)
			}
			for _, secret := range []string{doc.Patient.MRN, doc.Patient.Given, "120/80"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells %q: %v", secret, err)
				}
			}
		})
	}
}

func TestDocumentInLogs(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	doc := recordtest.NewDocument(7)
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "doc", doc)
	if !strings.HasSuffix(b.String(), "doc="+doc.Note.ID+"\n") {
		t.Errorf("log line %q, want the id of the note only", b.String())
	}
}
