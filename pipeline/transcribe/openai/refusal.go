package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
)

const kept = "The recording is kept and recognition is tried again."

// unusable is said of an answer that is none.
const unusable = "The speech server's answer broke off or could not be read. " + kept

// refusal is a server's answer that is not a transcript. Of the server's own
// words only those of [reasons] are kept: it may have sent back what it got.
type refusal struct {
	status int
	said   []string
}

// reasons are what servers say that decides something, or helps who reads the log.
var reasons = []string{
	"too long", "too large", "maximum", "exceed",
	"response_format", "verbose_json", "granularit", "timestamp",
	"model", "language", "prompt", "key", "rate limit", "quota", "loading", "memory", "unsupported", "not found", "required",
}

// Error implements error.
func (r *refusal) Error() string {
	if len(r.said) == 0 {
		return fmt.Sprintf("HTTP %d", r.status)
	}
	return fmt.Sprintf("HTTP %d, the answer speaks of: %s", r.status, strings.Join(r.said, ", "))
}

// asRefusal finds a refusal in an error.
func asRefusal(err error) (*refusal, bool) {
	var r *refusal
	ok := errors.As(err, &r)
	return r, ok
}

// names reports whether the server refused the request for one of the reasons.
func (r *refusal) names(reasons ...string) bool {
	if r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
		return false
	}
	return slices.ContainsFunc(reasons, func(reason string) bool { return slices.Contains(r.said, reason) })
}

// refused gives an answer that is no transcript its kind and sentence. Nothing
// in it is the recording's fault, which this server did not write: what cannot
// be used is refused before.
func (e *Engine) refused(resp *http.Response) error {
	r := &refusal{resp.StatusCode, reasonsIn(serverWords(resp.Body))}
	var cause error = r
	kind, sentence := pipeline.Unavailable, "The speech server could not take the recording. "+kept
	switch s := resp.StatusCode; {
	case s == http.StatusRequestEntityTooLarge, r.names("too long", "too large", "maximum", "exceed"):
		kind, sentence = pipeline.TooLarge, "The recording is longer than the speech server takes. It is kept; have it cut into pieces (the engine's setting for the largest file or the longest sound), choose another engine for it or type it."
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable:
		sentence = "The speech server has too much to do at the moment. " + kept
		if after, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now()); ok {
			cause = errors.Join(transcribe.RetryAfter{After: after}, r)
		}
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		sentence = "The speech server does not accept our key. An administrator must set the right one. " + kept
	case s == http.StatusNotFound, s == http.StatusMethodNotAllowed:
		sentence = "There is no speech recognition at the address set for the speech server, or it does not have the model. An administrator must set them right. " + kept
	case 300 <= s && s < 400:
		sentence = "The speech server sends recordings on to another address, which is not followed. An administrator must set that address if it is the right one. " + kept
	case s >= 500:
		sentence = "The speech server failed. " + kept
	}
	return pipeline.Wrap(kind, fmt.Errorf("%s: %w", e.cfg.Name, cause), "%s", sentence)
}

// unreached is the error for a server that did not answer.
func (e *Engine) unreached(err error) error {
	err = withoutURL(err)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err // the caller's words for it are better
	}
	return pipeline.Wrap(pipeline.Unavailable, fmt.Errorf("%s: %w", e.cfg.Name, err), "The speech server %s cannot be reached, or its certificate is not to be trusted. %s", e.endpoint.Host, kept)
}

// withoutURL takes the address out of a client's error: its query may hold what
// no log may.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("%s: %w", u.Op, u.Err)
	}
	return err
}

// longestRest bounds what a server can ask for: beyond it somebody should look.
const longestRest = time.Hour

// retryAfter reads the header (RFC 9110 section 10.2.3): seconds or a date.
func retryAfter(header string, now time.Time) (time.Duration, bool) {
	var after time.Duration
	if seconds, err := strconv.ParseInt(strings.TrimSpace(header), 10, 32); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		after = at.Sub(now)
	} else {
		return 0, false
	}
	return min(max(after, 0), longestRest), true
}

// messageBytes is how much of a server's words is looked at.
const messageBytes = 8 << 10

// reasonsIn gives the reasons that a text names.
func reasonsIn(text string) (found []string) {
	text = strings.ToLower(text)
	for _, reason := range reasons {
		if strings.Contains(text, reason) {
			found = append(found, reason)
		}
	}
	return found
}

// serverWords finds what a server says of its refusal: the message of a JSON
// error in one of the usual forms, or the text.
func serverWords(r io.Reader) string {
	b, err := io.ReadAll(io.LimitReader(r, messageBytes))
	if err != nil && len(b) == 0 {
		return ""
	}
	said := string(b)
	var body struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(b, &body) == nil {
		said = body.Message
		for _, raw := range []json.RawMessage{body.Error, body.Detail} {
			if m := message(raw); m != "" {
				said = m
			}
		}
	}
	return said
}

// message reads an error that is a text, or an object with one.
func message(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &object) == nil && object.Message != "" {
		return object.Message
	}
	return string(raw) // a list of them: validation errors
}
