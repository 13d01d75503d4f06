package openai_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/openai"
)

// server starts one that treats every recording alike.
func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func answer(w io.Writer, body string) { _, _ = io.WriteString(w, body) }

// says is a server that always answers alike.
func says(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		answer(w, body)
	}
}

// Whatever a server does ends in a kind of error and a sentence.
func TestFaults(t *testing.T) {
	t.Parallel()
	const html = "text/html; charset=utf-8"
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		kind    pipeline.Kind
		want    string // in the sentence
		cause   string // in the error for the log
		after   time.Duration
	}{
		"too large":                   {says(413, plainJSON, `{"error":{"message":"Maximum content size limit exceeded"}}`), pipeline.TooLarge, "longer than the speech server takes", "HTTP 413, the answer speaks of: maximum, exceed", 0},
		"too long, said with 400":     {says(400, plainJSON, `{"error":{"message":"Maximum clip duration (600s) exceeded."}}`), pipeline.TooLarge, "longer than", "HTTP 400, the answer speaks of: maximum, exceed", 0},
		"busy":                        {says(429, plainJSON, `{"error":{"message":"Rate limit reached"}}`, "Retry-After", "17"), pipeline.Unavailable, "too much to do", "HTTP 429", 17 * time.Second},
		"busy, no time":               {says(429, plainJSON, `{}`), pipeline.Unavailable, "too much to do", "HTTP 429", 0},
		"busy for days":               {says(503, "text/plain", "later", "Retry-After", "999999"), pipeline.Unavailable, "too much to do", "HTTP 503", time.Hour},
		"loading":                     {says(503, plainJSON, `{"error":{"message":"Loading model"}}`), pipeline.Unavailable, "too much to do", "model, loading", 0},
		"failed":                      {says(500, "text/plain", "500 Internal Server Error\nstof"), pipeline.Unavailable, "The speech server failed", "HTTP 500", 0},
		"proxy failed":                {says(502, html, "<html>Bad Gateway</html>"), pipeline.Unavailable, "The speech server failed", "HTTP 502", 0},
		"wrong key":                   {says(401, plainJSON, `{"error":{"message":"Incorrect API key"}}`), pipeline.Unavailable, "does not accept our key", "HTTP 401", 0},
		"not there":                   {says(404, "text/plain", "File Not Found (/inference)"), pipeline.Unavailable, "address set for the speech server", "not found", 0},
		"no such model":               {says(404, plainJSON, `{"detail":"Model 'x' is not installed"}`), pipeline.Unavailable, "does not have the model", "model", 0},
		"refused in plain text":       {says(400, "text/plain", "Invalid request"), pipeline.Unavailable, "could not take the recording", "HTTP 400", 0},
		"validation errors":           {says(422, plainJSON, `{"detail":[{"loc":["body","model"],"msg":"Field required","input":"Eve Example"}]}`), pipeline.Unavailable, "could not take", "model, required", 0},
		"media type":                  {says(415, plainJSON, `{"detail":"Unsupported"}`), pipeline.Unavailable, "could not take", "unsupported", 0},
		"never content with the wish": {says(400, plainJSON, `{"error":{"message":"bad response_format"}}`), pipeline.Unavailable, "could not take", "response_format", 0},
		"a page":                      {says(200, html, "<html><title>Sign in</title></html>"), pipeline.Unavailable, "could not be read", "invalid character", 0},
		"nothing":                     {says(200, plainJSON, ""), pipeline.Unavailable, "broke off", "EOF", 0},
		"garbage":                     {says(200, plainJSON, `{"text": "the pat`), pipeline.Unavailable, "broke off", "unexpected EOF", 0},
		"other JSON":                  {says(200, plainJSON, `{"ok": true}`), pipeline.Unavailable, "could not be read", "neither text nor words", 0},
		"an error with 200":           {says(200, plainJSON, `{"error": "failed to read audio"}`), pipeline.Unavailable, "could not be read", "neither text", 0},
		"a list":                      {says(200, plainJSON, `["a"]`), pipeline.Unavailable, "could not be read", "no object", 0},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			answer(w, `{"text": "the patient", "words": [`)
		}, pipeline.Unavailable, "broke off", "unexpected EOF", 0},
		"connection lost": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, pipeline.Unavailable, "cannot be reached", "", 0},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			answer(w, `{"text": "`)
			for {
				if _, err := io.WriteString(w, strings.Repeat("on and on ", 1000)); err != nil {
					return
				}
			}
		}, pipeline.Unavailable, "could not be read", "longer than any transcript", 0},
		"sends elsewhere": {says(308, plainJSON, "", "Location", "https://elsewhere.example/v1"), pipeline.Unavailable, "another address", "HTTP 308", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := engine(t, openai.Config{URL: server(t, tc.handler)})
			_, err := e.Transcribe(t.Context(), open(t), transcribe.Hints{})
			if pipeline.KindOf(err) != tc.kind || !strings.Contains(pipeline.Sentence(err), tc.want) || !strings.Contains(err.Error(), tc.cause) {
				t.Errorf("kind %s: %v; want %s, %q, %q", pipeline.KindOf(err), err, tc.kind, tc.want, tc.cause)
			}
			if !strings.Contains(pipeline.Sentence(err), "kept") {
				t.Errorf("it is not said that the recording is kept: %s", pipeline.Sentence(err))
			}
			if strings.Contains(err.Error(), "Example") {
				t.Errorf("what the server sent back is in the error: %v", err)
			}
			var later transcribe.RetryAfter
			if errors.As(err, &later); later.After != tc.after {
				t.Errorf("to be tried in %v, want %v", later.After, tc.after)
			}
		})
	}
}

