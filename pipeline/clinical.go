package pipeline

import (
	"log/slog"
	"time"
)

// The parts of a chart that only other systems fill.
const (
	PartInsurance ChartPart = "insurance"
	PartVitals    ChartPart = "vitals"
	PartFindings  ChartPart = "findings"  // measured or asked, neither laboratory nor vital sign
	PartDocuments ChartPart = "documents" // written elsewhere
)

// ClinicalParts lists the parts that other systems fill, in the order of the chart.
var ClinicalParts = []ChartPart{
	PartInsurance, PartProblems, PartHistory, PartAllergies, PartMedications, PartProcedures, PartLaboratory, PartVitals,
	PartFindings, PartConsultations, PartDocuments,
}

// Clinical is an entry of a patient's chart that another system sent. Every
// version of it is kept.
type Clinical struct {
	ID        string // UUID, also the FHIR id
	Type      string // FHIR R4 resource type
	Version   int    // from 1
	PatientID string
	Encounter string // id of the visit; empty when none was named
	Part      ChartPart
	InError   bool      // withdrawn: in the record, not in the chart
	At        time.Time // when it was so at the patient; when it came, where that was not said
	Updated   time.Time
	Sender    string // account or system that sent this version, by name
	Fact      Fact
	Resource  []byte // FHIR JSON as sent, without id, version and patient
}

// LogValue keeps patient data out of logs: the id only.
func (c Clinical) LogValue() slog.Value { return slog.StringValue(c.ID) }

// FactCode is a code and the system that defines it.
type FactCode struct {
	System string `json:"system,omitempty"`
	Code   string `json:"code,omitempty"`
}

// Fact is what a line of the chart says of an entry, in the sender's words.
type Fact struct {
	Title      string     `json:"title"`
	Codes      []FactCode `json:"codes,omitempty"`
	Categories []FactCode `json:"categories,omitempty"`
	Status     string     `json:"status,omitempty"` // FHIR's code
	Detail     string     `json:"detail,omitempty"` // dose, reaction, remarks
	Value      string     `json:"value,omitempty"`  // of a measurement, as it was sent
	Unit       string     `json:"unit,omitempty"`
	Range      string     `json:"range,omitempty"` // that the laboratory calls normal
	Flag       string     `json:"flag,omitempty"`  // H, L, HH, A … (v3 ObservationInterpretation)
	When       string     `json:"when,omitempty"`  // FHIR date as it was sent, may be a year only
	Source     string     `json:"source,omitempty"`
	Files      []FactFile `json:"files,omitempty"` // of a document
}

// FactFile is a file inside a document.
type FactFile struct {
	Type  string `json:"type"` // MIME type
	Title string `json:"title,omitempty"`
	Size  int    `json:"size"` // bytes
}

// Numbered is a number and the system it is unique in.
type Numbered struct{ System, Value string }

// ClinicalNews is an entry that another system sends.
type ClinicalNews struct {
	Clinical
	SaidAt      time.Time // when the sender's copy last changed; zero when not said
	MRN         string    // of the patient, where no id was named
	Visit       string    // number of the visit, where no id was named
	Identifiers []Numbered

	Only      *Numbered // conditional: the one with this identifier, or a new one
	NewOnly   bool      // with Only: what is there already stays as it is
	ID        string    // change this one; empty makes a new one
	IfVersion int       // change only this version; 0 any
}

// Effect is what became of an entry that was sent.
type Effect string

// What becomes of an entry.
const (
	Created   Effect = "created"
	Changed   Effect = "updated"
	Unchanged Effect = "unchanged"
)
