package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"dictation/pipeline/learn"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/lexicon"
	"dictation/pipeline/transcribe/pocketsphinx"
)

// werOptions are the flags of "bench wer".
type werOptions struct {
	speech  string
	model   string
	learn   int
	general bool
	second  bool
	asJSON  bool
}

func benchWERCommand() *cobra.Command {
	o := werOptions{}
	cmd := &cobra.Command{
		Use:   "wer",
		Short: "Measure recognition: errors, confidence, times, processor use",
		Long: `Recognises the dictations of a folder (dictations.json beside the sound) with the
embedded engine and holds what was heard against what was said. Without --model
it makes the model of a fresh installation; --learn N adds the first N of the
folder's notes as if they had been signed.

Words are compared after lower-casing and without marks; spoken commands are
words; "c. t." is two letters (see transcript.Normalise). Written texts are
compared by transcript.WrittenWords: "5mg" is "5 mg", but "three" is not "3".
Numbers and commands are counted by the words said that were not heard; "um" is
no command. A confidence is right to be high where the word was said: all words
heard count, those put in too.`,
	}
	f := cmd.Flags()
	f.StringVar(&o.speech, "speech", "", "folder with dictations.json, sound and notes-for-training.jsonl.gz")
	f.StringVar(&o.model, "model", "", "folder of a speech model")
	f.IntVar(&o.learn, "learn", 0, "also learn from so many of the folder's notes, spread over all")
	f.BoolVar(&o.general, "general", false, "use the engine's own general model instead")
	f.BoolVar(&o.second, "second", false, "let the engine listen twice, as it does to dictations of minutes; its processor time is that of both")
	f.BoolVar(&o.asJSON, "json", false, "print the figures as JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if o.speech == "" {
			return &usageError{cmd.CommandPath(), errors.New("say with --speech where the recordings are")}
		}
		lists, err := benchWER(cmd.Context(), o, cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		if o.asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(lists)
		}
		for _, name := range []string{"model", "natural voices", "robotic voices"} {
			if list, ok := lists[name]; ok {
				if err := printFigures(cmd.OutOrStdout(), name, list); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return cmd
}

// recording is sound with what was said.
type recording struct {
	ID       string   `json:"id"`
	WAV      string   `json:"wav"`
	Duration float64  `json:"duration"` // seconds
	Voice    string   `json:"voice"`
	Written  string   `json:"reference_written"`
	Spoken   string   `json:"reference_spoken"`
	Phrases  []phrase `json:"phrases"`
}

// robotic voices of a formant synthesiser are told apart: nobody sounds so.
func (s recording) robotic() bool { return strings.HasPrefix(s.Voice, "espeak") }

// phrase is words with the time they begin, in JSON [start, end, "words"].
type phrase struct {
	start float64
	words string
}

// UnmarshalJSON reads the list form.
func (p *phrase) UnmarshalJSON(b []byte) error {
	var end float64
	return json.Unmarshal(b, &[]any{&p.start, &end, &p.words})
}

func readSamples(dir string) ([]recording, error) {
	b, err := os.ReadFile(filepath.Join(dir, "dictations.json"))
	if err != nil {
		return nil, err
	}
	var list []recording
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("dictations.json: %w", err)
	}
	if len(list) == 0 {
		return nil, errors.New("dictations.json names no recording")
	}
	return list, nil
}

// sampleNotes gives n of the folder's notes, spread over all of them.
func sampleNotes(dir string, n int) ([]string, error) {
	f, err := os.Open(filepath.Join(dir, "notes-for-training.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var all []string
	for lines := json.NewDecoder(z); ; {
		var note struct{ Text string }
		err := lines.Decode(&note)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		all = append(all, note.Text)
	}
	n = min(n, len(all))
	some := make([]string, n)
	for i := range some {
		some[i] = all[i*len(all)/n]
	}
	return some, nil
}

func benchWER(ctx context.Context, o werOptions, stderr io.Writer) (map[string][]figure, error) {
	samples, err := readSamples(o.speech)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "dictation-wer-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	cfg, made, err := werModel(ctx, o, temp)
	if err != nil {
		return nil, err
	}
	twice := cfg
	if o.second {
		twice.SecondUpTo = math.MaxInt64
	}
	engine := pocketsphinx.New(twice)
	if err := engine.Check(ctx); err != nil {
		return nil, err
	}
	natural, robotic := &heardSet{}, &heardSet{}
	for _, s := range samples {
		set := natural
		if s.robotic() {
			set = robotic
		}
		if err := set.hear(ctx, engine, filepath.Join(o.speech, s.WAV), s, stderr); err != nil {
			return nil, fmt.Errorf("%s: %w", s.ID, err)
		}
	}
	lists := map[string][]figure{"model": made, "natural voices": natural.figures(werBar(o))}
	if robotic.seconds > 0 {
		lists["robotic voices"] = robotic.figures(math.Inf(1))
	}
	over, err := adapterOverhead(ctx, pocketsphinx.New(cfg), cfg, filepath.Join(o.speech, samples[0].WAV))
	if err != nil {
		return nil, err
	}
	lists["natural voices"] = append(lists["natural voices"],
		aim("adapter beside the engine's own command", over, "× processor time", "≤ 1.05", over <= 1.05))
	return lists, nil
}

// werBar is the word error rate aimed at after so much learning.
func werBar(o werOptions) float64 {
	switch {
	case o.general || o.model != "":
		return math.Inf(1)
	case o.learn >= 2000:
		return 0.07
	case o.learn >= 600:
		return 0.09
	case o.learn >= 200:
		return 0.13
	}
	return 0.20
}

// werModel finds the speech model, or makes it in dir.
func werModel(ctx context.Context, o werOptions, dir string) (pocketsphinx.Config, []figure, error) {
	if o.general {
		return pocketsphinx.Config{}, nil, nil
	}
	if o.model != "" {
		dir := filepath.Clean(o.model)
		m, err := learn.NewShelf(filepath.Dir(dir)).Open(filepath.Base(dir))
		return withModel(m), modelFigures(m, 0), err
	}
	lx, err := lexicon.Open(lexicon.Config{})
	if err != nil {
		return pocketsphinx.Config{}, nil, err
	}
	texts := baseTexts()
	if o.learn > 0 {
		notes, err := sampleNotes(o.speech, o.learn)
		if err != nil {
			return pocketsphinx.Config{}, nil, err
		}
		texts.Notes = all(notes)
	}
	began := time.Now()
	m, err := learn.Build(ctx, texts, lx, dir, began)
	return withModel(m), modelFigures(m, time.Since(began)), err
}

func all(list []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, s := range list {
			if !yield(s) {
				return
			}
		}
	}
}

func modelFigures(m learn.Model, took time.Duration) []figure {
	list := []figure{
		{Name: "base text", Value: float64(m.BaseWords), Unit: "words"},
		{Name: "notes learned from", Value: float64(m.Notes), Unit: fmt.Sprintf("(%d words)", m.NoteWords)},
		{Name: "share of the notes", Value: m.NoteShare},
		{Name: "vocabulary", Value: float64(m.Vocabulary), Unit: "words"},
		{Name: "trigrams", Value: float64(m.Trigrams)},
		{Name: "perplexity of notes held back", Value: m.Perplexity},
	}
	if took > 0 {
		list = append(list, figure{Name: "time to make it", Value: took.Seconds(), Unit: "s"})
	}
	return list
}

// childTime is the processor time of all processes that were started and ended.
func childTime() time.Duration { return processorTime(unix.RUSAGE_CHILDREN) }

func processorTime(who int) time.Duration {
	var u unix.Rusage
	if unix.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// overheadRounds is how often adapter and command take turns.
const overheadRounds = 3

// adapterOverhead is the processor time of our way to run the engine, beside
// that of its own command on the same file.
func adapterOverhead(ctx context.Context, e *pocketsphinx.Engine, cfg pocketsphinx.Config, path string) (float64, error) {
	audio, err := transcribe.OpenAudio(path)
	if err != nil {
		return 0, err
	}
	args := []string{"-infile", path, "-time", "yes", "-logfn", os.DevNull}
	if cfg.LanguageModel != "" {
		args = append(args, "-lm", cfg.LanguageModel, "-dict", cfg.Dictionary)
	}
	var ours, own []float64
	for range overheadRounds {
		began := childTime() + processorTime(unix.RUSAGE_SELF)
		if _, err := e.Transcribe(ctx, audio, transcribe.Hints{}); err != nil {
			return 0, err
		}
		ours = append(ours, (childTime() + processorTime(unix.RUSAGE_SELF) - began).Seconds())
		began = childTime()
		if err := exec.CommandContext(ctx, "pocketsphinx_continuous", args...).Run(); err != nil {
			return 0, err
		}
		own = append(own, (childTime() - began).Seconds())
	}
	return median(ours) / median(own), nil
}
