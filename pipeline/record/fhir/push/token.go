package push

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
)

// Backend is what SMART Backend Services need.
type Backend struct {
	ClientID string
	Key      []byte // private key in PEM, see [ParseKey]
	KeyID    string // default the key's thumbprint
	TokenURL string // default as the server's .well-known/smart-configuration says
	Scope    string // default what is needed to look up and create
}

// defaultScope is all that is asked of a server here.
const defaultScope = "system/Patient.rs system/Encounter.rs system/DocumentReference.crs"

// The life of an assertion (at most five minutes, SMART App Launch 2.0 5.1.2.2),
// and how long before its end a token is not used any more.
const (
	assertionLife = 4 * time.Minute
	tokenMargin   = 30 * time.Second
)

// bearer gives the token to send; empty where none is needed. Those who come
// while one is fetched wait for it.
func (s *System) bearer(ctx context.Context) (string, error) {
	if s.key == nil {
		return s.cfg.Token, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && s.cfg.Now().Before(s.tokenEnds) {
		return s.token, nil
	}
	if err := s.discover(ctx); err != nil {
		return "", err
	}
	if err := s.fetchToken(ctx); err != nil {
		return "", err
	}
	return s.token, nil
}

// stale forgets a token that the server refused. It reports whether another one
// can be had.
func (s *System) stale(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
	return s.key != nil
}

// discover finds the token address.
func (s *System) discover(ctx context.Context) error {
	if s.tokenURL != "" {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.Base+"/.well-known/smart-configuration", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	var found struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	if err := s.tokenCall(req, &found); err != nil {
		return err
	}
	if !s.cfg.reachable(found.TokenEndpoint) {
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server does not say where its tokens are to be had. Set the token address.")
	}
	s.tokenURL = found.TokenEndpoint
	return nil
}

// fetchToken changes a fresh assertion into a token. s.mu is held.
func (s *System) fetchToken(ctx context.Context) error {
	now, b := s.cfg.Now(), s.cfg.Backend
	assertion, err := s.key.jwt(map[string]any{
		"iss": b.ClientID, "sub": b.ClientID, "aud": s.tokenURL,
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(), "jti": uuid.NewString(),
	})
	if err != nil {
		return err
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"scope":                 {cmp.Or(b.Scope, defaultScope)},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	var given struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Seconds int64  `json:"expires_in"`
	}
	if err := s.tokenCall(req, &given); err != nil {
		return err
	}
	if given.Token == "" || !strings.EqualFold(given.Type, "bearer") {
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server's token service gave no bearer token.")
	}
	life := time.Duration(min(max(given.Seconds, 0), 86400)) * time.Second
	s.token, s.tokenEnds = given.Token, now.Add(life-min(tokenMargin, life/2))
	return nil
}

// tokenCall asks the token service; it never sees a note.
func (s *System) tokenCall(req *http.Request, into any) error {
	resp, err := s.client.Do(req)
	if err != nil {
		return pipeline.Wrap(pipeline.Unavailable, plain(err), "The FHIR server's token service cannot be reached.")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	answer := fmt.Errorf("status %d", resp.StatusCode)
	switch code := resp.StatusCode; {
	case err != nil:
		return pipeline.Wrap(pipeline.Unavailable, plain(err), "The FHIR server's token service broke off.")
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		return later(resp, pipeline.Wrap(pipeline.Unavailable, answer, "The FHIR server's token service is busy (%d).", code))
	case code != http.StatusOK:
		return pipeline.Wrap(pipeline.Invalid, errors.Join(answer, oauthError(body)), "The FHIR server's token service refuses us (%d). Client id, key and scopes must be compared on both sides.", code)
	}
	if json.Unmarshal(body, into) != nil {
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server's token service answers with something that is not JSON.")
	}
	return nil
}

// oauthError is the code of a refusal (RFC 6749 5.2), for the log.
func oauthError(body []byte) error {
	var refusal struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &refusal) != nil || refusal.Error == "" {
		return nil
	}
	return errors.New(clean(refusal.Error))
}
