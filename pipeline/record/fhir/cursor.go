package fhir

import (
	"encoding/base64"
	"strings"
	"time"
)

// Cursor names the last resource of a page by what the rows are ordered by: a
// time and, where times are equal, the id. The zero Cursor is before the first.
type Cursor struct {
	At time.Time
	ID string // UUID
}

// String writes the cursor for a link; it holds no patient data.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.At.UTC().Format(time.RFC3339Nano) + " " + c.ID))
}

// ParseCursor reads what String wrote; anything else is Invalid.
func ParseCursor(s string) (Cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	at, id, _ := strings.Cut(string(b), " ")
	t, terr := time.Parse(time.RFC3339Nano, at)
	if err != nil || terr != nil || notUUID(id) {
		return Cursor{}, invalid("This link to a further page cannot be read. Please search again from the first page.")
	}
	return Cursor{At: t.UTC(), ID: id}, nil
}
