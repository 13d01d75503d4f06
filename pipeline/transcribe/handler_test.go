package transcribe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"dictation/audio"
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

// patient is for machines that do much else beside the tests.
var patient = transcribe.Limit{Start: 10 * time.Minute}

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

// route gives the stage engines chosen by rule.
func (s stage) route(r *transcribe.Router, opts transcribe.Options) stage {
	opts.TempDir = s.temp
	s.Handler = transcribe.NewRouted(s.blob, r, opts)
	return s
}

// putMap stores what decode found out of the speech.
func (s stage) putMap(t *testing.T, job *pipeline.Job, report any) {
	t.Helper()
	b, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	job.Dictation.Sound.ReportKey = blob.ReportKey(job.Dictation.ID)
	if _, err := s.blob.Put(t.Context(), job.Dictation.Sound.ReportKey, bytes.NewReader(b), int64(len(b)), "application/json"); err != nil {
		t.Fatal(err)
	}
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
	s := newStage(t, pocketsphinx.New(pocketsphinx.Config{Limit: patient}))
	draft, err := s.handle(t.Context(), t, s.put(t, file(t, dictation)))
	if err != nil {
		t.Fatal(err)
	}
	if draft.Engine != "pocketsphinx en-us" {
		t.Errorf("engine %q", draft.Engine)
	}
	for _, want := range []string{
		"The patient is a ",
		"no chest pain.\n\nHer blood pressure is ",
		" She should rest",
		"She will come back in ",
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
	return transcribe.Description{Name: "deaf", Words: true}
}

func TestSpeechWithoutWordsIsAFailure(t *testing.T) {
	t.Parallel()
	s := newStage(t, deaf{})
	_, err := s.handle(t.Context(), t, s.put(t, file(t, human)))
	if pipeline.KindOf(err) != pipeline.Unreadable || !strings.Contains(pipeline.Sentence(err), "found no words") {
		t.Errorf("got %v", err)
	}
	if pipeline.OutcomeOf(err) != pipeline.Park {
		t.Error("the same engine is asked again, and a person only later")
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
	s := newStage(t, pocketsphinx.New(pocketsphinx.Config{Limit: patient}))
	job := s.put(t, file(t, dictation))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := s.handle(ctx, t, job)
	if !errors.Is(err, context.DeadlineExceeded) || pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("got %v", err)
	}
}

// Decode's map says whether there is speech; one that is not of this sound is
// no map, and then the sound is asked.
func TestStoredMapDecidesWhatIsSpeech(t *testing.T) {
	t.Parallel()
	const length = 154481 * time.Second / 16000 // of the human's recording
	for name, tc := range map[string]struct {
		report any
		ok     bool
	}{
		"speech":            {audio.Report{Segments: []audio.Segment{{End: length, Speech: true}}}, false},
		"silence":           {audio.Report{Segments: []audio.Segment{{End: length}}}, true},
		"a cough":           {audio.Report{Segments: []audio.Segment{{End: time.Second, Speech: true}, {Start: time.Second, End: length}}}, true},
		"of another sound":  {audio.Report{Segments: []audio.Segment{{End: length / 2}}}, false},
		"with a hole":       {audio.Report{Segments: []audio.Segment{{End: time.Second}, {Start: 2 * time.Second, End: length}}}, false},
		"without a map":     {audio.Report{}, false},
		"something else":    {"no report", false},
		"nothing is stored": {nil, false},
	} {
		s := newStage(t, deaf{})
		job := s.put(t, file(t, human))
		if tc.report == nil {
			job.Dictation.Sound.ReportKey = blob.ReportKey(job.Dictation.ID)
		} else {
			s.putMap(t, &job, tc.report)
		}
		if _, err := s.handle(t.Context(), t, job); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The first engine breaks, the second is real; the rule goes by what is known of
// the author.
func TestRoutedDictation(t *testing.T) {
	t.Parallel()
	r := router(t, transcribe.Routing{
		Rules:   []transcribe.Rule{{Author: "wong", Language: "en", Engines: []string{"broken", "pocketsphinx"}}},
		Default: []string{"none"},
	}, fails("broken", away), pocketsphinx.New(pocketsphinx.Config{Piece: 12 * time.Second, LeadIn: 5 * time.Second, Limit: patient}), none.New())
	s := newStage(t, deaf{}).route(r, transcribe.Options{
		About: func(_ context.Context, d pipeline.Dictation) (transcribe.About, error) {
			if d.AuthorID == "" {
				return transcribe.About{}, nil
			}
			return transcribe.About{Username: "wong", Hints: transcribe.Hints{Language: "en-US"}}, nil
		},
	})
	job := s.put(t, file(t, dictation))
	draft, err := s.handle(t.Context(), t, job)
	if err != nil || draft.Engine != "none" {
		t.Fatalf("without an author: %+v, %v", draft, err)
	}
	job.Dictation.AuthorID = "0199a000-0000-7000-8000-00000000000a"
	draft, err = s.handle(t.Context(), t, job)
	if err != nil || draft.Engine != "pocketsphinx en-us" || !strings.Contains(draft.Text, "The patient is a ") {
		t.Fatalf("%+v, %v", draft, err)
	}
}

func TestWhatIsKnownMayBeAway(t *testing.T) {
	t.Parallel()
	s := newStage(t, deaf{}).route(router(t, transcribe.Routing{}, says("a")), transcribe.Options{
		About: func(context.Context, pipeline.Dictation) (transcribe.About, error) { return transcribe.About{}, away },
	})
	if _, err := s.handle(t.Context(), t, s.put(t, file(t, human))); !errors.Is(err, away) {
		t.Errorf("got %v", err)
	}
}
