package openai_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/pocketsphinx"
)

const human = "../testdata/human.wav"

// patient is for machines that do much else beside the tests.
var patient = transcribe.Limit{Start: 10 * time.Minute}

// recogniser is a real one behind a real server: what it hears is heard by
// pocketsphinx, and said in a server's dialect.
type recogniser struct {
	engine transcribe.Engine

	mu    sync.Mutex
	known map[[sha256.Size]byte]transcribe.Transcript // the suite sends the same sound often
}

func newRecogniser() *recogniser {
	return &recogniser{engine: pocketsphinx.New(pocketsphinx.Config{Limit: patient}), known: make(map[[sha256.Size]byte]transcribe.Transcript)}
}

// request is what a client has sent.
type request struct {
	fields map[string][]string
	file   string // its name
	sound  []byte
}

// get is the first of a field's values.
func (r request) get(name string) string {
	if len(r.fields[name]) == 0 {
		return ""
	}
	return r.fields[name][0]
}

func readRequest(r *http.Request) (q request, err error) {
	q.fields = make(map[string][]string)
	parts, err := r.MultipartReader()
	if err != nil {
		return q, err
	}
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return q, nil
		}
		if err != nil {
			return q, err
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return q, err
		}
		if p.FormName() == "file" {
			q.file, q.sound = p.FileName(), b
			continue
		}
		q.fields[p.FormName()] = append(q.fields[p.FormName()], string(b))
	}
}

// dialect answers a request; heard is called when it comes to that.
type dialect func(q request, heard func() (transcribe.Transcript, error)) (status int, contentType string, body any)

// serve starts a server that speaks a dialect. At the test's end it makes sure
// that nothing is still listened to.
func (rec *recogniser) serve(t *testing.T, speak dialect) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			return // asked whether it is there
		}
		q, err := readRequest(r)
		if err != nil {
			http.Error(w, "Invalid request", http.StatusBadRequest)
			return
		}
		status, contentType, body := speak(q, func() (transcribe.Transcript, error) { return rec.hear(r.Context(), q.sound) })
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		if text, ok := body.(string); ok {
			fmt.Fprint(w, text)
			return
		}
		if err := json.NewEncoder(w).Encode(body); err != nil && r.Context().Err() == nil {
			t.Error(err)
		}
	}))
	t.Cleanup(srv.Close) // it waits for requests under way
	return srv.URL
}

