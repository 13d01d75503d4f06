package openai

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dictation/pipeline/transcribe"
)

// show writes words as "text start-end", ~ before a time that was worked out,
// the confidence behind, segments parted by |.
func show(t transcribe.Transcript) string {
	var us []string
	for _, u := range t.Utterances {
		var ws []string
		for _, w := range u.Words {
			s := fmt.Sprintf("%s %d-%d", w.Text, w.StartMS, w.EndMS)
			if w.Estimated {
				s = "~" + s
			}
			if w.Confidence != nil {
				s += fmt.Sprintf(" (%v)", *w.Confidence)
			}
			ws = append(ws, s)
		}
		us = append(us, strings.Join(ws, ", "))
	}
	return strings.Join(us, " | ")
}

// dialects are answers in the shapes that servers give them, made up.
var dialects = map[string]struct{ body, want string }{
	"words and segments": {
		`{"task":"transcribe","language":"english","duration":2.0,"text":"No fever.","segments":[{"id":0,"seek":0,"start":0.0,"end":1.8,"text":" No fever.","tokens":[50364,883],"temperature":0.0,"avg_logprob":-0.3,"compression_ratio":0.7,"no_speech_prob":0.02}],"words":[{"word":"No","start":0.1,"end":0.4},{"word":"fever","start":0.5,"end":1.1}]}`,
		"No 100-400, fever. 500-1100"},
	"words, no segments": {
		`{"text":"No fever.","words":[{"word":"No","start":0.1,"end":0.4},{"word":"fever","start":0.5,"end":1.1}]}`,
		"No 100-400, fever. 500-1100"},
	"words that stop early": {
		`{"text":"No fever today.","words":[{"word":"No","start":0.1,"end":0.4}],"segments":[{"start":0,"end":2,"text":" No fever today."}]}`,
		"No 100-400, ~fever 400-400, ~today. 400-400"},
	"words null": {
		`{"text":"No fever.","words":null,"segments":[{"id":1,"start":0.0,"end":0.9,"text":" No fever.","words":null}]}`,
		"~No 0-225, ~fever. 225-900"},
	"words empty": {
		`{"text":"No fever.","words":[],"segments":[{"id":1,"start":0.0,"end":0.9,"text":" No fever.","words":[]}]}`,
		"~No 0-225, ~fever. 225-900"},
	"words in segments, with probability": {
		`{"text":"No fever.","segments":[{"start":0,"end":1.2,"text":" No fever.","words":[{"word":" No","start":0.1,"end":0.4,"probability":0.9},{"word":" fever.","start":0.5,"end":1.1,"probability":0.8}]}]}`,
		"No 100-400 (0.9), fever. 500-1100 (0.8)"},
	"tokens": {
		`{"text":" Afebrile today.\n","segments":[{"text":" Afebrile today.","start":0.0,"end":2.0,"words":[{"word":"[_BEG_]","start":0,"end":0,"probability":0.9},{"word":" Af","start":0.1,"end":0.3,"t_dtw":-1,"probability":0.9},{"word":"eb","start":0.3,"end":0.4,"t_dtw":-1,"probability":0.5},{"word":"rile","start":0.4,"end":0.8,"t_dtw":-1,"probability":0.7},{"word":" today","start":0.9,"end":1.5,"probability":0.6},{"word":".","start":1.5,"end":2.0,"probability":0.8}]}]}`,
		"Afebrile 100-800 (0.5), today. 900-2000 (0.6)"},
	"tokens, a word in two segments": {
		`{"text":" Afebrile.","segments":[{"text":" Afeb","start":0.0,"end":0.5,"words":[{"word":" Afeb","start":0.1,"end":0.5,"probability":0.9}]},{"text":"rile.","start":0.5,"end":1.0,"words":[{"word":"rile","start":0.5,"end":0.9,"probability":0.8},{"word":".","start":0.9,"end":1.0,"probability":0.8}]}]}`,
		"Afebrile. 100-1000 (0.8)"},
	"numbers in strings, placeholders": {
		`{"duration":"2.000000","text":" No fever.","segments":[{"id":42,"avg_logprob":-1.0,"compression_ratio":-1.0,"no_speech_prob":-1.0,"start":"0.0","end":"0.9","text":" No fever."}],"words":null}`,
		"~No 0-225, ~fever. 225-900"},
	"probability -1 and above 1": {
		`{"text":"a b","words":[{"word":"a","start":0.1,"end":0.4,"probability":-1},{"word":"b","start":0.5,"end":1.1,"probability":3}]}`,
		"a 100-400, b 500-1100"},
	"probability nought everywhere": {
		`{"text":"a b","words":[{"word":"a","start":0.1,"end":0.4,"probability":0},{"word":"b","start":0.5,"end":1.1,"probability":0.0}]}`,
		"a 100-400, b 500-1100"},
	"confidence": {
		`{"text":"a b","words":[{"word":"a","start":0.1,"end":0.4,"confidence":0.25},{"word":"b","start":0.5,"end":1.1,"confidence":null}]}`,
		"a 100-400 (0.25), b 500-1100"},
	"nanoseconds": {
		`{"segments":[{"id":0,"start":0,"end":900000000,"text":"No fever.","tokens":[1]}],"text":"No fever."}`,
		"~No 0-225, ~fever. 225-900"},
	"milliseconds": {
		`{"text":"No fever.","words":[{"word":"No","start":100,"end":400},{"word":"fever","start":500,"end":1100}]}`,
		"No 100-400, fever. 500-1100"},
	"two segments": {
		`{"text":"No fever. No pain.","segments":[{"start":0,"end":0.9,"text":" No fever."},{"start":1.0,"end":1.8,"text":" No pain."}]}`,
		"~No 0-225, ~fever. 225-900 | ~No 1000-1228, ~pain. 1228-1800"},
	"no text, segments": {
		`{"segments":[{"start":0,"end":0.9,"text":" No fever."}]}`,
		"~No 0-225, ~fever. 225-900"},
	"text and log probabilities": {
		`{"text":"No fever.","logprobs":[{"token":"No","logprob":-0.01,"bytes":[78]}],"usage":{"type":"tokens","input_tokens":35}}`,
		"~No 0-500, ~fever. 500-2000"},
	"nothing heard":         {`{"text":"","segments":[],"words":[]}`, ""},
	"nothing heard, spaces": {`{"text":" \n","segments":[{"start":0,"end":2,"text":" ","words":[{"word":" ","start":0,"end":2}]}]}`, ""},
	"times missing": {
		`{"text":"a b c","words":[{"word":"a","start":0.1,"end":0.4},{"word":"b"},{"word":"c","start":null,"end":"soon"}]}`,
		"a 100-400, ~b 400-1200, ~c 1200-2000"},
	"times below zero": {
		`{"text":"a b","words":[{"word":"a","start":-1,"end":-1},{"word":"b","start":1.0,"end":1.5}]}`,
		"~a 0-1000, b 1000-1500"},
}

