package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/intake"
	"dictation/pipeline/store"
)

// splitData is the page on which a recording is split into dictations.
type splitData struct {
	card
	Hear    bool // the reader may hear it
	Wave    wave
	Rows    []splitRow
	Focus   int    // row that was just made
	At      string // where the next cut is to be made
	Lookup  bool   // the reader may search patients
	Find    string // what was searched for
	Choices []choice
	Plan    []plannedPart // what will be made; then the page asks for a last yes
}

// splitRow is one part as it stands in the form.
type splitRow struct {
	N          int // from 1
	Start, End string
	StartMS    int64
	EndMS      int64
	X          int    // of its beginning, in the drawing
	Why        string // it was proposed
	MRN, Visit string
	Worktype   pipeline.Worktype
	STAT       bool
}

// Before is the part that this one can be joined to.
func (row splitRow) Before() int { return row.N - 1 }

// Fragment is the stretch as a media fragment: browsers play just that.
func (row splitRow) Fragment() string {
	return fmt.Sprintf("%.3f,%.3f", float64(row.StartMS)/1000, float64(row.EndMS)/1000)
}

// plannedPart is a part as it is about to be made.
type plannedPart struct {
	pipeline.Dictation
	Row     splitRow
	Patient pipeline.Patient
	Visit   pipeline.Encounter
}

// why says what stands at the beginning of a proposed part.
func why(p partView) string {
	switch p.Why {
	case audio.CutCue:
		return "a tone before it"
	case cutSaid:
		return "“next patient” was said"
	case audio.CutKeys:
		return "telephone keys before it: " + p.Keys
	case audio.CutPause:
		return fmt.Sprintf("a pause of %d s before it", (p.PauseMS+500)/1000)
	}
	return ""
}

// pageSplit shows how the recording seems to be parted.
func (s *Server) pageSplit(w http.ResponseWriter, r *http.Request) error {
	d := dictationOf(r)
	if d.Parted() {
		return goTo(w, r, "/dictations/"+d.ID, "")
	}
	if err := d.CheckSplit(); err != nil {
		return err
	}
	if err := s.Store.Accessed(r.Context(), actor(r), string(pipeline.ReadDictation), d.ID, d.PatientID); err != nil {
		return err
	}
	parts, err := s.proposal(r.Context(), d)
	if err != nil {
		return err
	}
	data := splitData{Rows: make([]splitRow, len(parts))}
	for i, p := range parts {
		data.Rows[i] = splitRow{Start: pipeline.Clock((p.StartMS + 99) / 100 * 100), Why: why(p), Worktype: d.Worktype, STAT: d.Priority == pipeline.STAT}
	}
	return s.writeSplit(w, r, data, nil)
}

// maxSplitForm bounds the form: two hundred parts and a search.
const maxSplitForm = 512 << 10

// postSplit does what a button of the form asks for. Only "split" changes
// anything; all others draw the page anew.
func (s *Server) postSplit(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxSplitForm)
	data, err := readSplit(r)
	if err != nil {
		return err
	}
	act, arg, _ := strings.Cut(r.PostFormValue("do"), ":")
	switch act {
	case "add":
		err = data.add(r.PostFormValue("at"), dictationOf(r))
	case "remove":
		data.remove(arg)
	case "find":
		err = s.findForSplit(r, &data)
	case "check":
		data.Plan, err = s.plan(r, &data)
	case "split":
		return s.split(w, r, data)
	}
	return s.writeSplit(w, r, data, err)
}

