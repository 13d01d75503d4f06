package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A stop ends the open streams and lets a running upload finish.
func TestServeDrains(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- x.Serve(ctx, l) }()
	x.url = "http://" + l.Addr().String()

	events := x.stream("author")
	body, ct := multi(t, []field{{"patient_mrn", "MRN-1001"}, {"encounter", ""}, {"worktype", "letter"}, {"priority", ""}, {"audio", strings.Repeat("sound", 20_000)}})
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), "POST", x.url+"/api/v1/dictations", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", ct)
	req.Header.Set("Expect", "100-continue") // nothing is sent before the handler reads
	client := http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	defer client.CloseIdleConnections()
	req.Header.Set("Authorization", "Bearer "+x.accounts["author"].token)
	answered := make(chan *http.Response, 1)
	go func() {
		defer close(answered)
		if res, err := client.Do(req); err == nil {
			answered <- res
		}
	}()
	if _, err := io.WriteString(w, body[:50_000]); err != nil {
		t.Fatal(err)
	}
	stop()
	for range events {
	}
	if _, err := io.WriteString(w, body[50_000:]); err != nil {
		t.Fatal(err)
	}
	w.Close()
	res, ok := <-answered
	if !ok || res.StatusCode != http.StatusCreated {
		t.Fatalf("the running upload: %+v", res)
	}
	res.Body.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// A listener that breaks ends the server with its error, and all it started.
func TestServeWithoutListener(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := x.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v", err)
	}
	<-x.events.stop
}

func TestLogHoldsNoPatientData(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	x := newSite(t, Options{Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	d := x.typed("author")
	ask := func() {
		for _, path := range []string{
			"/api/v1/dictations/" + d.ID + "/text", "/fhir/Patient?name=Rosenfeld",
			"/fhir/Patient?identifier=MRN-1001", "/fhir/DocumentReference?identifier=MRN-1001", "/api/v1/notes/" + d.ID,
		} {
			x.do("clinician", "GET", path, nil)
		}
		x.do("clinician", "POST", "/api/v1/patients/search", m{"q": "Rosenfeld"})
		x.do("author", "PUT", "/api/v1/dictations/"+d.ID+"/text", m{"text": noteText}, "If-Match", "1")
		x.upload("author", []field{{"patient_mrn", "MRN-1001"}, {"worktype", "letter"}, {"audio", "sound"}})
	}
	ask()
	x.Store.Close()
	ask() // now with errors of the database
	if log.Len() == 0 {
		t.Error("the errors were not logged")
	}
	for _, canary := range []string{"Rosenfeld", "MRN-1001", "fever", password, x.accounts["clinician"].token} {
		if strings.Contains(log.String(), canary) {
			t.Errorf("the log holds %q: %s", canary, log.String())
		}
	}
}
