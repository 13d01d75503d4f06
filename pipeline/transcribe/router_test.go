package transcribe_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/none"
	"dictation/transcript"
)

// script is an engine that does what a test wants.
type script struct {
	about transcribe.Description
	hear  func(ctx context.Context, a transcribe.Audio) (transcribe.Transcript, error)
	check error
}

func (s script) Describe() transcribe.Description { return s.about }
func (s script) Check(context.Context) error      { return s.check }
func (s script) Transcribe(ctx context.Context, a transcribe.Audio, _ transcribe.Hints) (transcribe.Transcript, error) {
	return s.hear(ctx, a)
}

// says is an engine that hears its words in everything.
func says(name string, words ...string) script {
	return script{transcribe.Description{Name: name, Words: true}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
		return spoken(words...), nil
	}, nil}
}

// fails is an engine that always gives the error.
func fails(name string, err error) script {
	return script{transcribe.Description{Name: name, Words: true}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
		return transcribe.Transcript{}, err
	}, err}
}

func spoken(words ...string) transcribe.Transcript {
	if len(words) == 0 {
		return transcribe.Transcript{}
	}
	u := transcribe.Utterance{}
	for _, w := range words {
		u.Words = append(u.Words, transcript.Word{Text: w, StartMS: u.EndMS, EndMS: u.EndMS + 100})
		u.EndMS += 100
	}
	return transcribe.Transcript{Utterances: []transcribe.Utterance{u}}
}

