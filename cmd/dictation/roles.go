package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// withApp runs f on an app joined to the servers of the environment or of the
// "run" on the data folder.
func withApp(cmd *cobra.Command, data string, f func(context.Context, *app) error) error {
	cfg, err := loadConfig()
	if err != nil {
		return err
	}
	log, err := cfg.log(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	if err := cfg.check(); err != nil {
		return err
	}
	at, err := joinServers(&cfg, data)
	if err != nil {
		return err
	}
	opening, cancel := context.WithTimeout(cmd.Context(), openTimeout)
	defer cancel()
	a, err := openApp(opening, cfg, at, log, false)
	if err != nil {
		return err
	}
	defer a.close()
	return f(cmd.Context(), a)
}

// dataFlag adds --data, the folder of a "run" to join.
func dataFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("data", "", "data folder of the \"dictation run\" to join (default: the servers in the environment, else the usual folder)")
}

func serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve pages, API and FHIR",
		Long:  "Serves the pages, the JSON API and the FHIR reads against the servers named in the environment. Any number may run.",
	}
	address := cmd.Flags().String("listen", "", "HOST:PORT (default: DICTATION_LISTEN)")
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withApp(cmd, *data, func(ctx context.Context, a *app) error {
			at := a.cfg.Listen
			if *address != "" {
				at = *address
			}
			if _, err := a.cfg.signingKey(); err != nil {
				return err
			}
			l, err := listen(ctx, a.cfg, at)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "ready %s\n", pageURL(a.cfg, l))
			return a.serve(ctx, l)
		})
	}
	return cmd
}

func workerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "worker --stage=STAGE[,STAGE…]",
		Short: "Do the work of machine stages: decode, transcribe, deliver",
		Long: `Takes jobs of the stages from the queue, STAT first. Any number of workers may
run on any number of machines; one that dies is replaced by another, and its
work is done again, once.`,
		Example: "  dictation worker --stage=decode,deliver\n  dictation worker --stage=transcribe",
	}
	stages := cmd.Flags().StringSlice("stage", nil, "stages to work on: decode, transcribe, deliver")
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		list, err := parseStages(*stages)
		if err != nil || len(list) == 0 {
			if err == nil {
				err = fmt.Errorf("say which stages to work on with --stage")
			}
			return &usageError{cmd.CommandPath(), err}
		}
		return withApp(cmd, *data, func(ctx context.Context, a *app) error {
			if a.data, err = dataFolder(*data, a.cfg); err != nil {
				return err
			}
			if a.temp, err = os.MkdirTemp("", "dictation-worker-"); err != nil {
				return err
			}
			defer os.RemoveAll(a.temp)
			fmt.Fprintf(cmd.OutOrStdout(), "ready worker %s\n", strings.Join(*stages, ","))
			return a.work(ctx, list)
		})
	}
	return cmd
}

func sweepCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Put right what was interrupted, take in dropped files, seal the audit",
		Long: `Rings again for work nobody was told of, ends the leases of people who went
away, takes in files from the intake bucket, seals the audit and checks that
every signed note is in the record. With --once it does all of it one time: so
the queue is filled again from the database after JetStream's store was lost.`,
	}
	once := cmd.Flags().Bool("once", false, "do every task one time and end")
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withApp(cmd, *data, func(ctx context.Context, a *app) error {
			if *once {
				return a.sweeper().Once(ctx)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "ready sweep")
			a.sweep(ctx)
			return nil
		})
	}
	return cmd
}

func signingKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "signing-key",
		Short: "Make a key that signs notes, for DICTATION_SIGNING_KEY",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), newSigningKey())
			return err
		},
	}
}
