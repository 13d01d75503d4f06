package web

import (
	"net/http"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/auth"
)

// proxyView is an author's leave for a colleague.
type proxyView struct {
	ID      string     `json:"id"`
	Proxy   string     `json:"proxy"` // the colleague's name
	From    time.Time  `json:"from"`
	Until   time.Time  `json:"until"`
	Stands  bool       `json:"stands"` // just now
	Revoked *time.Time `json:"revoked,omitempty"`
}

type proxiesView struct {
	Proxies []proxyView `json:"proxies"`
}

func (s *Server) proxies(r *http.Request) (proxiesView, error) {
	list, err := s.Store.Proxies(r.Context(), userOf(r).ID)
	if err != nil {
		return proxiesView{}, err
	}
	names := s.viewer(r)
	out := proxiesView{Proxies: make([]proxyView, len(list))}
	for i, p := range list {
		out.Proxies[i] = viewProxy(p)
		if err := names.look(r.Context(), &out.Proxies[i].Proxy, p.ProxyID, names.name); err != nil {
			return out, err
		}
	}
	return out, nil
}

func viewProxy(p pipeline.Proxy) proxyView {
	v := proxyView{ID: p.ID, From: p.From.UTC(), Until: p.Until.UTC(), Stands: p.Stands(time.Now())}
	if p.Revoked != nil {
		at := p.Revoked.UTC()
		v.Revoked = &at
	}
	return v
}

func (s *Server) apiProxies(w http.ResponseWriter, r *http.Request) error {
	out, err := s.proxies(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) apiAddProxy(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Proxy string    `json:"proxy"`
		From  time.Time `json:"from"`
		Until time.Time `json:"until"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	if body.From.IsZero() {
		body.From = time.Now()
	}
	if _, err := s.Desk.AllowProxy(r.Context(), userOf(r), actor(r), body.Proxy, body.From, body.Until); err != nil {
		return err
	}
	out, err := s.proxies(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, out)
}

func (s *Server) apiRevokeProxy(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.RevokeProxy(r.Context(), actor(r), userOf(r).ID, r.PathValue("proxy")); err != nil {
		return err
	}
	return s.apiProxies(w, r)
}

// factorView says whether the asker has a second factor.
type factorView struct {
	Set   bool `json:"set"`
	Codes int  `json:"recovery_codes"` // left
}

func (s *Server) apiFactor(w http.ResponseWriter, r *http.Request) error {
	var out factorView
	var err error
	if out.Set, out.Codes, err = s.Auth.HasSecondFactor(r.Context(), userOf(r).ID); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

// newFactorView is a second factor to be taken over by an authenticator.
type newFactorView struct {
	Secret string `json:"secret"` // base32
	Link   string `json:"otpauth"`
}

func (s *Server) apiBeginFactor(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Password string `json:"password"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	f, err := s.Auth.BeginSecondFactor(r.Context(), userOf(r), actor(r), body.Password)
	if err != nil {
		return notSignedOut(err)
	}
	return writeJSON(w, http.StatusCreated, newFactorView{Secret: f.Secret, Link: f.Link})
}

// recoveryView is shown this once.
type recoveryView struct {
	Codes []string `json:"recovery_codes"`
}

func (s *Server) apiFinishFactor(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Code string `json:"code"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	codes, err := s.Auth.FinishSecondFactor(r.Context(), userOf(r), actor(r), body.Code)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, recoveryView{Codes: codes})
}

func (s *Server) apiRemoveFactor(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Password string `json:"password"`
		Code     string `json:"code"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	if err := s.Auth.RemoveSecondFactor(r.Context(), userOf(r), actor(r), auth.Proof{Password: body.Password, Code: body.Code}); err != nil {
		return notSignedOut(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// notSignedOut keeps a wrong password from reading as an ended session.
func notSignedOut(err error) error {
	if pipeline.KindOf(err) == pipeline.Unauthorized {
		return pipeline.Wrap(pipeline.Forbidden, err, "The password is not right. Nothing was changed.")
	}
	return err
}

// apiAttending says who signs an author's notes after him.
func (s *Server) apiAttending(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Attending string `json:"attending"` // username; empty: nobody
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return err
	}
	u, err := s.Desk.SetAttending(r.Context(), actor(r), r.PathValue("username"), body.Attending)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewUser(u))
}

// apiRemoveOthersFactor is for who lost his authenticator and his recovery codes.
func (s *Server) apiRemoveOthersFactor(w http.ResponseWriter, r *http.Request) error {
	u, err := s.named(r)
	if err != nil {
		return err
	}
	if err := s.Store.RemoveSecondFactor(r.Context(), actor(r), u.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
