package web

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// dictationView is a dictation as the API shows it.
type dictationView struct {
	ID        string            `json:"id"`
	JobNumber string            `json:"job_number"`
	Stage     pipeline.Stage    `json:"stage"`
	Step      pipeline.Step     `json:"step,omitempty"`
	State     pipeline.State    `json:"state"`
	Reason    string            `json:"reason"`
	Priority  pipeline.Priority `json:"priority"`
	Worktype  pipeline.Worktype `json:"worktype"`
	Due       time.Time         `json:"due"`

	PatientID   string `json:"patient_id,omitempty"`
	PatientMRN  string `json:"patient_mrn"`
	EncounterID string `json:"encounter_id,omitempty"`
	Encounter   string `json:"encounter,omitempty"` // visit number
	Author      string `json:"author,omitempty"`    // name
	Facility    string `json:"facility,omitempty"`
	Source      string `json:"source"`

	SHA256     string   `json:"sha256"` // of the original recording
	Size       int64    `json:"size"`
	DurationMS int64    `json:"duration_ms"`
	Format     string   `json:"format,omitempty"`
	Warnings   []string `json:"warnings"`

	Sound   *soundView `json:"sound,omitempty"` // what was heard; none until decoded
	Several bool       `json:"several"`         // the sender says that it holds several dictations
	PartOf  string     `json:"part_of,omitempty"`
	StartMS int64      `json:"part_start_ms,omitempty"` // in the recording it was cut from
	EndMS   int64      `json:"part_end_ms,omitempty"`

	Version int64     `json:"version"`          // grows with every move of the dictation
	TextN   int       `json:"text_version"`     // newest; 0 before the draft
	Attempt int       `json:"attempt"`          // tries at the present machine stage
	Holder  string    `json:"holder,omitempty"` // name of somebody else who has it
	Mine    bool      `json:"mine"`             // the asker has it
	Lease   time.Time `json:"lease_until,omitzero"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// viewer makes views for the person of a request. It remembers what it looked
// up, so that a list asks once for each patient, visit and person.
type viewer struct {
	s     *Server
	user  pipeline.User
	found map[string]string
}

func (s *Server) viewer(r *http.Request) *viewer {
	return &viewer{s: s, user: userOf(r), found: make(map[string]string)}
}

// look gives what load finds under id; ids are UUIDs, so one map serves all kinds.
func (v *viewer) look(ctx context.Context, to *string, id string, load func(context.Context, string) (string, error)) error {
	if id == "" {
		return nil
	}
	known, ok := v.found[id]
	if !ok {
		var err error
		if known, err = load(ctx, id); err != nil {
			return err
		}
		v.found[id] = known
	}
	*to = known
	return nil
}

func (v *viewer) mrn(ctx context.Context, id string) (string, error) {
	p, err := v.s.Store.Patient(ctx, id)
	return p.MRN, err
}

func (v *viewer) visit(ctx context.Context, id string) (string, error) {
	e, err := v.s.Store.Encounter(ctx, id)
	return e.Number, err
}

func (v *viewer) name(ctx context.Context, id string) (string, error) {
	u, err := v.s.Store.User(ctx, id)
	return u.Name, err
}

func (v *viewer) view(ctx context.Context, d pipeline.Dictation) (dictationView, error) {
	out := dictationView{
		ID: d.ID, JobNumber: d.JobNumber, Stage: d.Stage, Step: d.Step, State: d.State, Reason: d.Reason,
		Priority: d.Priority, Worktype: d.Worktype, Due: d.Due.UTC(),
		PatientID: d.PatientID, EncounterID: d.EncounterID, Facility: d.Facility, Source: d.Source,
		SHA256: d.Original.SHA256, Size: d.Original.Size, DurationMS: d.Sound.DurationMS,
		Format: d.Sound.Format, Warnings: list(d.Sound.Warnings),
		Version: d.Version, TextN: d.TextN, Attempt: d.Attempt, Mine: d.HolderID != "" && d.HolderID == v.user.ID,
		Created: d.Created.UTC(), Updated: d.Updated.UTC(),
		Sound: v.sound(d), Several: d.Several, PartOf: d.Part.Of,
		StartMS: inMS(d.Part.From), EndMS: inMS(d.Part.To),
	}
	if out.Mine {
		out.Lease = d.Lease.UTC()
	} else if err := v.look(ctx, &out.Holder, d.HolderID, v.name); err != nil {
		return out, err
	}
	if err := v.look(ctx, &out.PatientMRN, d.PatientID, v.mrn); err != nil {
		return out, err
	}
	if err := v.look(ctx, &out.Encounter, d.EncounterID, v.visit); err != nil {
		return out, err
	}
	return out, v.look(ctx, &out.Author, d.AuthorID, v.name)
}

// list makes an empty list of none: JSON has [] then, not null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

func (v *viewer) views(ctx context.Context, ds []pipeline.Dictation) ([]dictationView, error) {
	out := make([]dictationView, len(ds))
	for i, d := range ds {
		var err error
		if out[i], err = v.view(ctx, d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// writeDictation answers with the dictation as the asker may see it.
func (s *Server) writeDictation(w http.ResponseWriter, r *http.Request, status int, d pipeline.Dictation) error {
	v, err := s.viewer(r).view(r.Context(), d)
	if err != nil {
		return err
	}
	return writeJSON(w, status, v)
}

func (s *Server) apiDictation(w http.ResponseWriter, r *http.Request) error {
	return s.writeDictation(w, r, http.StatusOK, dictationOf(r))
}

// listing says whose dictations the user may list: all (""), or his own.
// Others are refused. It asks the table of rights about a dictation of nobody
// and one of the user.
func listing(u pipeline.User) (author string, err error) {
	if pipeline.May(u, pipeline.ReadDictation, &pipeline.Dictation{}) == nil {
		return "", nil
	}
	return u.ID, pipeline.May(u, pipeline.ReadDictation, &pipeline.Dictation{AuthorID: u.ID})
}

type dictationsView struct {
	Dictations []dictationView `json:"dictations"`
	Next       string          `json:"next,omitempty"` // "after" of the next page
}

func (s *Server) apiDictations(w http.ResponseWriter, r *http.Request) error {
	author, err := listing(userOf(r))
	if err != nil {
		return err
	}
	f, err := dictationFilter(r)
	if err != nil {
		return err
	}
	f.AuthorID = author
	if err := s.Store.Accessed(r.Context(), actor(r), "dictation.list", "", ""); err != nil {
		return err
	}
	ds, err := s.Store.Dictations(r.Context(), f)
	if err != nil {
		return err
	}
	var out dictationsView
	if out.Dictations, err = s.viewer(r).views(r.Context(), ds); err != nil {
		return err
	}
	if n := len(ds); n == f.Limit {
		out.Next = cursor(store.Cursor{At: ds[n-1].Created, ID: ds[n-1].ID})
	}
	return writeJSON(w, http.StatusOK, out)
}

func dictationFilter(r *http.Request) (f store.Filter, err error) {
	q := r.URL.Query()
	if v := q.Get("stage"); v != "" {
		if f.Stage, err = pipeline.ParseStage(v); err != nil {
			return f, err
		}
	}
	if f.State, err = parseState(q.Get("state")); err != nil {
		return f, err
	}
	if f.Limit, err = limit(r); err != nil {
		return f, err
	}
	f.After, err = parseCursor(q.Get("after"))
	return f, err
}

// parseState reads a state; empty stays empty.
func parseState(s string) (pipeline.State, error) {
	states := []pipeline.State{"", pipeline.Pending, pipeline.InProgress, pipeline.Suspended, pipeline.Held, pipeline.Failed, pipeline.Finished}
	if st := pipeline.State(s); slices.Contains(states, st) {
		return st, nil
	}
	return "", pipeline.Errorf(pipeline.Invalid, "There is no such state. The states are pending, in_progress, suspended, held, failed and finished.")
}

// cursor writes a place in a list as one opaque word.
func cursor(c store.Cursor) string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.At.UTC().Format(time.RFC3339Nano) + " " + c.ID))
}

// parseCursor reads what cursor wrote; empty is the start of the list.
func parseCursor(s string) (c store.Cursor, err error) {
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		at, id, _ := strings.Cut(string(b), " ")
		c.ID = id
		if c.At, err = time.Parse(time.RFC3339Nano, at); err == nil {
			err = checkID(id)
		}
	}
	if err != nil {
		return store.Cursor{}, pipeline.Wrap(pipeline.Invalid, err, "The list cannot go on from there. Start it again from the first page.")
	}
	return c, nil
}
