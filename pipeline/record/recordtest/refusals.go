package recordtest

import (
	"time"

	"dictation/pipeline/record"
)

// Refusal is a way to spoil a good document so that no record may take it.
type Refusal struct {
	Name  string
	Spoil func(*record.Document)
}

// Refusals lists what every record refuses.
var Refusals = []Refusal{
	{"text altered after signing", func(d *record.Document) { d.Note.Text += " not" }},
	{"text emptied", func(d *record.Document) { d.Note.Text = "" }},
	{"white space altered", func(d *record.Document) { d.Note.Text += "\n" }},
	{"seal of another note", func(d *record.Document) { d.Note.Seal.DocumentNumber += "1" }},
	{"never signed", func(d *record.Document) { d.Note.Seal.SignedAt = time.Time{} }},
	{"no signer", func(d *record.Document) { d.Note.Seal.SignerID = "" }},
	{"no key", func(d *record.Document) { d.Key = "" }},
	{"no patient in the note", func(d *record.Document) { d.Note.PatientID = "" }},
	{"another patient", func(d *record.Document) { d.Patient.ID = id("patient", -1) }},
	{"another visit", func(d *record.Document) { d.Encounter.ID = id("visit", -1) }},
	{"visit of another patient", func(d *record.Document) { d.Encounter.PatientID = id("patient", -1) }},
	{"number too long for HL7", func(d *record.Document) {
		d.Note.DocumentNumber += "0000000000"
		d.Note.Seal.DocumentNumber = d.Note.DocumentNumber
	}},
}
