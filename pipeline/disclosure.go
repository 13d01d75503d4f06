package pipeline

import (
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

// Disclosure says that a patient's record was given to somebody outside.
type Disclosure struct {
	ID        string // UUID
	PatientID string
	ByID      string
	ByName    string
	At        time.Time
	Recipient string
	Reason    string
	Ended     time.Time // zero when it broke off, or still runs
	Documents int
	SHA256    string // of the manifest that went with it, lower-case hex
}

// LogValue keeps patient data out of logs: the id only.
func (d Disclosure) LogValue() slog.Value { return slog.StringValue(d.ID) }

// longestReason bounds what people write about why, in characters.
const longestReason = 500

// Statement checks what a person wrote of who or why: something, and not too long.
func Statement(s string) (string, error) {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) < 3 || utf8.RuneCountInString(s) > longestReason {
		return "", Errorf(Invalid, "Say who and why in your own words, in 3 to %d characters each. Nothing was given out.", longestReason)
	}
	return s, nil
}
