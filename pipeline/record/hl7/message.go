package hl7

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"dictation/pipeline"
)

// Limits of a message that is read. A hospital's longest ADT has some 60
// segments; documents come as lines.
const (
	MaxMessage = 16 << 20 // bytes
	FeedLimit  = 1 << 20  // bytes of a message that a [Listener] takes unless told otherwise
	maxLines   = 20_000
	maxFields  = 200_000
)

// Message is a message as it was sent: segments in order, values still escaped,
// control characters left out. A field that was broken over lines holds line feeds.
type Message struct {
	Segments []Segment
	sep      separators
}

// Segment is a named row of fields. Fields[0] is field 1; in MSH, whose first
// field is the delimiter itself, Fields[0] is MSH-2 and [Segment.Field] counts
// as the standard does.
type Segment struct {
	Name   string
	Fields []string
}

// separators are the delimiters that MSH-1 and MSH-2 declare.
type separators struct {
	field, component, repetition, escape, sub byte
}

// Parse reads a message. An Invalid error says what is wrong with it; the
// message then holds what could be told, at least its MSH where there is one.
func Parse(b []byte) (Message, error) {
	if len(b) > MaxMessage {
		return Message{}, pipeline.Errorf(pipeline.TooLarge, "The message has %d bytes; at most %d are taken.", len(b), MaxMessage)
	}
	b = bytes.TrimLeft(b, "\r\n\t \x00\ufeff")
	if len(b) < 8 || string(b[:3]) != "MSH" {
		return Message{}, pipeline.Errorf(pipeline.Invalid, "The message does not begin with an MSH segment.")
	}
	m := Message{sep: separators{b[3], b[4], b[5], b[6], b[7]}}
	if b[6] == m.sep.field { // "^~|": no escape and no subcomponent
		m.sep.escape, m.sep.sub = 0, 0
	} else if b[7] == m.sep.field {
		m.sep.sub = 0
	}
	if !m.sep.distinct() {
		return Message{}, pipeline.Errorf(pipeline.Invalid, "MSH-1 and MSH-2 do not declare five different delimiters.")
	}
	text, charset := decode(b, m.sep)
	text = clean(text)
	r := reader{m: &m}
	defer r.flush() // into the segments that m shares with what is returned
	lines := 0
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if lines++; lines > maxLines {
			return m, pipeline.Errorf(pipeline.TooLarge, "The message has more than %d lines.", maxLines)
		}
		if err := r.add(line); err != nil {
			return m, err
		}
	}
	return m, charset
}

// reader puts lines together to segments.
type reader struct {
	m      *Message
	fields int
	more   strings.Builder // the last field so far, once a line has continued it
}

// add reads a line. One that begins like no segment is taken as the rest of the
// one before: some senders break lines inside a field.
func (r *reader) add(line string) error {
	sep := string(r.m.sep.field)
	name, rest, found := strings.Cut(line, sep)
	name = strings.TrimSpace(name)
	if !segmentName(name) || !found && len(line) > 3 {
		last := r.last()
		if last == nil {
			return pipeline.Errorf(pipeline.Invalid, "Segment %d has no name of three letters or digits.", len(r.m.Segments)+1)
		}
		if r.more.Len() == 0 {
			r.more.WriteString(*last)
		}
		r.more.WriteByte('\n')
		r.more.WriteString(line)
		return nil
	}
	r.flush()
	s := Segment{Name: name}
	if found {
		if r.fields += strings.Count(rest, sep) + 1; r.fields > maxFields {
			return pipeline.Errorf(pipeline.TooLarge, "The message has more than %d fields.", maxFields)
		}
		s.Fields = strings.Split(rest, sep)
	}
	r.m.Segments = append(r.m.Segments, s)
	return nil
}

// last is the field that a line can continue: never one of MSH.
func (r *reader) last() *string {
	n := len(r.m.Segments)
	if n < 2 || len(r.m.Segments[n-1].Fields) == 0 {
		return nil
	}
	fields := r.m.Segments[n-1].Fields
	return &fields[len(fields)-1]
}

// flush ends the field that lines have continued.
func (r *reader) flush() {
	if r.more.Len() > 0 {
		*r.last() = r.more.String()
		r.more.Reset()
	}
}

