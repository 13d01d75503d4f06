package web

import (
	"encoding/json"
	"net/http"

	"dictation/pipeline"
)

// eventView says where a dictation is now. It holds no patient data.
type eventView struct {
	ID        string         `json:"id"`
	JobNumber string         `json:"job_number"`
	Stage     pipeline.Stage `json:"stage"`
	Step      pipeline.Step  `json:"step"`
	State     pipeline.State `json:"state"`
	Reason    string         `json:"reason"`
	Version   int64          `json:"version"`      // grows with every move: an older one came late
	TextN     int            `json:"text_version"` // newest
}

// apiEvents streams the changes of the dictations that the asker may read. A
// stream outlives its session and a change of rights: each message asks for them anew.
func (s *Server) apiEvents(w http.ResponseWriter, r *http.Request) error {
	if _, err := listing(userOf(r)); err != nil {
		return err
	}
	return s.stream(w, r, func(id string) (string, error) {
		u, err := s.who(r, true)
		if err != nil {
			return "", err
		}
		d, err := s.Store.Dictation(r.Context(), id)
		if err != nil || pipeline.May(u, pipeline.ReadDictation, &d) != nil {
			return "", err
		}
		b, err := json.Marshal(eventView{d.ID, d.JobNumber, d.Stage, d.Step, d.State, d.Reason, d.Version, d.TextN})
		return string(b), err
	})
}
