package webhook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/recordtest"
	"dictation/pipeline/record/webhook"
)

var secret = []byte("a secret of the test, long enough")

// receiver is a program that checks what it gets and knows repetitions by key.
type receiver struct {
	t    *testing.T
	mu   sync.Mutex
	held map[string][]string // document number → ids
	keys map[string]string   // key → id
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	stamp := req.Header.Get("X-Dictation-Timestamp")
	if req.Header.Get("X-Dictation-Signature") != "v1="+webhook.Signature(secret, stamp, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var m record.Manifest
	if err := json.Unmarshal(body, &m); err != nil || m.Key != req.Header.Get("Idempotency-Key") || m.Text == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys[m.Key] == "" {
		r.keys[m.Key] = fmt.Sprint("rec-", len(r.keys)+1)
		r.held[m.DocumentNumber] = append(r.held[m.DocumentNumber], r.keys[m.Key])
	}
	if err := json.NewEncoder(w).Encode(map[string]string{"id": r.keys[m.Key]}); err != nil {
		r.t.Log(err)
	}
}

func newHook(t *testing.T, h http.Handler, change func(*webhook.Config)) *webhook.System {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	cfg := webhook.Config{Name: "test", URL: srv.URL + "/notes", Secret: secret, Private: true, Timeout: 10 * time.Second}
	if change != nil {
		change(&cfg)
	}
	s, err := webhook.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	recordtest.Run(t, func(t *testing.T) recordtest.Harness {
		r := &receiver{t: t, held: map[string][]string{}, keys: map[string]string{}}
		var n atomic.Int64
		return recordtest.Harness{
			System:      newHook(t, r, nil),
			NewDocument: func(*testing.T) record.Document { return recordtest.NewDocument(int(n.Add(1))) },
			Held: func(_ *testing.T, number string) []string {
				r.mu.Lock()
				defer r.mu.Unlock()
				return r.held[number]
			},
		}
	})
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]struct {
		kind    pipeline.Kind
		unknown bool // where the receiver cannot tell repetitions
	}{
		301: {pipeline.Invalid, false}, 307: {pipeline.Invalid, false}, 400: {pipeline.Invalid, false}, 401: {pipeline.Invalid, false},
		404: {pipeline.Invalid, false}, 408: {pipeline.Unavailable, true}, 409: {pipeline.Invalid, false}, 429: {pipeline.Unavailable, false},
		500: {pipeline.Unavailable, true}, 502: {pipeline.Unavailable, true}, 503: {pipeline.Unavailable, false},
	} {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/notes" {
				t.Error("a redirect was followed")
			}
			w.Header().Set("Location", "/elsewhere")
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(code)
			fmt.Fprint(w, "<html>Not what you think</html>")
		})
		_, err := newHook(t, h, func(c *webhook.Config) { c.Once = true }).Attach(t.Context(), recordtest.NewDocument(1))
		if pipeline.KindOf(err) != want.kind || errors.Is(err, record.ErrUnknown) != want.unknown {
			t.Errorf("%d: %v, unknown %v", code, err, errors.Is(err, record.ErrUnknown))
		}
		var later *record.Later
		if busy := code == 429 || code == 503; errors.As(err, &later) != busy || busy && later.After != 7*time.Second {
			t.Errorf("%d: come again after %+v", code, later)
		}
	}
}

// An answer that is lost is repeated where the receiver knows repetitions; else
// a person looks, and nothing is sent again.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		calls.Add(1)
		panic(http.ErrAbortHandler)
	})
	doc := recordtest.NewDocument(1)
	_, err := newHook(t, h, nil).Attach(t.Context(), doc)
	if pipeline.KindOf(err) != pipeline.Unavailable || errors.Is(err, record.ErrUnknown) {
		t.Errorf("receiver that knows repetitions: %v", err)
	}
	once := newHook(t, h, func(c *webhook.Config) { c.Once = true })
	if _, err := once.Attach(t.Context(), doc); !errors.Is(err, record.ErrUnknown) {
		t.Errorf("receiver that does not: %v", err)
	}
	sent := calls.Load()
	doc.Unsettled = true
	if _, err := once.Attach(t.Context(), doc); !errors.Is(err, record.ErrUnknown) || calls.Load() != sent {
		t.Errorf("sent blindly again: %v", err)
	}
}

func TestInsideIsRefused(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	for _, address := range []string{srv.URL, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), "https://[::ffff:127.0.0.1]:9", "https://169.254.169.254/latest"} {
		s, err := webhook.New(webhook.Config{Name: "test", URL: address, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = s.Attach(t.Context(), recordtest.NewDocument(1)); pipeline.KindOf(err) != pipeline.Invalid || !errors.Is(err, record.ErrNotSent) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]webhook.Config{
		"no address":   {Secret: secret},
		"plain http":   {URL: "http://records.example.org", Secret: secret},
		"other scheme": {URL: "file:///etc/passwd", Secret: secret},
		"short secret": {URL: "https://records.example.org", Secret: []byte("short")},
	} {
		if _, err := webhook.New(cfg); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
