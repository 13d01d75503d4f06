package hl7

import (
	"cmp"
	"strings"
	"time"
)

// Code is an acknowledgement code of HL7 table 0008.
type Code string

// The codes: application acknowledgements, and those of the commit level.
const (
	AA Code = "AA"
	AE Code = "AE"
	AR Code = "AR"
	CA Code = "CA"
	CE Code = "CE"
	CR Code = "CR"
)

// Codes of ERR-3, HL7 table 0357.
const (
	ErrSegmentSequence = "100"
	ErrRequiredField   = "101"
	ErrDataType        = "102"
	ErrTable           = "103"
	ErrMessageType     = "200"
	ErrEventCode       = "201"
	ErrProcessingID    = "202"
	ErrVersion         = "203"
	ErrUnknownKey      = "204"
	ErrDuplicateKey    = "205"
	ErrLocked          = "206"
	ErrInternal        = "207"
)

// Ack is an acknowledgement.
type Ack struct {
	Code    Code
	Control string // MSA-2: the MSH-10 that is acknowledged
	Error   string // ERR-3 (table 0357); empty when there is none
	Text    string // for a person; holds no patient data when we wrote it
}

// maxEcho and maxParts bound what of a message stands in its acknowledgement: a
// longer field is left out, and of its components the first are kept. An
// application's name (HD) has three.
const (
	maxEcho  = 1 << 10 // bytes of a field
	maxParts = 8
)

func echo(field string) string {
	if len(field) > maxEcho {
		return ""
	}
	return field
}

// Reply writes the acknowledgement of a message that control names as its
// MSH-10; to may be the zero Message when nothing could be read.
func (a Ack) Reply(to Message, control string, now time.Time) []byte {
	kind := "ACK"
	if event := echo(to.Part("MSH", 9, 2)); event != "" {
		kind = Components("ACK", event, "ACK")
	}
	processing := cmp.Or(echo(to.Value("MSH", 11)), "P")
	msh, _ := to.Segment("MSH")
	var w Writer
	w.Segment("MSH", `^~\&`, to.rewrite(msh.Field(5)), to.rewrite(msh.Field(6)), to.rewrite(msh.Field(3)), to.rewrite(msh.Field(4)),
		Time(now), "", kind, Escape(control), Escape(processing), "2.5.1", "", "", "", "", "", "UNICODE UTF-8")
	w.Segment("MSA", string(a.Code), Escape(echo(a.Control)), Escape(a.Text))
	if a.Code != AA && a.Code != CA {
		w.Segment("ERR", "", "", Components(a.Error, "", "HL70357"), "E", "", "", "", Escape(a.Text))
	}
	return w.Bytes()
}

// rewrite gives the first repetition of a field with the standard delimiters.
func (m Message) rewrite(field string) string {
	field, _, _ = strings.Cut(echo(field), string(m.sep.repetition))
	var parts []string
	for rest, more := field, field != ""; more && len(parts) < maxParts; {
		var part string
		part, rest, more = strings.Cut(rest, string(m.sep.component))
		parts = append(parts, m.Component(part, 1))
	}
	return Components(parts...)
}

// ReadAck finds the acknowledgement in a message; ok is false when it is none.
// The code in ERR-3 is preferred, then that of ERR-1 (before version 2.5).
func ReadAck(m Message) (a Ack, ok bool) {
	msa, ok := m.Segment("MSA")
	if !ok {
		return Ack{}, false
	}
	a = Ack{Code: Code(strings.ToUpper(m.Component(msa.Field(1), 1))), Control: m.Component(msa.Field(2), 1), Text: m.Component(msa.Field(3), 1)}
	if e, found := m.Segment("ERR"); found {
		a.Error = m.Component(e.Field(3), 1)
		if a.Error == "" {
			a.Error = m.Component(e.Field(1), 4)
		}
		if a.Text == "" {
			a.Text = m.Component(e.Field(8), 1)
		}
	}
	return a, a.Code != ""
}
