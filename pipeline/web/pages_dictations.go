package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"unicode/utf8"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// dictationsData is the author's page: sending recordings, and those sent.
type dictationsData struct {
	Find     string   // what was searched for
	Choices  []choice // patients to choose from: found, or recent ones
	Recent   bool     // the choices are recent patients, not found ones
	Chosen   string   // value of the chosen patient and visit
	Worktype pipeline.Worktype
	STAT     bool
	Several  bool
	Key      string // makes a form that is sent twice one upload
	Receipts []receipt
	Parent   *parent // the signed note that is added to or amended; nil for most
	MaxBytes int64

	Unfinished []unfinished // recordings that came in and were not sent
	Recordings []card
	Next       string // cursor of the next page
}

// choice is a patient with the visits a recording may belong to.
type choice struct {
	Patient pipeline.Patient
	Visits  []pipeline.Encounter
}

// receipt is what became of one file of a form.
type receipt struct {
	FileName  string
	Dictation pipeline.Dictation
	Trouble   string
}

func (s *Server) pageDictations(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	to, err := s.parent(r, q.Get("note"), pipeline.Relation(q.Get("as")))
	if err != nil {
		return err
	}
	return s.writeDictations(w, r, dictationsData{Parent: to}, 0)
}

// writeDictations fills in what every answer of this page has.
func (s *Server) writeDictations(w http.ResponseWriter, r *http.Request, data dictationsData, status int) error {
	ctx, u := r.Context(), userOf(r)
	after, err := parseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	f := store.Filter{AuthorID: u.ID, Limit: 50, After: after}
	ds, err := s.Store.Dictations(ctx, f)
	if err != nil {
		return err
	}
	if data.Recordings, err = s.cards(u).of(ctx, ds); err != nil {
		return err
	}
	if n := len(ds); n == f.Limit {
		data.Next = cursor(store.Cursor{At: ds[n-1].Created, ID: ds[n-1].ID})
	}
	if to := data.Parent; to != nil {
		data.Choices, data.Worktype = []choice{to.Choice()}, to.Note.Worktype
		data.Chosen = to.Patient.MRN + "|" + to.Visit.Number
	} else if data.Choices == nil && data.Find == "" {
		data.Recent = true
		if data.Choices, err = s.recentPatients(ctx, data.Recordings); err != nil {
			return err
		}
	}
	if data.Unfinished, err = s.unfinished(r); err != nil {
		return err
	}
	data.Key, data.MaxBytes = rand.Text(), s.opts.MaxUpload
	return s.pages.write(w, r, sheet{name: "dictations", title: "Dictations", status: status, data: data})
}

// recentPatients are those of the latest recordings, at most ten.
func (s *Server) recentPatients(ctx context.Context, latest []card) ([]choice, error) {
	var ps []pipeline.Patient
	seen := make(map[string]bool)
	for _, c := range latest {
		if c.Patient.ID != "" && !seen[c.Patient.ID] && len(ps) < 10 {
			seen[c.Patient.ID] = true
			ps = append(ps, c.Patient)
		}
	}
	return s.choices(ctx, ps)
}

func (s *Server) choices(ctx context.Context, ps []pipeline.Patient) ([]choice, error) {
	out := make([]choice, len(ps))
	for i, p := range ps {
		visits, err := s.Store.Encounters(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		out[i] = choice{p, visits[:min(10, len(visits))]}
	}
	return out, nil
}

// postFind searches patients. It is a POST so that no name stands in an address.
func (s *Server) postFind(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	data := dictationsData{Find: strings.TrimSpace(r.PostFormValue("q"))}
	found, err := s.findPatients(r.Context(), data.Find)
	if err != nil {
		return err
	}
	if data.Choices, err = s.choices(r.Context(), found); err != nil {
		return err
	}
	return s.writeDictations(w, r, data, 0)
}

// findPatients are those whose number or name begins with q.
func (s *Server) findPatients(ctx context.Context, q string) ([]pipeline.Patient, error) {
	if utf8.RuneCountInString(q) < 2 {
		return nil, pipeline.Errorf(pipeline.Invalid, "Type at least two characters of the patient's number (MRN) or name, then search again.")
	}
	return s.Store.Patients(ctx, store.PatientFilter{Any: q, Limit: 20})
}
