package web

import (
	"context"
	"net/http"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/auth"
)

type loginData struct {
	Username string
	Next     string
	Ticket   string // the password was right, and the code is asked for
}

// withUser puts an account into the request, as the guard does.
func withUser(r *http.Request, u pipeline.User) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), userKey, u))
}

func (s *Server) pageLogin(w http.ResponseWriter, r *http.Request) error {
	next := local(r.URL.Query().Get("next"))
	if u, err := s.who(r, true); err == nil {
		if next == "" {
			next = start(u)
		}
		return goTo(w, r, next, "")
	}
	return s.pages.write(w, r, sheet{name: "login", title: "Sign in", data: loginData{Next: next}})
}

// local gives an address of this site as it is and anything else as "".
func local(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return ""
	}
	return next
}

// maxFields is how large a form without a file may be, in bytes.
const maxFields = 64 << 10

// postLogin starts a session.
func (s *Server) postLogin(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	in := loginData{Username: strings.TrimSpace(r.PostFormValue("username")), Next: local(r.PostFormValue("next"))}
	l := auth.Login{
		Username: in.Username, Password: r.PostFormValue("password"),
		Ticket: r.PostFormValue("ticket"), Code: r.PostFormValue("code"),
	}
	e, err := s.Auth.Enter(r.Context(), l, remote(r))
	switch kind := pipeline.KindOf(err); {
	case err == nil && e.Token == "":
		in.Ticket = e.Ticket
		return s.pages.write(w, r, sheet{name: "login", title: "Sign in", data: in})
	case err == nil:
	case kind == pipeline.Unauthorized, kind == pipeline.RateLimited, kind == pipeline.Forbidden, kind == pipeline.Stale:
		if kind != pipeline.Stale {
			in.Ticket = l.Ticket // another code may follow
		}
		return s.pages.write(w, r, sheet{
			name: "login", title: "Sign in", status: statuses[kind], trouble: s.sentence(r, err), data: in,
		})
	default:
		return err
	}
	http.SetCookie(w, s.cookie(e.Token))
	if in.Next == "" || in.Next == "/" {
		in.Next = start(e.User)
	}
	return goTo(w, r, in.Next, "")
}

// postLogout ends the session; without one it is no error.
func (s *Server) postLogout(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(s.cookieName()); err == nil {
		if err := s.Auth.SignOut(r.Context(), c.Value); err != nil {
			return err
		}
	}
	gone := s.cookie("")
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	return goTo(w, r, "/login", "signed-out")
}

// cookie carries the session token; scripts cannot read it.
func (s *Server) cookie(token string) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: token, Path: "/",
		HttpOnly: true, Secure: s.opts.Secure, SameSite: http.SameSiteLaxMode,
	}
}
