package transcribe_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
)

func TestShadow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wav := filepath.Join(dir, "canonical.wav")
	if err := os.WriteFile(wav, file(t, human), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []transcribe.Comparison
	second := says("second", "no", "fever", "today")
	hear := second.hear
	second.hear = func(ctx context.Context, a transcribe.Audio) (transcribe.Transcript, error) {
		if _, err := transcribe.OpenAudio(a.Path); err != nil {
			t.Error(err)
		}
		return hear(ctx, a)
	}
	shadows := t.TempDir()
	gone := make(chan struct{})
	r := router(t, transcribe.Routing{
		Rules: []transcribe.Rule{{Engines: []string{"first"}, Shadow: "second"}},
		Shadow: transcribe.Shadow{Dir: shadows, Report: func(_ context.Context, c transcribe.Comparison) {
			got = append(got, c)
			close(gone)
		}},
	}, says("first", "fever", "today"), second)
	task := minute()
	task.Audio.Path, task.Request.Dictation = wav, "0199a000-0000-7000-8000-000000000001"
	if _, err := r.Recognise(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(wav); err != nil { // as the handler does, at once
		t.Fatal(err)
	}
	<-gone
	r.Close()
	if len(got) != 1 {
		t.Fatalf("%d comparisons", len(got))
	}
	c := got[0]
	if c.Err != nil || c.Dictation != task.Request.Dictation || c.Main.Engine != "first" || c.Shadow.Engine != "second" ||
		c.Shadow.Text != "No fever today" || c.Length != time.Minute || c.Between.Inserted != 1 || c.Between.Words != 2 {
		t.Errorf("%+v", c)
	}
	left, err := os.ReadDir(shadows)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Comparisons that nobody has time for are not made, none delays a draft, and
// Close ends those that run.
func TestShadowNeverDelays(t *testing.T) {
	t.Parallel()
	wav := filepath.Join(t.TempDir(), "canonical.wav")
	if err := os.WriteFile(wav, file(t, human), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		slow := script{transcribe.Description{Name: "slow", Words: true}, func(ctx context.Context, _ transcribe.Audio) (transcribe.Transcript, error) {
			calls++
			<-ctx.Done()
			return transcribe.Transcript{}, ctx.Err()
		}, nil}
		r := router(t, transcribe.Routing{
			Rules: []transcribe.Rule{{Engines: []string{"first"}, Shadow: "slow"}},
			Shadow: transcribe.Shadow{Dir: dir, Waiting: 2, Report: func(_ context.Context, c transcribe.Comparison) {
				t.Errorf("reported %+v", c)
			}},
		}, says("first", "hello"), slow)
		task := minute()
		task.Audio.Path = wav
		start := time.Now()
		for range 5 {
			if _, err := r.Recognise(t.Context(), task); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took > 0 {
			t.Errorf("the drafts took %v", took)
		}
		synctest.Wait()
		waiting, err := os.ReadDir(dir)
		if err != nil || len(waiting) != 2 || calls != 1 {
			t.Errorf("%d wait or run, %d run, %v", len(waiting), calls, err)
		}
		r.Close()
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A comparison that breaks down is told as one without a draft, and a report
// that does ends nothing.
func TestShadowPanics(t *testing.T) {
	t.Parallel()
	wav := filepath.Join(t.TempDir(), "canonical.wav")
	if err := os.WriteFile(wav, file(t, human), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := script{transcribe.Description{Name: "broken", Words: true}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
		panic("Eve Example")
	}, nil}
	told := make(chan error, 1)
	r := router(t, transcribe.Routing{
		Rules: []transcribe.Rule{{Engines: []string{"first"}, Shadow: "broken"}},
		Shadow: transcribe.Shadow{Dir: t.TempDir(), Report: func(_ context.Context, c transcribe.Comparison) {
			told <- c.Err
			panic("the report too")
		}},
	}, says("first", "hello"), broken)
	task := minute()
	task.Audio.Path = wav
	if _, err := r.Recognise(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if err := <-told; pipeline.KindOf(err) != pipeline.Internal {
		t.Errorf("got %v", err)
	}
	r.Close()
}
