package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// answer is what a server said, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// maxAnswer is the most that is read of an answer: a note with its text in base64.
const maxAnswer = 32 << 20

// unsent is the error of a request of which nothing reached the server's rules.
type unsent struct{ error }

func (u *unsent) Unwrap() error { return u.error }

// untouched marks an error after which the server holds nothing by this try.
type untouched struct{ error }

func (u *untouched) Unwrap() error { return u.error }

func before(err error) error { return &untouched{err} }

// sure also says so to who keeps the ledger.
type sure struct{ error }

func (s *sure) Unwrap() []error { return []error{s.error, record.ErrNotSent} }

// call makes one request with the token; a token that was refused is changed for
// a new one, once.
func (s *System) call(ctx context.Context, method, path string, body []byte, header map[string]string) (answer, error) {
	for second := false; ; second = true {
		token, err := s.bearer(ctx)
		if err != nil {
			return answer{}, &unsent{err}
		}
		resp, err := s.once(ctx, method, path, body, header, token)
		if err != nil || resp.status != http.StatusUnauthorized || second || !s.stale(token) {
			return resp, err
		}
	}
}

func (s *System) once(ctx context.Context, method, path string, body []byte, header map[string]string, token string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.cfg.Base+"/"+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, &unsent{err}
	}
	if body == nil {
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0
	} else {
		req.Header.Set("Content-Type", "application/fhir+json")
	}
	// A POST must not be repeated by the transport: whether it arrived is ours to settle.
	req.GetBody = nil
	req.Header.Set("Accept", "application/fhir+json")
	req.Header.Set("User-Agent", "dictation")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, unanswered(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return answer{}, unanswered(err)
	}
	return answer{resp.StatusCode, resp.Header, text}, nil
}

// unanswered is the error of a request without a whole answer.
func unanswered(err error) error {
	var op *net.OpError
	wrapped := pipeline.Wrap(pipeline.Unavailable, plain(err), "The FHIR server did not answer.")
	if errors.As(err, &op) && op.Op == "dial" {
		return &unsent{pipeline.Wrap(pipeline.Unavailable, plain(err), "The FHIR server cannot be reached. The note will be sent later.")}
	}
	return wrapped
}

// plain leaves the address out of an error.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// judge is the table of what a status means when it is not success.
func (a answer) judge() error {
	code, cause := a.status, errors.Join(fmt.Errorf("status %d", a.status), a.outcome())
	switch {
	case code >= 300 && code < 400:
		return pipeline.Wrap(pipeline.Invalid, cause, "The FHIR server wants to send the note on to another address (%d). That is not followed; the setting must name the right one.", code)
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return pipeline.Wrap(pipeline.Invalid, cause, "The FHIR server does not let us in (%d). Token, key and scopes must be looked at on both sides.", code)
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		err := pipeline.Wrap(pipeline.Unavailable, cause, "The FHIR server is busy (%d). The note will be sent again.", code)
		return later(&http.Response{Header: a.header}, err)
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return pipeline.Wrap(pipeline.Unavailable, cause, "The FHIR server failed (%d).", code)
	case code == http.StatusPreconditionFailed:
		return pipeline.Wrap(pipeline.Invalid, cause, "The FHIR server has several documents with this number (412). It was not sent again; a person must see to it there.")
	}
	return pipeline.Wrap(pipeline.Invalid, cause, "The FHIR server refused the note (%d). It was not sent again; a person must look at it.", code)
}

// later adds when the server wants to be asked again.
func later(resp *http.Response, err error) error {
	after := resp.Header.Get("Retry-After")
	seconds, convErr := strconv.Atoi(after)
	if at, dateErr := http.ParseTime(after); dateErr == nil {
		seconds, convErr = int(time.Until(at)/time.Second), nil
	}
	if convErr != nil || seconds <= 0 {
		return err
	}
	return &record.Later{After: time.Duration(min(seconds, 86400)) * time.Second, Err: err}
}

// outcome is what an OperationOutcome says in codes and paths. Its sentences may
// hold patient data and stay out of logs.
func (a answer) outcome() error {
	var o struct {
		ResourceType string `json:"resourceType"`
		Issue        []struct {
			Code       string   `json:"code"`
			Expression []string `json:"expression"`
		} `json:"issue"`
	}
	if json.Unmarshal(a.body, &o) != nil || o.ResourceType != "OperationOutcome" {
		return nil
	}
	var said []string
	for _, i := range o.Issue[:min(len(o.Issue), 5)] {
		said = append(said, strings.TrimSpace(clean(i.Code)+" "+clean(strings.Join(i.Expression[:min(len(i.Expression), 3)], " "))))
	}
	return errors.New("issues: " + strings.Join(said, "; "))
}

var notCode = regexp.MustCompile(`[^A-Za-z0-9_.:()\[\] -]+`)

// clean keeps what codes and paths are made of.
func clean(s string) string { return notCode.ReplaceAllString(s[:min(len(s), 200)], "?") }

// resources are those of a Bundle.
func (a answer) resources() ([]json.RawMessage, error) {
	var b found
	if err := json.Unmarshal(a.body, &b); err != nil || b.ResourceType != "Bundle" {
		return nil, pipeline.Errorf(pipeline.Invalid, "The FHIR server answers a search with something that is no Bundle. Is the address right?")
	}
	list := make([]json.RawMessage, len(b.Entry))
	for i, e := range b.Entry {
		list[i] = e.Resource
	}
	return list, nil
}

// location is the id in the Location header, which may be relative and name a version.
func (a answer) location() string {
	where := a.header.Get("Location")
	_, id, ok := strings.Cut(where, "DocumentReference/")
	if !ok {
		return ""
	}
	id, _, _ = strings.Cut(id, "/")
	if !fhirID.MatchString(id) {
		return ""
	}
	return id
}

var fhirID = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)

// when is the time of what was created.
func (a answer) when(now time.Time) time.Time {
	for _, name := range []string{"Last-Modified", "Date"} {
		if t, err := http.ParseTime(a.header.Get(name)); err == nil {
			return t.UTC()
		}
	}
	return now.UTC()
}

// createsConditionally reports whether the server says that it honours
// If-None-Exist. What cannot be read is no.
func (s *System) createsConditionally(ctx context.Context) bool {
	if s.cfg.Profile == Epic {
		return false
	}
	s.mu.Lock()
	known := s.conditional
	s.mu.Unlock()
	if known != nil {
		return *known
	}
	resp, err := s.call(ctx, http.MethodGet, "metadata", nil, nil)
	var statement struct {
		ResourceType string `json:"resourceType"`
		Rest         []struct {
			Resource []struct {
				Type        string `json:"type"`
				Conditional bool   `json:"conditionalCreate"`
			} `json:"resource"`
		} `json:"rest"`
	}
	if err != nil || resp.status != http.StatusOK || json.Unmarshal(resp.body, &statement) != nil || statement.ResourceType != "CapabilityStatement" {
		return false
	}
	does := false
	for _, rest := range statement.Rest {
		for _, r := range rest.Resource {
			does = does || r.Type == "DocumentReference" && r.Conditional
		}
	}
	s.mu.Lock()
	s.conditional = &does
	s.mu.Unlock()
	return does
}
