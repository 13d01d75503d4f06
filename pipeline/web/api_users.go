package web

import (
	"net/http"
	"strings"
	"time"

	"dictation/pipeline"
)

type userView struct {
	ID       string          `json:"id"`
	Username string          `json:"username"`
	Name     string          `json:"name"`
	Roles    []pipeline.Role `json:"roles"`
	Disabled bool            `json:"disabled"`
	Created  time.Time       `json:"created"`
}

func viewUser(u pipeline.User) userView {
	return userView{u.ID, u.Username, u.Name, u.Roles, u.Disabled, u.Created.UTC()}
}

type usersView struct {
	Users []userView `json:"users"`
}

func (s *Server) apiUsers(w http.ResponseWriter, r *http.Request) error {
	users, err := s.Store.Users(r.Context())
	if err != nil {
		return err
	}
	out := usersView{Users: make([]userView, len(users))}
	for i, u := range users {
		out.Users[i] = viewUser(u)
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiAddUser(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Username string   `json:"username"`
		Name     string   `json:"name"`
		Roles    []string `json:"roles"`
		Password string   `json:"password"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	u := pipeline.User{Username: strings.TrimSpace(body.Username), Name: strings.TrimSpace(body.Name)}
	var err error
	if u.Roles, err = parseRoles(body.Roles); err != nil {
		return err
	}
	u, err = s.Auth.AddUser(r.Context(), actor(r), u, body.Password)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewUser(u))
}

func (s *Server) apiDisableUser(w http.ResponseWriter, r *http.Request) error {
	return s.setDisabled(w, r, true)
}

func (s *Server) apiEnableUser(w http.ResponseWriter, r *http.Request) error {
	return s.setDisabled(w, r, false)
}

func (s *Server) setDisabled(w http.ResponseWriter, r *http.Request, disabled bool) error {
	u, err := s.named(r)
	if err != nil {
		return err
	}
	if disabled && u.ID == userOf(r).ID {
		return pipeline.Errorf(pipeline.Conflict, "You cannot close your own account. Ask another administrator.")
	}
	if disabled {
		err = s.closeAccount(r, u.ID)
	} else {
		err = s.Store.SetDisabled(r.Context(), actor(r), u.ID, false)
	}
	if err != nil {
		return err
	}
	u.Disabled = disabled
	return writeJSON(w, http.StatusOK, viewUser(u))
}

// closeAccount ends an account's sessions and gives what it holds back to the queue.
func (s *Server) closeAccount(r *http.Request, id string) error {
	if err := s.Store.SetDisabled(r.Context(), actor(r), id, true); err != nil {
		return err
	}
	back, err := s.Store.TakeBackAll(r.Context(), actor(r), id)
	for _, d := range back {
		s.Queue.Announce(d)
	}
	return err
}

// named reads the account in the path.
func (s *Server) named(r *http.Request) (pipeline.User, error) {
	u, _, err := s.Store.UserByName(r.Context(), r.PathValue("username"))
	return u, err
}

func (s *Server) apiSetPassword(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Password string `json:"password"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	u, err := s.named(r)
	if err != nil {
		return err
	}
	if err := s.Auth.SetPassword(r.Context(), actor(r), u.ID, body.Password); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type tokenView struct {
	Token string `json:"token"` // shown this once
}

// apiAddToken makes an API token for the asker himself, after his password was
// given again: a token outlives the session.
func (s *Server) apiAddToken(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Label    string   `json:"label"`
		Password string   `json:"password"`
		Scopes   []string `json:"scopes"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	scopes, err := pipeline.ParseScopes(body.Scopes...)
	if err != nil {
		return err
	}
	label := strings.TrimSpace(body.Label)
	if label == "" || len(label) > 100 {
		return pipeline.Errorf(pipeline.Invalid, "Give the token a label of at most 100 characters that says what it is for.")
	}
	if err := s.Auth.Confirm(r.Context(), userOf(r), body.Password, remote(r)); err != nil {
		if pipeline.KindOf(err) == pipeline.Unauthorized {
			// The session is good: 401 would make a client throw it away.
			err = pipeline.Wrap(pipeline.Forbidden, err, "The password is not right. No token was made.")
		}
		return err
	}
	token, err := s.Auth.NewToken(r.Context(), actor(r), userOf(r).ID, label, scopes...)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, tokenView{Token: token})
}

// apiRevokeTokens makes all API tokens of the asker worthless, also the one he asks with.
func (s *Server) apiRevokeTokens(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.RevokeTokens(r.Context(), actor(r), userOf(r).ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
