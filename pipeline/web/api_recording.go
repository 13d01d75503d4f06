package web

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"dictation/pipeline"
)

// recordingRoutes is the protocol of recordings in chunks: sound while it is
// spoken, and files. Whose a recording is, is asked by intake.
func (s *Server) recordingRoutes() []route {
	return []route{
		{pattern: "POST /recordings", action: pipeline.CreateDictation, handle: s.apiBegin},
		{pattern: "GET /recordings", action: pipeline.CreateDictation, audit: true, handle: s.apiUnfinished},
		{pattern: "GET /recordings/{recording}", action: pipeline.CreateDictation, audit: true, handle: s.apiRecording},
		{pattern: "GET /recordings/{recording}/chunks", action: pipeline.CreateDictation, audit: true, handle: s.apiChunks},
		{pattern: "PUT /recordings/{recording}/chunks/{n}", action: pipeline.CreateDictation, upload: true, handle: s.apiPutChunk},
		{pattern: "POST /recordings/{recording}/complete", action: pipeline.CreateDictation, upload: true, handle: s.apiFinish},
		{pattern: "POST /recordings/{recording}/send", action: pipeline.CreateDictation, upload: true, handle: s.apiSendAsIs},
		{pattern: "POST /recordings/{recording}/discard", action: pipeline.CreateDictation, handle: s.apiDiscard},
	}
}

// recordingView is a recording as the API shows it to its author.
type recordingView struct {
	ID         string                   `json:"id"`
	State      string                   `json:"state"` // open, sent or discarded
	PatientMRN string                   `json:"patient_mrn"`
	Encounter  string                   `json:"encounter,omitempty"`
	Worktype   pipeline.Worktype        `json:"worktype"`
	Priority   pipeline.Priority        `json:"priority"`
	Several    bool                     `json:"several"`
	RefersTo   string                   `json:"refers_to,omitempty"` // document number of a signed note
	Relation   pipeline.Relation        `json:"relation,omitempty"`  // to that note
	Reason     string                   `json:"reason,omitempty"`    // of an amendment
	Format     pipeline.RecordingFormat `json:"format"`
	FileName   string                   `json:"name,omitempty"`
	Length     int64                    `json:"length,omitempty"`
	Device     string                   `json:"device,omitempty"`
	Takes      []pipeline.Take          `json:"takes"`
	Gaps       []pipeline.Gap           `json:"gaps"`
	Chunks     int                      `json:"chunks"`
	Bytes      int64                    `json:"bytes"`
	DurationMS int64                    `json:"duration_ms"`
	Dictation  string                   `json:"dictation,omitempty"` // id of what it became
	Created    time.Time                `json:"created"`
	Updated    time.Time                `json:"updated"`
	Until      time.Time                `json:"until,omitzero"` // when it is put on hold as it is
}

func (s *Server) recordingView(r pipeline.Recording) recordingView {
	v := recordingView{
		ID: r.ID, State: "open", PatientMRN: r.About.PatientMRN, Encounter: r.About.Encounter, Worktype: r.About.Worktype,
		Priority: r.About.Priority, Several: r.About.Several,
		RefersTo: r.About.Refers.To, Relation: r.About.Refers.Relation, Reason: r.About.Refers.Why, Format: r.Format, FileName: r.FileName, Length: r.Length, Device: r.Device,
		Takes: list(r.Takes), Gaps: list(r.Gaps), Chunks: r.Chunks, Bytes: r.Bytes, DurationMS: r.DurationMS(),
		Dictation: r.DictationID, Created: r.Created.UTC(), Updated: r.Updated.UTC(),
	}
	switch {
	case r.Dropped:
		v.State = "discarded"
	case r.DictationID != "":
		v.State = "sent"
	default:
		v.Until = s.Intake.Until(r).UTC()
	}
	return v
}

// beginRequest announces a recording, or changes what is said of it.
type beginRequest struct {
	ID         string                   `json:"id"`
	Author     string                   `json:"author"` // account that the sender works for; empty: the session's
	PatientMRN string                   `json:"patient_mrn"`
	Encounter  string                   `json:"encounter"`
	Worktype   string                   `json:"worktype"`
	Priority   string                   `json:"priority"`
	Several    bool                     `json:"several"`
	RefersTo   string                   `json:"refers_to"` // document number of a signed note that it adds to or amends
	Relation   string                   `json:"relation"`  // to that note; empty: addendum
	Reason     string                   `json:"reason"`    // of an amendment
	Format     pipeline.RecordingFormat `json:"format"`
	FileName   string                   `json:"name"`
	Length     int64                    `json:"length"`
	Device     string                   `json:"device"`
	Takes      []pipeline.Take          `json:"takes"`
	Gaps       []pipeline.Gap           `json:"gaps"`
}

func (b beginRequest) recording() (r pipeline.Recording, err error) {
	r = pipeline.Recording{
		ID: b.ID, Format: b.Format, FileName: b.FileName, Length: b.Length, Device: b.Device, Takes: b.Takes, Gaps: b.Gaps,
		About: pipeline.About{PatientMRN: b.PatientMRN, Encounter: b.Encounter, Several: b.Several},
	}
	if r.About.Worktype, err = pipeline.ParseWorktype(b.Worktype); err != nil {
		return r, err
	}
	r.About.Priority, err = pipeline.ParsePriority(b.Priority)
	return r, err
}

