package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/decode"
)

func probeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "probe FILE…",
		Short: "Tell what a recording is, without a server",
		Long: `Reads each recording to its end as the decode stage does, with the limits of the
settings, and prints what it finds: format, exact duration, levels, clipping,
damage, speech, tones, how it would be parted, what the recorder wrote in it, and
what the author would be told. Nothing is sent anywhere. A file that cannot be
used is refused with the sentence that its author would read, and the exit code
is 1.`,
		Args: cobra.MinimumNArgs(1),
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON, one line for each file")
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		cfg, err := loadConfig()
		if err != nil {
			return err
		}
		refused := 0
		for _, file := range files {
			f, err := probe(cmd.Context(), file, cfg.decoding("", nil))
			if err != nil {
				return err
			}
			if f.Error != "" {
				refused++
				fmt.Fprintf(cmd.ErrOrStderr(), "dictation: %s: %s\n", file, f.Error)
			}
			if err := f.print(cmd.OutOrStdout(), *asJSON); err != nil {
				return err
			}
		}
		if refused > 0 {
			return pipeline.Errorf(pipeline.Unreadable, "%d of %d files cannot be used.", refused, len(files))
		}
		return nil
	}
	return cmd
}

// finding is everything that is found out about a file.
type finding struct {
	File string `json:"file"`
	audio.Report
	Said     audio.Said  `json:"said"`            // what its metadata means
	Cuts     []audio.Cut `json:"cuts,omitempty"`  // how it would be parted
	Warnings []string    `json:"warnings"`        // for the author
	Error    string      `json:"error,omitempty"` // why it cannot be used
}

// probe reads a file. That a recording cannot be used is a finding; an error is
// other trouble.
func probe(ctx context.Context, file string, opts decode.Options) (finding, error) {
	f := finding{File: file, Warnings: []string{}}
	rep, err := decode.Probe(ctx, func(context.Context) (io.ReadCloser, error) { return os.Open(file) }, opts)
	f.Report = rep
	if pipeline.KindOf(err) == pipeline.Unreadable {
		f.Error = pipeline.Sentence(err)
		return f, nil
	}
	if err != nil {
		return f, err
	}
	sound := decode.Describe(rep)
	f.Said, f.Cuts = sound.Said, audio.Cuts(rep)
	f.Warnings = append(f.Warnings, sound.Warnings...)
	return f, nil
}

// print writes the finding as text or as a line of JSON. Of a file that cannot
// be used, text has only what standard error says.
func (f finding) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(f)
	}
	if f.Error != "" {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n", f.File)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", name, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
	}
	f.sound(row)
	f.damage(row)
	f.parts(row)
	f.written(row)
	for _, s := range f.Warnings {
		row("note", "%s", s)
	}
	return t.Flush()
}

// rows adds a line of text: a name and what is found.
type rows func(name, format string, args ...any)

// sound are the measures.
func (f finding) sound(row rows) {
	row("format", "%s", f.Info)
	row("duration", "%s (%d samples a channel)", exact(f.Duration), f.Frames)
	row("peak", "%.1f dBFS", f.PeakDBFS)
	row("level (RMS)", "%.1f dBFS", f.RMSDBFS)
	row("loudness", "%.1f LUFS", f.LUFS)
	row("offset (DC)", "%.2f %%", 100*f.DC)
	if f.SNR > 0 {
		row("speech above noise", "%.0f dB", f.SNR)
	}
	row("speech", "%s in %d of %d segments", exact(f.Speech), spokenSegments(f.Segments), len(f.Segments))
	row("clipped samples", "%d", f.Clipped)
	for i, c := range f.Channels {
		if len(f.Channels) == 1 {
			break // said already
		}
		what := ""
		if c.Dead {
			what += ", dead"
		}
		if c.Inverted {
			what += ", wired the wrong way round"
		}
		row(fmt.Sprintf("channel %d", i+1), "peak %.1f dBFS, level %.1f dBFS%s", c.PeakDBFS, c.RMSDBFS, what)
	}
}

func spokenSegments(list []audio.Segment) (n int) {
	for _, s := range list {
		if s.Speech {
			n++
		}
	}
	return n
}

func (f finding) damage(row rows) {
	if f.Missing > 0 {
		row("cut off", "%s are missing", exact(f.Missing))
	}
	if f.Repaired {
		row("damage", "in places, or never finished; what can be read was read")
	}
}

// parts are the signals and how the recording would be parted.
func (f finding) parts(row rows) {
	for _, tone := range f.Tones {
		row("tone", "%s at %s for %s", tone.Name, exact(tone.Start), exact(tone.End-tone.Start))
	}
	if len(f.Cuts) < 2 {
		return
	}
	for i, c := range f.Cuts {
		why := string(c.Why)
		if c.Keys != "" {
			why += " " + c.Keys
		}
		row(fmt.Sprintf("part %d", i+1), "%s to %s, %s of speech, by: %s", exact(c.Start), exact(c.End), exact(c.Speech), why)
	}
}

// written is what the recorder or a program wrote in the file: what it means
// for the dictation, then all of it.
func (f finding) written(row rows) {
	text := func(name, value string) {
		if value != "" {
			row(name, "%s", value)
		}
	}
	moment := func(name string, t time.Time) {
		if !t.IsZero() {
			row(name, "%s", t.Format(time.DateTime))
		}
	}
	text("author", f.Said.Author)
	text("worktype", f.Said.Worktype)
	text("priority", f.Said.Priority)
	text("title", f.Said.Title)
	text("comment", f.Said.Comment)
	text("program", f.Said.Program)
	moment("dictated", f.Said.Dictated)
	moment("ended", f.Said.Ended)
	m := f.Meta
	fields := func(of string, list map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			text(of+" "+name, list[name])
		}
	}
	fields("INFO", m.Info)
	fields("cart", m.Cart)
	fields("tag", m.Tags)
	if b := m.Broadcast; b != nil {
		row("bext", "%s; %s; %s; %s %s", b.Description, b.Originator, b.Reference, b.Date, b.Time)
	}
	if m.IXML != "" {
		row("iXML", "%d bytes", len(m.IXML))
	}
	if d := m.DSS; d != nil {
		row("DSS header", "author %q, file %d, %s, length %s, priority %d", d.Author, d.Number, d.Codec, d.Length, d.Priority)
	}
	for _, c := range m.Cues {
		row("mark", "%s %s", exact(c.At), c.Label)
	}
}

// exact is a time to the millisecond.
func exact(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// fileSHA256 is the SHA-256 of a file in lower-case hex.
func fileSHA256(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
