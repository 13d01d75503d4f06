package hl7

import (
	"cmp"
	"strings"
	"time"

	"dictation/pipeline"
)

// Feed says how a hospital writes its messages.
type Feed struct {
	// Authority is the assigning authority (PID-3.4.1) of the record numbers in
	// use here; empty takes the first identifier of type MR, else the first.
	Authority string
	Zone      *time.Location // of times without a zone; default local
}

// kinds are the events that are understood (v2.5.1 chapters 3 and 10).
var kinds = map[string]pipeline.AdmissionKind{
	"ADT^A01": pipeline.VisitNews, "ADT^A02": pipeline.VisitNews, "ADT^A03": pipeline.VisitNews, "ADT^A04": pipeline.VisitNews,
	"ADT^A05": pipeline.VisitNews, "ADT^A08": pipeline.VisitNews, "ADT^A13": pipeline.VisitNews,
	"ADT^A28": pipeline.PatientNews, "ADT^A31": pipeline.PatientNews, "ADT^A11": pipeline.VisitVoid,
	"ADT^A40": pipeline.PatientMerge, "ADT^A34": pipeline.PatientMerge,
	"SIU^S12": pipeline.VisitNews, "SIU^S13": pipeline.VisitNews, "SIU^S14": pipeline.VisitNews, "SIU^S15": pipeline.VisitVoid,
}

// opening are the events that begin a visit; others do not undo a cancellation.
var opening = map[string]bool{"ADT^A01": true, "ADT^A04": true, "SIU^S12": true}

// maxNumber is the longest number that is taken as a key, in bytes. Since version
// 2.7 a control id may have 199 characters, before it 20; identifiers have fewer.
const maxNumber = 199

// Refusal says why a message is not taken: the code for the acknowledgement and
// ERR-3, with an [pipeline.Error] for the person who reads it.
type Refusal struct {
	Code  Code
	Error string // table 0357
	Err   error
}

// Ack is the answer that refuses.
func (r *Refusal) Ack() Ack {
	return Ack{Code: r.Code, Error: r.Error, Text: pipeline.Sentence(r.Err)}
}

func refuse(code Code, number, format string, args ...any) *Refusal {
	return &Refusal{code, number, pipeline.Errorf(pipeline.Invalid, format, args...)}
}

// Event is what a message says it is, such as "ADT^A08": MSH-9.1 and -9.2, where
// the event may stand in EVN-1 alone.
func (m Message) Event() string {
	event := m.Part("MSH", 9, 2)
	if event == "" {
		event = m.Value("EVN", 1)
	}
	return strings.ToUpper(m.Value("MSH", 9) + "^" + event)
}

// KnownEvent is the event when it is one that is understood here, else "other":
// what a sender writes there by mistake is not for a log.
func (m Message) KnownEvent() string {
	if event := m.Event(); kinds[event] != "" {
		return event
	}
	return "other"
}

// Read says what a message of the feed asks for.
func (f Feed) Read(m Message) (pipeline.Admission, *Refusal) {
	event := m.Event()
	kind, known := kinds[event]
	control := m.Value("MSH", 10)
	switch {
	case control == "":
		return pipeline.Admission{}, refuse(AE, ErrRequiredField, "MSH-10 (message control id) is missing; without it a repeated message cannot be told.")
	case len(control) > maxNumber:
		return pipeline.Admission{}, refuse(AE, ErrDataType, "MSH-10 (message control id) is longer than %d characters.", maxNumber)
	case !strings.HasPrefix(event, "ADT^") && !strings.HasPrefix(event, "SIU^"):
		return pipeline.Admission{}, refuse(AE, ErrMessageType, "Only ADT and SIU messages are taken here.")
	case !known:
		// A feed sends everything; what does not concern us is no error.
		return pipeline.Admission{Kind: pipeline.NoNews}, nil
	}
	a := pipeline.Admission{Kind: kind, At: f.happened(m)}
	var bad *Refusal
	if a.Patient, bad = f.patient(m); bad != nil {
		return a, bad
	}
	switch kind {
	case pipeline.PatientMerge:
		bad = f.merge(m, &a)
	case pipeline.VisitNews, pipeline.VisitVoid:
		bad = f.visit(m, event, &a)
	}
	return a, bad
}

func (f Feed) merge(m Message, a *pipeline.Admission) *Refusal {
	mrg, _ := m.Segment("MRG")
	a.From = f.number(m, mrg.Field(1))
	if a.From == "" {
		return refuse(AE, ErrRequiredField, "MRG-1 (the record number that was merged) is missing.")
	}
	return tooLong(a.From, "MRG-1 (the record number that was merged)")
}

func tooLong(number, name string) *Refusal {
	if len(number) > maxNumber {
		return refuse(AE, ErrDataType, "%s is longer than %d characters.", name, maxNumber)
	}
	return nil
}

// happened is when the event took place, else when it was recorded or sent.
func (f Feed) happened(m Message) time.Time {
	return f.first(m.Value("EVN", 6), m.Value("EVN", 2), m.Value("MSH", 7))
}

// first is the first of the texts that is a moment, or the zero time.
func (f Feed) first(texts ...string) time.Time {
	for _, text := range texts {
		if t, ok := ParseTime(text, f.zone()); ok {
			return t
		}
	}
	return time.Time{}
}