// readSplit takes the rows out of the form.
func readSplit(r *http.Request) (data splitData, err error) {
	if err := r.ParseForm(); err != nil {
		return data, brokenOff(err)
	}
	f := r.PostForm
	n := len(f["start"])
	for _, name := range []string{"mrn", "visit", "worktype", "priority", "why"} {
		if len(f[name]) != n || n == 0 || n > intake.MaxParts {
			return data, pipeline.Errorf(pipeline.Invalid, "The form did not arrive whole. Nothing was changed; go back and send it again.")
		}
	}
	data.At, data.Find = f.Get("at"), strings.TrimSpace(f.Get("q"))
	for i := range n {
		data.Rows = append(data.Rows, splitRow{
			Start: strings.TrimSpace(f["start"][i]), Why: f["why"][i], MRN: strings.TrimSpace(f["mrn"][i]), Visit: strings.TrimSpace(f["visit"][i]),
			Worktype: pipeline.Worktype(f["worktype"][i]), STAT: f["priority"][i] == pipeline.STAT.String(),
		})
	}
	return data, nil
}

// add makes a cut. Without a place it only draws the page anew.
func (d *splitData) add(at string, tape pipeline.Dictation) error {
	if strings.TrimSpace(at) == "" {
		return nil
	}
	ms, err := pipeline.ParseClock(at)
	switch {
	case err != nil:
		return err
	case ms <= 0 || ms >= tape.Sound.DurationMS:
		return pipeline.Errorf(pipeline.Invalid, "A cut must lie inside the recording, which is %s long.", pipeline.Clock(tape.Sound.DurationMS))
	case len(d.Rows) == intake.MaxParts:
		return pipeline.Errorf(pipeline.Invalid, "A recording is split into at most %d parts.", intake.MaxParts)
	}
	i := len(d.Rows)
	for ; i > 1; i-- {
		if before, err := pipeline.ParseClock(d.Rows[i-1].Start); err == nil && before <= ms {
			break
		}
	}
	row := splitRow{Start: pipeline.Clock(ms), Worktype: tape.Worktype, STAT: tape.Priority == pipeline.STAT}
	d.Rows = slices.Insert(d.Rows, i, row)
	d.Focus, d.At = i+1, ""
	return nil
}

// remove joins a part to the one before it.
func (d *splitData) remove(row string) {
	n, err := strconv.Atoi(row)
	if err == nil && n > 1 && n <= len(d.Rows) {
		d.Rows = slices.Delete(d.Rows, n-1, n)
		d.Focus = n - 1
	}
}

func (s *Server) findForSplit(r *http.Request, data *splitData) error {
	u := userOf(r)
	if err := pipeline.May(u, pipeline.FindPatient, nil); err != nil {
		return err
	}
	if err := s.Store.Accessed(r.Context(), actor(r), string(pipeline.FindPatient), "", ""); err != nil {
		return err
	}
	found, err := s.findPatients(r.Context(), data.Find)
	if err == nil {
		data.Choices, err = s.choices(r.Context(), found)
	}
	return err
}

// parts are the rows as intake takes them: each ends where the next begins.
func (d *splitData) parts(total int64) ([]intake.Part, error) {
	out := make([]intake.Part, len(d.Rows))
	for i, row := range d.Rows {
		ms, err := pipeline.ParseClock(row.Start)
		if err != nil {
			return nil, pipeline.Wrap(pipeline.Invalid, err, "Part %d: %s", i+1, pipeline.Sentence(err))
		}
		priority := pipeline.Routine
		if row.STAT {
			priority = pipeline.STAT
		}
		out[i] = intake.Part{
			StartMS: ms, EndMS: total, PatientMRN: row.MRN, Encounter: row.Visit, Worktype: string(row.Worktype), Priority: priority.String(),
		}
		if i > 0 {
			out[i-1].EndMS = ms
		}
	}
	return out, nil
}

// plan is what would be made, with the names of the patients: whoever typed the
// numbers must see whose they are.
func (s *Server) plan(r *http.Request, data *splitData) ([]plannedPart, error) {
	d := dictationOf(r)
	parts, err := data.parts(d.Sound.DurationMS)
	if err != nil {
		return nil, err
	}
	made, err := s.Intake.Plan(r.Context(), d.ID, parts)
	if err != nil {
		return nil, err
	}
	names := s.cards(userOf(r))
	var out []plannedPart
	for _, p := range made {
		c, err := names.one(r.Context(), p)
		if err == nil && p.PatientID != "" {
			err = s.Store.Accessed(r.Context(), actor(r), string(pipeline.FindPatient), d.ID, p.PatientID)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, plannedPart{Dictation: p, Patient: c.Patient, Visit: c.Visit})
	}
	return out, nil
}

