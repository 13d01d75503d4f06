package web

import (
	"net/http"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// parseRoles reads the names of roles.
func parseRoles(names []string) (roles []pipeline.Role, err error) {
	for _, name := range names {
		role, err := pipeline.ParseRole(name)
		if err != nil {
			return nil, err
		}
		roles = append(roles, role)
	}
	return roles, nil
}

// apiSetRoles gives an account other roles.
func (s *Server) apiSetRoles(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Roles []string `json:"roles"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	roles, err := parseRoles(body.Roles)
	if err != nil {
		return err
	}
	u, err := s.named(r)
	if err != nil {
		return err
	}
	if u, _, err = s.Desk.SetRoles(r.Context(), actor(r), u, roles); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewUser(u))
}

// apiOpenWork says what hangs on an account.
func (s *Server) apiOpenWork(w http.ResponseWriter, r *http.Request) error {
	u, err := s.named(r)
	if err != nil {
		return err
	}
	work, err := s.Store.OpenWork(r.Context(), u.ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, work)
}

// postRoles sets the roles that are ticked in the form.
func (s *Server) postRoles(r *http.Request, u pipeline.User) error {
	if err := r.ParseForm(); err != nil {
		return pipeline.Wrap(pipeline.Invalid, err, "The form could not be read. Nothing was changed.")
	}
	roles, err := parseRoles(r.PostForm["role"])
	if err != nil {
		return err
	}
	_, _, err = s.Desk.SetRoles(r.Context(), actor(r), u, roles)
	return err
}

// closeData is the question before an account is closed.
type closeData struct {
	Of   pipeline.User
	Work store.OpenWork
}

// pageClose says what closing an account does, and asks.
func (s *Server) pageClose(w http.ResponseWriter, r *http.Request) error {
	u, err := s.named(r)
	if err != nil {
		return err
	}
	if u.Disabled {
		return goTo(w, r, "/admin/users", "")
	}
	work, err := s.Store.OpenWork(r.Context(), u.ID)
	if err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "closeuser", title: msg("Close an account"), data: closeData{u, work}})
}
