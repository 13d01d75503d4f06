package transcribe

import (
	"context"
	"encoding/json"
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

// speech is the map of the speech that decode has stored with the recording;
// nil where there is none that fits the sound. That it cannot be used stops
// nothing: what is needed of it is then found in the sound.
func (h *Handler) speech(ctx context.Context, s pipeline.Sound, length time.Duration) ([]audio.Segment, error) {
	if s.ReportKey == "" {
		return nil, nil
	}
	r, err := h.blob.Read(ctx, s.ReportKey)
	if pipeline.KindOf(err) == pipeline.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var rep struct {
		Segments []audio.Segment `json:"segments"`
	}
	if json.NewDecoder(r).Decode(&rep) != nil || !tiles(rep.Segments, length) {
		return nil, ctx.Err()
	}
	return rep.Segments, nil
}

// mapSlack is how far the map's end may lie from the sound's: less than a frame
// of the map.
const mapSlack = 10 * time.Millisecond

// tiles reports whether the segments are a map of a recording of this length.
func tiles(segments []audio.Segment, length time.Duration) bool {
	at := time.Duration(0)
	for _, s := range segments {
		if s.Start != at || s.End < s.Start {
			return false
		}
		at = s.End
	}
	return len(segments) > 0 && (length-at).Abs() <= mapSlack
}