func (f Feed) zone() *time.Location {
	if f.Zone == nil {
		return time.Local
	}
	return f.Zone
}

// number picks the record number from a list of identifiers (CX, 2.A.14).
func (f Feed) number(m Message, field string) string {
	var first, medical string
	for _, id := range m.Repetitions(field) {
		value := strings.TrimSpace(m.Component(id, 1))
		if value == "" {
			continue
		}
		if f.Authority != "" && m.Component(id, 4) == f.Authority {
			return value
		}
		if first == "" {
			first = value
		}
		if medical == "" && strings.EqualFold(m.Component(id, 5), "MR") {
			medical = value
		}
	}
	switch {
	case f.Authority != "":
		return ""
	case medical != "":
		return medical
	}
	return first
}

// sexes maps table 0001 to FHIR's administrative gender.
var sexes = map[string]string{"M": "male", "F": "female", "O": "other", "A": "other", "N": "other", "U": "unknown"}

func (f Feed) patient(m Message) (pipeline.Patient, *Refusal) {
	pid, ok := m.Segment("PID")
	if !ok {
		return pipeline.Patient{}, refuse(AE, ErrSegmentSequence, "The PID segment is missing.")
	}
	ids := pid.Field(3)
	if ids == "" {
		ids = pid.Field(2) // before version 2.3.1
	}
	p := pipeline.Patient{
		MRN:    f.number(m, ids),
		Family: strings.TrimSpace(m.Component(pid.Field(5), 1)),
		Given:  strings.TrimSpace(m.Component(pid.Field(5), 2)),
		Sex:    sexes[strings.ToUpper(m.Component(pid.Field(8), 1))],
	}
	if p.MRN == "" {
		return p, refuse(AE, ErrRequiredField, "PID-3 holds no record number of the kind that is used here.")
	}
	if bad := tooLong(p.MRN, "PID-3 (record number)"); bad != nil {
		return p, bad
	}
	if born := m.Component(pid.Field(7), 1); born != "" {
		t, ok := ParseTime(born, time.UTC)
		if !ok {
			return p, refuse(AE, ErrDataType, "PID-7 (date of birth) is no date.")
		}
		p.BirthDate = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return p, nil
}

// classes maps table 0004 (patient class) to v3-ActCode.
var classes = map[string]string{"E": "EMER", "I": "IMP", "O": "AMB", "P": "PRENC", "R": "AMB", "B": "AMB"}

// visit reads the visit of a message; one without a number tells of the patient
// only.
func (f Feed) visit(m Message, event string, a *pipeline.Admission) *Refusal {
	a.Opens = opening[event]
	if strings.HasPrefix(event, "SIU^") {
		a.Visit = f.appointment(m)
	} else {
		a.Visit = f.stay(m, event)
		pv1, _ := m.Segment("PV1")
		a.Unended = event == "ADT^A13" || pv1.Field(45) == `""`
	}
	switch {
	case a.Visit.Number == "" && a.Kind == pipeline.VisitVoid:
		return refuse(AE, ErrRequiredField, "The visit that is cancelled has no number (PV1-19 or SCH-2).")
	case a.Visit.Number == "":
		a.Kind = pipeline.PatientNews
	}
	return tooLong(a.Visit.Number, "The number of the visit (PV1-19 or SCH-2)")
}

func (f Feed) stay(m Message, event string) pipeline.Encounter {
	v := pipeline.Encounter{
		Number:   strings.TrimSpace(m.Value("PV1", 19)),
		Class:    f.class(m),
		Reason:   m.Part("PV2", 3, 2),
		Location: f.place(m, "PV1", 3),
		Start:    f.first(m.Value("PV1", 44)),
	}
	switch event {
	case "ADT^A13": // takes the discharge back
	case "ADT^A03":
		v.End = f.first(m.Value("PV1", 45))
		if v.End.IsZero() {
			v.End = f.happened(m)
		}
	default:
		v.End = f.first(m.Value("PV1", 45))
	}
	return v
}

func (f Feed) class(m Message) string { return classes[strings.ToUpper(m.Value("PV1", 2))] }

// appointment reads a scheduled visit (chapter 10). Until there is a visit number
// it goes by the filler's number, or the placer's, marked as such: the two are
// counted apart from visits.
func (f Feed) appointment(m Message) pipeline.Encounter {
	v := pipeline.Encounter{Class: f.class(m), Reason: m.Part("SCH", 7, 2)}
	v.Number = strings.TrimSpace(m.Value("PV1", 19))
	if booked := cmp.Or(strings.TrimSpace(m.Value("SCH", 2)), strings.TrimSpace(m.Value("SCH", 1))); v.Number == "" && booked != "" {
		v.Number = "APPT-" + booked
	}
	v.Location = cmp.Or(f.place(m, "AIL", 3), f.place(m, "PV1", 3))
	v.Start = f.first(m.Value("TQ1", 7), m.Part("SCH", 11, 4), m.Value("AIS", 4))
	return v
}

// place writes a location (PL): point of care, room, bed.
func (f Feed) place(m Message, segment string, field int) string {
	var parts []string
	for n := range 3 {
		if p := strings.TrimSpace(m.Part(segment, field, n+1)); p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " ")
}
