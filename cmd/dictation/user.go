package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dictation/deploy/seed"
	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/store"
)

// console is the actor of commands typed on the machine itself.
var console = store.Actor{ID: "console"}

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Make and change accounts"}
	cmd.AddCommand(userAddCommand(), userListCommand(), userPasswordCommand(), userTokenCommand(), userRevokeCommand(),
		userRolesCommand(), userSecondFactorCommand(),
		userSwitchCommand("disable", "Close an account, end its sessions and give what it has in hand back to the queue", true),
		userSwitchCommand("enable", "Open a closed account", false))
	return cmd
}

// withAuth runs f with the accounts.
func withAuth(cmd *cobra.Command, data string, f func(context.Context, *store.Store, *auth.Auth) error) error {
	return withStore(cmd, data, func(ctx context.Context, s *store.Store) error {
		return f(ctx, s, auth.New(s, auth.Options{}))
	})
}

// password reads a password from the command's input, or makes one up.
func password(cmd *cobra.Command, fromInput bool) (pw string, made bool, err error) {
	if !fromInput {
		pw, err = seed.Password(randomness)
		return pw, true, err
	}
	line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if err != nil && line == "" {
		return "", false, fmt.Errorf("read the password from the input: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

func userAddCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add USERNAME --role ROLE[,ROLE…]",
		Short: "Make an account",
		Long:  "Makes an account and prints a random password, or takes one from the input with --password-stdin. Roles: author, transcriptionist, qa, lead, clinician, records, auditor, admin.",
		Example: `  dictation user add ada --name "Dr Ada Example" --role author,clinician
  dictation user add boss --role admin --password-stdin < password.txt`,
		Args: cobra.ExactArgs(1),
	}
	data := dataFlag(cmd)
	name := cmd.Flags().String("name", "", "name as it stands under a note (default: the username)")
	roles := cmd.Flags().StringSlice("role", nil, "roles of the account")
	stdin := cmd.Flags().Bool("password-stdin", false, "read the password from the input")
	token := cmd.Flags().Bool("token", false, "also make an API token and print it")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		u := pipeline.User{Username: args[0], Name: *name}
		if u.Name == "" {
			u.Name = args[0]
		}
		var err error
		if u.Roles, err = parseRoles(cmd, *roles); err != nil {
			return err
		}
		pw, made, err := password(cmd, *stdin)
		if err != nil {
			return err
		}
		return withAuth(cmd, *data, func(ctx context.Context, _ *store.Store, a *auth.Auth) error {
			u, err := a.AddUser(ctx, console, u, pw)
			if err != nil {
				return err
			}
			out := &lines{w: cmd.OutOrStdout()}
			out.print("account %s made\n", u.Username)
			if made {
				out.print("password %s\n", pw)
			}
			if *token {
				t, err := a.NewToken(ctx, console, u.ID, "made with the account")
				if err != nil {
					return err
				}
				out.print("token %s\n", t)
			}
			return out.err
		})
	}
	return cmd
}

func userListCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the accounts"}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			list, err := s.Users(ctx)
			if err != nil {
				return err
			}
			out := &lines{w: cmd.OutOrStdout()}
			for _, u := range list {
				state := ""
				if u.Disabled {
					state = " (disabled)"
				}
				out.print("%s\t%s\t%v%s\n", u.Username, u.Name, u.Roles, state)
			}
			return out.err
		})
	}
	return cmd
}

func userPasswordCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "password USERNAME", Short: "Give an account a new password and end its sessions", Args: cobra.ExactArgs(1)}
	data := dataFlag(cmd)
	stdin := cmd.Flags().Bool("password-stdin", false, "read the password from the input instead of making one up")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		pw, made, err := password(cmd, *stdin)
		if err != nil {
			return err
		}
		return withAuth(cmd, *data, func(ctx context.Context, s *store.Store, a *auth.Auth) error {
			u, _, err := s.UserByName(ctx, args[0])
			if err != nil {
				return err
			}
			if err := a.SetPassword(ctx, console, u.ID, pw); err != nil || !made {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "password %s\n", pw)
			return err
		})
	}
	return cmd
}

func userTokenCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "token USERNAME", Short: "Make an API token for an account; it is shown once", Args: cobra.ExactArgs(1)}
	data := dataFlag(cmd)
	label := cmd.Flags().String("label", "made on the console", "what the token is for")
	wanted := cmd.Flags().StringSlice("scope", nil, "SMART scope such as system/*.read: the token opens the FHIR API only, as far as its scopes go")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		scopes, err := pipeline.ParseScopes(*wanted...)
		if err != nil {
			return &usageError{cmd.CommandPath(), err}
		}
		return withAuth(cmd, *data, func(ctx context.Context, s *store.Store, a *auth.Auth) error {
			u, _, err := s.UserByName(ctx, args[0])
			if err != nil {
				return err
			}
			token, err := a.NewToken(ctx, console, u.ID, *label, scopes...)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
			return err
		})
	}
	return cmd
}

func userRevokeCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "revoke USERNAME", Short: "Make all API tokens of an account worthless", Args: cobra.ExactArgs(1)}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			u, _, err := s.UserByName(ctx, args[0])
			if err != nil {
				return err
			}
			return s.RevokeTokens(ctx, console, u.ID)
		})
	}
	return cmd
}

func userSwitchCommand(verb, short string, disabled bool) *cobra.Command {
	cmd := &cobra.Command{Use: verb + " USERNAME", Short: short, Args: cobra.ExactArgs(1)}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			u, _, err := s.UserByName(ctx, args[0])
			if err != nil {
				return err
			}
			if !disabled {
				return s.SetDisabled(ctx, console, u.ID, false)
			}
			return closeAccount(ctx, cmd.OutOrStdout(), s, u)
		})
	}
	return cmd
}
