package web

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPDFOfANote: who may read a note may have it as PDF, the same bytes each time,
// and a program of other makers reads it.
func TestPDFOfANote(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Letterhead: "Example Hospital", Language: "en-US"})
	d, doc := x.filedText("author", "ASSESSMENT: Stable, temp 38.5 °C.\n")
	first := x.do("clinician", "GET", "/api/v1/notes/"+d.ID+"/pdf", nil).want(http.StatusOK)
	again := x.do("records", "GET", "/sign/"+d.ID+"/pdf", nil).want(http.StatusOK)
	if !bytes.Equal(first.body, again.body) || first.header.Get("Content-Type") != "application/pdf" ||
		first.header.Get("Content-Disposition") != `attachment; filename="note-`+d.JobNumber+`.pdf"` {
		t.Errorf("%v, %d and %d bytes", first.header, len(first.body), len(again.body))
	}
	x.do("transcriptionist", "GET", "/api/v1/notes/"+d.ID+"/pdf", nil).want(http.StatusForbidden)
	file := filepath.Join(t.TempDir(), "note.pdf")
	if err := os.WriteFile(file, first.body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-enc", "UTF-8", file, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext is missing or does not read it: install it with deploy/setup.sh --test\n%v", err)
	}
	for _, want := range []string{"Example Hospital", doc.Patient.FullName(), d.JobNumber, "38.5 °C", "Signed by", "Page 1 of 1", doc.Note.Seal.TextSHA256} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the print lacks %q:\n%s", want, out)
		}
	}
	x.do("clinician", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).has("/sign/" + d.ID + "/pdf")
}
