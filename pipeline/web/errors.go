package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"runtime/debug"

	"dictation/pipeline"
)

// statuses is the table Kind → HTTP status.
var statuses = map[pipeline.Kind]int{
	pipeline.Invalid:      http.StatusBadRequest,
	pipeline.Unauthorized: http.StatusUnauthorized,
	pipeline.Forbidden:    http.StatusForbidden,
	pipeline.NotFound:     http.StatusNotFound,
	pipeline.Conflict:     http.StatusConflict,
	pipeline.Locked:       http.StatusLocked,
	pipeline.Stale:        http.StatusPreconditionFailed,
	pipeline.TooLarge:     http.StatusRequestEntityTooLarge,
	pipeline.Unreadable:   http.StatusUnprocessableEntity,
	pipeline.RateLimited:  http.StatusTooManyRequests,
	pipeline.Unavailable:  http.StatusServiceUnavailable,
	pipeline.Internal:     http.StatusInternalServerError,
}

// problem is an RFC 9457 problem document.
type problem struct {
	Type   string        `json:"type"`
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Detail string        `json:"detail"` // a sentence for a person
	Kind   pipeline.Kind `json:"kind"`

	Version int `json:"version,omitempty"` // 412: the newest text version
}

// fail answers with an error in the route's style. What a person cannot help is
// logged with its cause.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, st style, err error) {
	kind := pipeline.KindOf(err)
	status := statuses[kind]
	if status >= 500 && r.Context().Err() == nil {
		s.opts.Log.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "kind", kind, "err", err)
	}
	if kind == pipeline.Unauthorized {
		if st == pageStyle && r.Method == http.MethodGet {
			http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="dictation"`)
	}
	switch st {
	case fhirStyle:
		writeOutcome(w, status, err)
	case pageStyle:
		s.pages.failure(w, r, status, s.sentence(r, err))
	default:
		writeProblem(w, problem{Status: status, Detail: s.sentence(r, err), Kind: kind})
	}
}

// writeProblem answers with a problem document; Type and Title follow from the status.
func writeProblem(w http.ResponseWriter, p problem) {
	p.complete()
	sendProblem(w, p.Status, p)
}

func (p *problem) complete() { p.Type, p.Title = "about:blank", http.StatusText(p.Status) }

// sendProblem answers with a problem document that may have more to say.
func sendProblem(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // an error means that the client is gone
}

// recoverPanics keeps one broken request from ending the process.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			// The value may hold patient data: only where it happened is logged.
			s.opts.Log.ErrorContext(r.Context(), "panic in a request", "route", r.Pattern, "stack", string(debug.Stack()))
			w.WriteHeader(http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// headers sets what every answer carries. Nothing is cached by default:
// answers hold patient data.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
			"media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "microphone=(self), hid=(self), camera=(), geolocation=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
