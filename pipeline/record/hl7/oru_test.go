package hl7

import (
	"encoding/base64"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/recordtest"
)

// printed stands for pages.
func printed(doc record.Document) ([]byte, error) { return []byte("%PDF-" + doc.Note.Text), nil }

func TestConformanceOfForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		make func(*Client) record.System
	}{
		{"results", func(c *Client) record.System { return NewORU(Site{Client: c}) }},
		{"results as PDF", func(c *Client) record.System {
			return NewORU(Site{Client: c, Content: ContentPDF, Print: printed})
		}},
		{"documents as PDF", func(c *Client) record.System {
			return NewMDM(Site{Client: c, Content: ContentTextPDF, Print: printed})
		}},
		{"documents as RTF", func(c *Client) record.System { return NewMDM(Site{Client: c, Content: ContentRTF}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int64
			recordtest.Run(t, func(t *testing.T) recordtest.Harness {
				a := &archive{texts: map[string]string{}}
				return recordtest.Harness{
					System:      c.make(listen(t, a.take)),
					NewDocument: func(*testing.T) record.Document { return recordtest.NewDocument(int(n.Add(1))) },
					Held:        func(_ *testing.T, number string) []string { return a.held(number) },
				}
			})
		})
	}
}

// golden compares with a file in which segments stand on lines.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	readable, file := strings.ReplaceAll(string(got), "\r", "\n"), "testdata/"+name+".golden"
	if *update {
		if err := os.WriteFile(file, []byte(readable), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != readable {
		t.Errorf("message\n%s\nwant\n%s (%v); -update writes it", readable, want, err)
	}
}

// reports gives a radiology report, an addendum to it and an amendment of it.
func reports() (original, addendum, amendment record.Document) {
	original, addendum, amendment = recordtest.NewDocument(7), recordtest.NewDocument(8), recordtest.NewDocument(9)
	for _, d := range []*record.Document{&original, &addendum, &amendment} {
		d.Note.Worktype, d.Patient, d.Encounter = pipeline.RadiologyReport, original.Patient, original.Encounter
		d.Note.PatientID, d.Note.EncounterID = original.Note.PatientID, original.Note.EncounterID
	}
	for _, d := range []*record.Document{&addendum, &amendment} {
		d.Note.Seal.RefersTo, d.Note.RefersTo, d.Note.Reason = original.Note.DocumentNumber, original.Note.ID, "Clip seen | left"
	}
	addendum.Note.Relation, addendum.Before = pipeline.Addendum, []pipeline.Note{original.Note}
	amendment.Note.Relation, amendment.Before = pipeline.Amendment, []pipeline.Note{original.Note, addendum.Note}
	return original, addendum, amendment
}

// Results, field by field, as v2.5.1 chapter 7 wants them: OBR-3 is the first
// document's number throughout, OBR-25 and OBX-11 say F, then C, then X and W.
func TestResults(t *testing.T) {
	t.Parallel()
	d := NewORU(Site{Authority: "WEST", Sender: [2]string{"DICT", "WEST"}, Receiver: [2]string{"RIS", "MAIN"},
		Provider: func(record.Person) (string, string) { return "1234567893", "NPI" }})
	original, addendum, amendment := reports()
	for name, doc := range map[string]record.Document{"oru_r01": original, "oru_addendum": addendum, "oru_amendment": amendment} {
		got, err := d.Prepare(doc)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, got)
		m, err := Parse(got)
		if err != nil || m.Value("OBR", 3) != original.Note.DocumentNumber || m.Value("MSH", 10) != doc.Note.DocumentNumber+"R01" {
			t.Errorf("%s: %v, OBR-3 %q, MSH-10 %q", name, err, m.Value("OBR", 3), m.Value("MSH", 10))
		}
	}
	for name, doc := range map[string]record.Document{"oru_withdrawal": original, "oru_addendum_withdrawal": addendum, "oru_amendment_withdrawal": amendment} {
		gone, err := d.PrepareWithdrawal(doc, "Wrong patient")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, gone)
	}
	addendum.Note.Seal.RefersTo = ""
	if _, err := d.Prepare(addendum); pipeline.KindOf(err) != pipeline.Invalid {
		t.Errorf("an addendum to nothing: %v", err)
	}
}

// Each form stands in OBX as it should, and TXA-3 says which it is.
func TestContents(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(7)
	doc.Note.Text = "PLAN: {5} µg \\ day | \U0001F642\nEnd.\n"
	doc.Note.Seal.TextSHA256 = pipeline.TextHash(doc.Note.Text)
	for _, c := range []struct {
		content Content
		txa     string
		kinds   string
		last    string // OBX-5 without the data
		data    string
	}{
		{ContentText, "TX", "TX TX", "", ""},
		{ContentPDF, "AP", "ED", "^AP^PDF^Base64^", "%PDF-" + doc.Note.Text},
		{ContentTextPDF, "TX", "TX TX ED", "^AP^PDF^Base64^", "%PDF-" + doc.Note.Text},
		{ContentRTF, "TEXT", "ED", "^TEXT^RTF^Base64^", string(rtf(doc))},
	} {
		message, err := NewMDM(Site{Content: c.content, Print: printed}).Prepare(doc)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(message)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		last := ""
		for _, s := range m.Segments {
			if s.Name == "OBX" {
				kinds, last = append(kinds, s.Field(2)), s.Field(5)
			}
		}
		if got := strings.Join(kinds, " "); got != c.kinds || m.Value("TXA", 3) != c.txa {
			t.Errorf("%q: OBX-2 %s, TXA-3 %s", c.content, got, m.Value("TXA", 3))
		}
		if c.last == "" {
			continue
		}
		coded, ok := strings.CutPrefix(last, c.last)
		data, err := base64.StdEncoding.DecodeString(coded)
		if !ok || err != nil || string(data) != c.data {
			t.Errorf("%q: OBX-5 %.40s (%v) holds %q", c.content, last, err, data)
		}
	}
	for _, s := range []Site{{Content: "fax"}, {Content: ContentPDF}} {
		if _, err := NewMDM(s).Prepare(doc); err == nil {
			t.Errorf("content %q without a printer is sent", s.Content)
		}
	}
}

// What a word processor shows of rtfText is the text.
func FuzzRTF(f *testing.F) {
	f.Add("a\\b{c}\n\tµ \U0001F642 \\par")
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		rtfText(&b, text)
		depth := 0
		for i, r := range b.String() {
			if r >= 0x7f || r < ' ' && r != '\n' {
				t.Fatalf("%q at %d of %q", r, i, b.String())
			}
		}
		for rest := b.String(); rest != ""; rest = rest[1:] {
			switch {
			case strings.HasPrefix(rest, `\\`), strings.HasPrefix(rest, `\{`), strings.HasPrefix(rest, `\}`):
				rest = rest[1:]
			case rest[0] == '{' || rest[0] == '}':
				depth++
			}
		}
		if depth != 0 {
			t.Errorf("%q opens or closes a group", b.String())
		}
	})
}
