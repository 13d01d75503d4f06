package openai_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/enginetest"
	"dictation/pipeline/transcribe/openai"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	rec := newRecogniser()
	for name, tc := range map[string]struct {
		speak dialect
		path  string
		cfg   openai.Config
	}{
		"words apart":        {wordsApart, "/v1", openai.Config{Model: "whisper-1"}},
		"tokens in segments": {tokensInSegments, "/inference", openai.Config{}},
		"segments only":      {segmentsOnly, "", openai.Config{Server: openai.TextOnly, Model: "m"}},
		"text alone":         {textAlone, "/v1/", openai.Config{Server: openai.TextOnly, Model: "m"}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.cfg.URL, tc.cfg.Limit = rec.serve(t, tc.speak)+tc.path, patient
			e, err := openai.New(tc.cfg)
			if err != nil {
				t.Fatal(err)
			}
			t.Parallel()
			enginetest.Run(t, e, human)
		})
	}
}

// A server that said once what it cannot do is not asked for it again.
func TestRemembersWhatTheServerCannotDo(t *testing.T) {
	t.Parallel()
	rec := newRecogniser()
	var mu sync.Mutex
	var wishes []string
	url := rec.serve(t, func(q request, hear func() (transcribe.Transcript, error)) (int, string, any) {
		mu.Lock()
		wishes = append(wishes, q.get("response_format")+" "+strings.Join(q.fields["timestamp_granularities[]"], "+"))
		mu.Unlock()
		return segmentsOnly(q, hear)
	})
	e := engine(t, openai.Config{URL: url, Server: openai.TextOnly, Limit: patient})
	for range 2 {
		if _, err := e.Transcribe(t.Context(), open(t), transcribe.Hints{}); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if got, want := strings.Join(wishes, ", "), "verbose_json word+segment, verbose_json segment, verbose_json segment"; got != want {
		t.Errorf("asked for %s; want %s", got, want)
	}
}

func TestSendsWhatIsKnown(t *testing.T) {
	t.Parallel()
	var got request
	var key string
	e := engine(t, openai.Config{Model: "large-v3", Key: "secret", URL: server(t, func(w http.ResponseWriter, r *http.Request) {
		var err error
		if got, err = readRequest(r); err != nil || r.ContentLength < 300_000 {
			t.Errorf("%d bytes, %v", r.ContentLength, err)
		}
		key = r.Header.Get("Authorization")
		answer(w, `{"text": "hello"}`)
	})})
	vocabulary := []string{"Zürich", strings.Repeat("long words ", 80), "hypomastia"}
	if _, err := e.Transcribe(t.Context(), open(t), transcribe.Hints{Language: "de-CH", Vocabulary: vocabulary, Prompt: "Impression:"}); err != nil {
		t.Fatal(err)
	}
	prompt := got.get("prompt")
	if got.get("language") != "de" || got.get("model") != "large-v3" || got.get("temperature") != "0" || key != "Bearer secret" || len(got.sound) != 309006 {
		t.Errorf("sent %v, %d bytes of sound, key %q", got.fields, len(got.sound), key)
	}
	if len(prompt) > 600 || !strings.HasPrefix(prompt, "long words") || !strings.HasSuffix(prompt, "hypomastia. Impression:") {
		t.Errorf("prompt of %d bytes: %q", len(prompt), prompt)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]openai.Config{
		"no address":     {},
		"no host":        {URL: "/v1"},
		"other protocol": {URL: "ftp://example.org/v1"},
		"key in address": {URL: "https://u:secret@example.org/v1"},
		"no such server": {URL: "https://example.org/v1", Server: "iis"},
	} {
		_, err := openai.New(cfg)
		if pipeline.KindOf(err) != pipeline.Invalid || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	e := engine(t, openai.Config{Name: "gpu", URL: "http://localhost/inference", MaxBytes: 25 << 20, MaxDuration: time.Hour})
	d := e.Describe()
	if d.Name != "gpu" || !d.Confidence || !d.WordTimes || d.Parallel != 1 || d.MaxDuration != 819*time.Second {
		t.Errorf("%+v", d)
	}
}

func engine(t *testing.T, cfg openai.Config) *openai.Engine {
	t.Helper()
	e, err := openai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func open(t *testing.T) transcribe.Audio {
	t.Helper()
	a, err := transcribe.OpenAudio(human)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
