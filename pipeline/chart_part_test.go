package pipeline

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func chartDocument(w Worktype, text string) ChartDocument {
	return ChartDocument{
		ID: "doc", Status: StatusCurrent, Encounter: Encounter{Number: "V-1"},
		Note: Note{
			DocumentNumber: "D1", DictationID: "dict", Worktype: w, Title: "T", Text: text,
			Seal: Seal{AuthorName: "Dr A", SignedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		},
	}
}

func TestChartLines(t *testing.T) {
	t.Parallel()
	const text = "ALLERGIES:\nPenicillin.\n\nCURRENT MEDICATIONS:\nAspirin 81 mg.\n\nHOSPITAL COURSE:\nQuiet.\n\nASSESSMENT:\nPneumonia.\n\nLABORATORY DATA:\n"
	for _, c := range []struct {
		worktype Worktype
		status   string
		want     map[ChartPart]string
	}{
		{ProgressNote, StatusCurrent, map[ChartPart]string{PartAllergies: "Penicillin.", PartMedications: "Aspirin 81 mg.", PartProblems: "Pneumonia."}},
		{Consultation, StatusCurrent, map[ChartPart]string{PartAllergies: "Penicillin.", PartMedications: "Aspirin 81 mg.", PartConsultations: "Pneumonia."}},
		{ProgressNote, StatusSuperseded, nil},
		{ProgressNote, StatusInError, nil},
	} {
		d := chartDocument(c.worktype, text)
		d.Status = c.status
		lines := ChartLines(d)
		if len(lines) != len(c.want) {
			t.Errorf("%s, %s: %+v", c.worktype, c.status, lines)
		}
		for _, l := range lines {
			if c.want[l.Part] != l.Text || l.Document != "doc" || l.Dictation != "dict" || l.Number != "D1" || l.Author != "Dr A" || l.Signed.IsZero() || l.Encounter != "V-1" {
				t.Errorf("%s: %+v", c.worktype, l)
			}
		}
	}
}

// TestChartLinesInventNothing: what a line says stands in its note.
func TestChartLinesInventNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("aé:\n PLANMEDICATIONS"))).Draw(t, "text")
		text += "\nMEDICATIONS: " + text
		for _, l := range ChartLines(chartDocument(ProgressNote, text)) {
			if !strings.Contains(text, l.Text) || !strings.Contains(text, l.Heading) || l.Part == "" || l.Number == "" || l.Signed.IsZero() {
				t.Fatalf("a line that is not in its note, or without it: %+v", l)
			}
		}
	})
}
