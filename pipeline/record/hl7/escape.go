package hl7

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// Escape writes a text as a value of a message with the standard delimiters
// (2.7). Line ends become \.br\; other control characters, which no value may
// hold, are dropped but for the tab.
func Escape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.HasPrefix(text[i:], "\r\n"):
			b.WriteString(`\.br\`)
			n = 2
		case r == '\n' || r == '\r':
			b.WriteString(`\.br\`)
		case r == '|':
			b.WriteString(`\F\`)
		case r == '^':
			b.WriteString(`\S\`)
		case r == '&':
			b.WriteString(`\T\`)
		case r == '~':
			b.WriteString(`\R\`)
		case r == '\\':
			b.WriteString(`\E\`)
		case r < ' ' && r != '\t', r == 0x7f:
		default:
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String()
}

// Unescape reads a value. Escapes that are not known (highlighting, local ones)
// stay as they are; control characters are dropped, as in what is not escaped.
func (m Message) Unescape(value string) string {
	if m.sep.escape == 0 || strings.IndexByte(value, m.sep.escape) < 0 {
		return value
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(value, string(m.sep.escape))
		b.WriteString(before)
		if !found {
			return b.String()
		}
		code, after, closed := strings.Cut(rest, string(m.sep.escape))
		text, known := m.escaped(code)
		if !closed || !known {
			b.WriteByte(m.sep.escape)
			value = rest
			continue
		}
		b.WriteString(text)
		value = after
	}
}

func (m Message) escaped(code string) (string, bool) {
	switch code {
	case "F":
		return string(m.sep.field), true
	case "S":
		return string(m.sep.component), true
	case "T":
		return string(m.sep.sub), m.sep.sub != 0
	case "R":
		return string(m.sep.repetition), true
	case "E":
		return string(m.sep.escape), true
	case ".br":
		return "\n", true
	}
	if hexes, ok := strings.CutPrefix(code, "X"); ok {
		b, err := hex.DecodeString(hexes)
		return clean(string(b)), err == nil && utf8.Valid(b)
	}
	return "", false
}
