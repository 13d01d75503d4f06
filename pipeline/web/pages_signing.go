package web

import (
	"net/http"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/auth"
)

// signingData is an account's own page of how it signs.
type signingData struct {
	Signs    bool // the reader signs notes
	Proxies  []proxyView
	Factor   bool
	Codes    int
	AtLogin  bool            // signing in asks for it as well
	New      *auth.NewFactor // shown once
	Recovery []string        // shown once
	Today    string
}

func (s *Server) pageSigning(w http.ResponseWriter, r *http.Request) error {
	return s.writeSigning(w, r, 0, "", signingData{})
}

func (s *Server) writeSigning(w http.ResponseWriter, r *http.Request, status int, trouble string, data signingData) error {
	u := userOf(r)
	data.Signs = u.Is(pipeline.RoleAuthor, pipeline.RoleClinician)
	data.AtLogin = s.Auth.AsksAtLogin()
	data.Today = time.Now().Format(time.DateOnly)
	list, err := s.proxies(r)
	if err != nil {
		return err
	}
	data.Proxies = list.Proxies
	if data.Factor, data.Codes, err = s.Auth.HasSecondFactor(r.Context(), u.ID); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "signing", title: msg("How you sign"), status: status, trouble: trouble, data: data})
}

// postSigning does one of the page's acts.
func (s *Server) postSigning(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	u, by := userOf(r), actor(r)
	var data signingData
	var err error
	done := ""
	switch r.PathValue("act") {
	case "proxy":
		done, err = "proxy", s.allowProxy(r)
	case "revoke":
		done, err = "proxy-ended", s.Store.RevokeProxy(r.Context(), by, u.ID, r.PostFormValue("proxy"))
	case "begin":
		var f auth.NewFactor
		f, err = s.Auth.BeginSecondFactor(r.Context(), u, by, r.PostFormValue("password"))
		data.New = &f
	case "finish":
		data.Recovery, err = s.Auth.FinishSecondFactor(r.Context(), u, by, r.PostFormValue("code"))
	case "remove":
		done = "factor-removed"
		err = s.Auth.RemoveSecondFactor(r.Context(), u, by, auth.Proof{Password: r.PostFormValue("password"), Code: r.PostFormValue("code")})
	default:
		return s.pageNotFound(w, r)
	}
	err = notSignedOut(err)
	switch kind := pipeline.KindOf(err); {
	case err == nil && done != "":
		return goTo(w, r, "/me/signing", done)
	case err == nil:
		return s.writeSigning(w, r, 0, "", data)
	case kind == pipeline.Invalid, kind == pipeline.Conflict, kind == pipeline.Forbidden, kind == pipeline.RateLimited,
		kind == pipeline.NotFound, kind == pipeline.Unavailable:
		return s.writeSigning(w, r, statuses[kind], s.sentence(r, err), signingData{})
	}
	return err
}

// allowProxy reads the form: whole days, the last one included.
func (s *Server) allowProxy(r *http.Request) error {
	from, err := time.ParseInLocation(time.DateOnly, r.PostFormValue("from"), time.Local)
	var until time.Time
	if err == nil {
		until, err = time.ParseInLocation(time.DateOnly, r.PostFormValue("until"), time.Local)
	}
	if err != nil {
		return pipeline.Wrap(pipeline.Invalid, err, "Give the first and the last day as dates. Nothing was changed.")
	}
	_, err = s.Desk.AllowProxy(r.Context(), userOf(r), actor(r), strings.TrimSpace(r.PostFormValue("username")), from, until.AddDate(0, 0, 1))
	return err
}
