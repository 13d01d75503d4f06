package pipeline

import (
	"log/slog"
	"time"

	"dictation/audio"
)

// Dictation is a recording and everything known about it but its bytes and text.
type Dictation struct {
	ID        string // UUID v7; the only name of it in logs, subjects and keys
	JobNumber string // "D0001000042", at most 16 characters, what people say on the telephone

	AuthorID    string
	PatientID   string // empty until identified
	EncounterID string // empty when none was given
	Worktype    Worktype
	Priority    Priority
	Due         time.Time
	Facility    string
	Pool        string // who types it, see [Pool]; empty for everybody
	Source      string // "page", "command", "api" or "bucket"; "split" for a part
	Several     bool   // the sender says that it holds several dictations
	Part        Part   // of which recording it was cut, if of any

	Questions []Question // about whose it is and what; while one is open it cannot be signed
	Claims    Claims     // what its sender said; only of one that is just received

	RefersTo string   // id of the signed note it adds to or amends; empty for most
	Relation Relation // to that note
	Why      string   // of an amendment: what was wrong with that note

	Position
	Reason  string // why it failed, was returned, is held: a sentence for people
	Version int64  // grows by one with every change of position; the compare-and-set value
	Attempt int    // tries at the present machine stage

	CosignerID string // whose second signature it waits for, at step cosignature

	HolderID  string    // the person whose lease it is; empty in machine stages
	HeldSince time.Time // when the holder took it
	Lease     time.Time // until when the worker's or person's claim stands

	Original Object
	Sound    Sound
	TextN    int // newest text version; 0 before the draft

	Created time.Time
	Updated time.Time
}

// LogValue keeps patient data out of logs.
func (d Dictation) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", d.ID), slog.String("at", d.Position.String()))
}

// Object is bytes at rest in the store of objects.
type Object struct {
	Key    string
	SHA256 string // lower-case hex
	Size   int64  // bytes
	Name   string // file name as sent; patient data may hide in it, never log it
}

// Sound is what decode found out and made: the canonical recording (16 kHz,
// mono, 16-bit WAV), the waveform's peaks and the measures.
type Sound struct {
	Canonical  Object
	PeaksKey   string   // BBC audiowaveform .dat version 2
	DurationMS int64    // from the samples, never from a header
	PeakDBFS   float64  // highest sample, dB below full scale (≤ 0)
	RMSDBFS    float64  // whole recording
	Clipped    int64    // samples at full scale
	LUFS       float64  // integrated loudness (EBU R 128); -120 for silence
	SNRDB      float64  // speech above the noise floor, an estimate; 0 where it cannot be told
	SpeechMS   int64    // how much of it is speech, an estimate; never a reason to drop sound
	Format     string   // of the original, e.g. "WAV PCM 16-bit 44100 Hz stereo"
	Warnings   []string // sentences for the author: "The recording was cut off …"

	Playback  Object     // MP3 for slow links; without a key where the recording is too short to need one
	ReportKey string     // all that was found out, an audio.Report as JSON: speech map, tones, metadata
	DC        float64    // mean of the channel that has most of it, full scale ±1
	MissingMS int64      // what the file promised and did not have
	Repaired  bool       // the sound was damaged in places
	Said      audio.Said // what the recorder wrote about the dictation: a proposal, never a fact
	Parts     int        // dictations it seems to hold, by tones, keys and long pauses
	Signals   int        // of these parts, those that begin at a tone or key
}

// Job is one stage's work on one dictation, as a worker's handler sees it.
type Job struct {
	Dictation Dictation // as claimed
	Stage     Stage
	Attempt   int // 1 for the first try; also the fence against late answers
}

// Delivery is what a destination answered.
type Delivery struct {
	Destination string
	Key         string // idempotency key, the same on every try
	RecordID    string // what the destination calls the document
	At          time.Time
}
