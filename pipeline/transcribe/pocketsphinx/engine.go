package pocketsphinx

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/process"
	"dictation/transcript"
)

// Config says which program and models to use. Its zero value is the Debian
// packages' general American English model.
type Config struct {
	Name          string // of the engine in rules and drafts; default "pocketsphinx"
	Program       string // path or name; default "pocketsphinx_continuous"
	AcousticModel string // folder; default the packaged en-us model
	LanguageModel string // n-gram file (ARPA or binary); default the packaged one
	Dictionary    string // pronunciations; default the packaged CMU dictionary
	Model         string // what to call the three in drafts; default "en-us"

	Parallel int              // processes at a time; default one for each processor
	Piece    time.Duration    // length that longer recordings are cut to; 0: never cut
	LeadIn   time.Duration    // sound before a piece that it hears to adapt to the voice
	Limit    transcribe.Limit // of one process

	// SecondUpTo is the length of sound up to which the engine listens a second
	// time, for checks to compare; 0: never. It takes about as long again.
	SecondUpTo time.Duration
}

const packaged = "/usr/share/pocketsphinx/model/en-us"

func (c Config) withDefaults() Config {
	or := func(s *string, def string) {
		if *s == "" {
			*s = def
		}
	}
	or(&c.Name, "pocketsphinx")
	or(&c.Program, "pocketsphinx_continuous")
	or(&c.AcousticModel, filepath.Join(packaged, "en-us"))
	or(&c.LanguageModel, filepath.Join(packaged, "en-us.lm.bin"))
	or(&c.Dictionary, filepath.Join(packaged, "cmudict-en-us.dict"))
	or(&c.Model, "en-us")
	if c.Parallel == 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	return c
}

// Engine runs the program. It is safe for concurrent use: every recording has
// its own process of about 100 MB with the general model.
type Engine struct{ cfg Config }

// New gives an engine; [Engine.Check] tells whether it can work.
func New(cfg Config) *Engine { return &Engine{cfg.withDefaults()} }

// Describe implements [transcribe.Engine].
func (e *Engine) Describe() transcribe.Description {
	return transcribe.Description{
		Name:       e.cfg.Name,
		Model:      e.cfg.Model,
		Words:      true,
		WordTimes:  true,
		Confidence: true,
		Languages:  []string{"en-US"},
		Piece:      e.cfg.Piece,
		LeadIn:     e.cfg.LeadIn,
		Parallel:   e.cfg.Parallel,
	}
}

// Check implements [transcribe.Engine].
func (e *Engine) Check(context.Context) error {
	if _, err := exec.LookPath(e.cfg.Program); err != nil {
		return missing("The speech engine pocketsphinx is not installed: there is no program "+e.cfg.Program+".", err)
	}
	for _, path := range []string{e.cfg.AcousticModel, e.cfg.LanguageModel, e.cfg.Dictionary} {
		if _, err := os.Stat(path); err != nil {
			return missing("The speech model of pocketsphinx is not installed: there is no "+path+".", err)
		}
	}
	return nil
}

// missing adds to a sentence what to type. Elsewhere than on Linux the program
// comes from its source, since newer packages no longer have it.
func missing(what string, err error) error {
	how := "Install it with: sudo apt-get install pocketsphinx pocketsphinx-en-us"
	if runtime.GOOS != "linux" {
		how = "Install the program pocketsphinx_continuous of CMU Pocketsphinx 5prealpha with its en-us model, or choose another engine."
	}
	return pipeline.Wrap(pipeline.Unavailable, err, "%s %s", what, how)
}

// Transcribe implements [transcribe.Engine].
func (e *Engine) Transcribe(ctx context.Context, a transcribe.Audio, _ transcribe.Hints) (transcribe.Transcript, error) {
	if err := ctx.Err(); err != nil {
		return transcribe.Transcript{}, err
	}
	part := a.Part
	a, err := transcribe.OpenAudio(a.Path)
	if err != nil {
		return transcribe.Transcript{}, err
	}
	heard, err := e.listen(ctx, a, e.args(a.Path))
	if err != nil {
		return transcribe.Transcript{}, e.explain(ctx, err)
	}
	if len(heard.Utterances) > 0 && !part && a.Duration <= e.cfg.SecondUpTo {
		heard.Second, err = e.again(ctx, a)
	}
	return heard, err
}

// again is what the engine makes of the sound another way. That it fails is no
// reason to lose what was heard before; being stopped is.
func (e *Engine) again(ctx context.Context, a transcribe.Audio) ([]transcript.Word, error) {
	heard, err := e.listen(ctx, a, append(e.args(a.Path), anotherWay...))
	if err != nil && ctx.Err() != nil {
		return nil, e.explain(ctx, err)
	}
	return heard.Words(), nil
}

// listen runs the program once.
func (e *Engine) listen(ctx context.Context, a transcribe.Audio, args []string) (heard transcribe.Transcript, err error) {
	var tokens []token
	log := &scoreLog{}
	err = e.cfg.Limit.Run(ctx, a.Duration, func(ctx context.Context) error {
		return process.Run(ctx, process.Program{Path: e.cfg.Program, Args: args, Log: log}, func(out io.Reader) (err error) {
			heard, tokens, err = parse(out, a.Duration)
			return err
		})
	})
	if err != nil {
		return transcribe.Transcript{}, err
	}
	weigh(heard, tokens, log.scores)
	return heard, nil
}

// anotherWay has the second hearing stretch the frequencies, as of another
// speaker, and trust its language model less. It errs no more than the first,
// but not always in the same words.
var anotherWay = []string{"-warp_params", "1.07", "-lw", "5"}

func (e *Engine) args(path string) []string {
	return []string{
		"-infile", path, "-time", "yes", "-backtrace", "yes", "-ascale", latticeScale,
		"-hmm", e.cfg.AcousticModel, "-lm", e.cfg.LanguageModel, "-dict", e.cfg.Dictionary,
	}
}

// explain gives a failed run its kind and sentence.
func (e *Engine) explain(ctx context.Context, err error) error {
	if transcribe.Ended(err) {
		return err
	}
	if absent := e.Check(ctx); absent != nil {
		return absent
	}
	return pipeline.Wrap(pipeline.Unavailable, err, "The speech engine stopped with an error. The recording is kept and recognition is tried again.")
}
