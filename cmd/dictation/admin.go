package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"dictation/pipeline/store"
)

// withStore runs f on the database of the environment or of the "run" on the
// data folder.
func withStore(cmd *cobra.Command, data string, f func(context.Context, *store.Store) error) error {
	cfg, err := loadConfig()
	if err != nil {
		return err
	}
	dsn := cfg.DatabaseURL
	if dsn == "" {
		at, err := joinServers(&cfg, data)
		if err != nil {
			return err
		}
		dsn = at.database
	}
	s, err := store.Open(cmd.Context(), dsn)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(cmd.Context(), s)
}

func migrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to this program's schema",
		Long:  "Runs the migrations the database has not seen. Forward only; safe to run again. \"dictation run\" does it by itself.",
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			ran, err := s.Migrate(ctx)
			if err != nil {
				return err
			}
			for _, name := range ran {
				fmt.Fprintln(cmd.OutOrStdout(), "ran", name)
			}
			if len(ran) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "nothing to do")
			}
			return nil
		})
	}
	return cmd
}

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Check the log of who did what"}
	cmd.AddCommand(auditVerifyCommand())
	return cmd
}

func auditVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check that the audit is whole and show its newest entries",
		Long: `Walks the whole chain: every entry, every hash, every change of every dictation.
Prints the newest entries and the head of the chain; note the head elsewhere and
no one can rewrite what came before it. Exit code 1 when something does not hold.`,
	}
	data := dataFlag(cmd)
	show := cmd.Flags().Int("show", 20, "how many of the newest entries to print")
	dictation := cmd.Flags().String("dictation", "", "print the entries of this dictation (id or job number) instead")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			return verifyAudit(ctx, cmd.OutOrStdout(), s, *show, *dictation)
		})
	}
	return cmd
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the program's version",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "dictation", version())
			return err
		},
	}
}

// version is the module version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "development " + s.Value[:12]
		}
	}
	return "development"
}
