// Command dictation turns a physician's recorded voice into a signed note in
// the patient's record. "dictation --help" lists its roles and tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"dictation/deploy/local"
	"dictation/pipeline"
	"dictation/pipeline/decode/ffmpeg"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	// The heap is small and the garbage quick to come: collecting it less often
	// saves a tenth of the processor and costs some tens of megabytes.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if local.IsChild() {
		os.Exit(local.ChildMain())
	}
	if ffmpeg.IsChild() {
		os.Exit(ffmpeg.ChildMain())
	}
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Main runs one command line and gives its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once, as people expect.
	context.AfterFunc(ctx, stop)

	stopTracing := startTracing()
	defer func() { _ = stopTracing(context.WithoutCancel(ctx)) }()

	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case strings.HasPrefix(err.Error(), "required flag"):
		usage = &usageError{root.Name(), err}
		fallthrough
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "dictation: %v\nTry \"%s --help\".\n", err, usage.command)
		return exitUsage
	}
	fmt.Fprintf(stderr, "dictation: %s\n", message(err))
	return exitFailed
}

// message is an error for the terminal: the sentence for people, and for
// trouble of ours also the cause.
func message(err error) string {
	if k := pipeline.KindOf(err); k == pipeline.Internal || k == pipeline.Unavailable {
		return err.Error()
	}
	return pipeline.Sentence(err)
}

// usageError is a wrong command line.
type usageError struct {
	command string
	err     error
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "dictation",
		Short: "From a physician's voice to a signed note in the patient's record",
		Long: `Recorded dictations come in by page, command, API or S3 bucket, are decoded and
transcribed, reviewed by a transcriptionist, signed by a clinician and attached
to the patient's record.

Start with:  dictation run --demo

Servers are named in the environment (DICTATION_…; "dictation config" lists
them). Exit codes: 0 done, 1 failed, 2 wrong use.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddGroup(
		&cobra.Group{ID: "role", Title: "Roles (what runs):"},
		&cobra.Group{ID: "tool", Title: "Tools (against a running system: DICTATION_SERVER, DICTATION_TOKEN):"},
		&cobra.Group{ID: "admin", Title: "Administration (against the servers in the environment, or --data):"},
	)
	for group, list := range map[string][]*cobra.Command{
		"role":  {runCommand(), serveCommand(), workerCommand(), sweepCommand()},
		"tool":  {uploadCommand(), jobsCommand(), verifyCommand(), probeCommand(), engineCommand(), benchCommand()},
		"admin": {migrateCommand(), seedCommand(), userCommand(), patientCommand(), codesCommand(), deliveryCommand(), auditCommand(), studyCommand(), modelCommand(), learnCommand(), configCommand(), signingKeyCommand()},
	} {
		for _, c := range list {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	root.AddCommand(versionCommand())
	strict(root)
	return root
}

// strict makes wrong flags and arguments of c and all below it usage errors.
func strict(c *cobra.Command) {
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return &usageError{c.CommandPath(), err} })
	check := c.Args
	if check == nil {
		check = cobra.NoArgs
		if c.HasSubCommands() {
			check = unknownCommand
		}
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return &usageError{c.CommandPath(), err}
		}
		return nil
	}
	if c.HasSubCommands() && c.RunE == nil {
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("there is no command %q", c.CommandPath()+" "+args[0])
	}
	return nil
}
