package web

import (
	"cmp"
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

	passive bool // pages ask by themselves: it keeps nobody signed in
	upload  bool // the body is large and may take its time

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
			u, err := s.known(r, rt.passive || r.Method == http.MethodGet && r.Header.Get(liveHeader) != "")
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
		if rt.upload {
			takeYourTime(w)
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
	if err := rt.inScope(userOf(r)); err != nil {
		if err := s.Store.Refused(ctx, actor(r), cmp.Or(string(rt.action), rt.pattern), id, "not in the token's scopes"); err != nil {
			return r, err
		}
		return r, err
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

// liveHeader marks what an open page fetches by itself.
const liveHeader = "X-Live"

// known is who, for an answer that a stranger does not get: a token or session
// that is not valid leaves an entry in the audit.
func (s *Server) known(r *http.Request, passive bool) (pipeline.User, error) {
	u, err := s.who(r, passive)
	if err == nil || pipeline.KindOf(err) != pipeline.Unauthorized {
		return u, err
	}
	if r.Header.Get("Authorization") != "" {
		s.stranger(r, "token", "not valid")
	} else if _, none := r.Cookie(s.cookieName()); none == nil {
		s.stranger(r, "session", "not valid")
	}
	return u, err
}

// who finds the account of a request by bearer token or session cookie. A
// passive request does not count as activity of the session.
func (s *Server) who(r *http.Request, passive bool) (pipeline.User, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.Auth.Token(r.Context(), strings.TrimSpace(token))
	}
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return pipeline.User{}, pipeline.Errorf(pipeline.Unauthorized, "Please sign in.")
	}
	if passive {
		return s.Auth.Peek(r.Context(), c.Value)
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
