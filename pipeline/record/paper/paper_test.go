package paper_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/paper"
	"dictation/pipeline/record/recordtest"
)

var update = flag.Bool("update", false, "write golden files")

// resealed gives a document another text, which is what was signed then.
func resealed(doc record.Document, text string) record.Document {
	doc.Note.Text = text
	doc.Note.Seal.TextSHA256 = pipeline.TextHash(text)
	return doc
}

// read extracts the text of a PDF with a program of other makers.
func read(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "note.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", "-enc", "UTF-8", file, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext is missing or does not read it: install it with deploy/setup.sh --test\n%v", err)
	}
	return string(out)
}

func print(t *testing.T, doc record.Document, later ...pipeline.Note) []byte {
	t.Helper()
	p, err := paper.New("Example Hospital\n1 Example Street, Exampletown", nil)
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := p.Note(doc, later...)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

const letters = "HISTORY OF PRESENT ILLNESS: A 64-year-old. Temp 38.5 °C, 5 µg, 5 μg, ≤ 3 × daily, α and β, naïve, Müller, Żółć, Иванов, Ωmega, 25 Ω.\n\n" +
	"PHYSICAL EXAMINATION\n    HEENT: Clear – “so he says”.\n\nASSESSMENT:\n1. Chest pain, 中 {nb} \\ (x) & <b>.\n2. e\u0301tat, \U0001F642.\n"

func TestGolden(t *testing.T) {
	t.Parallel()
	base := recordtest.NewDocument(7)
	addendum := recordtest.NewDocument(8).Note
	addendum.Relation, addendum.Reason, addendum.Text = pipeline.Addendum, "Result came in", "The culture was negative.\n"
	amendment := recordtest.NewDocument(9).Note
	amendment.Relation = pipeline.Amendment
	amended := recordtest.NewDocument(10)
	amended.Note.Relation, amended.Note.Seal.RefersTo, amended.Note.Reason = pipeline.Amendment, "D0000000007", "Wrong side"
	first := base.Note.Seal
	first.Meaning = pipeline.MeansFirst
	second := resealed(base, letters)
	second.Note.Earlier, second.Note.Seal.Meaning = []pipeline.Seal{first}, pipeline.MeansAttending
	letter := resealed(base, letters)
	letter.To = &record.Addressee{Name: "Dr. Ann Outside", Organisation: "Outside Practice", Address: "2 Far Road\nFarville"}
	german := second
	german.Language = "de-DE"
	for name, c := range map[string]struct {
		doc   record.Document
		later []pipeline.Note
	}{
		"note":    {second, []pipeline.Note{addendum, amendment}},
		"amended": {amended, nil},
		"letter":  {letter, nil},
		"german":  {german, nil},
		"long":    {resealed(base, strings.Repeat(letters, 12)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf := print(t, c.doc, c.later...)
			for range 5 {
				if !bytes.Equal(pdf, print(t, c.doc, c.later...)) {
					t.Fatal("the same note gives other bytes")
				}
			}
			got, golden := read(t, pdf), filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			// How wide a gap is, is the other program's matter.
			if words, wanted := strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(string(want)), " "); words != wanted {
				t.Errorf("%s\n%s\nwant\n%s", golden, words, wanted)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	p, err := paper.New("", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range recordtest.Refusals {
		doc := recordtest.NewDocument(1)
		c.Spoil(&doc)
		if _, err := p.Note(doc); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

// Whatever stands in a note, it is printed, and the program goes on.
func FuzzNote(f *testing.F) {
	f.Add("HISTORY:\n")
	f.Add(letters)
	f.Add("\x00\xff\u202e\r\r\n\t " + strings.Repeat("x", 3000))
	p, err := paper.New("", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			t.Skip()
		}
		pdf, err := p.Note(resealed(recordtest.NewDocument(1), text))
		if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf[max(len(pdf)-20, 0):], []byte("%%EOF")) {
			t.Errorf("%v, %d bytes", err, len(pdf))
		}
	})
}

func BenchmarkNote(b *testing.B) {
	p, err := paper.New("", nil)
	if err != nil {
		b.Fatal(err)
	}
	doc := resealed(recordtest.NewDocument(1), strings.Repeat(letters, 10))
	for b.Loop() {
		if _, err := p.Note(doc); err != nil {
			b.Fatal(err)
		}
	}
}
