package web

import (
	"context"
	"net/http"
	"strings"

	"dictation/pipeline"
)

// style is how a route speaks, above all when it refuses.
type style int

const (
	pageStyle style = iota // HTML; a stranger is sent to the sign-in page
	apiStyle               // JSON; errors are problem documents
	fhirStyle              // FHIR; errors are OperationOutcome
)

// route is one line of the table of routes.
type route struct {
	pattern string // of http.ServeMux, with method
	style   style
	open    bool // no session or token needed

	// action is the right the route asks for. With about set the right is asked
	// for the dictation in the path ({id}), which is loaded before and handed
	// over in the context. No action: any signed-in account.
	action pipeline.Action
	or     pipeline.Action // a second right that opens the route as well
	about  bool
	audit  bool // write the access to the audit when it was let in

	handle func(w http.ResponseWriter, r *http.Request) error
}

type contextKey int

const (
	userKey contextKey = iota
	dictationKey
)

// userOf is who makes the request; zero on open routes.
func userOf(r *http.Request) pipeline.User {
	u, _ := r.Context().Value(userKey).(pipeline.User)
	return u
}

// dictationOf is the dictation in the path of a route with about set.
func dictationOf(r *http.Request) pipeline.Dictation {
	d, _ := r.Context().Value(dictationKey).(pipeline.Dictation)
	return d
}

// guard wraps a route: who is it, may he, note it down, answer.
func (s *Server) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := plainAddress(r); err != nil {
			s.fail(w, r, rt.style, err)
			return
		}
		if !rt.open {
			u, err := s.who(r)
			if err != nil {
				s.fail(w, r, rt.style, err)
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), userKey, u))
			if r, err = s.admit(rt, r); err != nil {
				s.fail(w, r, rt.style, err)
				return
			}
		}
		if err := rt.handle(w, r); err != nil {
			s.fail(w, r, rt.style, s.explain(rt, r, err))
		}
	})
}

// admit checks the right and writes access or refusal to the audit.
func (s *Server) admit(rt route, r *http.Request) (*http.Request, error) {
	ctx := r.Context()
	var about *pipeline.Dictation
	id, patient := "", ""
	if rt.about {
		d, err := s.dictation(r)
		if err != nil {
			return r, err
		}
		about, id, patient = &d, d.ID, d.PatientID
		ctx = context.WithValue(ctx, dictationKey, d)
	}
	if rt.action != "" {
		if err := rt.may(userOf(r), about); err != nil {
			if err := s.Store.Refused(ctx, actor(r), string(rt.action), id, "no right"); err != nil {
				return r, err
			}
			return r, err
		}
	}
	// An access that cannot be written down does not happen.
	if rt.audit {
		if err := s.Store.Accessed(ctx, actor(r), string(rt.action), id, patient); err != nil {
			return r, err
		}
	}
	return r.WithContext(ctx), nil
}

// may asks for the route's right, or its second one.
func (rt route) may(u pipeline.User, d *pipeline.Dictation) error {
	err := pipeline.May(u, rt.action, d)
	if err != nil && rt.or != "" {
		err = pipeline.May(u, rt.or, d)
	}
	return err
}

// who finds the account of a request by bearer token or session cookie.
func (s *Server) who(r *http.Request) (pipeline.User, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.Auth.Token(r.Context(), strings.TrimSpace(token))
	}
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return pipeline.User{}, pipeline.Errorf(pipeline.Unauthorized, "Please sign in.")
	}
	return s.Auth.Session(r.Context(), c.Value)
}

// cookieName carries the __Host- prefix where browsers honour it: over TLS.
func (s *Server) cookieName() string {
	if s.opts.Secure {
		return "__Host-dictation"
	}
	return "dictation"
}
