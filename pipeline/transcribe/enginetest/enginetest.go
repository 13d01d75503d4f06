// Package enginetest is the conformance suite of speech engines: what every
// maker of [transcribe.Engine] must do, whatever it is made of.
package enginetest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/transcript"
)

// Run checks an engine against the contract. speech is a canonical recording
// with at least ten words in the engine's language.
func Run(t *testing.T, e transcribe.Engine, speech string) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, suite){
		"describes itself":         describes,
		"is ready":                 ready,
		"hears speech":             hearsSpeech,
		"hears a piece":            hearsPiece,
		"hears nothing in silence": hearsNothing,
		"refuses what is no sound": refusesJunk,
		"never starts when late":   neverStarts,
		"stops when told":          stops,
		"works side by side":       sideBySide,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, suite{e, speech})
		})
	}
}

type suite struct {
	engine transcribe.Engine
	speech string
}

func (s suite) hear(ctx context.Context, path string) (transcribe.Transcript, error) {
	a, err := transcribe.OpenAudio(path)
	if err != nil {
		return transcribe.Transcript{}, err
	}
	return s.engine.Transcribe(ctx, a, transcribe.Hints{})
}

func describes(t *testing.T, s suite) {
	d := s.engine.Describe()
	if d.Name == "" || strings.ContainsFunc(d.Name, func(r rune) bool { return r < '-' || r > 'z' }) {
		t.Errorf("name %q: want one word", d.Name)
	}
	if !d.Words && (d.WordTimes || d.Confidence || d.Vocabulary) {
		t.Errorf("%+v: an engine without words has no times, confidence or vocabulary", d)
	}
	if d.MaxDuration < 0 || d.Piece < 0 || d.LeadIn < 0 || d.Parallel < 0 {
		t.Errorf("%+v: nothing is less than none", d)
	}
	if d.MaxDuration > 0 && d.Piece+d.LeadIn > d.MaxDuration {
		t.Errorf("%+v: it would not take the pieces that it wants", d)
	}
}

func ready(t *testing.T, s suite) {
	if err := s.engine.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// hearsSpeech also gives it hints, which never do harm, and makes sure that it
// has not touched the recording.
func hearsSpeech(t *testing.T, s suite) {
	before := read(t, s.speech)
	audio, err := transcribe.OpenAudio(s.speech)
	if err != nil {
		t.Fatal(err)
	}
	d := s.engine.Describe()
	hints := transcribe.Hints{Language: "en-US", Vocabulary: []string{"exhibition", "crafts"}, Prompt: "A lecture on printing."}
	heard, err := s.engine.Transcribe(t.Context(), audio, hints)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, read(t, s.speech)) {
		t.Error("the recording was changed")
	}
	words := heard.Words()
	if !d.Words {
		if len(words) > 0 {
			t.Errorf("heard %d words, and claims to hear none", len(words))
		}
		return
	}
	if len(words) < 10 {
		t.Errorf("heard %d words, want at least 10", len(words))
	}
	checkWords(t, words, audio.Duration.Milliseconds(), d)
	for i, u := range heard.Utterances {
		if len(u.Words) == 0 {
			t.Errorf("utterance %d has no words", i)
			continue
		}
		if u.StartMS > u.Words[0].StartMS || u.EndMS < u.Words[len(u.Words)-1].EndMS {
			t.Errorf("utterance %d [%d, %d] does not hold its words", i, u.StartMS, u.EndMS)
		}
	}
}

