package pipeline

import (
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"time"

	"dictation/audio"
)

// Recording is sound on its way in: its author speaks, or sends a file, and it
// comes in numbered chunks. It becomes a dictation when it is complete; until
// then it waits, whatever happens to the device it comes from.
type Recording struct {
	ID       string // UUID that the sender made
	AuthorID string
	About    About
	Format   RecordingFormat
	FileName string // of a file; patient data may hide in it, never log it
	Length   int64  // bytes of a file; 0 for sound that is still being spoken
	Device   string // what it is recorded with, as the sender says
	Takes    []Take // of sound, in the order they were spoken; none: all is one take
	Gaps     []Gap  // where the device lost sound

	Chunks int   // that are here
	Bytes  int64 // in them

	DictationID string // what it became
	Claim       Claim  // what the sender said was all, when it became that
	Dropped     bool   // its author discarded it
	Created     time.Time
	Updated     time.Time // when the last chunk or property came
}

// About is what a sender says a recording is about; nothing is proved yet.
type About struct {
	PatientMRN string
	Encounter  string // visit number; may be empty
	Worktype   Worktype
	Priority   Priority
	Several    bool // it holds several dictations
	Refers     Refers
}

// Claim is what a sender says he sent.
type Claim struct {
	Chunks int
	Bytes  int64
	SHA256 string // of all bytes in the order of their chunks, lower-case hex
}

// Chunk is a stretch of a recording that is here. Chunks are numbered from 0.
type Chunk struct {
	N      int
	Size   int64 // bytes
	SHA256 string
}

// Limits of a recording in chunks.
const (
	MaxChunk       = 1 << 20 // bytes of one chunk
	MaxChunks      = 200_000 // of one recording
	MaxTakes       = 10_000
	MaxGaps        = 1000
	MaxOpen        = 100       // recordings an author may leave unfinished
	pcmBytes       = 2         // of a sample
	maxDevice      = 200       // characters of Device
	maxFileLength  = 1 << 42   // bytes: more is a mistake, whatever the limit is set to
	maxSampleCount = 1<<31 - 1 // what a WAV with a header of 32 bits holds
)

// RecordingFormat says what the chunks are together.
type RecordingFormat string

// The formats: 16 kHz mono 16-bit little-endian samples, or the bytes of a file.
const (
	PCM  RecordingFormat = "pcm"
	File RecordingFormat = "file"
)

// LogValue keeps patient data out of logs.
func (r Recording) LogValue() slog.Value { return slog.GroupValue(slog.String("id", r.ID)) }

// Open reports whether the recording still waits to become a dictation.
func (r Recording) Open() bool { return r.DictationID == "" && !r.Dropped }

// DurationMS is how long the sound that is here lasts; 0 for files, of which
// nobody knows yet.
func (r Recording) DurationMS() int64 {
	if r.Format != PCM {
		return 0
	}
	return r.Bytes / pcmBytes * 1000 / audio.CanonicalRate
}

// Check refuses a recording that cannot be announced.
func (r Recording) Check() error {
	switch {
	case r.Format != PCM && r.Format != File:
		return Errorf(Invalid, "A recording is announced as pcm (16 kHz, mono, 16-bit little-endian samples) or as file.")
	case r.Format == PCM && (r.FileName != "" || r.Length != 0):
		return Errorf(Invalid, "Only a file has a name and a length; sound that is being spoken has none.")
	case r.Format == File && (r.Length <= 0 || r.Length > maxFileLength):
		return Errorf(Invalid, "Say how many bytes the file has; an empty one cannot be sent.")
	case r.Format == File && len(r.Takes) > 0:
		return Errorf(Invalid, "Only sound that is spoken here is edited; a file is sent as it is.")
	case len(r.Device) > maxDevice:
		return Errorf(Invalid, "The name of the device is longer than %d characters.", maxDevice)
	case len(r.Gaps) > MaxGaps:
		return Errorf(Invalid, "More than %d gaps cannot be noted.", MaxGaps)
	}
	for _, g := range r.Gaps {
		if g.At < 0 || g.MS < 0 || g.At > maxSampleCount {
			return Errorf(Invalid, "A gap lies at a sample of the recording and lasts some milliseconds; neither is negative.")
		}
	}
	return checkTakes(r.Takes)
}

// Gap is sound that the device lost while it recorded.
type Gap struct {
	At int64 `json:"at"` // sample of what was recorded, as it was spoken
	MS int64 `json:"ms"` // how much is missing
}

// Take is one time that the author spoke on without stopping. It begins at the
// sample From of all that was spoken, and ends where the next one begins or the
// sound ends.
type Take struct {
	Mode TakeMode `json:"mode"`
	At   int64    `json:"at"`   // sample of what the author hears, where the take goes; of no meaning for Append
	From int64    `json:"from"` // sample of all that was spoken
}

// TakeMode is what a take does with what was spoken before it.
type TakeMode string

// The modes.
const (
	Append    TakeMode = "append"    // goes to the end
	Insert    TakeMode = "insert"    // goes in at At; what is behind moves on
	Overwrite TakeMode = "overwrite" // takes the place of as much as it is long, from At
)

