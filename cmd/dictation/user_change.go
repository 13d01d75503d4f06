package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"dictation/pipeline"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
)

// parseRoles reads the names of roles that stand on the command line.
func parseRoles(cmd *cobra.Command, names []string) (roles []pipeline.Role, err error) {
	for _, name := range names {
		role, err := pipeline.ParseRole(name)
		if err != nil {
			return nil, &usageError{cmd.CommandPath(), err}
		}
		roles = append(roles, role)
	}
	return roles, nil
}

func userRolesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "roles USERNAME --role ROLE[,ROLE…]",
		Short:   "Give an account other roles",
		Long:    "Gives an account the roles named and no others; they count at once. What it has in hand and may no longer work on goes back to the queue, with what was saved.",
		Example: `  dictation user roles ada --role author,clinician`,
		Args:    cobra.ExactArgs(1),
	}
	data := dataFlag(cmd)
	names := cmd.Flags().StringSlice("role", nil, "roles of the account")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		roles, err := parseRoles(cmd, *names)
		if err == nil && len(roles) == 0 {
			err = &usageError{cmd.CommandPath(), pipeline.Errorf(pipeline.Invalid, "Name at least one role with --role.")}
		}
		if err != nil {
			return err
		}
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			u, _, err := s.UserByName(ctx, args[0])
			if err != nil {
				return err
			}
			before, err := s.SetRoles(ctx, console, u.ID, roles)
			if err != nil {
				return err
			}
			u.Roles = roles
			out := &lines{w: cmd.OutOrStdout()}
			out.print("account %s: %v, were %v\n", u.Username, roles, before.Roles)
			if lost := review.Lost(before, u); len(lost) > 0 {
				if err := giveBack(ctx, out, s, u, lost...); err != nil {
					return err
				}
			}
			return out.err
		})
	}
	return cmd
}

// closeAccount ends an account's sessions and says what became of its work.
func closeAccount(ctx context.Context, w io.Writer, s *store.Store, u pipeline.User) error {
	work, err := s.OpenWork(ctx, u.ID)
	if err != nil {
		return err
	}
	if err := s.SetDisabled(ctx, console, u.ID, true); err != nil {
		return err
	}
	out := &lines{w: w}
	out.print("account %s closed\n", u.Username)
	if err := giveBack(ctx, out, s, u); err != nil {
		return err
	}
	for _, line := range []struct {
		n    int
		says string
	}{
		{work.ToSign, "notes wait for this author's signature; a clinician can sign them"},
		{work.ToCosign, "notes wait for the second signature by this account; have them returned"},
		{work.OnTheWay, "dictations of this author are on their way to the signature"},
		{work.Recordings, "recordings were begun and not sent"},
	} {
		if line.n > 0 {
			out.print("%d %s\n", line.n, line.says)
		}
	}
	return out.err
}

// giveBack puts what an account holds into the queue again.
func giveBack(ctx context.Context, out *lines, s *store.Store, u pipeline.User, at ...pipeline.Step) error {
	ids, err := s.TakeBackAll(ctx, console, u.ID, at...)
	if len(ids) > 0 {
		out.print("%d dictations in hand went back to the queue, with what was saved\n", len(ids))
	}
	return err
}

func userSecondFactorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "remove-second-factor USERNAME",
		Short: "Take the second factor of somebody who lost it away",
		Long:  "For who lost the authenticator and the recovery codes: from then on the password alone signs in and signs. Be sure that it is really that person who asks.",
		Args:  cobra.ExactArgs(1),
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			u, _, err := s.UserByName(ctx, args[0])
			if err != nil {
				return err
			}
			return s.RemoveSecondFactor(ctx, console, u.ID)
		})
	}
	return cmd
}