func TestDialects(t *testing.T) {
	t.Parallel()
	const length = 2 * time.Second
	for name, tc := range dialects {
		a, err := readAnswer(strings.NewReader(tc.body), length)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		heard, err := a.said(length).Transcript(length)
		if got := show(heard); got != tc.want || err != nil {
			t.Errorf("%s:\n got %s, %v\nwant %s", name, got, err, tc.want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, d := range dialects {
		f.Add(d.body, int64(2000))
	}
	f.Add(`{"words":[{"word":"a","start":1e300,"end":1e308}]}`, int64(0))
	f.Fuzz(func(t *testing.T, body string, lengthMS int64) {
		lengthMS = min(max(lengthMS, 0), 24*60*60*1000)
		length := time.Duration(lengthMS) * time.Millisecond
		a, err := readAnswer(strings.NewReader(body), length)
		if err != nil {
			return
		}
		heard, err := a.said(length).Transcript(length)
		if err != nil {
			return
		}
		last := int64(0)
		for _, w := range heard.Words() {
			if strings.TrimSpace(w.Text) == "" || w.StartMS < last || w.EndMS < w.StartMS || w.EndMS > lengthMS {
				t.Fatalf("word %+v after %d in %d ms", w, last, lengthMS)
			}
			if w.Confidence != nil && (*w.Confidence < 0 || *w.Confidence > 1) {
				t.Fatalf("confidence %v", *w.Confidence)
			}
			last = w.StartMS
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": -1, "soon": -1, "0": 0, " 5 ": 5 * time.Second, "-3": 0, "86400": time.Hour,
		"Sun, 01 Mar 2026 12:00:30 GMT": 30 * time.Second,
		"Sun, 01 Mar 2026 11:00:00 GMT": 0,
	} {
		got, ok := retryAfter(header, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

// Elements of nothing are stopped by their number: the memory they take once
// read is many times that of the answer.
func TestAnswerOfEmptyElements(t *testing.T) {
	t.Parallel()
	many := strings.TrimSuffix(strings.Repeat("{},", 300_000), ",")
	for name, body := range map[string]string{
		"words": `{"words":[` + many + `]}`, "segments": `{"segments":[` + many + `]}`, "in a segment": `{"segments":[{"words":[` + many + `]}]}`,
	} {
		if a, err := readAnswer(strings.NewReader(body), time.Second); !errors.Is(err, errTooLong) || cap(a.Words)+cap(a.Segments) > 1000 {
			t.Errorf("%s: %d elements, %v", name, cap(a.Words)+cap(a.Segments), err)
		}
	}
}
