package web

import (
	"net/http"
	"sync"
	"time"

	"dictation/pipeline/store"
)

// Who knocks without being known leaves at most one entry in the audit in
// strangerRest, and no more than maxStrangers addresses do: nobody from outside
// can fill the audit.
const (
	strangerRest = time.Minute
	maxStrangers = 1000
)

// strangers remembers which addresses left an entry, and when.
type strangers struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

// first reports whether an address leaves an entry at a time.
func (s *strangers) first(address string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.seen[address]; ok && now.Sub(at) < strangerRest {
		return false
	}
	if s.seen == nil {
		s.seen = make(map[string]time.Time)
	}
	if len(s.seen) >= maxStrangers {
		for a, at := range s.seen {
			if now.Sub(at) >= strangerRest {
				delete(s.seen, a)
			}
		}
	}
	if _, again := s.seen[address]; !again && len(s.seen) >= maxStrangers {
		return false
	}
	s.seen[address] = now
	return true
}

// stranger writes down that somebody who is not known was refused. He is
// refused all the same when it cannot be written.
func (s *Server) stranger(r *http.Request, action, why string) {
	if !s.strangers.first(remote(r), time.Now()) {
		return
	}
	if err := s.Store.Refused(r.Context(), store.Actor{ID: "unknown", Remote: remote(r)}, action, "", why); err != nil {
		s.opts.Log.ErrorContext(r.Context(), "a refusal is missing in the audit", "action", action, "err", err)
	}
}
