package transcribe_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/enginetest"
	"dictation/pipeline/transcribe/none"
	"dictation/pipeline/transcribe/pocketsphinx"
	"dictation/transcript"
)

func TestMain(m *testing.M) { localtest.Main(m) }

const (
	dictation = "testdata/dictation.wav"
	human     = "testdata/human.wav"
)

// stage is a handler with a store of its own.
type stage struct {
	*transcribe.Handler
	blob *blob.Store
	temp string
}

func newStage(t *testing.T, e transcribe.Engine) stage {
	t.Helper()
	s3 := localtest.S3(t)
	b, err := blob.Open(t.Context(), blob.Config{
		Endpoint: s3.Endpoint, Region: s3.Region, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey,
		Bucket: s3.Work, Intake: s3.Intake,
	})
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	return stage{transcribe.New(b, e, transcribe.Options{TempDir: temp}), b, temp}
}

// put stores canonical sound and gives the job for it.
func (s stage) put(t *testing.T, wav []byte) pipeline.Job {
	t.Helper()
	const id = "0199a000-0000-7000-8000-000000000001"
	obj, err := s.blob.Put(t.Context(), blob.CanonicalKey(id), bytes.NewReader(wav), int64(len(wav)), "audio/wav")
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Job{
		Dictation: pipeline.Dictation{ID: id, Sound: pipeline.Sound{Canonical: obj}},
		Stage:     pipeline.Transcribe,
		Attempt:   1,
	}
}

// handle runs the stage and checks that no sound is left on the disk.
func (s stage) handle(ctx context.Context, t *testing.T, job pipeline.Job) (*transcript.Draft, error) {
	t.Helper()
	result, err := s.Handle(ctx, job)
	left, readErr := os.ReadDir(s.temp)
	if readErr != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, readErr)
	}
	if (result.Draft == nil) != (err != nil) || result.Sound != nil || result.Delivery != nil {
		t.Errorf("result %+v with error %v", result, err)
	}
	return result.Draft, err
}

func file(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDictationBecomesADraft(t *testing.T) {
	t.Parallel()
	s := newStage(t, pocketsphinx.New(pocketsphinx.Config{}))
	draft, err := s.handle(t.Context(), t, s.put(t, file(t, dictation)))
	if err != nil {
		t.Fatal(err)
	}
	if draft.Engine != "pocketsphinx en-us" {
		t.Errorf("engine %q", draft.Engine)
	}
	for _, want := range []string{
		"The patient is a forty two year old woman",
		"no chest pain.\n\nHer blood pressure is one hundred twenty over eighty. She should rest",
		"She will come back in one week.",
	} {
		if !strings.Contains(draft.Text, want) {
			t.Errorf("%q is not in %q", want, draft.Text)
		}
	}
	if strings.Contains(draft.Text, "two days") {
		t.Errorf("what was scratched stands in %q", draft.Text)
	}
	if !slicesHave(draft.Words, "days", "scratch", "that") {
		t.Error("the words as spoken are not kept")
	}
}

// slicesHave reports whether the words follow each other somewhere.
func slicesHave(words []transcript.Word, texts ...string) bool {
	var all []string
	for _, w := range words {
		all = append(all, w.Text)
	}
	return strings.Contains(" "+strings.Join(all, " ")+" ", " "+strings.Join(texts, " ")+" ")
}

func TestTypingFromScratchStartsEmpty(t *testing.T) {
	t.Parallel()
	s := newStage(t, none.New())
	draft, err := s.handle(t.Context(), t, s.put(t, file(t, human)))
	if err != nil || draft.Text != "" || len(draft.Words) != 0 || draft.Engine != "none" {
		t.Errorf("draft %+v, error %v", draft, err)
	}
}

// deaf is an engine gone wrong: it answers well and heard nothing.
type deaf struct{ none.Engine }

func (deaf) Describe() transcribe.Description {
	return transcribe.Description{Name: "deaf", Words: true, MaxDuration: 20 * time.Second}
}

func TestSpeechWithoutWordsIsAFailure(t *testing.T) {
	t.Parallel()
	s := newStage(t, deaf{})
	_, err := s.handle(t.Context(), t, s.put(t, file(t, human)))
	if pipeline.KindOf(err) != pipeline.Unavailable || !strings.Contains(pipeline.Sentence(err), "found no words") {
		t.Errorf("got %v", err)
	}
	if pipeline.OutcomeOf(err) != pipeline.Again {
		t.Error("the job is not tried again")
	}
}

func TestSilenceWithoutWordsIsADraft(t *testing.T) {
	t.Parallel()
	s := newStage(t, deaf{})
	draft, err := s.handle(t.Context(), t, s.put(t, enginetest.WAV(make([]byte, 5*32000))))
	if err != nil || draft.Text != "" {
		t.Errorf("draft %+v, error %v", draft, err)
	}
}

func TestTroubleHasItsKind(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		wav   []byte
		spoil func(*pipeline.Job)
		want  pipeline.Kind
	}{
		"no object":  {enginetest.WAV(nil), func(j *pipeline.Job) { j.Dictation.Sound.Canonical.Key += "x" }, pipeline.NotFound},
		"other hash": {enginetest.WAV(nil), func(j *pipeline.Job) { j.Dictation.Sound.Canonical.SHA256 = "00" }, pipeline.Internal},
		"no sound":   {[]byte("no sound"), func(*pipeline.Job) {}, pipeline.Unreadable},
		"too long":   {enginetest.WAV(make([]byte, 21*32000)), func(*pipeline.Job) {}, pipeline.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, deaf{})
			job := s.put(t, tc.wav)
			tc.spoil(&job)
			if _, err := s.handle(t.Context(), t, job); pipeline.KindOf(err) != tc.want {
				t.Errorf("kind %s, want %s: %v", pipeline.KindOf(err), tc.want, err)
			}
		})
	}
}

func TestHandleObeysItsContext(t *testing.T) {
	t.Parallel()
	s := newStage(t, pocketsphinx.New(pocketsphinx.Config{}))
	job := s.put(t, file(t, dictation))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := s.handle(ctx, t, job)
	if !errors.Is(err, context.DeadlineExceeded) || pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("got %v", err)
	}
}
