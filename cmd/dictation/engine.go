package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/decode/ffmpeg"
	"dictation/pipeline/transcribe"
	"dictation/transcript"
)

func engineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "engine",
		Short: "Try the speech engines of the settings, without a server",
	}
	cmd.AddCommand(engineListCommand(), engineTestCommand())
	return cmd
}

func engineListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the speech engines, what they can do and whether they work",
		Long:  "Lists the built-in speech engines and those of DICTATION_ENGINES, and asks each whether it can work. The breakers of a running worker are its own and not seen here.",
	}
	asJSON := cmd.Flags().Bool("json", false, "print each as a line of JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := loadConfig()
		if err != nil {
			return err
		}
		model, err := modelInUse(cfg)
		if err != nil {
			return err
		}
		r, err := cfg.router(model, transcribe.Shadow{})
		if err != nil {
			return err
		}
		defer r.Close()
		list := r.List(cmd.Context())
		if *asJSON {
			return engineLines(cmd.OutOrStdout(), list)
		}
		t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprint(t, "ENGINE\tMODEL\tGIVES\tLANGUAGES\tPIECES\tAT A TIME\tHEALTH\n")
		for _, h := range list {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", h.Name, orDash(h.Model), gives(h.Description),
				orDash(strings.Join(h.Languages, " ")), pieces(h.Description), atATime(h.Description), h.Sentence())
		}
		return t.Flush()
	}
	return cmd
}

func engineLines(w io.Writer, list []transcribe.Health) error {
	for _, h := range list {
		line := struct {
			Name       string                  `json:"name"`
			Model      string                  `json:"model,omitempty"`
			Words      bool                    `json:"words"`
			WordTimes  bool                    `json:"word_times"`
			Confidence bool                    `json:"confidence"`
			Vocabulary bool                    `json:"vocabulary"`
			Languages  []string                `json:"languages,omitempty"`
			PieceMS    int64                   `json:"piece_ms,omitempty"`
			MaxMS      int64                   `json:"max_ms,omitempty"`
			Parallel   int                     `json:"parallel,omitempty"`
			Ready      bool                    `json:"ready"`
			Health     string                  `json:"health"`
			Breaker    transcribe.BreakerState `json:"breaker"`
		}{
			h.Name, h.Model, h.Words, h.WordTimes, h.Confidence, h.Vocabulary, h.Languages,
			h.Piece.Milliseconds(), h.MaxDuration.Milliseconds(), h.Parallel, h.Err == nil, h.Sentence(), h.Breaker,
		}
		if err := json.NewEncoder(w).Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// gives is what an engine's drafts have.
func gives(d transcribe.Description) string {
	if !d.Words {
		return "an empty page"
	}
	list := []string{"words"}
	if d.WordTimes {
		list = append(list, "times")
	}
	if d.Confidence {
		list = append(list, "confidence")
	}
	return strings.Join(list, ", ")
}

func pieces(d transcribe.Description) string {
	switch {
	case d.Piece > 0:
		return shortDuration(d.Piece)
	case d.MaxDuration > 0:
		return "up to " + shortDuration(d.MaxDuration)
	}
	return "whole"
}

func atATime(d transcribe.Description) string {
	if d.Parallel == 0 {
		return "any"
	}
	return fmt.Sprint(d.Parallel)
}

func engineTestCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test FILE",
		Short: "Show what a speech engine makes of a recording",
		Long: `Decodes the recording as the decode stage does and gives it to a speech engine:
prints each word with its times and confidence (~ before a time that was worked
out and not heard), the text as a draft would have it, and how long it took.
Nothing is stored. An engine on a server gets the recording sent.`,
		Args: cobra.ExactArgs(1),
	}
	name := cmd.Flags().String("engine", "", "engine to ask (default: the first of DICTATION_ENGINE)")
	asJSON := cmd.Flags().Bool("json", false, "print the result as JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		cfg, err := loadConfig()
		if err != nil {
			return err
		}
		tried, err := tryEngine(cmd.Context(), cfg, *name, args[0])
		if err != nil {
			return err
		}
		return tried.print(cmd.OutOrStdout(), *asJSON)
	}
	return cmd
}

// trial is what an engine made of a file.
type trial struct {
	Engine     string            `json:"engine"`
	DurationMS int64             `json:"duration_ms"`
	TookMS     int64             `json:"took_ms"`
	RTF        float64           `json:"rtf"` // time it took for each second of sound
	Text       string            `json:"text"`
	Words      []transcript.Word `json:"words"`
}

