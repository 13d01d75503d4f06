package pipeline

import (
	"strings"
	"time"
)

// Priority orders the queues. Its number is the sort order: STAT first.
type Priority int

// The priorities.
const (
	STAT    Priority = 1
	Routine Priority = 5
)

// String gives "stat" or "routine", as commands, subjects and the API write it.
func (p Priority) String() string {
	if p == STAT {
		return "stat"
	}
	return "routine"
}

// MarshalText writes the word, not the number.
func (p Priority) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the word.
func (p *Priority) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePriority(string(b))
	return err
}

// ParsePriority reads "stat" or "routine" in any case; empty is routine.
func ParsePriority(s string) (Priority, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "stat":
		return STAT, nil
	case "", "routine":
		return Routine, nil
	}
	return 0, Errorf(Invalid, "There is no priority %q. Use stat or routine.", s)
}

// Due is when a dictation received at t should be signed-ready: the
// turn-around time of its priority. Sites differ; these are the defaults.
func (p Priority) Due(t time.Time) time.Time {
	if p == STAT {
		return t.Add(2 * time.Hour)
	}
	return t.Add(24 * time.Hour)
}
