package hl7

import (
	"strings"
	"time"
)

// Writer builds a message with the standard delimiters. Its zero value is ready.
type Writer struct{ b strings.Builder }

// Segment adds a segment. fields are field 1 onwards as they are to be sent:
// made with [Escape], [Components] or [Time]. Empty fields at the end are left out.
func (w *Writer) Segment(name string, fields ...string) {
	for len(fields) > 0 && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	w.b.WriteString(name)
	for _, f := range fields {
		w.b.WriteByte('|')
		w.b.WriteString(f)
	}
	w.b.WriteByte('\r')
}

// Bytes is the message so far.
func (w *Writer) Bytes() []byte { return []byte(w.b.String()) }

// Components joins parts into a field, escaping each; empty ones at the end are
// left out.
func Components(parts ...string) string {
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = Escape(p)
	}
	return strings.Join(escaped, "^")
}

// Time writes a moment with its zone to the second (2.A.22, DTM); empty for the
// zero time.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("20060102150405-0700")
}

// Date writes a day; empty for the zero time.
func Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("20060102")
}

// layouts of a moment, by how much of it was sent.
var layouts = map[int]string{4: "2006", 6: "200601", 8: "20060102", 10: "2006010215", 12: "200601021504", 14: "20060102150405"}

// ParseTime reads a moment of any precision, in zone where it names none itself.
func ParseTime(s string, zone *time.Location) (time.Time, bool) {
	digits, offset := s, ""
	if i := strings.IndexAny(s, "+-"); i >= 0 {
		digits, offset = s[:i], s[i:]
	}
	digits, _, _ = strings.Cut(digits, ".") // fractions of a second
	layout, ok := layouts[len(digits)]
	if !ok {
		return time.Time{}, false
	}
	if offset != "" {
		t, err := time.Parse(layout+"-0700", digits+offset)
		return t, err == nil
	}
	t, err := time.ParseInLocation(layout, digits, zone)
	return t, err == nil
}
