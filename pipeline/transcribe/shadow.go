package transcribe

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"dictation/pipeline"
	"dictation/transcript"
)

// Shadow is how a second engine is compared with the first. The zero value
// compares nothing.
type Shadow struct {
	Report  func(context.Context, Comparison) // gets each comparison; nil: none are made
	Waiting int                               // recordings that wait for one; more are not compared; default 4
	Dir     string                            // where their sound lies; best the handler's TempDir; empty: the system's
}

// Comparison is what two engines made of one recording.
type Comparison struct {
	Dictation string
	Length    time.Duration
	Main      transcript.Draft // what people were given
	Shadow    transcript.Draft
	Between   transcript.Errors // with the main draft in the place of the reference
	MainTook  time.Duration
	Took      time.Duration // by the shadow, waiting for its turn included
	Err       error         // why there is no shadow draft
}

// shadows runs comparisons: one at a time, after the draft and apart from it.
type shadows struct {
	opts Shadow
	ctx  context.Context // ends with stop
	end  context.CancelFunc
	room chan struct{} // one entry for each that runs or waits
	lane chan struct{} // the one that runs
	runs sync.WaitGroup
}

// oneByOne is the gate of a comparison: it takes no turn from a draft, and of
// its own recording one piece after the other.
func oneByOne() *gate { return &gate{limit: 1} }

func (s *shadows) start(opts Shadow) {
	if opts.Report == nil {
		return
	}
	if opts.Waiting <= 0 {
		opts.Waiting = 4
	}
	s.opts = opts
	s.ctx, s.end = context.WithCancel(context.Background())
	s.room, s.lane = make(chan struct{}, opts.Waiting), make(chan struct{}, 1)
}

func (s *shadows) stop() {
	if s.end != nil {
		s.end()
		s.runs.Wait()
	}
}

// add has m recognise what main was made of, unless there is no room. It
// returns at once; the sound is kept by a second name.
func (s *shadows) add(m *member, t Task, main Heard) {
	if m == nil || s.opts.Report == nil || m.about.Name == main.Engine.Name {
		return
	}
	select {
	case s.room <- struct{}{}:
	default:
		return
	}
	dir, err := os.MkdirTemp(s.opts.Dir, "shadow-")
	if err == nil {
		t.Dir = dir
		t.Audio.Path, err = keep(t.Audio.Path, filepath.Join(dir, "canonical.wav"))
	}
	s.runs.Go(func() {
		defer func() { <-s.room }()
		defer os.RemoveAll(dir)
		s.compare(m, t, main, err)
	})
}

// keep gives a file a second name, or makes a copy where it cannot have one.
func keep(path, as string) (string, error) {
	if os.Link(path, as) == nil {
		return as, nil
	}
	from, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := os.OpenFile(as, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	return as, errors.Join(err, to.Close())
}

// compare waits for its turn, runs the engine and reports. What stop interrupts
// is not reported.
func (s *shadows) compare(m *member, t Task, main Heard, err error) {
	start := time.Now()
	select {
	case s.lane <- struct{}{}:
		defer func() { <-s.lane }()
	case <-s.ctx.Done():
		return
	}
	c := Comparison{
		Dictation: t.Request.Dictation, Length: t.Audio.Duration,
		Main: draft(main.Engine, main.Transcript), MainTook: main.Took,
		Shadow: transcript.Draft{Engine: m.about.String()},
	}
	t.Request.Priority = pipeline.Routine
	var heard Transcript
	if err == nil {
		heard, err = m.try(s.ctx, t, oneByOne())
	}
	if s.ctx.Err() != nil {
		return
	}
	c.Took, c.Err = time.Since(start), err
	if err == nil {
		c.Err = safely(func() error {
			c.Shadow = draft(m.about, heard)
			c.Between = transcript.WER(c.Main.Text, c.Shadow.Text)
			return nil
		})
	}
	// A comparison that cannot be told is lost, and nothing else is.
	_ = safely(func() error { s.opts.Report(s.ctx, c); return nil })
}
