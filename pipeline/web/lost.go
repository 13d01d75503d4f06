package web

import (
	"net/http"
	"slices"
	"time"

	"dictation/pipeline"
)

// warned gives d with what its device told of lost sound among the warnings of
// its sound: whoever types or signs must know where speech may be missing.
func (s *Server) warned(r *http.Request, d pipeline.Dictation) (pipeline.Dictation, error) {
	rec, err := s.Store.RecordingOf(r.Context(), d.ID)
	switch {
	case pipeline.KindOf(err) == pipeline.NotFound: // it came whole
		return d, nil
	case err != nil:
		return d, err
	case len(rec.Gaps) == 0:
		return d, nil
	}
	var lost time.Duration
	for _, g := range rec.Gaps {
		lost += time.Duration(g.MS) * time.Millisecond
	}
	d.Sound.Warnings = append(slices.Clip(d.Sound.Warnings), s.speech(r).tn(len(rec.Gaps),
		"The device lost sound in %d place while it recorded, %.1f s. Listen whether words are missing, and ask the author.",
		"The device lost sound in %d places while it recorded, %.1f s in all. Listen whether words are missing, and ask the author.", lost.Seconds()))
	return d, nil
}
