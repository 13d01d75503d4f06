package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func jobsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "jobs",
		Short: "List dictations and where they are",
		Long:  "Lists the dictations your account may see, newest first. Administrators see all, authors their own.",
	}
	asJSON := cmd.Flags().Bool("json", false, "print each as a line of JSON")
	stage := cmd.Flags().String("stage", "", "only this stage")
	state := cmd.Flags().String("state", "", "only this state")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := newClient()
		if err != nil {
			return err
		}
		var page struct {
			Dictations []dictation `json:"dictations"`
		}
		q := url.Values{"stage": {*stage}, "state": {*state}}
		if err := c.call(cmd.Context(), http.MethodGet, "/api/v1/dictations?"+q.Encode(), nil, nil, &page); err != nil {
			return err
		}
		if *asJSON {
			for _, d := range page.Dictations {
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(d); err != nil {
					return err
				}
			}
			return nil
		}
		t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprint(t, "JOB\tPRIORITY\tWORKTYPE\tAT\tREASON\n")
		for _, d := range page.Dictations {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", d.JobNumber, d.Priority, d.Worktype, d.position(), d.Reason)
		}
		return t.Flush()
	}
	cmd.AddCommand(jobActCommand("retry", "Run a failed stage again"), jobActCommand("unhold", "Let a held dictation go on"))
	return cmd
}

func jobActCommand(verb, short string) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newClient()
			if err != nil {
				return err
			}
			var d dictation
			if err := c.call(cmd.Context(), http.MethodPost, "/api/v1/dictations/"+url.PathEscape(args[0])+"/"+verb, nil, nil, &d); err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), d.JobNumber, d.position())
			return err
		},
	}
}
