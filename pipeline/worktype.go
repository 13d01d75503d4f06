package pipeline

import "strings"

// Worktype is the kind of document dictated; it decides title, LOINC code and due date.
type Worktype string

// The worktypes the house knows.
const (
	HistoryAndPhysical Worktype = "history-and-physical"
	Consultation       Worktype = "consultation"
	OperativeReport    Worktype = "operative-report"
	DischargeSummary   Worktype = "discharge-summary"
	ProgressNote       Worktype = "progress-note"
	Letter             Worktype = "letter"
	RadiologyReport    Worktype = "radiology-report"
)

// WorktypeInfo says how a worktype is called and coded.
type WorktypeInfo struct {
	Worktype Worktype
	Title    string // as a person reads it
	LOINC    string // LOINC document code (US Core clinical notes value set)
	Display  string // the code's LOINC name
	HL7      string // HL7 v2.5.1 table 0270; empty where the table has none
}

// Worktypes is the table, in the order pages offer it.
var Worktypes = []WorktypeInfo{
	{ProgressNote, "Progress note", "11506-3", "Progress note", "PR"},
	{Consultation, "Consultation", "11488-4", "Consult note", "CN"},
	{HistoryAndPhysical, "History and physical", "34117-2", "History and physical note", "HP"},
	{OperativeReport, "Operative report", "11504-8", "Surgical operation note", "OP"},
	{DischargeSummary, "Discharge summary", "18842-5", "Discharge summary", "DS"},
	{RadiologyReport, "Radiology report", "18748-4", "Diagnostic imaging study", "DI"},
	{Letter, "Letter", "51852-2", "Letter", ""},
}

// Info looks the worktype up; the zero WorktypeInfo means unknown.
func (w Worktype) Info() WorktypeInfo {
	for _, i := range Worktypes {
		if i.Worktype == w {
			return i
		}
	}
	return WorktypeInfo{}
}

// ParseWorktype reads a worktype as people and recorders write it: "H&P",
// "Discharge Summary" and "discharge_summary" are all understood.
func ParseWorktype(s string) (Worktype, error) {
	key := strings.NewReplacer(" ", "-", "_", "-", "&", "-and-").Replace(strings.ToLower(strings.TrimSpace(s)))
	switch key {
	case "h-and-p", "hp", "h-p":
		return HistoryAndPhysical, nil
	case "consult":
		return Consultation, nil
	case "op-note", "operative-note", "operation":
		return OperativeReport, nil
	case "discharge":
		return DischargeSummary, nil
	case "progress":
		return ProgressNote, nil
	case "radiology":
		return RadiologyReport, nil
	}
	if Worktype(key).Info().Title != "" {
		return Worktype(key), nil
	}
	names := make([]string, len(Worktypes))
	for i, w := range Worktypes {
		names[i] = string(w.Worktype)
	}
	return "", Errorf(Invalid, "There is no worktype %q. The worktypes are %s.", s, strings.Join(names, ", "))
}
