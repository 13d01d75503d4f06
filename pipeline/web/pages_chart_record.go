package web

import (
	"context"
	"net/http"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// The chart page reads the parts from so many documents, lists so many on a page,
// and shows so many lines of a part.
const (
	chartRead  = 100
	chartPage  = 25
	chartLines = 12
)

// chartData is one patient's record.
type chartData struct {
	Patient   pipeline.Patient
	Visits    []pipeline.Encounter
	Parts     []chartPart
	Read      int  // documents that the parts were read from
	Partly    bool // there are more
	Kinds     []store.WorktypeCount
	Worktype  pipeline.Worktype // the list is narrowed to
	Total     int
	Documents []document
	Next      string // address of the next page; empty on the last
	First     string // address of the first; empty on it

	Disclosures bool // the reader may see to whom it was given
}

// chartPart is a part with its lines, the newest first.
type chartPart struct {
	Part  pipeline.ChartPart
	Title string
	Lines []pipeline.ChartLine
	More  int // lines that are not shown
}

// document is a signed note as the chart shows it.
type document struct {
	pipeline.ChartDocument
	Info   pipeline.WorktypeInfo
	Broken string // why the seal does not hold; empty when it does
	Sound  bool   // the reader may hear the dictation behind it
}

var partTitles = map[pipeline.ChartPart]string{
	pipeline.PartProblems:      msg("Diagnoses and problems"),
	pipeline.PartHistory:       msg("Medical history"),
	pipeline.PartAllergies:     msg("Allergies"),
	pipeline.PartMedications:   msg("Medications"),
	pipeline.PartProcedures:    msg("Treatment and procedures"),
	pipeline.PartLaboratory:    msg("Laboratory results"),
	pipeline.PartConsultations: msg("Consultations"),
}

func (s *Server) pageChart(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := s.Store.Patient(ctx, r.PathValue("patient"))
	if err != nil {
		return err
	}
	if err := s.Store.Accessed(ctx, actor(r), string(pipeline.ReadChart), "", p.ID); err != nil {
		return err
	}
	data := chartData{Patient: p, Disclosures: pipeline.May(userOf(r), pipeline.ReadDisclosures, nil) == nil}
	if err := s.chartDocuments(r, &data); err != nil {
		return err
	}
	if data.First == "" && data.Worktype == "" {
		if err := s.chartParts(ctx, &data); err != nil {
			return err
		}
	}
	return s.pages.write(w, r, sheet{name: "chart", title: "Chart", data: data})
}

// chartDocuments reads the page of documents that the address asks for.
func (s *Server) chartDocuments(r *http.Request, data *chartData) (err error) {
	ctx, v := r.Context(), r.URL.Query()
	f := store.ChartFilter{PatientID: data.Patient.ID, Limit: chartPage + 1}
	if name := v.Get("worktype"); name != "" {
		if f.Worktype, err = pipeline.ParseWorktype(name); err != nil {
			return err
		}
	}
	if f.After, err = parsePlace(v.Get("after")); err != nil {
		return err
	}
	if data.Kinds, err = s.Store.ChartCounts(ctx, data.Patient.ID); err != nil {
		return err
	}
	for _, k := range data.Kinds {
		if f.Worktype == "" || f.Worktype == k.Worktype {
			data.Total += k.N
		}
	}
	docs, err := s.Store.ChartPage(ctx, f)
	if err != nil {
		return err
	}
	data.Worktype = f.Worktype
	if len(docs) > chartPage {
		docs = docs[:chartPage]
		last := docs[chartPage-1]
		data.Next = chartAddress(data.Patient.ID, f.Worktype, place(store.Cursor{At: last.AttachedAt, ID: last.ID}))
	}
	if f.After.ID != "" {
		data.First = chartAddress(data.Patient.ID, f.Worktype, "")
	}
	for _, d := range docs {
		data.Documents = append(data.Documents, s.document(r, d))
	}
	return nil
}

// document says of a note whether its seal holds and what the reader may do.
func (s *Server) document(r *http.Request, d pipeline.ChartDocument) document {
	line := document{ChartDocument: d, Info: d.Note.Worktype.Info()}
	if err := d.Note.Seal.Verify(d.Note.Text, s.Desk.PublicKey()); err != nil {
		line.Broken = s.sentence(r, err)
	}
	about := pipeline.Dictation{
		ID: d.Note.DictationID, AuthorID: d.Note.Seal.AuthorID,
		Position: pipeline.Position{Stage: pipeline.Deliver, State: pipeline.Finished},
	}
	line.Sound = pipeline.May(userOf(r), pipeline.ReadSound, &about) == nil
	return line
}

// chartParts fills the parts from the newest notes; each line names its note.
func (s *Server) chartParts(ctx context.Context, data *chartData) error {
	docs, err := s.Store.ChartPage(ctx, store.ChartFilter{PatientID: data.Patient.ID, Limit: chartRead})
	if err != nil {
		return err
	}
	if data.Visits, err = s.Store.Encounters(ctx, data.Patient.ID); err != nil {
		return err
	}
	data.Visits = data.Visits[:min(len(data.Visits), chartLines)]
	data.Read, data.Partly = len(docs), data.Total > len(docs)
	lines := make(map[pipeline.ChartPart][]pipeline.ChartLine)
	for _, d := range docs {
		for _, l := range pipeline.ChartLines(d) {
			lines[l.Part] = append(lines[l.Part], l)
		}
	}
	for _, part := range pipeline.ChartParts {
		all := lines[part]
		shown := all[:min(len(all), chartLines)]
		data.Parts = append(data.Parts, chartPart{part, partTitles[part], shown, len(all) - len(shown)})
	}
	return nil
}

func chartAddress(patient string, w pipeline.Worktype, after string) string {
	return pathWith("/patients/"+patient, "worktype", string(w), "after", after)
}
