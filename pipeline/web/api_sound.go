package web

import (
	"mime"
	"net/http"
	"path/filepath"
	"regexp"
	"time"

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
