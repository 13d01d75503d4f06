package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Printer prints notes. It is safe for concurrent use.
type Printer struct {
	site string
	zone *time.Location
	font *sfnt.Font
}

// New makes a printer. site is the letterhead, may be empty and have several
// lines; zone is where the times are told, nil for UTC.
func New(site string, zone *time.Location) (*Printer, error) {
	font, err := sfnt.Parse(goregular.TTF)
	if zone == nil {
		zone = time.UTC
	}
	return &Printer{strings.TrimSpace(site), zone, font}, err
}

// Note prints a note as it was signed and, under it, what was added to it or
// stands in its place. A document with an addressee is a letter to that one.
func (p *Printer) Note(doc record.Document, later ...pipeline.Note) ([]byte, error) {
	if err := doc.Check(); err != nil {
		return nil, err
	}
	// Twice: on the first sheets already stands how many there are.
	first := p.sheets(doc, later, 0)
	s := p.sheets(doc, later, first.PageCount())
	var out bytes.Buffer
	if err := s.Output(&out); err != nil {
		return nil, pipeline.Wrap(pipeline.Internal, err, "The note could not be printed. It is kept as it is; please have an administrator look at it.")
	}
	return out.Bytes(), nil
}

// The measures of a sheet, in millimetres, and of letters, in points.
const (
	margin, foot   = 20.0, 22.0
	line           = 5.2
	text, small    = 10.5, 8.5
	heading, title = 10.5, 16.0
)

// sheet is a document that is being printed.
type sheet struct {
	*fpdf.Fpdf
	p       *Printer
	w       words
	doc     record.Document
	missing bool // a character was not in the font
}

func (p *Printer) sheets(doc record.Document, later []pipeline.Note, pages int) *sheet {
	s := &sheet{Fpdf: fpdf.New("P", "mm", size(doc.Language), ""), p: p, w: wordsOf(doc.Language), doc: doc}
	s.SetCatalogSort(true)
	s.SetCreationDate(doc.Note.Seal.SignedAt.UTC())
	s.SetModificationDate(doc.Note.Seal.SignedAt.UTC())
	s.SetTitle(doc.Note.Title+" "+doc.Note.DocumentNumber, true)
	s.SetAuthor(doc.Author.Name, true)
	s.SetCreator("dictation", false)
	s.SetProducer("dictation", false)
	s.SetLang(doc.Language)
	s.SetDisplayMode("fullwidth", "continuous")
	s.AddUTF8FontFromBytes("text", "", goregular.TTF)
	s.AddUTF8FontFromBytes("text", "B", gobold.TTF)
	s.SetMargins(margin, margin, margin)
	s.SetCellMargin(0)
	s.SetAutoPageBreak(true, foot)
	s.SetHeaderFunc(s.header)
	s.SetFooterFunc(func() { s.footer(pages) })
	s.AddPage()
	s.address()
	s.facts()
	for _, n := range later {
		if n.Relation == pipeline.Amendment { // also where reading begins
			s.say("B", text, fmt.Sprintf(s.w.amendment, n.DocumentNumber))
			s.Ln(2)
		}
	}
	s.body(doc.Note)
	s.signatures(doc.Note)
	for _, n := range later {
		s.later(n)
	}
	if s.missing {
		s.Ln(line)
		s.say("", small, s.w.missing)
	}
	return s
}

// say writes a paragraph over the whole width.
func (s *sheet) say(style string, size float64, text string) {
	s.SetFont("text", style, size)
	s.MultiCell(0, line*max(size/11, 0.75), s.printable(text), "", "L", false)
}

// header stands on every sheet but the first, which says it at length.
func (s *sheet) header() {
	if s.PageNo() == 1 {
		return
	}
	pat := s.doc.Patient
	s.say("", small, fmt.Sprintf("%s · %s %s · %s %s", pat.FullName(), s.w.number, pat.MRN, s.w.document, s.doc.Note.DocumentNumber))
	s.rule()
	s.Ln(3)
}

// footer says which sheet it is, and of what.
func (s *sheet) footer(pages int) {
	s.SetY(-foot + 6)
	s.rule()
	s.SetFont("text", "", small)
	hash := s.w.textHash + " " + s.doc.Note.Seal.TextSHA256
	s.CellFormat(0, 4, s.printable(hash), "", 1, "L", false, 0, "")
	s.CellFormat(0, 4, s.printable(s.w.document+" "+s.doc.Note.DocumentNumber), "", 0, "L", false, 0, "")
	s.CellFormat(0, 4, fmt.Sprintf(s.w.page, s.PageNo(), pages), "", 0, "R", false, 0, "")
}

