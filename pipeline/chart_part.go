package pipeline

import (
	"slices"
	"strings"
	"time"

	"dictation/transcript"
)

// ChartPart is a part of a health record that is filled from notes' sections.
type ChartPart string

// The parts, as a chart is divided.
const (
	PartProblems      ChartPart = "problems"
	PartHistory       ChartPart = "history"
	PartAllergies     ChartPart = "allergies"
	PartMedications   ChartPart = "medications"
	PartProcedures    ChartPart = "procedures"
	PartLaboratory    ChartPart = "laboratory"
	PartConsultations ChartPart = "consultations"
)

// ChartParts lists the parts in the order of the chart.
var ChartParts = []ChartPart{
	PartProblems, PartHistory, PartAllergies, PartMedications, PartProcedures, PartLaboratory, PartConsultations,
}

// chartSections gives the part that a section (LOINC) belongs to. What is not
// here is read in its note.
var chartSections = map[string]ChartPart{
	"57852-6": PartProblems, "11535-2": PartProblems, "46241-6": PartProblems, "10218-6": PartProblems, "51848-0": PartProblems,
	"51847-2": PartProblems,
	"11348-0": PartHistory, "10157-6": PartHistory, "29762-2": PartHistory, "11369-6": PartHistory,
	"48765-2": PartAllergies,
	"10160-0": PartMedications, "42346-7": PartMedications, "10183-2": PartMedications,
	"47519-4": PartProcedures, "10223-6": PartProcedures, "59771-6": PartProcedures, "18776-5": PartProcedures,
	"30954-2": PartLaboratory, "11493-4": PartLaboratory,
	"18841-7": PartConsultations,
}

// consultSections are what a consultant was asked and answered.
var consultSections = []string{"42349-1", "51848-0", "51847-2", "18776-5"}

// ChartLine is what a section of a signed note says, with where it comes from.
type ChartLine struct {
	Part      ChartPart
	Heading   string // as it stands in the note
	LOINC     string
	Text      string
	Document  string // id of the chart document
	Dictation string // behind it
	Number    string // document number
	Title     string
	Author    string
	Signed    time.Time
	Relation  Relation
	Encounter string // visit number; empty when the note has none
}

// ChartLines gives what a document adds to the parts of a chart, in the order of
// its text. A document that was replaced or is in error adds nothing.
func ChartLines(d ChartDocument) []ChartLine {
	if d.Status != StatusCurrent {
		return nil
	}
	var lines []ChartLine
	for _, s := range transcript.Sections(d.Note.Text) {
		part := chartSections[s.LOINC]
		if d.Note.Worktype == Consultation && slices.Contains(consultSections, s.LOINC) {
			part = PartConsultations
		}
		text := strings.TrimSpace(d.Note.Text[s.Body : s.Body+s.Length])
		if part == "" || text == "" {
			continue
		}
		lines = append(lines, ChartLine{
			Part: part, Heading: s.Heading, LOINC: s.LOINC, Text: text,
			Document: d.ID, Dictation: d.Note.DictationID, Number: d.Note.DocumentNumber, Title: d.Note.Title, Author: d.Note.Seal.AuthorName,
			Signed: d.Note.Seal.SignedAt, Relation: d.Note.Relation, Encounter: d.Encounter.Number,
		})
	}
	return lines
}
