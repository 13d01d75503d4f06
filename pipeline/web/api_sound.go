package web

import (
	"mime"
	"net/http"
	"path/filepath"
	"regexp"
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

func (s *Server) apiAudio(w http.ResponseWriter, r *http.Request) error {
	d := dictationOf(r)
	if err := decoded(d); err != nil {
		return err
	}
	return s.serveObject(w, r, d.Sound.Canonical.Key, d.Sound.Canonical.SHA256, "audio/wav")
}

func (s *Server) apiPeaks(w http.ResponseWriter, r *http.Request) error {
	d := dictationOf(r)
	if err := decoded(d); err != nil {
		return err
	}
	return s.serveObject(w, r, d.Sound.PeaksKey, "", "application/octet-stream")
}

// apiPlayback gives the small copy for slow links, or the recording itself where
// it is too short to need one.
func (s *Server) apiPlayback(w http.ResponseWriter, r *http.Request) error {
	d := dictationOf(r)
	if d.Sound.Playback.Key == "" {
		return s.apiAudio(w, r)
	}
	return s.serveObject(w, r, d.Sound.Playback.Key, d.Sound.Playback.SHA256, "audio/mpeg")
}

// soundView is what was measured and found in a recording.
type soundView struct {
	PeakDBFS float64 `json:"peak_dbfs"`
	RMSDBFS  float64 `json:"rms_dbfs"`
	LUFS     float64 `json:"lufs"`
	SNRDB    float64 `json:"snr_db"` // 0 where it cannot be told
	DC       float64 `json:"dc"`
	Clipped  int64   `json:"clipped"` // samples at full scale

	SpeechMS  int64 `json:"speech_ms"`
	MissingMS int64 `json:"missing_ms"` // what the file promised and did not have
	Repaired  bool  `json:"repaired"`

	Parts    int   `json:"parts"`         // dictations it seems to hold
	Signals  int   `json:"signals"`       // of these, those that begin at a tone or key
	Playback int64 `json:"playback_size"` // bytes of the small copy; 0 where there is none

	Said *audio.Said `json:"said,omitempty"` // what the recorder wrote; for those who may hear the recording
}

// sound is what was heard, as the asker may know it.
func (v *viewer) sound(d pipeline.Dictation) *soundView {
	snd := d.Sound
	if snd.Canonical.Key == "" {
		return nil
	}
	out := soundView{
		PeakDBFS: snd.PeakDBFS, RMSDBFS: snd.RMSDBFS, LUFS: snd.LUFS, SNRDB: snd.SNRDB, DC: snd.DC, Clipped: snd.Clipped,
		SpeechMS: snd.SpeechMS, MissingMS: snd.MissingMS, Repaired: snd.Repaired,
		Parts: snd.Parts, Signals: snd.Signals, Playback: snd.Playback.Size,
	}
	if snd.Said != (audio.Said{}) && pipeline.May(v.user, pipeline.ReadSound, &d) == nil {
		out.Said = &snd.Said
	}
	return &out
}

// inMS is a place in the canonical sound in milliseconds.
func inMS(sample int64) int64 { return sample * 1000 / audio.CanonicalRate }

// decoded refuses a dictation whose sound is not made yet.
func decoded(d pipeline.Dictation) error {
	switch {
	case d.Sound.Canonical.Key != "":
		return nil
	case d.State == pipeline.Failed:
		return pipeline.Errorf(pipeline.Conflict, "This recording could not be prepared for listening. The original is kept and can be downloaded.")
	}
	return pipeline.Errorf(pipeline.Conflict, "The recording is still being prepared for listening. Try again in a moment.")
}

// apiOriginal gives the recording as it was sent, as a download: what was sent
// may be anything, and a browser must not open it as a page.
func (s *Server) apiOriginal(w http.ResponseWriter, r *http.Request) error {
	d := dictationOf(r)
	name := d.JobNumber + extension(d.Original.Name)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return s.serveObject(w, r, d.Original.Key, d.Original.SHA256, "application/octet-stream")
}

var plainExtension = regexp.MustCompile(`^\.[A-Za-z0-9]{1,5}$`)

// extension gives a file name's ending when it is an ordinary one. The rest of
// the name may hold patient data and stays behind.
func extension(name string) string {
	if ext := filepath.Ext(name); plainExtension.MatchString(ext) {
		return ext
	}
	return ""
}

// serveObject answers with an object of the store, whole or in ranges.
func (s *Server) serveObject(w http.ResponseWriter, r *http.Request, key, sha256, contentType string) error {
	obj, err := s.Blob.Get(r.Context(), key)
	if err != nil {
		w.Header().Del("Content-Disposition")
		return err
	}
	defer obj.Close()
	w.Header().Set("Content-Type", contentType)
	if sha256 != "" {
		w.Header().Set("ETag", `"`+sha256+`"`)
	}
	http.ServeContent(w, r, "", time.Time{}, obj)
	return nil
}
