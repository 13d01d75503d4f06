package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/audit"
	"dictation/pipeline/store"
)

// sealBatch is how many entries are sealed in one transaction.
const sealBatch = 1000

// verifyAudit seals what is open, checks the chain and prints what it found.
func verifyAudit(ctx context.Context, w io.Writer, s *store.Store, show int, dictation string) error {
	for {
		n, _, _, err := s.Seal(ctx, sealBatch)
		if err != nil {
			return err
		}
		if n < sealBatch {
			break
		}
	}
	v, n, err := s.CheckAudit(ctx)
	if err != nil {
		return err
	}
	list, err := auditEntries(ctx, s, show, dictation)
	if err != nil {
		return err
	}
	if err := printAudit(ctx, w, s, list); err != nil {
		return err
	}
	pos, head := v.Head()
	if problems := v.Problems(); len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintln(w, "PROBLEM", p)
		}
		return pipeline.Errorf(pipeline.Conflict, "The audit is not whole: %d problems in %d entries.", len(problems), n)
	}
	_, err = fmt.Fprintf(w, "\nThe audit is whole: %d entries, chain position %d, head %s\n", n, pos, hex.EncodeToString(head))
	return err
}

// auditEntries are the newest entries, or those of a dictation, oldest first.
func auditEntries(ctx context.Context, s *store.Store, show int, dictation string) ([]audit.Entry, error) {
	if dictation == "" {
		if show <= 0 {
			return nil, nil
		}
		list, err := s.Audit(ctx, "", 0, show)
		slices.Reverse(list)
		return list, err
	}
	d, err := s.DictationByJob(ctx, strings.ToUpper(dictation))
	if pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		d, err = s.Dictation(ctx, dictation)
	}
	if err != nil {
		return nil, err
	}
	return s.History(ctx, d.ID)
}

func printAudit(ctx context.Context, w io.Writer, s *store.Store, list []audit.Entry) error {
	users, err := s.Users(ctx)
	if err != nil {
		return err
	}
	names := make(map[string]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Username
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "WHEN\tWHO\tDID\tOUTCOME\tDICTATION\tWHAT\n")
	for _, e := range list {
		who := e.Actor
		if name, ok := names[e.Actor]; ok {
			who = name
		}
		what := e.Detail
		if e.Patient != "" && e.Dictation == "" {
			what = strings.TrimSpace("patient " + e.Patient + " " + what)
		}
		if e.To != "" {
			what = strings.TrimSpace(e.To + " " + e.Detail)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", e.At.Local().Format(time.DateTime), who, e.Action, e.Outcome, e.Dictation, what)
	}
	return t.Flush()
}
