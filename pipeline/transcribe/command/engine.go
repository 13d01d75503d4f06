package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/process"
)

// Config says which program to run. Program is needed; what it can do is for
// the site to say.
type Config struct {
	Name    string   // of the engine in rules and drafts; default "command"
	Program string   // path, or a name to look for in PATH
	Args    []string // may hold {wav} and {language}
	Env     []string // "NAME=value"
	Stdin   bool     // the recording comes on standard input
	Model   string   // what drafts and the error study call its model

	NoWordTimes bool     // it gives no times of words
	Confidence  bool     // it gives confidences
	Languages   []string // BCP 47 tags; empty: any

	Parallel    int           // programs at a time; default 1
	Piece       time.Duration // length that longer recordings are cut to; 0: whole
	LeadIn      time.Duration // sound before a piece that it is given to adapt to
	MaxDuration time.Duration // longest sound it takes; 0: no limit
	Limit       transcribe.Limit
}

// Engine runs the program. It is safe for concurrent use.
type Engine struct{ cfg Config }

// New gives an engine; [Engine.Check] tells whether its program is there.
func New(cfg Config) *Engine {
	if cfg.Name == "" {
		cfg.Name = "command"
	}
	if cfg.Parallel <= 0 {
		cfg.Parallel = 1
	}
	return &Engine{cfg}
}

// Describe implements [transcribe.Engine].
func (e *Engine) Describe() transcribe.Description {
	return transcribe.Description{
		Name:        e.cfg.Name,
		Model:       e.cfg.Model,
		Words:       true,
		WordTimes:   !e.cfg.NoWordTimes,
		Confidence:  e.cfg.Confidence,
		Languages:   e.cfg.Languages,
		MaxDuration: e.cfg.MaxDuration,
		Piece:       e.cfg.Piece,
		LeadIn:      e.cfg.LeadIn,
		Parallel:    e.cfg.Parallel,
	}
}

// Check implements [transcribe.Engine].
func (e *Engine) Check(context.Context) error {
	_, err := exec.LookPath(e.cfg.Program)
	return pipeline.Wrap(pipeline.Unavailable, err, "The speech engine %s cannot run: there is no program %s. Install it, or set where it is.", e.cfg.Name, e.cfg.Program)
}

// Transcribe implements [transcribe.Engine].
func (e *Engine) Transcribe(ctx context.Context, a transcribe.Audio, h transcribe.Hints) (transcribe.Transcript, error) {
	if err := ctx.Err(); err != nil {
		return transcribe.Transcript{}, err
	}
	a, err := transcribe.OpenAudio(a.Path)
	if err != nil {
		return transcribe.Transcript{}, err
	}
	var said transcribe.Answer
	err = e.cfg.Limit.Run(ctx, a.Duration, func(ctx context.Context) (err error) {
		said, err = e.run(ctx, a, h)
		return err
	})
	if err != nil {
		return transcribe.Transcript{}, e.explain(ctx, err)
	}
	return said.Transcript(a.Duration)
}

// plainPath is where programs find programs.
const plainPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func (e *Engine) run(ctx context.Context, a transcribe.Audio, h transcribe.Hints) (said transcribe.Answer, err error) {
	p := process.Program{Path: e.cfg.Program, Args: e.args(a.Path, h), Env: append([]string{plainPath}, e.cfg.Env...), Private: true}
	if e.cfg.Stdin {
		f, err := os.Open(a.Path)
		if err != nil {
			return said, err
		}
		defer f.Close()
		p.Stdin = f
	}
	var ended error // the output ended too early: why, the program's end may tell
	err = process.Run(ctx, p, func(out io.Reader) (err error) {
		said, err = parse(out, a.Duration)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			ended, err = err, nil
		}
		return err
	})
	return said, cmp.Or(err, ended)
}

// args puts the recording and its language into the arguments.
func (e *Engine) args(wav string, h transcribe.Hints) []string {
	fill := strings.NewReplacer("{wav}", wav, "{language}", h.Language)
	args := make([]string, 0, len(e.cfg.Args)+1)
	named := e.cfg.Stdin
	for _, arg := range e.cfg.Args {
		named = named || strings.Contains(arg, "{wav}")
		args = append(args, fill.Replace(arg))
	}
	if !named {
		args = append(args, wav)
	}
	return args
}

// explain gives a failed run its kind and sentence.
func (e *Engine) explain(ctx context.Context, err error) error {
	if transcribe.Ended(err) {
		return err
	}
	if absent := e.Check(ctx); absent != nil {
		return absent
	}
	sentence := "The speech engine %s stopped with an error. The recording is kept and recognition is tried again."
	if errors.Is(err, errAnswer) {
		sentence = "The speech engine %s gave an answer that could not be read. The recording is kept and recognition is tried again."
	}
	return pipeline.Wrap(pipeline.Unavailable, err, sentence, e.cfg.Name)
}
