package openai

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
)

// Server names the kind of server: what it can do.
type Server string

// The servers whose ways are known. Any other that speaks OpenAI's protocol is
// OpenAI here: what it cannot do is found out.
const (
	OpenAI     Server = "openai"      // also speaches, Groq: words with times
	WhisperCPP Server = "whisper.cpp" // tokens with times and probabilities; its /inference too
	TextOnly   Server = "text"        // vLLM, LocalAI: segments or text, no words
)

// Config says which server to ask. URL is needed.
type Config struct {
	Name   string // of the engine in rules and drafts; default "openai"
	URL    string // "https://gpu.example.org/v1", or with a path of its own: "http://gpu:8080/inference"; no key in it
	Server Server // default OpenAI, WhisperCPP for a path ending in /inference
	Model  string // sent as it is; whisper.cpp ignores it
	Key    string // sent as bearer token; empty: none

	Languages   []string         // BCP 47 tags that the model knows; empty: any
	NoHints     bool             // the model takes no prompt
	Parallel    int              // recordings at a time; default 1
	Piece       time.Duration    // length that longer recordings are cut to; 0: sent whole
	MaxDuration time.Duration    // longest sound the server takes; 0: no limit
	MaxBytes    int64            // largest file it takes, 25 MiB (13 minutes) for hosted ones; 0: no limit
	Limit       transcribe.Limit // of one request
	RootCAs     *x509.CertPool   // who may have signed the server's certificate; nil: the system's
}

// Engine asks a server. It is safe for concurrent use.
type Engine struct {
	cfg      Config
	endpoint *url.URL
	client   *http.Client
	asks     atomic.Int32 // the form that worked last
}

// New gives an engine; [Engine.Check] tells whether its server is there. An
// Invalid error tells of an address that is none.
func New(cfg Config) (*Engine, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		// The address is not shown: somebody may have put a key into it.
		return nil, pipeline.Errorf(pipeline.Invalid, "The address of the speech engine %q is not one like https://gpu.example.org/v1.", cfg.Name)
	}
	if secret(u.Query()) {
		return nil, pipeline.Errorf(pipeline.Invalid, "The address of the speech engine %q has a key in it, where every proxy on the way would write it down. Set the key by itself.", cfg.Name)
	}
	switch path := strings.TrimSuffix(u.Path, "/"); {
	case path == "":
		u.Path = "/v1/audio/transcriptions"
	case strings.HasSuffix(path, "/v1"):
		u.Path = path + "/audio/transcriptions"
	}
	if cfg.Name == "" {
		cfg.Name = "openai"
	}
	if cfg.Server == "" {
		cfg.Server = OpenAI
		if strings.HasSuffix(u.Path, "/inference") {
			cfg.Server = WhisperCPP
		}
	}
	if cfg.Server != OpenAI && cfg.Server != WhisperCPP && cfg.Server != TextOnly {
		return nil, pipeline.Errorf(pipeline.Invalid, "There is no kind of speech server %q; use openai, whisper.cpp or text.", cfg.Server)
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = 1
	}
	return &Engine{cfg: cfg, endpoint: u, client: newClient(cfg.RootCAs)}, nil
}

// secret reports whether a query names something that must not be seen.
func secret(query url.Values) bool {
	for name := range query {
		name = strings.ToLower(name)
		for _, word := range []string{"key", "token", "secret", "sig", "auth", "pass", "credential"} {
			if strings.Contains(name, word) {
				return true
			}
		}
	}
	return false
}

// newClient makes a client that stays where it is sent. It has no time limit of
// its own: that depends on the recording.
func newClient(roots *x509.CertPool) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// The size of canonical sound.
const (
	headerBytes = 44
	secondBytes = 32000
)

// Describe implements [transcribe.Engine].
func (e *Engine) Describe() transcribe.Description {
	most := e.cfg.MaxDuration
	if e.cfg.MaxBytes > 0 {
		fits := time.Duration(max(1, (e.cfg.MaxBytes-formBytes-headerBytes)/secondBytes)) * time.Second
		if most == 0 || fits < most {
			most = fits
		}
	}
	return transcribe.Description{
		Name:        e.cfg.Name,
		Model:       e.cfg.Model,
		Words:       true,
		WordTimes:   e.cfg.Server != TextOnly,
		Confidence:  e.cfg.Server == WhisperCPP,
		Vocabulary:  !e.cfg.NoHints,
		Languages:   e.cfg.Languages,
		MaxDuration: most,
		Piece:       e.cfg.Piece,
		Parallel:    e.cfg.Parallel,
	}
}

// Check implements [transcribe.Engine]: the server answers, is not still
// loading, and takes the key.
func (e *Engine) Check(ctx context.Context) error {
	u := *e.endpoint
	if path, ok := strings.CutSuffix(u.Path, "/audio/transcriptions"); ok && e.cfg.Server != WhisperCPP {
		u.Path = path + "/models"
	} else {
		u.Path = "/health"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	e.authorize(req)
	resp, err := e.client.Do(req)
	if ctx.Err() != nil {
		return pipeline.Wrap(pipeline.Unavailable, withoutURL(err), "The speech server %s did not answer in time.", e.endpoint.Host)
	}
	if err != nil {
		return e.unreached(err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden, resp.StatusCode >= 500:
		return e.refused(resp)
	}
	return nil // also where it does not know the page: it is there
}

func (e *Engine) authorize(req *http.Request) {
	if e.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+e.cfg.Key)
	}
}

// Transcribe implements [transcribe.Engine].
func (e *Engine) Transcribe(ctx context.Context, a transcribe.Audio, h transcribe.Hints) (transcribe.Transcript, error) {
	if err := ctx.Err(); err != nil {
		return transcribe.Transcript{}, err
	}
	a, err := transcribe.OpenAudio(a.Path)
	if err != nil {
		return transcribe.Transcript{}, err
	}
	var heard transcribe.Transcript
	err = e.cfg.Limit.Run(ctx, a.Duration, func(ctx context.Context) (err error) {
		heard, err = e.ask(ctx, a, h)
		return err
	})
	return heard, err
}

// ask sends the recording, and again with a smaller wish where the server says
// that it cannot fulfil the first.
func (e *Engine) ask(ctx context.Context, a transcribe.Audio, h transcribe.Hints) (transcribe.Transcript, error) {
	for wish := wish(e.asks.Load()); ; {
		heard, err := e.send(ctx, a, h, wish)
		less, ok := wish.less(err)
		if !ok {
			if err == nil {
				e.asks.Store(int32(wish))
			}
			return heard, err
		}
		wish = less
	}
}

// send makes one request.
func (e *Engine) send(ctx context.Context, a transcribe.Audio, h transcribe.Hints, w wish) (transcribe.Transcript, error) {
	body, err := e.form(a, h, w)
	if err != nil {
		return transcribe.Transcript{}, err
	}
	defer body.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.endpoint.String(), body)
	if err != nil {
		return transcribe.Transcript{}, err
	}
	req.ContentLength = body.length
	req.Header.Set("Content-Type", body.contentType)
	req.Header.Set("Accept", "application/json")
	e.authorize(req)
	resp, err := e.client.Do(req)
	if err != nil {
		return transcribe.Transcript{}, e.unreached(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return transcribe.Transcript{}, e.refused(resp)
	}
	answer, err := readAnswer(resp.Body, a.Duration)
	if err != nil {
		return transcribe.Transcript{}, pipeline.Wrap(pipeline.Unavailable, fmt.Errorf("%s: %w", e.cfg.Name, err), "%s", unusable)
	}
	return answer.said(a.Duration).Transcript(a.Duration)
}
