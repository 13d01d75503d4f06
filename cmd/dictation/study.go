package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// studyGroups are the words of --by.
var studyGroups = []string{
	string(store.ByEngine), string(store.ByAuthor), string(store.ByTypist), string(store.ByWorktype), string(store.BySource),
}

func studyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "study",
		Short: "How far drafts and typed texts were from what was signed",
		Long: `Tells how many words, and how many critical tokens (numbers, doses, units,
negations, sides), people had to change before a note was signed. Every signed
note is compared within a minute; only counts are kept.`,
		Example: "  dictation study --by author --days 30\n  dictation study --by typist --of typed",
	}
	by := cmd.Flags().String("by", studyGroups[0], "what a line stands for: engine, author, typist, worktype or source")
	of := cmd.Flags().String("of", string(pipeline.ComparedDraft), "what is compared with the signed text: draft or typed")
	days := cmd.Flags().Int("days", 90, "of notes signed in so many days")
	shadow := cmd.Flags().Bool("shadow", false, "how second engines differ from the first, which rules asked for")
	asJSON := cmd.Flags().Bool("json", false, "print each line as JSON")
	data := dataFlag(cmd)
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(studyGroups, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("of", cobra.FixedCompletions([]string{"draft", "typed"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		compared := pipeline.Compared(*of)
		if compared != pipeline.ComparedDraft && compared != pipeline.ComparedTyped {
			return &usageError{cmd.CommandPath(), fmt.Errorf("--of is draft or typed")}
		}
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			since := time.Now().AddDate(0, 0, -*days)
			if *shadow {
				lines, err := s.Comparisons(ctx, since)
				if err != nil {
					return err
				}
				return printComparisons(cmd, lines, *asJSON)
			}
			lines, err := s.Study(ctx, compared, store.StudyBy(*by), since)
			if err != nil {
				return err
			}
			return printStudy(cmd, *by, lines, *asJSON)
		})
	}
	return cmd
}

func printStudy(cmd *cobra.Command, by string, lines []pipeline.StudyLine, asJSON bool) error {
	if asJSON {
		for _, l := range lines {
			err := json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{
				"group": l.Group, "name": l.Name, "notes": l.Notes, "words": l.Words, "errors": l.Errors,
				"criticals": l.Criticals, "critical_errors": l.CriticalErrors,
				"word_error_rate": l.WordErrorRate(), "critical_error_rate": l.CriticalErrorRate(),
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	if len(lines) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "No note was signed in that time.")
		return err
	}
	t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "NOTES\tWORDS\tWORDS WRONG\tCRITICAL WRONG\t  "+by+"\t\n")
	for _, l := range lines {
		name := l.Name
		if name == "" {
			name = "(nobody)"
		}
		fmt.Fprintf(t, "%d\t%d\t%.1f %%\t%.1f %%\t  %s\t\n", l.Notes, l.Words, 100*l.WordErrorRate(), 100*l.CriticalErrorRate(), name)
	}
	return t.Flush()
}

func printComparisons(cmd *cobra.Command, lines []store.ComparisonLine, asJSON bool) error {
	if asJSON {
		for _, l := range lines {
			err := json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{
				"main": l.Main, "shadow": l.Shadow, "recordings": l.Recordings, "failed": l.Failed, "length_ms": l.LengthMS,
				"words": l.Words, "differ": l.Differ, "main_ms": l.MainMS, "shadow_ms": l.ShadowMS,
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	if len(lines) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "No recording was given to a second engine in that time.")
		return err
	}
	t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "ENGINE\tSECOND\tRECORDINGS\tFAILED\tWORDS THAT DIFFER\tTIME OF BOTH, s\n")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%.1f %%\t%.0f, %.0f\n", l.Main, l.Shadow, l.Recordings, l.Failed,
			100*float64(l.Differ)/float64(max(1, l.Words)), float64(l.MainMS)/1000, float64(l.ShadowMS)/1000)
	}
	return t.Flush()
}
