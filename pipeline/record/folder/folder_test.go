package folder_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/folder"
	"dictation/pipeline/record/recordtest"
)

func newFolder(t *testing.T) (*folder.System, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := folder.New("test", dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestConformance(t *testing.T) {
	t.Parallel()
	recordtest.Run(t, func(t *testing.T) recordtest.Harness {
		s, dir := newFolder(t)
		var n atomic.Int64
		return recordtest.Harness{
			System:      s,
			NewDocument: func(*testing.T) record.Document { return recordtest.NewDocument(int(n.Add(1))) },
			Held: func(t *testing.T, number string) []string {
				if _, err := os.Stat(filepath.Join(dir, number+".json")); errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				return []string{number}
			},
		}
	})
}

func TestTextAndManifest(t *testing.T) {
	t.Parallel()
	s, dir := newFolder(t)
	doc := recordtest.NewDocument(3)
	if _, err := s.Attach(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, doc.Note.DocumentNumber)
	text, err := os.ReadFile(name + ".txt")
	if err != nil || string(text) != doc.Note.Text {
		t.Errorf("text %q, %v", text, err)
	}
	b, err := os.ReadFile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var m record.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	if m.Event != "original" || m.Key != doc.Key || m.Patient.MRN != doc.Patient.MRN || m.LOINC != "11488-4" ||
		m.Text != "" || len(m.Signatures) != 1 || m.Signatures[0].TextSHA256 != pipeline.TextHash(string(text)) {
		t.Errorf("manifest %+v", m)
	}
}

// The reader takes files away; a repeated try, in this process or after a
// restart, does not put them there again.
func TestTakenAwayIsNotPutAgain(t *testing.T) {
	t.Parallel()
	s, dir := newFolder(t)
	doc := recordtest.NewDocument(1)
	first, err := s.Attach(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{".txt", ".json"} {
		if err := os.Remove(filepath.Join(dir, doc.Note.DocumentNumber+end)); err != nil {
			t.Fatal(err)
		}
	}
	again, err := folder.New("test", dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := again.Attach(t.Context(), doc)
	if err != nil || second != first {
		t.Errorf("receipt %+v, %v; want %+v", second, err, first)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "D*")); len(left) != 0 {
		t.Errorf("put again: %q", left)
	}
}

// Stopped between the two files, the next try brings the second.
func TestGoesOnInTheMiddle(t *testing.T) {
	t.Parallel()
	s, dir := newFolder(t)
	doc := recordtest.NewDocument(1)
	manifest := filepath.Join(dir, doc.Note.DocumentNumber+".json")
	if err := os.MkdirAll(filepath.Join(manifest, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Attach(t.Context(), doc); pipeline.KindOf(err) != pipeline.Unavailable {
		t.Fatalf("error %v, want unavailable", err)
	}
	if err := os.RemoveAll(manifest); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Attach(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(manifest); err != nil || len(b) == 0 {
		t.Errorf("manifest of %d bytes, %v", len(b), err)
	}
}

func TestFolderNotMounted(t *testing.T) {
	t.Parallel()
	s, err := folder.New("test", filepath.Join(t.TempDir(), "not there"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Attach(t.Context(), recordtest.NewDocument(1)); pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("error %v, want unavailable", err)
	}
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	s, dir := newFolder(t)
	doc := recordtest.NewDocument(1)
	doc.Key += "_withdrawal"
	payload, err := s.PrepareWithdrawal(doc, "Sent to the wrong unit.")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), doc, payload); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "D*"))
	if want := filepath.Join(dir, doc.Note.DocumentNumber+"_withdrawal.json"); len(files) != 1 || files[0] != want {
		t.Errorf("files %q, want %s alone", files, want)
	}
}