func (s *Server) apiBegin(w http.ResponseWriter, r *http.Request) error {
	var in beginRequest
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	// The page may be of an author whose session has ended since; another has begun.
	if in.Author != "" && in.Author != userOf(r).ID {
		return pipeline.Errorf(pipeline.Forbidden, "This page is of another account than the one that is signed in now. What was recorded stays on the device; sign in again as its author.")
	}
	asked, err := in.recording()
	if err != nil {
		return err
	}
	if asked.About.Refers, err = s.refers(r, in.RefersTo, in.Relation, in.Reason); err != nil {
		return err
	}
	rec, made, err := s.Intake.Begin(r.Context(), actor(r), asked)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if made {
		status = http.StatusCreated
		w.Header().Set("Location", "/api/v1/recordings/"+rec.ID)
	}
	return writeJSON(w, status, s.recordingView(rec))
}

type recordingsView struct {
	Recordings []recordingView `json:"recordings"`
}

func (s *Server) apiUnfinished(w http.ResponseWriter, r *http.Request) error {
	recs, err := s.Store.Unfinished(r.Context(), userOf(r).ID)
	if err != nil {
		return err
	}
	out := recordingsView{Recordings: []recordingView{}}
	for _, rec := range recs {
		out.Recordings = append(out.Recordings, s.recordingView(rec))
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiRecording(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.Intake.Own(r.Context(), actor(r), r.PathValue("recording"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.recordingView(rec))
}

// chunkView is a chunk that is here.
type chunkView struct {
	N      int    `json:"n"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type chunksView struct {
	Chunks []chunkView `json:"chunks"`
	Next   int         `json:"next,omitempty"` // "from" of the next page
}

// chunkPage is how many chunks are listed at once.
const chunkPage = 5000

func (s *Server) apiChunks(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.Intake.Own(r.Context(), actor(r), r.PathValue("recording"))
	if err != nil {
		return err
	}
	from, err := number(r, "from")
	if err != nil {
		return err
	}
	chunks, err := s.Store.RecordingChunks(r.Context(), rec.ID, int(min(from, pipeline.MaxChunks)), chunkPage)
	if err != nil {
		return err
	}
	out := chunksView{Chunks: make([]chunkView, len(chunks))}
	for i, c := range chunks {
		out.Chunks[i] = chunkView(c)
	}
	if len(chunks) == chunkPage {
		out.Next = chunks[chunkPage-1].N + 1
	}
	return writeJSON(w, http.StatusOK, out)
}

// apiPutChunk answers 200 only when the chunk's bytes and row are on disk.
func (s *Server) apiPutChunk(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return pipeline.Errorf(pipeline.Invalid, "The number of a chunk is a whole number, from 0 on.")
	}
	digest, err := pipeline.ParseDigest(r.Header.Get("Content-Digest"))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, pipeline.MaxChunk))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return pipeline.Wrap(pipeline.TooLarge, err, "A chunk has at most %d bytes.", pipeline.MaxChunk)
	case err != nil:
		return pipeline.Wrap(pipeline.Invalid, err, "The chunk broke off before its end. It was not kept; send it again.")
	}
	c, err := s.Intake.AddChunk(r.Context(), actor(r), r.PathValue("recording"), n, digest, body)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, chunkView(c))
}

// finishRequest is what the sender says is all.
type finishRequest struct {
	Chunks  int    `json:"chunks"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	Samples int64  `json:"samples"`
}

// incompleteView is the 409 of a recording that is not all here.
type incompleteView struct {
	problem
	Missing []int `json:"missing"` // chunks to send, the first 1000
}

// apiFinish answers with the receipt, as an upload does, or with what is missing.
func (s *Server) apiFinish(w http.ResponseWriter, r *http.Request) error {
	var in finishRequest
	if err := s.readJSON(w, r, &in); err != nil {
		return err
	}
	claim := pipeline.Claim{Chunks: in.Chunks, Bytes: in.Bytes, SHA256: in.SHA256}
	d, missing, err := s.Intake.Complete(r.Context(), actor(r), r.PathValue("recording"), claim, in.Samples, source(r))
	if len(missing) > 0 {
		out := incompleteView{problem{Status: http.StatusConflict, Detail: s.sentence(r, err), Kind: pipeline.Conflict}, missing}
		out.complete()
		sendProblem(w, out.Status, out)
		return nil
	}
	if err != nil {
		return err
	}
	return s.writeReceipt(w, r, d)
}

func (s *Server) apiSendAsIs(w http.ResponseWriter, r *http.Request) error {
	rec, err := s.Intake.Own(r.Context(), actor(r), r.PathValue("recording"))
	if err != nil {
		return err
	}
	d, err := s.Intake.SendAsIs(r.Context(), actor(r), rec.ID, "")
	if err != nil {
		return err
	}
	return s.writeReceipt(w, r, d)
}

func (s *Server) writeReceipt(w http.ResponseWriter, r *http.Request, d pipeline.Dictation) error {
	w.Header().Set("Location", "/api/v1/dictations/"+d.ID)
	return s.writeDictation(w, r, http.StatusCreated, d)
}

func (s *Server) apiDiscard(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("recording")
	if err := s.Intake.Discard(r.Context(), actor(r), id); err != nil {
		return err
	}
	rec, err := s.Intake.Own(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.recordingView(rec))
}