// split makes the parts and shows them.
func (s *Server) split(w http.ResponseWriter, r *http.Request, data splitData) error {
	d := dictationOf(r)
	parts, err := data.parts(d.Sound.DurationMS)
	if err == nil {
		_, err = s.Intake.Split(r.Context(), actor(r), d.ID, parts)
	}
	if err != nil {
		return s.writeSplit(w, r, data, err)
	}
	return goTo(w, r, "/dictations/"+d.ID, "split")
}

// postWhole lets the recording go on as one dictation.
func (s *Server) postWhole(w http.ResponseWriter, r *http.Request) error {
	id := dictationOf(r).ID
	if _, err := s.Store.Whole(r.Context(), actor(r), id); err != nil {
		return err
	}
	s.Queue.Announce(id)
	return goTo(w, r, "/dictations/"+id, "whole")
}

// writeSplit fills in what every answer of the page has. What the person can put
// right is shown above the form, which stays as it was typed.
func (s *Server) writeSplit(w http.ResponseWriter, r *http.Request, data splitData, trouble error) (err error) {
	ctx, u, d := r.Context(), userOf(r), dictationOf(r)
	sh := sheet{name: "split", title: s.speech(r).t("Split %s", d.JobNumber)}
	if trouble != nil {
		if pipeline.KindOf(trouble) != pipeline.Invalid {
			return trouble
		}
		sh.status, sh.trouble = statuses[pipeline.Invalid], s.sentence(r, trouble)
	}
	if data.card, err = s.cards(u).one(ctx, d); err != nil {
		return err
	}
	data.Hear = pipeline.May(u, pipeline.ReadSound, &d) == nil
	data.Lookup = pipeline.May(u, pipeline.FindPatient, nil) == nil
	if data.Lookup && data.Choices == nil {
		if data.Choices, err = s.latestPatients(ctx, u); err != nil {
			return err
		}
	}
	if data.Wave, err = s.wave(ctx, d); err != nil {
		// Times can be typed without the drawing.
		s.opts.Log.WarnContext(ctx, "no waveform to draw", "dictation", d.ID, "err", err)
	}
	data.place(d.Sound.DurationMS)
	sh.data = data
	return s.pages.write(w, r, sh)
}

// latestPatients are those of the reader's latest recordings.
func (s *Server) latestPatients(ctx context.Context, u pipeline.User) ([]choice, error) {
	ds, err := s.Store.Dictations(ctx, store.Filter{AuthorID: u.ID})
	if err != nil {
		return nil, err
	}
	latest, err := s.cards(u).of(ctx, ds)
	if err != nil {
		return nil, err
	}
	return s.recentPatients(ctx, latest)
}

// place numbers the rows and finds their places in the drawing. A time that
// cannot be read stands where the part before it stands.
func (d *splitData) place(total int64) {
	at := int64(0)
	for i := range d.Rows {
		row := &d.Rows[i]
		if ms, err := pipeline.ParseClock(row.Start); err == nil {
			at = min(ms, total)
		}
		row.N, row.StartMS, row.EndMS = i+1, at, total
		row.X = int(at * waveColumns / max(1, total))
		if i > 0 {
			d.Rows[i-1].EndMS = max(d.Rows[i-1].StartMS, at)
			d.Rows[i-1].End = pipeline.Clock(d.Rows[i-1].EndMS)
		}
	}
	if n := len(d.Rows); n > 0 {
		d.Rows[n-1].End = pipeline.Clock(total)
	}
	for i := range d.Plan {
		d.Plan[i].Row = d.Rows[i]
	}
}