// The recording stays with the server that was named.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	other := server(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		e := engine(t, openai.Config{URL: server(t, says(status, plainJSON, "", "Location", other)), Key: "secret"})
		if _, err := e.Transcribe(t.Context(), open(t), transcribe.Hints{}); err == nil {
			t.Errorf("%d: no error", status)
		}
		if err := e.Check(t.Context()); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
	if asked.Load() > 0 {
		t.Error("the other server was asked")
	}
}

func TestSlowServerMeetsTheLimit(t *testing.T) {
	t.Parallel()
	url := server(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	e := engine(t, openai.Config{URL: url, Limit: transcribe.Limit{Start: 50 * time.Millisecond, PerAudio: 1e-9}})
	_, err := e.Transcribe(t.Context(), open(t), transcribe.Hints{})
	if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "time allowed") {
		t.Errorf("got %v", err)
	}
}

// The answer begins in time and never ends.
func TestSlowAnswerMeetsTheLimit(t *testing.T) {
	t.Parallel()
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer(w, `{"text": "the patient`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	e := engine(t, openai.Config{URL: url, Limit: transcribe.Limit{Start: 200 * time.Millisecond, PerAudio: 1e-9}})
	_, err := e.Transcribe(t.Context(), open(t), transcribe.Hints{})
	if !strings.Contains(pipeline.Sentence(err), "time allowed") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Transcribe(ctx, open(t), transcribe.Hints{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(says(200, plainJSON, `{"text": "hello"}`))
	t.Cleanup(srv.Close)
	strange := engine(t, openai.Config{URL: srv.URL})
	for _, err := range []error{strange.Check(t.Context()), second(strange.Transcribe(t.Context(), open(t), transcribe.Hints{}))} {
		if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "certificate") {
			t.Errorf("a certificate of nobody's: %v", err)
		}
	}
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	known := engine(t, openai.Config{URL: srv.URL, RootCAs: roots})
	heard, err := known.Transcribe(t.Context(), open(t), transcribe.Hints{})
	if err != nil || len(heard.Words()) != 1 {
		t.Errorf("%+v, %v", heard, err)
	}
}

func second(_ transcribe.Transcript, err error) error { return err }

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		path   string
		ok     bool
	}{
		"well":      {200, "/v1/models", true},
		"no page":   {404, "/v1/models", true},
		"wrong key": {401, "/v1/models", false},
		"loading":   {503, "/health", false},
	} {
		var asked atomic.Value
		url := server(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Store(r.URL.Path)
			w.WriteHeader(tc.status)
		})
		if tc.path == "/health" {
			url += "/inference"
		}
		err := engine(t, openai.Config{URL: url}).Check(t.Context())
		if (err == nil) != tc.ok || asked.Load() != tc.path {
			t.Errorf("%s: asked %v, %v", name, asked.Load(), err)
		}
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	err := engine(t, openai.Config{URL: closed.URL}).Check(t.Context())
	if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "cannot be reached") {
		t.Errorf("away: %v", err)
	}
	silent := engine(t, openai.Config{URL: server(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := silent.Check(ctx); pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "in time") {
		t.Errorf("silent: %v", err)
	}
}

// The address in a client's error may hold what no log may.
func TestErrorsHaveNoQuery(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	e := engine(t, openai.Config{URL: closed.URL + "/v1?site=canary"})
	for _, err := range []error{e.Check(t.Context()), second(e.Transcribe(t.Context(), open(t), transcribe.Hints{}))} {
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("got %v", err)
		}
	}
	_, err := openai.New(openai.Config{URL: closed.URL + "/v1?api_key=canary"})
	if pipeline.KindOf(err) != pipeline.Invalid || strings.Contains(err.Error(), "canary") {
		t.Errorf("a key in the address: %v", err)
	}
}
