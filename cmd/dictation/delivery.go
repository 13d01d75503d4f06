package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/store"
)

func deliveryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delivery",
		Short: "Look after what goes to other records systems",
		Long: `Every signed note has a line in the ledger for each destination it goes to
(DICTATION_DESTINATIONS): waiting, sent, unknown, parked or held.`,
	}
	cmd.AddCommand(deliveryListCommand(), deliveryResendCommand(), deliveryReconcileCommand())
	return cmd
}

func deliveryListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List lines of the ledger, newest first; without --state what has not arrived",
		Example: "  dictation delivery list --state parked --destination ehr\n  dictation delivery list --number D0001000042", Args: cobra.NoArgs,
	}
	data := dataFlag(cmd)
	var f store.DispatchFilter
	state := cmd.Flags().String("state", "", "waiting, sent, unknown, parked or held")
	number := cmd.Flags().String("number", "", "only the lines of this document")
	cmd.Flags().StringVar(&f.Destination, "destination", "", "only this destination")
	cmd.Flags().BoolVar(&f.All, "all", false, "also what was sent")
	cmd.Flags().Int64Var(&f.Before, "before", 0, "go on after the line with this id")
	cmd.Flags().IntVar(&f.Limit, "limit", 50, "at most so many lines, up to 500")
	asJSON := cmd.Flags().Bool("json", false, "print each as a line of JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f.State = pipeline.DispatchState(*state)
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			if err := s.Accessed(ctx, console, string(pipeline.ManageDeliveries), "", ""); err != nil {
				return err
			}
			var list []pipeline.Dispatch
			var err error
			if *number != "" {
				list, err = s.DispatchesOf(ctx, *number)
			} else {
				list, err = s.Dispatches(ctx, f)
			}
			if err != nil {
				return err
			}
			return printDispatches(cmd.OutOrStdout(), list, *asJSON)
		})
	}
	return cmd
}

// deliveryLine is a line of the ledger as programs read it.
type deliveryLine struct {
	ID             int64                  `json:"id"`
	DocumentNumber string                 `json:"document_number"`
	Destination    string                 `json:"destination"`
	Withdrawal     bool                   `json:"withdrawal,omitempty"`
	State          pipeline.DispatchState `json:"state"`
	Reason         string                 `json:"reason,omitempty"`
	Tries          int                    `json:"tries"`
	SHA256         string                 `json:"sha256,omitempty"`
	RecordID       string                 `json:"record_id,omitempty"`
	Asked          time.Time              `json:"asked,omitzero"`
	Answered       time.Time              `json:"answered,omitzero"`
	Next           time.Time              `json:"next,omitzero"`
}

func printDispatches(w io.Writer, list []pipeline.Dispatch, asJSON bool) error {
	if !asJSON {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprint(t, "ID\tDOCUMENT\tDESTINATION\tSTATE\tTRIES\tLAST\tREASON\n")
		for _, d := range list {
			last := ""
			if !d.Asked.IsZero() {
				last = d.Asked.Local().Format(time.DateTime)
			}
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%s\t%s\n", d.ID, d.DocumentNumber, d.Destination, d.State, d.Attempts, last, d.Reason)
		}
		return t.Flush()
	}
	out := json.NewEncoder(w)
	for _, d := range list {
		line := deliveryLine{
			ID: d.ID, DocumentNumber: d.DocumentNumber, Destination: d.Destination, Withdrawal: d.Withdrawal != "", State: d.State, Reason: d.Reason,
			Tries: d.Attempts, SHA256: d.SHA256, RecordID: d.RecordID, Asked: d.Asked, Answered: d.Answered,
		}
		if d.State == pipeline.DispatchWaiting {
			line.Next = d.Next
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func deliveryResendCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "resend ID…", Short: "Send lines of the ledger again",
		Long: `Sends again what was parked, is unknown, or was sent. What may have arrived goes
out as the same bytes, by which receivers tell a repetition; where the receiver
cannot, look there first.`,
		Args: cobra.MinimumNArgs(1),
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ids := make([]int64, len(args))
		for i, a := range args {
			var err error
			if ids[i], err = strconv.ParseInt(a, 10, 64); err != nil {
				return &usageError{cmd.CommandPath(), fmt.Errorf("%q is not the id of a line; \"dictation delivery list\" shows them", a)}
			}
		}
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			for _, id := range ids {
				d, err := s.Resend(ctx, console, id)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), d.DocumentNumber, d.Destination, d.State); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return cmd
}

func deliveryReconcileCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "reconcile", Short: "Compare signed notes with the record and the ledger, and print the report",
		Long: `Looks for signed notes that are in no record or have no line in the ledger, puts
the missing lines in, and prints the report that the sweep makes every night.
Exit code 1 when something needs a person.`,
		Args: cobra.NoArgs,
	}
	data := dataFlag(cmd)
	asJSON := cmd.Flags().Bool("json", false, "print the report as JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := loadConfig()
		if err != nil {
			return err
		}
		list, err := cfg.destinations()
		if err != nil {
			return err
		}
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			out := deliver.NewOutbound(s, list, deliver.Options{Language: cfg.Language})
			if err := out.Register(ctx); err != nil {
				return err
			}
			report, err := out.Reconcile(ctx, console)
			if err != nil {
				return err
			}
			return printReconciliation(cmd.OutOrStdout(), report, *asJSON)
		})
	}
	return cmd
}

func printReconciliation(w io.Writer, r pipeline.Reconciliation, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(w).Encode(r); err != nil {
			return err
		}
	} else {
		out := &lines{w: w}
		out.print("signed but not in the record: %d\n", r.NotInRecord)
		for _, d := range r.Destinations {
			out.print("%s: %d missing, now in the ledger; %d waiting (%s), %d unknown, %d parked, %d held\n",
				d.Destination, d.Missing, d.Waiting, d.Oldest, d.Unknown, d.Parked, d.Held)
		}
		if out.err != nil {
			return out.err
		}
	}
	if !r.Clean() {
		return pipeline.Errorf(pipeline.Conflict, "Something needs a person; \"dictation delivery list\" shows what.")
	}
	return nil
}