func (rec *recogniser) hear(ctx context.Context, sound []byte) (transcribe.Transcript, error) {
	sum := sha256.Sum256(sound)
	rec.mu.Lock()
	heard, ok := rec.known[sum]
	rec.mu.Unlock()
	if ok {
		return heard, nil
	}
	f, err := os.CreateTemp("", "server-*.wav")
	if err != nil {
		return heard, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(sound)
	if err := f.Close(); err != nil {
		return heard, err
	}
	if err != nil {
		return heard, err
	}
	heard, err = rec.engine.Transcribe(ctx, transcribe.Audio{Path: f.Name()}, transcribe.Hints{})
	if err == nil {
		rec.mu.Lock()
		rec.known[sum] = heard
		rec.mu.Unlock()
	}
	return heard, err
}

type object map[string]any

func failure(status int, message string) (int, string, any) {
	return status, "application/json", object{"error": object{"message": message, "type": "invalid_request_error", "param": nil, "code": nil}}
}

const plainJSON = "application/json"

func sentence(heard transcribe.Transcript) string {
	var ws []string
	for _, w := range heard.Words() {
		ws = append(ws, w.Text)
	}
	if len(ws) == 0 {
		return ""
	}
	text := strings.Join(ws, " ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

// wordsApart answers as OpenAI does: text with marks, words without.
func wordsApart(q request, hear func() (transcribe.Transcript, error)) (int, string, any) {
	if q.get("response_format") != "verbose_json" || len(q.fields["timestamp_granularities[]"]) != 2 || q.get("model") == "" || q.file != "dictation.wav" {
		return failure(http.StatusBadRequest, "not what this test's client should send")
	}
	heard, err := hear()
	if err != nil {
		return failure(http.StatusInternalServerError, err.Error())
	}
	words, segments := []object{}, []object{}
	for _, u := range heard.Utterances {
		segments = append(segments, object{"id": len(segments), "start": seconds(u.StartMS), "end": seconds(u.EndMS), "text": " " + sentence(transcribe.Transcript{Utterances: []transcribe.Utterance{u}}), "avg_logprob": -0.2, "no_speech_prob": 0.01})
		for _, w := range u.Words {
			words = append(words, object{"word": w.Text, "start": seconds(w.StartMS), "end": seconds(w.EndMS)})
		}
	}
	return http.StatusOK, plainJSON, object{"task": "transcribe", "language": "english", "duration": 9.7, "text": sentence(heard), "segments": segments, "words": words}
}

// tokensInSegments answers as whisper.cpp does: no words but tokens, and
// segments that end anywhere.
func tokensInSegments(q request, hear func() (transcribe.Transcript, error)) (int, string, any) {
	if q.get("response_format") != "verbose_json" || q.get("no_language_probabilities") != "true" {
		return http.StatusBadRequest, "text/plain", "Invalid request"
	}
	heard, err := hear()
	if err != nil {
		return http.StatusInternalServerError, "text/plain", "failed to process audio"
	}
	var tokens []object
	token := func(text string, start, end int64) {
		tokens = append(tokens, object{"word": text, "start": seconds(start), "end": seconds(end), "t_dtw": -1, "probability": 0.5})
	}
	for _, w := range heard.Words() {
		half, middle := len(w.Text)/2, (w.StartMS+w.EndMS)/2
		if half == 0 {
			token(" "+w.Text, w.StartMS, w.EndMS)
			continue
		}
		token(" "+w.Text[:half], w.StartMS, middle)
		token(w.Text[half:], middle, w.EndMS)
	}
	segments, text := []object{}, ""
	for len(tokens) > 0 {
		n := min(7, len(tokens))
		part := ""
		for _, tok := range tokens[:n] {
			part += tok["word"].(string)
		}
		segments = append(segments, object{"id": len(segments), "text": part, "start": tokens[0]["start"], "end": tokens[n-1]["end"], "words": tokens[:n], "avg_logprob": -0.2})
		text, tokens = text+part, tokens[n:]
	}
	return http.StatusOK, plainJSON, object{"task": "transcribe", "language": "english", "text": text + "\n", "segments": segments}
}

// segmentsOnly answers as servers do that know no words.
func segmentsOnly(q request, hear func() (transcribe.Transcript, error)) (int, string, any) {
	for _, g := range q.fields["timestamp_granularities[]"] {
		if g == "word" {
			return failure(http.StatusBadRequest, "`timestamp_granularities[]` of words is not supported by this model")
		}
	}
	heard, err := hear()
	if err != nil {
		return failure(http.StatusInternalServerError, err.Error())
	}
	segments := []object{}
	for _, u := range heard.Utterances {
		segments = append(segments, object{"start": seconds(u.StartMS), "end": seconds(u.EndMS), "text": sentence(transcribe.Transcript{Utterances: []transcribe.Utterance{u}}), "avg_logprob": -1, "compression_ratio": -1, "no_speech_prob": -1})
	}
	return http.StatusOK, plainJSON, object{"duration": "9.655", "language": "en", "text": sentence(heard), "segments": segments, "words": nil}
}

// textAlone answers as models do that know no times.
func textAlone(q request, hear func() (transcribe.Transcript, error)) (int, string, any) {
	if q.get("response_format") != "json" {
		return failure(http.StatusBadRequest, "response_format 'verbose_json' is not compatible with this model. Use 'json' instead.")
	}
	heard, err := hear()
	if err != nil {
		return failure(http.StatusInternalServerError, err.Error())
	}
	return http.StatusOK, plainJSON, object{"text": sentence(heard), "usage": object{"type": "tokens"}}
}