// hearsPiece has it recognise the second half of the recording.
func hearsPiece(t *testing.T, s suite) {
	a, err := transcribe.OpenAudio(s.speech)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	span := transcribe.Span{From: (a.Duration / 2).Truncate(time.Millisecond), To: a.Duration}
	p, err := transcribe.Listen(t.Context(), s.engine, a, span, transcribe.Hints{}, dir)
	if err != nil {
		t.Fatal(err)
	}
	d, words := s.engine.Describe(), p.Heard.Words()
	if p.Span != span || (len(words) > 0) != d.Words {
		t.Errorf("heard %d words in %v, want some in %v", len(words), p.Span, span)
	}
	checkWords(t, words, span.Length().Milliseconds(), d)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// checkWords checks that times rise inside the sound and that nothing is
// claimed that the engine says it does not know.
func checkWords(t *testing.T, words []transcript.Word, lengthMS int64, d transcribe.Description) {
	t.Helper()
	if !slices.IsSortedFunc(words, func(a, b transcript.Word) int { return int(a.StartMS - b.StartMS) }) {
		t.Error("the words' times do not rise")
	}
	for i, w := range words {
		switch {
		case strings.TrimSpace(w.Text) == "" || strings.ContainsAny(w.Text, "<>"):
			t.Errorf("word %d is %q", i, w.Text)
		case w.StartMS < 0 || w.EndMS < w.StartMS || w.EndMS > lengthMS:
			t.Errorf("word %d lies at [%d, %d] in %d ms of sound", i, w.StartMS, w.EndMS, lengthMS)
		case w.Estimated == d.WordTimes:
			t.Errorf("word %d: estimated is %v, the engine says it hears times: %v", i, w.Estimated, d.WordTimes)
		case w.Confidence != nil && !d.Confidence:
			t.Errorf("word %d has a confidence, the engine says it gives none", i)
		case w.Confidence != nil && (*w.Confidence < 0 || *w.Confidence > 1):
			t.Errorf("word %d has confidence %v", i, *w.Confidence)
		}
	}
}

func hearsNothing(t *testing.T, s suite) {
	heard, err := s.hear(t.Context(), silence(t))
	if err != nil {
		t.Fatal(err)
	}
	if words := heard.Words(); len(words) > 0 {
		t.Errorf("heard %v in digital silence", words)
	}
}

func refusesJunk(t *testing.T, s suite) {
	for name, body := range map[string][]byte{
		"empty":  nil,
		"a text": []byte(strings.Repeat("This is no recording. ", 40)),
		"cut":    read(t, s.speech)[:1000],
	} {
		path := filepath.Join(t.TempDir(), "junk.wav")
		write(t, path, body)
		_, err := s.engine.Transcribe(t.Context(), transcribe.Audio{Path: path, Duration: time.Second}, transcribe.Hints{})
		if got := pipeline.KindOf(err); err == nil || got != pipeline.Unreadable {
			t.Errorf("%s: kind %s, want %s (%v)", name, got, pipeline.Unreadable, err)
		}
	}
}

func neverStarts(t *testing.T, s suite) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.hear(ctx, s.speech)
	checkStopped(t, err, context.Canceled)
}

// stops gives the engine half a second for minutes of speech.
func stops(t *testing.T, s suite) {
	path := repeat(t, s.speech, 20)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := s.hear(ctx, path)
	if !s.engine.Describe().Words && err == nil {
		return // done before it could be told
	}
	checkStopped(t, err, context.DeadlineExceeded)
	if pids := ProcessesWith(t, path); len(pids) > 0 {
		t.Errorf("processes %v still work on the recording", pids)
	}
}

func checkStopped(t *testing.T, err, cause error) {
	t.Helper()
	if !errors.Is(err, cause) {
		t.Errorf("error %v, want %v in its chain", err, cause)
	}
	if got := pipeline.KindOf(err); got != pipeline.Unavailable {
		t.Errorf("kind %s, want %s: a stopped job runs again", got, pipeline.Unavailable)
	}
}

// sideBySide runs speech and silence at the same time and looks for cross-talk.
func sideBySide(t *testing.T, s suite) {
	quiet := silence(t)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			heard, err := s.hear(t.Context(), s.speech)
			if err != nil || (len(heard.Words()) > 0) != s.engine.Describe().Words {
				t.Errorf("speech: %d words, error %v", len(heard.Words()), err)
			}
		})
		wg.Go(func() {
			heard, err := s.hear(t.Context(), quiet)
			if err != nil || len(heard.Words()) > 0 {
				t.Errorf("silence: %d words, error %v", len(heard.Words()), err)
			}
		})
	}
	wg.Wait()
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
