package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"dictation/pipeline"
)

// client speaks the JSON API of a running system.
type client struct {
	server string
	token  string
	http   *http.Client
}

// localClient is an HTTP client without proxies, for a server next door.
func localClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		ResponseHeaderTimeout: 2 * time.Minute,
		IdleConnTimeout:       time.Minute,
	}}
}

// newClient takes server and token from the environment.
func newClient() (*client, error) {
	server, token := os.Getenv("DICTATION_SERVER"), os.Getenv("DICTATION_TOKEN")
	if server == "" || token == "" {
		return nil, errors.New("set DICTATION_SERVER (for example http://127.0.0.1:8080) and DICTATION_TOKEN (an API token; \"dictation run --demo\" prints one, \"dictation user token\" makes one)")
	}
	if !strings.HasPrefix(server, "http://") && !strings.HasPrefix(server, "https://") {
		return nil, fmt.Errorf("DICTATION_SERVER is %q; it begins with http:// or https://", server)
	}
	return &client{server: strings.TrimRight(server, "/"), token: token, http: localClient()}, nil
}

// dictation is what the API says of one.
type dictation struct {
	ID         string   `json:"id"`
	JobNumber  string   `json:"job_number"`
	SHA256     string   `json:"sha256"`
	Stage      string   `json:"stage"`
	Step       string   `json:"step"`
	State      string   `json:"state"`
	Reason     string   `json:"reason"`
	Priority   string   `json:"priority"`
	Worktype   string   `json:"worktype"`
	PatientMRN string   `json:"patient_mrn"`
	DurationMS int64    `json:"duration_ms"`
	Warnings   []string `json:"warnings"`
	Version    int64    `json:"version"` // grows with every move
}

// position is "review/typing pending".
func (d dictation) position() string {
	if d.Step == "" {
		return d.Stage + " " + d.State
	}
	return d.Stage + "/" + d.Step + " " + d.State
}

// call makes a request; out, when not nil, gets the JSON answer. A refusal
// comes back as an error with the server's sentence.
func (c *client) call(ctx context.Context, method, path string, body io.Reader, header http.Header, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.server+path, body)
	if err != nil {
		return err
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("User-Agent", "dictation/"+version())
	resp, err := c.http.Do(req)
	if err != nil {
		return pipeline.Wrap(pipeline.Unavailable, err, "%s does not answer", c.server)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return refusal(resp)
	}
	if out == nil || resp.StatusCode == http.StatusNoContent {
		_, err := io.Copy(io.Discard, resp.Body)
		return err
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// events opens the stream of changes; the caller closes it.
func (c *client) events(ctx context.Context) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server+"/api/v1/events", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Unavailable, err, "%s does not answer", c.server)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return nil, refusal(resp)
	}
	return resp.Body, nil
}

// refusal reads a problem document.
func refusal(resp *http.Response) error {
	const most = 64 << 10
	b, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return err
	}
	var p struct {
		Detail string        `json:"detail"`
		Kind   pipeline.Kind `json:"kind"`
	}
	if json.Unmarshal(bytes.TrimSpace(b), &p) != nil || p.Detail == "" {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	return pipeline.Errorf(p.Kind, "%s", p.Detail)
}

// dictation asks how a dictation is.
func (c *client) dictation(ctx context.Context, id string) (d dictation, err error) {
	return d, c.call(ctx, http.MethodGet, "/api/v1/dictations/"+id, nil, nil, &d)
}
