package web

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/intake"
	"dictation/transcript/check"
)

// partsView is a recording in parts: proposed, or made.
type partsView struct {
	DurationMS int64      `json:"duration_ms"`
	Split      bool       `json:"split"` // the parts are dictations; else they are a proposal
	Parts      []partView `json:"parts"`
}

// partView is one part, in milliseconds of the canonical sound.
type partView struct {
	StartMS int64 `json:"start_ms"`
	EndMS   int64 `json:"end_ms"`

	Why      audio.CutReason `json:"why,omitempty"`       // of a proposal: start, cue, keys, pause
	Keys     string          `json:"keys,omitempty"`      // telephone keys pressed there
	PauseMS  int64           `json:"pause_ms,omitempty"`  // around its beginning
	SpeechMS int64           `json:"speech_ms,omitempty"` // within it

	Dictation *dictationView `json:"dictation,omitempty"` // what was made of it
}

func (s *Server) apiParts(w http.ResponseWriter, r *http.Request) error {
	d := dictationOf(r)
	if d.Parted() {
		return s.writeParts(w, r, d)
	}
	if err := decoded(d); err != nil {
		return err
	}
	parts, err := s.proposal(r.Context(), d)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, partsView{DurationMS: d.Sound.DurationMS, Parts: parts})
}

// writeParts answers with the parts that were made.
func (s *Server) writeParts(w http.ResponseWriter, r *http.Request, d pipeline.Dictation) error {
	made, err := s.Store.Parts(r.Context(), d.ID)
	if err != nil {
		return err
	}
	out := partsView{DurationMS: d.Sound.DurationMS, Split: true, Parts: make([]partView, len(made))}
	views := s.viewer(r)
	for i, p := range made {
		out.Parts[i] = partView{StartMS: inMS(p.Part.From), EndMS: inMS(p.Part.To)}
		if pipeline.May(userOf(r), pipeline.ReadDictation, &p) != nil {
			continue // it was given to another author since
		}
		v, err := views.view(r.Context(), p)
		if err != nil {
			return err
		}
		out.Parts[i].Dictation = &v
	}
	return writeJSON(w, http.StatusOK, out)
}

// proposal is how the recording seems to be parted: at tones, keys and long
// pauses. Without a report it is one part.
func (s *Server) proposal(ctx context.Context, d pipeline.Dictation) ([]partView, error) {
	rep, err := s.report(ctx, d)
	if err != nil {
		return nil, err
	}
	said, err := s.saidCuts(ctx, d)
	if err != nil {
		return nil, err
	}
	return propose(withSaid(audio.Cuts(rep), said), d.Sound.DurationMS), nil
}

// cutSaid is the reason of a part that begins where the author said so.
const cutSaid audio.CutReason = "said"

// saidCuts are the places where "next patient" was said, once it is recognised.
func (s *Server) saidCuts(ctx context.Context, d pipeline.Dictation) (at []time.Duration, err error) {
	if d.TextN == 0 {
		return nil, nil
	}
	draft, err := s.Store.Draft(ctx, d.ID)
	for _, f := range draft.Flags {
		if f.Kind == check.Spoken && f.Severity == check.Critical {
			at = append(at, time.Duration(f.Audio.EndMS)*time.Millisecond)
		}
	}
	return at, err
}

// withSaid adds what was said to what was heard: within a few seconds of a pause
// or tone it is the same cut, and stays where the detector put it.
func withSaid(cuts []audio.Cut, said []time.Duration) []audio.Cut {
	const same = 5 * time.Second
	for _, at := range said {
		near := func(c audio.Cut) bool { return c.Why != audio.CutStart && (c.Start-at).Abs() < same }
		if !slices.ContainsFunc(cuts, near) {
			cuts = append(cuts, audio.Cut{Start: at, Why: cutSaid})
		}
	}
	slices.SortStableFunc(cuts, func(a, b audio.Cut) int { return cmp.Compare(a.Start, b.Start) })
	return cuts
}

// propose rounds cuts to milliseconds and leaves out those that could not be made.
func propose(cuts []audio.Cut, total int64) []partView {
	parts := []partView{{EndMS: total, Why: audio.CutStart}}
	for i, c := range cuts {
		at, last := c.Start.Milliseconds(), &parts[len(parts)-1]
		least := intake.LeastPart.Milliseconds()
		switch {
		case i == 0:
			last.SpeechMS = c.Speech.Milliseconds()
			continue
		case at-last.StartMS < least || total-at < least || len(parts) == intake.MaxParts:
			last.SpeechMS += c.Speech.Milliseconds()
			continue
		}
		last.EndMS = at
		parts = append(parts, partView{
			StartMS: at, EndMS: total, Why: c.Why, Keys: c.Keys, PauseMS: c.Pause.Milliseconds(), SpeechMS: c.Speech.Milliseconds(),
		})
	}
	return parts
}

// maxReport bounds what is read of a report. It is ours, and four hours of
// speech make less than a tenth of it.
const maxReport = 32 << 20

// report is all that decode found out; where it kept none, the length alone.
func (s *Server) report(ctx context.Context, d pipeline.Dictation) (rep audio.Report, err error) {
	rep.Duration = time.Duration(d.Sound.DurationMS) * time.Millisecond
	if d.Sound.ReportKey == "" {
		return rep, nil
	}
	r, err := s.Blob.Read(ctx, d.Sound.ReportKey)
	if err != nil {
		return rep, err
	}
	defer r.Close()
	return rep, json.NewDecoder(io.LimitReader(r, maxReport)).Decode(&rep)
}

// apiSplit makes the parts dictations of their own.
func (s *Server) apiSplit(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Parts []struct {
			StartMS    int64  `json:"start_ms"`
			EndMS      int64  `json:"end_ms"`
			PatientMRN string `json:"patient_mrn"`
			Encounter  string `json:"encounter"`
			Worktype   string `json:"worktype"`
			Priority   string `json:"priority"`
		} `json:"parts"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	parts := make([]intake.Part, len(body.Parts))
	for i, p := range body.Parts {
		parts[i] = intake.Part(p)
	}
	id := dictationOf(r).ID
	if _, err := s.Intake.Split(r.Context(), actor(r), id, parts); err != nil {
		return err
	}
	d, err := s.Store.Dictation(r.Context(), id)
	if err != nil {
		return err
	}
	return s.writeParts(w, r, d)
}

// apiWhole lets a recording that waits to be split go on as one dictation.
func (s *Server) apiWhole(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Store.Whole(r.Context(), actor(r), dictationOf(r).ID)
	return s.writeChanged(w, r, d, err)
}
