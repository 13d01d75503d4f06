package web

import (
	"io"
	"net/http"
	"time"
)

// hurry gives a request's body a time by which it must be here, so that slow
// clients do not pile up. An upload is given more once its sender is known, see
// takeYourTime. The deadline ends with the body: later it would break off an
// answer that takes longer.
func (s *Server) hurry(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			c := http.NewResponseController(w)
			if c.SetReadDeadline(time.Now().Add(s.bodyWait)) == nil { // else there is no connection to be slow
				r.Body = &hurried{r.Body, c}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// takeYourTime lifts the deadline of hurry.
func takeYourTime(w http.ResponseWriter) {
	// What could not be set needs no lifting.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

type hurried struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read implements io.Reader.
func (h *hurried) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	if err == io.EOF {
		_ = h.control.SetReadDeadline(time.Time{}) // it could be set before
	}
	return n, err
}
