package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"dictation/pipeline"
	"dictation/pipeline/feed"
	"dictation/pipeline/store"
)

func patientImportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Enter patients and visits from a list (CSV)",
		Long: `Enter patients and visits from a list in CSV, UTF-8; - reads standard input.

The first line names the columns, in any order: mrn, family, given, born
(YYYY-MM-DD), and where there are any sex, visit, class (AMB, IMP, EMER), reason,
location, start, end. Other columns are passed over; an empty field leaves what
is known as it is. A list may be read again: what is the same changes nothing.

Every line that was not taken is reported with its number and the reason; the
others are taken. Exit status 1 says that there were such lines.`,
		Example: `  dictation patient import patients.csv --dry-run`,
		Args:    cobra.ExactArgs(1),
	}
	data := dataFlag(cmd)
	dry := cmd.Flags().Bool("dry-run", false, "only report what would be done; change nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		in := cmd.InOrStdin()
		if args[0] != "-" {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			in = f
		}
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			return importPatients(ctx, s, in, cmd.OutOrStdout(), *dry)
		})
	}
	return cmd
}

// importPatients takes each line by itself: what is wrong with one does not hold
// up the others.
func importPatients(ctx context.Context, s *store.Store, in io.Reader, out io.Writer, dry bool) error {
	lines, err := feed.ReadCSV(in)
	if err != nil {
		return err
	}
	var taken, refused int
	for line := range lines {
		if line.Err == nil {
			line.Err = s.Admit(ctx, store.Actor{ID: "import"}, line.News, dry)
		}
		switch kind := pipeline.KindOf(line.Err); {
		case line.Err == nil:
			taken++
		case kind == pipeline.Unavailable || kind == pipeline.Internal: // of the machine, not of the line
			return fmt.Errorf("stopped at line %d after %d lines were taken: %w", line.N, taken, line.Err)
		default:
			refused++
			fmt.Fprintf(out, "line %d: %s\n", line.N, pipeline.Sentence(line.Err))
		}
	}
	what := "taken"
	if dry {
		what = "could be taken (dry run: nothing was changed)"
	}
	fmt.Fprintf(out, "%d lines %s, %d refused\n", taken, what, refused)
	if refused > 0 {
		return pipeline.Errorf(pipeline.Invalid, "%d lines of the list were not taken; they are named above.", refused)
	}
	return nil
}