func router(t *testing.T, routing transcribe.Routing, engines ...transcribe.Engine) *transcribe.Router {
	t.Helper()
	r, err := transcribe.NewRouter(engines, routing)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// minute is a task of a minute of speech.
func minute() transcribe.Task {
	return transcribe.Task{
		Audio:  transcribe.Audio{Path: human, Duration: time.Minute},
		Speech: []audio.Segment{{End: time.Minute, Speech: true}},
	}
}

var away = pipeline.Errorf(pipeline.Unavailable, "The engine is away.")

func TestChoose(t *testing.T) {
	t.Parallel()
	r := router(t, transcribe.Routing{
		Rules: []transcribe.Rule{
			{Priority: "stat", Facility: "North", Engines: []string{"fast"}},
			{Worktype: "Radiology report", Engines: []string{"rad", "fast"}, Shadow: "slow"},
			{Author: "wong", Engines: []string{"none"}},
			{Author: "0199a000-0000-7000-8000-00000000000a", Engines: []string{"slow"}},
			{Language: "de", Engines: []string{"rad"}},
		},
		Default: []string{"slow", "fast"},
	}, says("fast"), says("slow"), says("rad"), none.New())
	for name, tc := range map[string]struct {
		q    transcribe.Request
		want string
	}{
		"nothing known": {transcribe.Request{}, "slow fast /"},
		"first rule":    {transcribe.Request{Facility: "north", Priority: pipeline.STAT, Worktype: pipeline.RadiologyReport}, "fast /"},
		"half a rule":   {transcribe.Request{Facility: "north", Priority: pipeline.Routine}, "slow fast /"},
		"worktype":      {transcribe.Request{Worktype: pipeline.RadiologyReport}, "rad fast /slow"},
		"user name":     {transcribe.Request{Username: "Wong"}, "none /"},
		"author id":     {transcribe.Request{AuthorID: "0199a000-0000-7000-8000-00000000000a"}, "slow /"},
		"language":      {transcribe.Request{Language: "de-CH"}, "rad /"},
		"other one":     {transcribe.Request{Language: "den"}, "slow fast /"},
	} {
		engines, shadow := r.Choose(tc.q)
		if got := strings.Join(engines, " ") + " /" + shadow; got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestNewRouterRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		engines []transcribe.Engine
		routing transcribe.Routing
		want    string
	}{
		"no engine":        {nil, transcribe.Routing{}, "No speech engine"},
		"same name":        {[]transcribe.Engine{says("a"), says("a")}, transcribe.Routing{}, `two speech engines named "a"`},
		"unknown default":  {[]transcribe.Engine{says("a")}, transcribe.Routing{Default: []string{"b"}}, `no engine "b"`},
		"unknown engine":   {[]transcribe.Engine{says("a")}, transcribe.Routing{Rules: []transcribe.Rule{{Engines: []string{"a"}}, {Engines: []string{"b"}}}}, `Rule 2`},
		"unknown shadow":   {[]transcribe.Engine{says("a")}, transcribe.Routing{Rules: []transcribe.Rule{{Engines: []string{"a"}, Shadow: "c"}}}, `no engine "c"`},
		"rule for nothing": {[]transcribe.Engine{says("a")}, transcribe.Routing{Rules: []transcribe.Rule{{}}}, `names no engine`},
		"unknown worktype": {[]transcribe.Engine{says("a")}, transcribe.Routing{Rules: []transcribe.Rule{{Engines: []string{"a"}, Worktype: "poem"}}}, `poem`},
		"unknown priority": {[]transcribe.Engine{says("a")}, transcribe.Routing{Rules: []transcribe.Rule{{Engines: []string{"a"}, Priority: "asap"}}}, `asap`},
	} {
		_, err := transcribe.NewRouter(tc.engines, tc.routing)
		if pipeline.KindOf(err) != pipeline.Invalid || !strings.Contains(pipeline.Sentence(err), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFallback(t *testing.T) {
	t.Parallel()
	tooLarge := pipeline.Errorf(pipeline.TooLarge, "It is too long.")
	german := says("german", "hallo")
	german.about.Languages = []string{"de-DE"}
	for name, tc := range map[string]struct {
		engines []transcribe.Engine
		by      string
		kind    pipeline.Kind
		want    string
	}{
		"the first":             {[]transcribe.Engine{says("a", "hello"), says("b", "hello")}, "a", "", ""},
		"the second":            {[]transcribe.Engine{fails("a", away), says("b", "hello")}, "b", "", ""},
		"the third":             {[]transcribe.Engine{fails("a", tooLarge), says("b"), says("c", "hello")}, "c", "", ""},
		"another language":      {[]transcribe.Engine{german, says("b", "hello")}, "b", "", ""},
		"typed":                 {[]transcribe.Engine{fails("a", away), none.New()}, "none", "", ""},
		"nobody: as it was":     {[]transcribe.Engine{fails("a", tooLarge)}, "", pipeline.TooLarge, "It is too long."},
		"nobody, later perhaps": {[]transcribe.Engine{fails("a", tooLarge), fails("b", away)}, "", pipeline.Unavailable, "None of the speech engines a, b could"},
		"nobody, never":         {[]transcribe.Engine{fails("a", tooLarge), german}, "", pipeline.TooLarge, "It is too long."},
		"no words for speech":   {[]transcribe.Engine{says("a")}, "", pipeline.Unreadable, "found no words"},
	} {
		task := minute()
		task.Request.Language = "en-US"
		heard, err := router(t, transcribe.Routing{}, tc.engines...).Recognise(t.Context(), task)
		if err == nil && heard.Engine.Name != tc.engines[len(heard.Failed)].Describe().Name {
			t.Errorf("%s: %d failures are told", name, len(heard.Failed))
		}
		if heard.Engine.Name != tc.by || (err == nil) != (tc.by != "") {
			t.Errorf("%s: by %q, %v", name, heard.Engine.Name, err)
		}
		if err != nil && (pipeline.KindOf(err) != tc.kind || !strings.Contains(pipeline.Sentence(err), tc.want)) {
			t.Errorf("%s: kind %s: %v", name, pipeline.KindOf(err), err)
		}
	}
}

func TestStoppedJobTriesNoOther(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	stopped := script{transcribe.Description{Name: "a", Words: true}, func(ctx context.Context, _ transcribe.Audio) (transcribe.Transcript, error) {
		cancel()
		return transcribe.Transcript{}, ctx.Err()
	}, nil}
	r := router(t, transcribe.Routing{Breaker: transcribe.Breaker{Failures: 1}}, stopped, says("b", "hello"))
	if heard, err := r.Recognise(ctx, minute()); !errors.Is(err, context.Canceled) || pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("%+v, %v", heard, err)
	}
	if h := r.List(t.Context())[0]; h.Breaker != transcribe.Closed {
		t.Errorf("the engine is blamed: %s", h.Breaker)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	list := router(t, transcribe.Routing{}, says("a"), fails("b", away)).List(t.Context())
	if len(list) != 2 || list[0].Name != "a" || list[0].Sentence() != "ready" || list[1].Sentence() != "The engine is away." {
		t.Errorf("%+v", list)
	}
}

// A wait is asked for only where every engine that may do better later asks for
// one: a real failure counts as a try.
func TestWaitOfSeveral(t *testing.T) {
	t.Parallel()
	wait := func(after time.Duration) error {
		return pipeline.Wrap(pipeline.Unavailable, transcribe.RetryAfter{After: after}, "Busy.")
	}
	tooLarge := pipeline.Errorf(pipeline.TooLarge, "It is too long.")
	for name, tc := range map[string]struct {
		failed []error
		want   time.Duration
		kind   pipeline.Kind
	}{
		"nothing tried":     {nil, 0, pipeline.Unavailable},
		"all wait":          {[]error{wait(time.Minute), wait(time.Second)}, time.Second, pipeline.Unavailable},
		"one failed":        {[]error{wait(time.Minute), away}, 0, pipeline.Unavailable},
		"the first failed":  {[]error{away, wait(time.Minute)}, 0, pipeline.Unavailable},
		"one will never do": {[]error{tooLarge, wait(time.Minute)}, time.Minute, pipeline.Unavailable},
		"none ever":         {[]error{tooLarge, tooLarge}, 0, pipeline.TooLarge},
	} {
		err := transcribe.Together([]string{"a", "b", "none"}, tc.failed)
		var later interface{ RetryAfter() time.Duration }
		got := time.Duration(0)
		if errors.As(err, &later) {
			got = later.RetryAfter()
		}
		if got != tc.want || pipeline.KindOf(err) != tc.kind || strings.Contains(pipeline.Sentence(err), "b, none") {
			t.Errorf("%s: in %v, %v", name, got, err)
		}
	}
}

// An engine's panic is its failure, whole or in pieces, and ends nothing else.
// What it says stays unsaid: it may be what was dictated.
func TestPanicIsAFailure(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]time.Duration{"whole": 0, "in pieces": 10 * time.Second} {
		e := script{transcribe.Description{Name: "a", Words: true, Piece: piece}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
			panic("Eve Example")
		}, nil}
		r := router(t, transcribe.Routing{Breaker: transcribe.Breaker{Failures: 1}}, e)
		_, err := r.Recognise(t.Context(), transcribe.Task{Audio: long(t, 25), Dir: t.TempDir()})
		if pipeline.KindOf(err) != pipeline.Internal || strings.Contains(err.Error(), "Example") || !strings.Contains(err.Error(), "TestPanicIsAFailure") {
			t.Errorf("%s: %v", name, err)
		}
		if h := r.List(t.Context())[0]; h.Breaker != transcribe.Open {
			t.Errorf("%s: breaker %s", name, h.Breaker)
		}
	}
}