func (s *sheet) rule() {
	width, _ := s.GetPageSize()
	s.SetLineWidth(0.2)
	s.Line(margin, s.GetY()+1, width-margin, s.GetY()+1)
	s.SetY(s.GetY() + 2)
}

// address is the letterhead and, on a letter, who it is for: where windows of
// envelopes show it.
func (s *sheet) address() {
	if s.p.site != "" {
		first, rest, _ := strings.Cut(s.p.site, "\n")
		s.say("B", text, first)
		if rest != "" {
			s.say("", small, rest)
		}
		s.Ln(2)
	}
	to := s.doc.To
	if to == nil {
		return
	}
	const window = 48
	s.SetY(max(s.GetY(), window))
	for _, l := range append([]string{to.Name, to.Organisation}, strings.Split(to.Address, "\n")...) {
		if l = strings.TrimSpace(l); l != "" {
			s.say("", text, l)
		}
	}
	s.SetY(max(s.GetY()+8, window+32))
	s.say("", small, s.w.letter)
	s.Ln(3)
}

// facts say whose note it is and what.
func (s *sheet) facts() {
	n, pat := s.doc.Note, s.doc.Patient
	s.say("B", title, n.Title)
	s.Ln(2)
	visit := s.doc.Encounter.Number
	born := ""
	if !pat.BirthDate.IsZero() {
		born = pat.BirthDate.UTC().Format(s.w.day)
	}
	for _, f := range [][2]string{
		{s.w.patient, pat.FullName()}, {s.w.number, pat.MRN}, {s.w.born, born}, {s.w.visit, visit},
		{s.w.author, s.doc.Author.Name}, {s.w.dictated, s.when(s.doc.Created)}, {s.w.document, n.DocumentNumber},
	} {
		if f[1] == "" {
			continue
		}
		s.SetFont("text", "", small)
		s.CellFormat(38, line, s.printable(f[0]), "", 0, "L", false, 0, "")
		s.SetFont("text", "B", text)
		s.MultiCell(0, line, s.printable(f[1]), "", "L", false)
	}
	s.relation(n)
	s.rule()
	s.Ln(3)
}

// relation says what a later note is to the earlier one.
func (s *sheet) relation(n pipeline.Note) {
	switch n.Relation {
	case pipeline.Addendum:
		s.say("B", text, fmt.Sprintf(s.w.adds, n.Seal.RefersTo))
	case pipeline.Amendment:
		s.say("B", text, fmt.Sprintf(s.w.stands, n.Seal.RefersTo))
	}
	if n.Relation != "" && n.Reason != "" {
		s.say("", text, fmt.Sprintf(s.w.reason, n.Reason))
	}
}

func (s *sheet) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.p.zone).Format(s.w.moment)
}

// signatures say who signed, first to last, and what that meant.
func (s *sheet) signatures(n pipeline.Note) {
	s.Ln(line)
	for _, seal := range append(n.Earlier[:len(n.Earlier):len(n.Earlier)], n.Seal) {
		meaning := seal.Meaning
		if m := s.w.meaning[meaning]; m != "" {
			meaning = m
		}
		s.say("B", text, fmt.Sprintf(s.w.signedBy, seal.SignerName, meaning, s.when(seal.SignedAt)))
	}
}

// later prints an addendum whole, and of an amendment that it is there.
func (s *sheet) later(n pipeline.Note) {
	s.Ln(line)
	s.rule()
	s.Ln(2)
	if n.Relation == pipeline.Amendment {
		s.say("B", text, fmt.Sprintf(s.w.amendment, n.DocumentNumber))
		return
	}
	s.say("B", text, fmt.Sprintf(s.w.addendum, n.DocumentNumber))
	if n.Reason != "" {
		s.say("", text, fmt.Sprintf(s.w.reason, n.Reason))
	}
	s.Ln(2)
	s.body(n)
	s.signatures(n)
	s.say("", small, s.w.textHash+" "+n.Seal.TextSHA256)
}

// printable is a text in characters that the font has.
func (s *sheet) printable(text string) string {
	text = norm.NFC.String(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\t", "    "))
	var b strings.Builder
	var buf sfnt.Buffer
	for _, r := range text {
		switch {
		case r == '\n' || r == ' ':
			b.WriteRune(r)
			continue
		case r == '\u00a0' || r == '\u202f' || r == '\u2009':
			b.WriteRune('\u00a0') // does not break, as it was meant
			continue
		case r == '\u2011':
			b.WriteRune('-')
			continue
		case unicode.IsControl(r), r == '\u00ad', r == '\ufeff', r == '\u200b':
			continue
		}
		if i, err := s.p.font.GlyphIndex(&buf, r); err != nil || i == 0 || r > 0xffff {
			s.missing = true
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