func checkTakes(takes []Take) error {
	if len(takes) > MaxTakes {
		return Errorf(Invalid, "More than %d takes cannot be joined. Send what you have, and the rest as a dictation of its own.", MaxTakes)
	}
	last := int64(0)
	for i, t := range takes {
		if t.Mode != Append && t.Mode != Insert && t.Mode != Overwrite {
			return Errorf(Invalid, "Take %d neither appends, inserts nor overwrites.", i+1)
		}
		if i == 0 && t.From != 0 || t.From < last || t.From > maxSampleCount || t.At < 0 || t.At > maxSampleCount {
			return Errorf(Invalid, "Take %d does not begin where it can: takes follow each other from sample 0 of what was spoken.", i+1)
		}
		last = t.From
	}
	return nil
}

// Stretch is the samples from From up to, and without, To of all that was spoken.
type Stretch struct{ From, To int64 }

// Edit gives what the author means of the total samples that he spoke, in the
// order it is to be heard. What he spoke over is in none of the stretches; all
// else is in exactly one. Takes that begin behind the end have nothing in them:
// their sound has not come in.
func Edit(takes []Take, total int64) ([]Stretch, error) {
	if err := checkTakes(takes); err != nil {
		return nil, err
	}
	if total < 0 || total > maxSampleCount {
		return nil, Errorf(TooLarge, "A recording of so many samples cannot be made.")
	}
	if len(takes) == 0 {
		takes = []Take{{Mode: Append}}
	}
	var heard []Stretch
	length := int64(0)
	for i, t := range takes {
		end := total
		if i+1 < len(takes) {
			end = min(total, takes[i+1].From)
		}
		if t.From >= end {
			continue
		}
		at, upTo := length, length
		if t.Mode != Append {
			if t.At > length {
				return nil, Errorf(Invalid, "Take %d goes in behind the end of what was spoken before it.", i+1)
			}
			at, upTo = t.At, t.At
		}
		n := end - t.From
		if t.Mode == Overwrite {
			upTo = min(length, at+n)
		}
		heard = slices.Concat(within(heard, 0, at), []Stretch{{t.From, end}}, within(heard, upTo, length))
		length += n - (upTo - at)
	}
	return heard, nil
}

// within cuts out what lies from from up to to of what is heard.
func within(heard []Stretch, from, to int64) (out []Stretch) {
	at := int64(0)
	for _, s := range heard {
		n := s.To - s.From
		a, b := max(from-at, 0), min(to-at, n)
		if a < b {
			out = append(out, Stretch{s.From + a, s.From + b})
		}
		at += n
	}
	return out
}

// Samples is how many samples the stretches have together.
func Samples(heard []Stretch) (n int64) {
	for _, s := range heard {
		n += s.To - s.From
	}
	return n
}

// Missing lists the numbers below n that no chunk has, at most limit of them.
// The chunks are in order.
func Missing(chunks []Chunk, n, limit int) (missing []int) {
	next := 0
	for _, c := range append(slices.Clip(chunks), Chunk{N: n}) {
		for ; next < min(c.N, n) && len(missing) < limit; next++ {
			missing = append(missing, next)
		}
		next = max(next, c.N+1)
	}
	return missing
}

// ParseDigest reads the SHA-256, in lower-case hex, of a Content-Digest field
// (RFC 9530: a dictionary of algorithms, the value a byte sequence of RFC 8941).
// Other algorithms in it are passed over; of several sha-256 the last counts.
func ParseDigest(field string) (string, error) {
	found := ""
	for member := range strings.SplitSeq(field, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		if name != "sha-256" {
			continue
		}
		value, _, _ = strings.Cut(value, ";") // parameters have no meaning here
		value = strings.TrimSpace(value)
		raw, opened := strings.CutPrefix(value, ":")
		raw, closed := strings.CutSuffix(raw, ":")
		b, err := base64.StdEncoding.Strict().DecodeString(raw)
		if !opened || !closed || err != nil || len(b) != 32 || strings.ContainsAny(raw, "\r\n") {
			return "", Errorf(Invalid, "The Content-Digest of the chunk cannot be read; it is written sha-256=:…: with the digest in base64.")
		}
		found = hex.EncodeToString(b)
	}
	if found == "" {
		return "", Errorf(Invalid, "Send each chunk with its SHA-256 in the field Content-Digest (RFC 9530). Nothing was kept.")
	}
	return found, nil
}

// Check refuses a claim that cannot be true of any recording.
func (c Claim) Check() error {
	if c.Chunks < 1 || c.Chunks > MaxChunks || c.Bytes < 1 || c.Bytes > int64(c.Chunks)*MaxChunk {
		return Errorf(Invalid, "Say how many chunks and bytes the recording has. Nothing was changed; what is here is kept.")
	}
	if b, err := hex.DecodeString(c.SHA256); err != nil || len(b) != 32 || c.SHA256 != strings.ToLower(c.SHA256) {
		return Errorf(Invalid, "Say the SHA-256 of the whole recording, as 64 digits and letters a to f. Nothing was changed; what is here is kept.")
	}
	return nil
}