func segmentName(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range 3 {
		if c := s[i]; !('A' <= c && c <= 'Z' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return true
}

func (s separators) distinct() bool {
	seen := map[byte]bool{}
	for _, c := range []byte{s.field, s.component, s.repetition, s.escape, s.sub} {
		if c == 0 {
			continue
		}
		if seen[c] || c < ' ' || c > '~' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			return false
		}
		seen[c] = true
	}
	return true
}

// charsets are the names of HL7 table 0211 that can be read byte by byte.
var charsets = map[string]encoding.Encoding{
	"8859/1": charmap.ISO8859_1, "8859/2": charmap.ISO8859_2, "8859/3": charmap.ISO8859_3, "8859/4": charmap.ISO8859_4,
	"8859/5": charmap.ISO8859_5, "8859/6": charmap.ISO8859_6, "8859/7": charmap.ISO8859_7, "8859/8": charmap.ISO8859_8,
	"8859/9": charmap.ISO8859_9, "8859/15": charmap.ISO8859_15,
}

// decode turns the bytes into text by MSH-18. Senders that declare nothing or
// ASCII and send more are read as UTF-8 where that fits, else as Latin-1. A
// charset that is not known is an error: names would be garbled in silence.
func decode(b []byte, sep separators) (string, error) {
	line, _, _ := bytes.Cut(b, []byte{'\r'})
	line, _, _ = bytes.Cut(line, []byte{'\n'})
	var name string
	if fields := bytes.SplitN(line, []byte{sep.field}, 19); len(fields) > 17 {
		first, _, _ := bytes.Cut(fields[17], []byte{sep.repetition})
		name = strings.ToUpper(strings.TrimSpace(string(first)))
	}
	enc := charsets[name]
	switch name {
	case "", "ASCII", "UNICODE UTF-8", "UTF-8", "UNICODE":
		if utf8.Valid(b) {
			return string(b), nil
		}
		if name == "UNICODE UTF-8" || name == "UTF-8" {
			return strings.ToValidUTF8(string(b), "\ufffd"), pipeline.Errorf(pipeline.Invalid, "MSH-18 says UTF-8, but the message is not.")
		}
		enc = charmap.ISO8859_1
	}
	if enc == nil {
		return strings.ToValidUTF8(string(b), "\ufffd"), pipeline.Errorf(pipeline.Invalid, "The character set that MSH-18 names is not read here.")
	}
	text, err := enc.NewDecoder().Bytes(b)
	return string(text), err
}

// clean drops the control characters that no value may hold: all but the tab and
// the line ends.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// Segment gives the first segment of the name.
func (m Message) Segment(name string) (Segment, bool) {
	for _, s := range m.Segments {
		if s.Name == name {
			return s, true
		}
	}
	return Segment{}, false
}

// Field gives field n of a segment as it was sent, counted as the standard
// counts; empty when it is not there.
func (s Segment) Field(n int) string {
	if s.Name == "MSH" {
		n--
	}
	if n < 1 || n > len(s.Fields) {
		return ""
	}
	return s.Fields[n-1]
}

// Repetitions splits a field.
func (m Message) Repetitions(field string) []string {
	if field == "" {
		return nil
	}
	return strings.Split(field, string(m.sep.repetition))
}

// Component gives component n (from 1) of the first repetition of a field,
// unescaped. HL7's null ("") is empty.
func (m Message) Component(field string, n int) string {
	if m.sep.repetition != 0 {
		field, _, _ = strings.Cut(field, string(m.sep.repetition))
	}
	part := field
	for range n - 1 {
		_, rest, found := strings.Cut(part, string(m.sep.component))
		if !found {
			return ""
		}
		part = rest
	}
	part, _, _ = strings.Cut(part, string(m.sep.component))
	if m.sep.sub != 0 {
		part, _, _ = strings.Cut(part, string(m.sep.sub))
	}
	if part == `""` {
		return ""
	}
	return m.Unescape(part)
}

// Value is component 1 of a field of the first segment of the name.
func (m Message) Value(segment string, field int) string { return m.Part(segment, field, 1) }

// Part is a component of a field of the first segment of the name.
func (m Message) Part(segment string, field, component int) string {
	s, ok := m.Segment(segment)
	if !ok {
		return ""
	}
	return m.Component(s.Field(field), component)
}
