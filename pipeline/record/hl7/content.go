package hl7

import (
	"encoding/base64"
	"fmt"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Content says in which form a note's text is sent.
type Content string

// The forms. A document goes as encapsulated data (OBX-2 ED, in base64), which
// receivers show as it is; lines go one to a segment (TX).
const (
	ContentText    Content = "text"     // lines; the default
	ContentPDF     Content = "pdf"      // pages
	ContentRTF     Content = "rtf"      // a document of a word processor
	ContentTextPDF Content = "text+pdf" // lines, then pages
)

// Check says whether the site's messages can be made.
func (s Site) Check() error {
	switch s.Content {
	case "", ContentText, ContentRTF:
		return nil
	case ContentPDF, ContentTextPDF:
		if s.Print != nil {
			return nil
		}
		return pipeline.Errorf(pipeline.Internal, "Notes are to be sent as PDF, and there is nothing that prints them.")
	}
	return pipeline.Errorf(pipeline.Invalid, "The content of a message is text, pdf, rtf or text+pdf.")
}

// presentation is TXA-3 (table 0191) of the content.
func (s Site) presentation() string {
	switch s.Content {
	case ContentPDF:
		return "AP"
	case ContentRTF:
		return "TEXT"
	}
	return "TX"
}

// result is what stands in all OBX of a text.
type result struct {
	code   string // OBX-3
	sub    string // OBX-4
	status string // OBX-11
	at     string // OBX-14
}

// obx writes segments with the observation n and on, and gives the number of the
// next.
func (r result) obx(w *Writer, n int, kind string, values ...string) int {
	for _, v := range values {
		w.Segment("OBX", fmt.Sprint(n), kind, r.code, r.sub, v, "", "", "", "", "", r.status, "", "", r.at)
		n++
	}
	return n
}

// lines are a text's lines, each fit for OBX-5.
func lines(text string) []string {
	list := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := range list {
		list[i] = Escape(list[i])
	}
	return list
}

// content writes the text of doc as the site wants it, from OBX n on.
func (s Site) content(w *Writer, doc record.Document, r result, n int) error {
	if err := s.Check(); err != nil {
		return err
	}
	if s.Content == ContentText || s.Content == ContentTextPDF {
		n = r.obx(w, n, "TX", lines(doc.Note.Text)...)
	}
	switch s.Content {
	case ContentPDF, ContentTextPDF:
		pdf, err := s.Print(doc)
		if err != nil {
			return err
		}
		r.obx(w, n, "ED", encapsulated("AP", "PDF", pdf))
	case ContentRTF:
		r.obx(w, n, "ED", encapsulated("TEXT", "RTF", rtf(doc)))
	}
	return nil
}

// encapsulated is a value of type ED (2.A.24).
func encapsulated(kind, subtype string, data []byte) string {
	return Components("", kind, subtype, "Base64") + "^" + base64.StdEncoding.EncodeToString(data)
}
