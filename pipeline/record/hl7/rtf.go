package hl7

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"dictation/pipeline/record"
	"dictation/transcript"
)

// rtf writes a note for word processors (RTF 1.5): headings in bold, the text as
// it was signed, who signed. All of it is ASCII.
func rtf(doc record.Document) []byte {
	n := doc.Note
	var b strings.Builder
	b.WriteString(`{\rtf1\ansi\ansicpg1252\deff0\uc1{\fonttbl{\f0\fswiss Arial;}}\f0\fs22` + "\n" + `{\b `)
	rtfText(&b, n.Title)
	b.WriteString(`}\par\par` + "\n")
	at := 0
	for _, s := range transcript.Sections(n.Text) {
		rtfText(&b, n.Text[at:s.Offset])
		at = s.Offset + len(s.Heading)
		b.WriteString(`{\b `)
		rtfText(&b, n.Text[s.Offset:at])
		b.WriteByte('}')
	}
	rtfText(&b, n.Text[at:])
	b.WriteString(`\par` + "\n")
	for _, s := range append(n.Earlier[:len(n.Earlier):len(n.Earlier)], n.Seal) {
		rtfText(&b, fmt.Sprintf("%s, %s, %s\n", s.SignerName, s.Meaning, s.SignedAt.UTC().Format("2006-01-02 15:04 MST")))
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

// rtfText writes a text so that nothing in it is a command.
func rtfText(b *strings.Builder, text string) {
	for _, r := range strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD") {
		switch {
		case r == '\n' || r == '\r':
			b.WriteString(`\par` + "\n")
		case r == '\t':
			b.WriteString(`\tab `)
		case r == '\\' || r == '{' || r == '}':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f: // no value may hold them
		case r < 0x7f:
			b.WriteRune(r)
		default: // a signed number for each unit of UTF-16, and what old readers show
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(b, `\u%d?`, int16(u)) // RTF wants it signed
			}
		}
	}
}
