package web

import (
	"net/http"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// recordData is the page that an author dictates on.
type recordData struct {
	User     string // account, whose recordings on the device are shown
	Worktype pipeline.Worktype
	Choices  []choice
	Parent   *parent // the signed note that is added to or amended; nil for most
}

// recentOnRecord is how many patients the list of recent ones offers.
const recentOnRecord = 20

func (s *Server) pageRecord(w http.ResponseWriter, r *http.Request) error {
	ctx, u := r.Context(), userOf(r)
	data := recordData{User: u.ID}
	var err error
	if data.Worktype, err = s.Store.LastWorktype(ctx, u.ID); err != nil {
		return err
	}
	q := r.URL.Query()
	if data.Parent, err = s.parent(r, q.Get("note"), pipeline.Relation(q.Get("as"))); err != nil {
		return err
	}
	ds, err := s.Store.Dictations(ctx, store.Filter{AuthorID: u.ID, Limit: 200})
	if err != nil {
		return err
	}
	var ps []pipeline.Patient
	seen := make(map[string]bool)
	for _, d := range ds {
		if d.PatientID == "" || seen[d.PatientID] || len(ps) == recentOnRecord {
			continue
		}
		seen[d.PatientID] = true
		p, err := s.Store.Patient(ctx, d.PatientID)
		if err != nil {
			return err
		}
		ps = append(ps, p)
	}
	if data.Choices, err = s.choices(ctx, ps); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "record", title: "Dictate", data: data})
}

// unfinished is a recording of the author that has come in and is not sent.
type unfinished struct {
	pipeline.Recording
	Patient pipeline.Patient
	Until   time.Time // when it is put on hold as it is
	Soon    bool      // that is within three days
}

// unfinished lists what the author began and did not send.
func (s *Server) unfinished(r *http.Request) ([]unfinished, error) {
	recs, err := s.Store.Unfinished(r.Context(), userOf(r).ID)
	if err != nil {
		return nil, err
	}
	out := make([]unfinished, len(recs))
	for i, rec := range recs {
		until := s.Intake.Until(rec)
		out[i] = unfinished{Recording: rec, Until: until, Soon: time.Until(until) < 72*time.Hour}
		p, err := s.Store.PatientByMRN(r.Context(), rec.About.PatientMRN)
		switch {
		case err == nil:
			out[i].Patient = p
		case pipeline.KindOf(err) != pipeline.NotFound:
			return nil, err
		}
	}
	return out, nil
}

// postSendAsIs sends what came in of a recording whose device is gone.
func (s *Server) postSendAsIs(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.Intake.Own(r.Context(), actor(r), r.PathValue("recording"))
	if err != nil {
		return err
	}
	if _, err := s.Intake.SendAsIs(r.Context(), actor(r), rec.ID, ""); err != nil {
		return err
	}
	return goTo(w, r, "/dictations", "sent-as-is")
}

func (s *Server) postDiscard(w http.ResponseWriter, r *http.Request) error {
	if err := s.Intake.Discard(r.Context(), actor(r), r.PathValue("recording")); err != nil {
		return err
	}
	return goTo(w, r, "/dictations", "discarded")
}