func tryEngine(ctx context.Context, cfg config, name, file string) (trial, error) {
	model, err := modelInUse(cfg)
	if err != nil {
		return trial{}, err
	}
	all, err := cfg.router(model, transcribe.Shadow{})
	if err != nil {
		return trial{}, err
	}
	defer all.Close()
	if name == "" {
		names, _ := all.Choose(transcribe.Request{})
		name = names[0]
	}
	e, ok := all.Engine(name)
	if !ok {
		return trial{}, pipeline.Errorf(pipeline.NotFound, "There is no speech engine %q; \"dictation engine list\" shows those there are.", name)
	}
	alone, err := transcribe.NewRouter([]transcribe.Engine{e}, transcribe.Routing{})
	if err != nil {
		return trial{}, err
	}
	defer alone.Close()
	dir, err := os.MkdirTemp("", "dictation-engine-")
	if err != nil {
		return trial{}, err
	}
	defer os.RemoveAll(dir)
	wav := filepath.Join(dir, "canonical.wav")
	rep, err := canonicalFile(ctx, cfg, file, wav)
	if err != nil {
		return trial{}, err
	}
	sound, err := transcribe.OpenAudio(wav)
	if err != nil {
		return trial{}, err
	}
	heard, err := alone.Recognise(ctx, transcribe.Task{Audio: sound, Speech: rep.Segments, Dir: dir})
	if err != nil {
		return trial{}, err
	}
	words := heard.Transcript.Words()
	return trial{
		Engine: heard.Engine.String(), DurationMS: sound.Duration.Milliseconds(), TookMS: heard.Took.Milliseconds(),
		RTF: heard.Took.Seconds() / max(sound.Duration, time.Millisecond).Seconds(), Text: transcript.Format(words).Text, Words: words,
	}, nil
}

func (r trial) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "START\tEND\tSURE\tWORD\n")
	for _, word := range r.Words {
		mark, sure := "", "-"
		if word.Estimated {
			mark = "~"
		}
		if word.Confidence != nil {
			sure = fmt.Sprintf("%.2f", *word.Confidence)
		}
		fmt.Fprintf(t, "%s%.2f\t%s%.2f\t%s\t%s\n", mark, float64(word.StartMS)/1000, mark, float64(word.EndMS)/1000, sure, word.Text)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n\n%s: %d words in %.1f s of sound, %.1f s (%.2f of real time)\n", r.Text, r.Engine,
		len(r.Words), float64(r.DurationMS)/1000, float64(r.TookMS)/1000, r.RTF)
	return err
}

// canonicalFile makes the canonical sound of a recording, whatever it is, with
// package audio or, where that does not read it, with ffmpeg.
func canonicalFile(ctx context.Context, cfg config, file, to string) (rep audio.Report, err error) {
	in, err := os.Open(file)
	if err != nil {
		return rep, err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	opts := cfg.decoding(filepath.Dir(to), slog.New(slog.DiscardHandler))
	wanted := audio.Options{Canonical: out, Limits: opts.Limits}
	rep, err = audio.Convert(ctx, bufio.NewReader(in), wanted)
	if format, ok := audio.DecoderFor(err); ok {
		_, seekIn := in.Seek(0, io.SeekStart)
		_, seekOut := out.Seek(0, io.SeekStart)
		if err = errors.Join(seekIn, seekOut, out.Truncate(0)); err == nil {
			opts.FFmpeg.TempDir = opts.TempDir
			rep, err = decodeOutside(ctx, ffmpeg.New(opts.FFmpeg), in, rep.Info, format, wanted)
		}
	}
	var bad *audio.Error
	if errors.As(err, &bad) {
		err = pipeline.Wrap(pipeline.Unreadable, bad.Reason, "%s", bad.Message)
	}
	return rep, err
}

func decodeOutside(ctx context.Context, r *ffmpeg.Runner, in io.Reader, what audio.Info, format string, wanted audio.Options) (rep audio.Report, err error) {
	stored, err := r.Store(in)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, stored.Close()) }()
	sound, err := r.Decode(ctx, stored, what, format, wanted.Limits)
	if err != nil {
		return rep, err
	}
	rep, err = audio.ConvertSource(ctx, sound, wanted)
	return rep, errors.Join(err, sound.Close())
}
