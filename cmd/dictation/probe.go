package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
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
		Long:  "Reads each recording to its end as the decode stage does and prints what it finds: format, exact duration, level, clipping, damage, what the recorder said. Nothing is sent anywhere.",
		Args:  cobra.MinimumNArgs(1),
	}
	asJSON := cmd.Flags().Bool("json", false, "print the report as JSON")
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		refused := 0
		for _, file := range files {
			rep, err := probe(cmd.Context(), file)
			if err == nil {
				err = printReport(cmd.OutOrStdout(), file, rep, *asJSON)
			}
			switch {
			case err != nil && pipeline.KindOf(err) == pipeline.Unreadable:
				refused++
				fmt.Fprintf(cmd.ErrOrStderr(), "dictation: %s: %s\n", file, pipeline.Sentence(err))
			case err != nil:
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

func probe(ctx context.Context, file string) (audio.Report, error) {
	return decode.Probe(ctx, func(context.Context) (io.ReadCloser, error) { return os.Open(file) }, decode.Options{})
}

func printReport(w io.Writer, file string, r audio.Report, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(struct {
			File string `json:"file"`
			audio.Report
		}{file, r})
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n", file)
	fmt.Fprintf(t, "  format\t%s\n", r.Info)
	fmt.Fprintf(t, "  duration\t%s\n", r.Duration.Round(time.Millisecond))
	fmt.Fprintf(t, "  peak\t%.1f dBFS\n", r.PeakDBFS)
	fmt.Fprintf(t, "  level (RMS)\t%.1f dBFS\n", r.RMSDBFS)
	fmt.Fprintf(t, "  loudness\t%.1f LUFS\n", r.LUFS)
	if r.SNR > 0 {
		fmt.Fprintf(t, "  speech above noise\t%.0f dB\n", r.SNR)
	}
	fmt.Fprintf(t, "  speech\t%s in %d segments\n", r.Speech.Round(time.Millisecond), len(r.Segments))
	fmt.Fprintf(t, "  clipped samples\t%d\n", r.Clipped)
	if r.Missing > 0 {
		fmt.Fprintf(t, "  cut off\t%s are missing\n", r.Missing.Round(time.Millisecond))
	}
	if r.Repaired {
		fmt.Fprint(t, "  header\tdid not tell the length; read to the end of the file\n")
	}
	return t.Flush()
}

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
