package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"dictation/pipeline"
)

// uploadOptions are the flags of "upload".
type uploadOptions struct {
	patient, encounter, worktype, priority string
	several, wait, json                    bool
}

func uploadCommand() *cobra.Command {
	var o uploadOptions
	cmd := &cobra.Command{
		Use:   "upload FILE… --patient MRN --worktype WORKTYPE",
		Short: "Send recordings and get their receipts",
		Long: `Sends each file as one dictation and prints its receipt: job number and SHA-256
of what the server has stored. A broken connection is tried again; however many
tries it takes, the server keeps one dictation.

With --wait it follows each dictation until the draft waits for a person, or
until it failed (exit code 1).

With --several a file may hold several dictations, as the side of a tape does:
it waits until somebody has said on its page where each begins and whose it is.`,
		Example: `  dictation upload visit.wav --patient P1001 --worktype consultation --priority stat --wait
  dictation upload tape-7a.wav --several --worktype consultation`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			if o.patient == "" && !o.several {
				return &usageError{cmd.CommandPath(), errors.New("name the patient with --patient (a tape with --several needs none)")}
			}
			c, err := newClient()
			if err != nil {
				return err
			}
			return upload(cmd.Context(), c, files, o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&o.patient, "patient", "", "medical record number (MRN) of the patient")
	cmd.Flags().StringVar(&o.encounter, "encounter", "", "visit number")
	cmd.Flags().StringVar(&o.worktype, "worktype", "", "consultation, progress-note, history-and-physical, operative-report, discharge-summary, radiology-report or letter")
	cmd.Flags().StringVar(&o.priority, "priority", "routine", "stat or routine")
	cmd.Flags().BoolVar(&o.several, "several", false, "the recording holds several dictations, such as the side of a tape")
	cmd.Flags().BoolVar(&o.wait, "wait", false, "wait until the draft is ready for review")
	cmd.Flags().BoolVar(&o.json, "json", false, "print each dictation as a line of JSON")
	_ = cmd.MarkFlagRequired("worktype")
	_ = cmd.RegisterFlagCompletionFunc("worktype", completeWorktypes)
	_ = cmd.RegisterFlagCompletionFunc("priority", cobra.FixedCompletions([]string{"stat", "routine"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func completeWorktypes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names := make([]string, len(pipeline.Worktypes))
	for i, w := range pipeline.Worktypes {
		names[i] = string(w.Worktype) + "\t" + w.Title
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func upload(ctx context.Context, c *client, files []string, o uploadOptions, stdout, stderr io.Writer) error {
	var failed []error
	for _, file := range files {
		d, err := c.send(ctx, file, o, stderr)
		if err == nil && !o.json {
			fmt.Fprintf(stdout, "received %s  sha256 %s  %s\n", d.JobNumber, d.SHA256, file)
		}
		if err == nil && o.wait {
			d, err = c.follow(ctx, d, o, stdout)
		}
		if d.ID != "" && o.json {
			err = errors.Join(err, json.NewEncoder(stdout).Encode(d))
		}
		if err != nil {
			fmt.Fprintf(stderr, "dictation: %s: %s\n", file, message(err))
			failed = append(failed, err)
		}
	}
	if len(failed) > 0 {
		return pipeline.Errorf(pipeline.Conflict, "%d of %d files failed; see above.", len(failed), len(files))
	}
	return nil
}

// sendTries is how often a file is sent when the server does not answer.
const sendTries = 4

// send uploads one file; its idempotency key makes trying again harmless.
func (c *client) send(ctx context.Context, file string, o uploadOptions, stderr io.Writer) (d dictation, err error) {
	key := uuid.NewString()
	for try := 1; ; try++ {
		d, err = c.post(ctx, file, key, o)
		if err == nil || pipeline.KindOf(err) != pipeline.Unavailable || try == sendTries || ctx.Err() != nil {
			return d, err
		}
		wait := time.Second << try
		fmt.Fprintf(stderr, "dictation: %s; trying again in %s\n", pipeline.Sentence(err), wait)
		select {
		case <-ctx.Done():
			return d, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// post streams the file as a multipart form.
func (c *client) post(ctx context.Context, file, key string, o uploadOptions) (d dictation, err error) {
	f, err := os.Open(file)
	if err != nil {
		return d, pipeline.Wrap(pipeline.Invalid, err, "the file cannot be read: %v", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return d, pipeline.Errorf(pipeline.Invalid, "this is a folder; name the recordings in it")
	}
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	written := make(chan struct{})
	go func() {
		defer close(written)
		w.CloseWithError(writeForm(form, f, filepath.Base(file), o))
	}()
	defer func() { r.Close(); <-written }()
	header := http.Header{"Content-Type": {form.FormDataContentType()}, "Idempotency-Key": {key}}
	return d, c.call(ctx, http.MethodPost, "/api/v1/dictations", r, header, &d)
}

func writeForm(form *multipart.Writer, f io.Reader, name string, o uploadOptions) error {
	for _, field := range [][2]string{
		{"patient_mrn", o.patient}, {"encounter", o.encounter}, {"worktype", o.worktype}, {"priority", o.priority}, {"several", strconv.FormatBool(o.several)},
	} {
		if err := form.WriteField(field[0], field[1]); err != nil {
			return err
		}
	}
	part, err := form.CreateFormFile("audio", name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, f); err != nil {
		return err
	}
	return form.Close()
}

// follow prints each change until the dictation waits for a person or failed.
// Changes come as server-sent events; a stream that breaks is opened again.
func (c *client) follow(ctx context.Context, d dictation, o uploadOptions, stdout io.Writer) (dictation, error) {
	const again = time.Second
	for {
		done, err := c.followOnce(ctx, &d, o, stdout)
		if done || err != nil && pipeline.KindOf(err) != pipeline.Unavailable {
			return d, err
		}
		select {
		case <-ctx.Done():
			return d, ctx.Err()
		case <-time.After(again):
		}
	}
}

// followOnce reads one stream of events; done says that the dictation is where
// it was waited for.
func (c *client) followOnce(ctx context.Context, d *dictation, o uploadOptions, stdout io.Writer) (done bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := c.events(ctx)
	if err != nil {
		return false, err
	}
	defer events.Close()
	// What happened before the stream was open is in the row.
	if *d, err = c.dictation(ctx, d.ID); err != nil {
		return false, err
	}
	if done, err = arrived(*d, o, stdout); done {
		return true, err
	}
	lines := bufio.NewScanner(events)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		var now dictation
		if !ok || json.Unmarshal([]byte(data), &now) != nil || now.ID != d.ID || now.Version <= d.Version {
			continue
		}
		d.Stage, d.Step, d.State, d.Reason, d.Version = now.Stage, now.Step, now.State, now.Reason, now.Version
		if done, err = arrived(*d, o, stdout); done {
			return true, err
		}
	}
	return false, pipeline.Wrap(pipeline.Unavailable, cmp.Or(lines.Err(), io.ErrUnexpectedEOF), "the server ended the connection")
}

// arrived prints where the dictation is and says whether to stop waiting.
func arrived(d dictation, o uploadOptions, stdout io.Writer) (bool, error) {
	if !o.json {
		fmt.Fprintln(stdout, strings.TrimSpace(d.JobNumber+"  "+d.position()+"  "+d.Reason))
	}
	switch {
	case d.State == string(pipeline.Failed), d.State == string(pipeline.Held):
		return true, pipeline.Errorf(pipeline.Unreadable, "%s: %s", d.position(), d.Reason)
	case d.Stage == string(pipeline.Review), d.Stage == string(pipeline.Deliver):
		return true, nil
	}
	return false, nil
}
