package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	p := process.Program{Path: e.cfg.Program, Args: e.args(a.Path, h), Env: append([]string{plainPath}, e.cfg.Env...)}
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

// answer is what the program writes.
type answer struct {
	Text     *string `json:"text"`
	Words    []said  `json:"words"`
	Segments []said  `json:"segments"`
}

type said struct {
	Text       string   `json:"text"`
	Start      *float64 `json:"start"` // seconds
	End        *float64 `json:"end"`
	Confidence *float64 `json:"confidence"`
}

// Limits of an answer.
const (
	answerBytes       = 1 << 20
	answerSecondBytes = 4 << 10
)

// errAnswer is in the chain of what is wrong with an answer.
var errAnswer = errors.New("the program's answer")

// parse reads the program's output, which is one object and nothing more.
func parse(r io.Reader, length time.Duration) (transcribe.Answer, error) {
	limited := &io.LimitedReader{R: r, N: answerBytes + int64(length.Seconds()*answerSecondBytes)}
	dec := json.NewDecoder(limited)
	var a answer
	err := dec.Decode(&a)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("there is more than one JSON object")
		}
	}
	if limited.N <= 0 {
		err = errors.New("it is longer than any transcript")
	}
	if err == nil && a.Text == nil && a.Words == nil && a.Segments == nil {
		err = errors.New("it has neither text nor words")
	}
	if err != nil {
		return transcribe.Answer{}, fmt.Errorf("%w: %w", errAnswer, err)
	}
	out := transcribe.Answer{Words: list(a.Words), Segments: list(a.Segments)}
	if a.Text != nil {
		out.Text = *a.Text
	}
	return out, nil
}

func list(all []said) []transcribe.Said {
	var out []transcribe.Said
	for _, s := range all {
		text := strings.TrimSpace(s.Text)
		if text == "" {
			continue
		}
		w := transcribe.Said{Text: text, Start: seconds(s.Start), End: seconds(s.End)}
		if c := s.Confidence; c != nil && *c >= 0 && *c <= 1 {
			w.Confidence = c
		}
		out = append(out, w)
	}
	return out
}

// seconds is a time; below zero where there is none that can be one.
func seconds(s *float64) time.Duration {
	const day = 24 * 60 * 60
	if s == nil || *s < 0 || *s > day {
		return -1
	}
	return time.Duration(*s * float64(time.Second)).Round(time.Millisecond)
}
