package check

import (
	"cmp"
	"slices"
	"time"

	"dictation/transcript"
)

// Kind names the check that raised a flag.
type Kind string

// The checks.
const (
	NoSpeech     Kind = "no_speech"    // words where nobody speaks, loops, stock phrases, impossible speed
	NoText       Kind = "no_text"      // speech without words
	Uncertain    Kind = "number"       // a number that was not heard well, or sounds like another
	Dose         Kind = "dose"         // dose, unit or measured value out of range, dangerous abbreviation
	Negation     Kind = "negation"     // affirmed and denied, or a doubtful "no"
	Side         Kind = "side"         // left and right of one part
	LookAlike    Kind = "look_alike"   // a drug name that is taken for another
	Allergy      Kind = "allergy"      // a drug against a known allergy
	WrongPatient Kind = "identity"     // spoken name, birth date, number or sex against the patient's
	Inconsistent Kind = "consistency"  // dates, ages, sections
	Disagreement Kind = "disagreement" // blanks, and where two recognitions differ
	Edited       Kind = "edit"         // a person changed a critical token
	Proposed     Kind = "proposed"     // words that people here often sign as others
	Doubted      Kind = "doubted"      // a person marked the words as doubtful
	Spoken       Kind = "spoken"       // the author said something that is not for the text, or took words back
)

// Severity says what a flag asks for.
type Severity string

// The severities.
const (
	Critical Severity = "critical" // must be resolved, one by one, before signing
	Notice   Severity = "notice"   // shown, may be passed over
)

// Span is a stretch of the recording.
type Span struct {
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`
}

// Place is a stretch of the text.
type Place struct {
	Offset int `json:"offset"` // bytes
	Length int `json:"length"` // bytes
}

// Flag is one thing to look at.
type Flag struct {
	Kind     Kind     `json:"kind"`
	Severity Severity `json:"severity"`
	Place
	Audio    Span    `json:"audio"`              // zero where the words have no times
	Reason   string  `json:"reason"`             // a sentence; patient data
	Evidence []Place `json:"evidence,omitempty"` // what in the text speaks against it
}

// Patient is whom the dictation is bound to. What is unknown stays zero.
type Patient struct {
	MRN       string
	Family    string
	Given     string
	BirthDate time.Time // midnight UTC
	Sex       string    // FHIR administrative gender: male, female, other, unknown
	Allergies []string  // as the chart has them
}

// Input is all that the checks look at.
type Input struct {
	Text string

	// Words are the times of the text's tokens, as transcript.Draft.Timed gives
	// them; those of another version of the text are retimed. Nil: no times.
	Words []transcript.Word

	// Spoken are the words as the engine gave them, commands ("period") too.
	// They account for the speech; nil means that Words do.
	Spoken []transcript.Word

	// Speech is where decode heard speech, in order; nil means unknown.
	Speech     []Span
	DurationMS int64 // of the recording; 0 means unknown

	// Second is what another recognition of the same sound says.
	Second string

	Patient   Patient
	Worktype  string    // as pipeline.Worktype has it
	Procedure string    // title of the order or procedure, for its side
	Now       time.Time // the day of dictation; zero: dates are not compared with it
}

// rule is one check.
type rule func(*note) []Flag

func rules() []rule {
	return []rule{
		soundRules, numberRules, doseRules, unitlessRules, abbreviationRules, valueRules, negationRules, sideRules,
		twinRules, allergyRules, identityRules, pronounRules, dateRules, ageRules, sectionRules, blankRules, secondRules,
	}
}

// Draft gives the flags of a draft in the order of its text, at most one of a
// kind for the same place.
func Draft(in Input) []Flag {
	n := read(in)
	var flags []Flag
	for _, r := range rules() {
		flags = append(flags, r(n)...)
	}
	return settle(flags)
}

// settle orders flags and keeps the gravest of a kind where several overlap.
func settle(flags []Flag) []Flag {
	slices.SortStableFunc(flags, func(a, b Flag) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Severity, b.Severity))
	})
	out := flags[:0]
	for _, f := range flags {
		if n := len(out); n > 0 && same(out[n-1], f) {
			if f.Severity == Critical && out[n-1].Severity == Notice {
				out[n-1] = f
			}
			continue
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b Flag) int { return cmp.Compare(a.Offset, b.Offset) })
	return out
}

func same(a, b Flag) bool {
	return a.Kind == b.Kind && a.Length > 0 && b.Length > 0 && b.Offset < a.Offset+a.Length
}
