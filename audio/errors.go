package audio

import (
	"errors"
	"fmt"
	"time"
)

// The reasons a recording cannot be used; every [Error] has one of them, to be
// asked for with errors.Is.
var (
	ErrNotAudio    = errors.New("not a sound recording")
	ErrUnsupported = errors.New("sound in a format that is not read")
	ErrEmpty       = errors.New("a recording without sound")
	ErrTruncated   = errors.New("cut off before the sound begins")
	ErrDamaged     = errors.New("a header that cannot be true")
	ErrLimit       = errors.New("over a configured limit")
)

// Error says why a recording cannot be used. An error of reading or writing is
// never an Error: it says nothing about the recording.
type Error struct {
	Reason  error  // one of the sentinels above
	Message string // what is wrong and what to do, for the person who sent it
	// Decoder is set where an outside decoder may read what this package does
	// not: ffmpeg's name of the input format, to be given to it and never
	// guessed by it.
	Decoder string
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.Reason }

func refuse(reason error, format string, args ...any) error {
	return &Error{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// Limits bound what a recording may ask for. The zero value is the default of
// each field. The name of a limit that stopped a recording is in the error.
type Limits struct {
	MaxDuration time.Duration // default 4 h, at most 24 h
	MinRate     int           // Hz, default 4000
	MaxRate     int           // Hz, default 192000
	MaxChannels int           // default 8
	MaxMetadata int64         // bytes of one metadata chunk that are looked at, default 1 MiB
	MaxChunks   int           // parts of a file, default 4096
}

// maxDuration keeps the canonical file below the 4 GiB a WAV header can say.
const maxDuration = 24 * time.Hour

func (l Limits) withDefaults() Limits {
	l.MaxDuration = min(orDefault(l.MaxDuration, 4*time.Hour), maxDuration)
	l.MinRate = orDefault(l.MinRate, 4000)
	l.MaxRate = orDefault(l.MaxRate, 192000)
	l.MaxChannels = orDefault(l.MaxChannels, 8)
	l.MaxMetadata = orDefault(l.MaxMetadata, 1<<20)
	l.MaxChunks = orDefault(l.MaxChunks, 4096)
	return l
}

// spoken writes whole hours and minutes as words.
func spoken(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return d.String()
}

func orDefault[T ~int | ~int64](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}
