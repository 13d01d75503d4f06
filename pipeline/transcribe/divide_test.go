package transcribe_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/none"
	"dictation/pipeline/transcribe/pocketsphinx"
	"dictation/transcript/check"
)

var _ pipeline.Divider = (*transcribe.Handler)(nil)

// The pieces tile the recording, may be done in any order and anywhere, and join
// to what the recording says; nothing is left on the disk.
func TestDivide(t *testing.T) {
	t.Parallel()
	s := newStage(t, pocketsphinx.New(pocketsphinx.Config{Piece: 12 * time.Second, LeadIn: 5 * time.Second, Limit: patient}))
	job := s.put(t, file(t, dictation))
	length := time.Duration(job.Dictation.Sound.Canonical.Size-44) / 2 * time.Second / 16000
	plan, err := s.Divide(t.Context(), job)
	if err != nil || len(plan) < 2 {
		t.Fatalf("%d pieces of %v, %v", len(plan), length, err)
	}
	at := int64(0)
	for i, p := range plan {
		if p.N != i || p.StartMS != at || p.EndMS <= p.StartMS {
			t.Errorf("piece %+v follows at %d ms", p, at)
		}
		at = p.EndMS
	}
	if short := length.Milliseconds() - at; short > 0 || short < -1 {
		t.Errorf("the pieces end at %d ms of %v", at, length)
	}
	done := make([]pipeline.PieceResult, len(plan))
	for _, i := range rand.Perm(len(plan)) {
		if done[i], err = s.HandlePiece(t.Context(), job, plan[i]); err != nil {
			t.Fatal(err)
		}
		done[i].Done = true
	}
	result, err := s.Join(t.Context(), job, done)
	if err != nil || !strings.Contains(result.Draft.Text, "The patient is a ") || result.Draft.Engine != "pocketsphinx en-us" {
		t.Fatalf("%+v, %v", result.Draft, err)
	}
	for i, w := range result.Draft.Words {
		if i > 0 && w.StartMS < result.Draft.Words[i-1].StartMS || w.EndMS > length.Milliseconds()+1 {
			t.Errorf("word %d at [%d, %d]", i, w.StartMS, w.EndMS)
		}
	}
	if left, err := os.ReadDir(s.temp); err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
}

func TestShortRecordingsAreNotDivided(t *testing.T) {
	t.Parallel()
	s := newStage(t, pocketsphinx.New(pocketsphinx.Config{Piece: 10 * time.Minute}))
	if plan, err := s.Divide(t.Context(), s.put(t, file(t, human))); err != nil || len(plan) > 0 {
		t.Errorf("%d pieces, %v", len(plan), err)
	}
	by := newStage(t, deaf{})
	if plan, err := by.Divide(t.Context(), by.put(t, file(t, human))); err != nil || len(plan) > 0 {
		t.Errorf("for an engine that takes any length: %d pieces, %v", len(plan), err)
	}
}

// What was heard is checked: a flag where words stand over silence, and a stop
// where another patient is named.
func TestDraftIsChecked(t *testing.T) {
	t.Parallel()
	about := transcribe.About{Patient: check.Patient{
		MRN: "4711", Family: "Example", Given: "Eve", Sex: "female", BirthDate: time.Date(1980, 2, 3, 0, 0, 0, 0, time.UTC),
	}}
	for name, c := range map[string]struct {
		heard string
		hold  bool
		kind  check.Kind // of one of the flags
	}{
		"another patient": {"this is a dictation on patient john miller medical record number nine nine three two eight one", true, check.WrongPatient},
		"the right one":   {"this is a dictation on patient eve example medical record number four seven one one", false, ""},
		"urgent":          {"this is a stat dictation on patient eve example", false, check.Spoken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, deaf{}).route(router(t, transcribe.Routing{}, says("a", strings.Fields(c.heard)...)), transcribe.Options{
				About: func(context.Context, pipeline.Dictation) (transcribe.About, error) { return about, nil },
			})
			job := s.put(t, file(t, human))
			r, err := s.Handle(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if (len(r.Questions) > 0) != c.hold || r.Unidentified != pipeline.ForIdentity || c.hold && !slices.Contains(r.Questions, pipeline.PatientOther) {
				t.Errorf("asks %v; flags %+v", r.Questions, r.Flags)
			}
			if len(r.Heard) == 0 && name != "urgent" {
				t.Error("nothing was read of whom it is about")
			}
			found := c.kind == ""
			for _, f := range r.Flags {
				found = found || f.Kind == c.kind
			}
			if !found {
				t.Errorf("flags %+v, want one of %s", r.Flags, c.kind)
			}
		})
	}
}

