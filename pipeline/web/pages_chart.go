package web

import (
	"net/http"
	"strings"

	"dictation/pipeline"
)

type patientsData struct {
	Find  string
	Found []pipeline.Patient
}

func (s *Server) pagePatients(w http.ResponseWriter, r *http.Request) error {
	return s.pages.write(w, r, sheet{name: "patients", title: "Charts", data: patientsData{}})
}

// postPatients searches; a POST, so that no name stands in an address.
func (s *Server) postPatients(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	data := patientsData{Find: strings.TrimSpace(r.PostFormValue("q"))}
	found, err := s.findPatients(r.Context(), data.Find)
	switch {
	case err == nil:
	case pipeline.KindOf(err) == pipeline.Invalid:
		return s.pages.write(w, r, sheet{
			name: "patients", title: "Charts", status: http.StatusBadRequest, trouble: pipeline.Sentence(err), data: patientsData{},
		})
	default:
		return err
	}
	data.Found = found
	return s.pages.write(w, r, sheet{name: "patients", title: "Charts", data: data})
}

type chartData struct {
	Patient   pipeline.Patient
	Documents []document
}

// document is a signed note as the chart shows it.
type document struct {
	pipeline.ChartDocument
	Info   pipeline.WorktypeInfo
	Broken string // why the seal does not hold; empty when it does
	Sound  bool   // the reader may hear the dictation behind it
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
	docs, err := s.Store.Chart(ctx, p.ID, 200)
	if err != nil {
		return err
	}
	data := chartData{Patient: p}
	for _, d := range docs {
		line := document{ChartDocument: d, Info: d.Note.Worktype.Info()}
		if err := d.Note.Seal.Verify(d.Note.Text, s.Desk.PublicKey()); err != nil {
			line.Broken = pipeline.Sentence(err)
		}
		about := pipeline.Dictation{
			ID: d.Note.DictationID, AuthorID: d.Note.Seal.AuthorID,
			Position: pipeline.Position{Stage: pipeline.Deliver, State: pipeline.Finished},
		}
		line.Sound = pipeline.May(userOf(r), pipeline.ReadSound, &about) == nil
		data.Documents = append(data.Documents, line)
	}
	return s.pages.write(w, r, sheet{name: "chart", title: "Chart", data: data})
}
