package web

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"dictation/pipeline"
)

// readyWait is how long the parts may take to answer /readyz.
const readyWait = 2 * time.Second

func (s *Server) healthRoutes() []route {
	return []route{
		{pattern: "GET /healthz", style: apiStyle, open: true, handle: s.healthz},
		{pattern: "GET /readyz", style: apiStyle, open: true, handle: s.readyz},
		{pattern: "GET /metrics", style: apiStyle, open: true, handle: s.metrics},
	}
}

// healthz says that the process lives; it asks no other part, so that a
// supervisor does not restart it for a fault elsewhere.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ok", "version": s.opts.Version})
}

type readyView struct {
	Ready bool              `json:"ready"`
	Parts map[string]string `json:"parts"` // "ok", or a sentence on what is wrong
}

// readyz asks the parts that every request needs: 503 when one does not answer.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyWait)
	defer cancel()
	out := readyView{Ready: true, Parts: make(map[string]string)}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, ping := range s.parts() {
		wg.Go(func() {
			err := ping(ctx)
			mu.Lock()
			defer mu.Unlock()
			out.Parts[name] = "ok"
			if err == nil {
				return
			}
			out.Ready, out.Parts[name] = false, pipeline.Sentence(err)
			if r.Context().Err() == nil {
				s.opts.Log.WarnContext(ctx, "part not ready", "part", name, "err", err)
			}
		})
	}
	wg.Wait()
	status := http.StatusOK
	if !out.Ready {
		status = http.StatusServiceUnavailable
	}
	return writeJSON(w, status, out)
}

func (s *Server) parts() map[string]func(context.Context) error {
	parts := map[string]func(context.Context) error{
		"store": s.Store.Ping, "blob": s.Blob.Ping, "queue": s.Queue.Ping,
	}
	if s.opts.Ready != nil {
		parts["work"] = s.opts.Ready
	}
	return parts
}

// metrics answers a collector on this machine, or one elsewhere that has the
// API token of an administrator. Counters hold no patient data, but how much is
// dictated and when is nobody else's business. A request that a proxy passed on
// is not from this machine, whatever its address says.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	if !direct(r) {
		u, err := s.known(r, false)
		if err != nil {
			return err
		}
		if !u.Is(pipeline.RoleAdmin) {
			return pipeline.Errorf(pipeline.Forbidden, "Only administrators may read the metrics from another machine.")
		}
	}
	if s.opts.Metrics == nil {
		return pipeline.Errorf(pipeline.NotFound, "This server keeps no metrics.")
	}
	s.opts.Metrics.ServeHTTP(w, r)
	return nil
}

// direct reports whether a request comes from a program on this machine.
func direct(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	ip := net.ParseIP(remote(r))
	return ip != nil && ip.IsLoopback()
}