// hears is an engine of its own length limit with these words and this error.
func hears(name string, most time.Duration, err error, words ...string) script {
	return script{transcribe.Description{Name: name, Words: true, Piece: 20 * time.Second, MaxDuration: most}, func(context.Context, transcribe.Audio) (transcribe.Transcript, error) {
		return spoken(words...), err
	}, nil}
}

// What becomes of a piece goes by the engines in their order, and what becomes
// of the whole by its pieces.
func TestPieceGoesThroughTheEngines(t *testing.T) {
	t.Parallel()
	piece := pipeline.Piece{N: 0, StartMS: 1000, EndMS: 9000}
	for name, c := range map[string]struct {
		engines []transcribe.Engine
		by      string
		kind    pipeline.Kind
	}{
		"the first":            {[]transcribe.Engine{hears("a", 0, nil, "hello"), hears("b", 0, nil, "hello")}, "a", ""},
		"too short a limit":    {[]transcribe.Engine{hears("a", 7*time.Second, nil, "hello"), hears("b", 8*time.Second, nil, "hello")}, "b", ""},
		"silent, without map":  {[]transcribe.Engine{hears("a", 0, nil), hears("b", 0, nil, "hello")}, "b", ""},
		"typed":                {[]transcribe.Engine{hears("a", 0, away), none.New()}, "none", ""},
		"typed after silence":  {[]transcribe.Engine{hears("a", 0, nil), none.New(), hears("b", 0, nil, "hello")}, "none", ""},
		"only typed":           {[]transcribe.Engine{none.New()}, "none", ""},
		"nobody":               {[]transcribe.Engine{hears("a", 0, away), hears("b", 0, nil)}, "", pipeline.Unavailable},
		"nobody takes so much": {[]transcribe.Engine{hears("a", time.Second, nil), hears("b", time.Second, nil)}, "", pipeline.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, deaf{}).route(router(t, transcribe.Routing{}, c.engines...), transcribe.Options{})
			job := s.put(t, file(t, human))
			got, err := s.HandlePiece(t.Context(), job, piece)
			if got.Engine != c.by || err != nil && pipeline.KindOf(err) != c.kind || (err == nil) != (c.by != "") {
				t.Fatalf("%+v, %v", got, err)
			}
			if err != nil {
				return
			}
			got.Done = true
			other := pipeline.PieceResult{Piece: pipeline.Piece{N: 1, StartMS: 9000, EndMS: 9655}, Done: true, Engine: "b", Words: spoken("hello").Words()}
			r, err := s.Join(t.Context(), job, []pipeline.PieceResult{got, other})
			if err != nil || (len(r.Draft.Words) == 0) != (c.by == "none") || c.by == "none" && (r.Draft.Engine != "none" || r.Draft.Text != "" || len(r.Flags) > 0) {
				t.Errorf("%+v, %v", r.Draft, err)
			}
		})
	}
}

// A hole where there is speech is not hidden by the words around it, even when
// what left it is set up no more.
func TestHoleLeavesTheWholeToTyping(t *testing.T) {
	t.Parallel()
	s := newStage(t, deaf{})
	job := s.put(t, file(t, human))
	s.putMap(t, &job, audio.Report{Segments: []audio.Segment{{End: 154481 * time.Second / 16000, Speech: true}}})
	r, err := s.Join(t.Context(), job, []pipeline.PieceResult{
		{Piece: pipeline.Piece{N: 0, EndMS: 5000}, Done: true, Engine: "deaf", Words: spoken("hello").Words()},
		{Piece: pipeline.Piece{N: 1, StartMS: 5000, EndMS: 9655}, Done: true, Engine: "gone"},
	})
	if err != nil || len(r.Draft.Words) > 0 || r.Draft.Engine != "gone" {
		t.Errorf("%+v, %v", r.Draft, err)
	}
}

// The sound is not fetched for engines that rest: here there is none to fetch.
func TestRestCostsNoDownload(t *testing.T) {
	t.Parallel()
	e := hears("a", 0, pipeline.Wrap(pipeline.Unavailable, transcribe.RetryAfter{After: time.Hour}, "Busy."))
	s := newStage(t, deaf{}).route(router(t, transcribe.Routing{}, e), transcribe.Options{})
	job := s.put(t, file(t, human))
	if _, err := s.Handle(t.Context(), job); err == nil {
		t.Fatal("no error")
	}
	job.Dictation.Sound.Canonical.Key += "x"
	job.Dictation.Sound.Canonical.Size = 60 * 32000
	var later transcribe.RetryAfter
	if _, err := s.Handle(t.Context(), job); !errors.As(err, &later) {
		t.Errorf("handle: %v", err)
	}
	if _, err := s.Divide(t.Context(), job); !errors.As(err, &later) {
		t.Errorf("divide: %v", err)
	}
}
