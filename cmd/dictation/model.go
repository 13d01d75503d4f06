package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dictation/deploy/seed/corpus"
	"dictation/pipeline/learn"
	"dictation/pipeline/transcribe/lexicon"
	"dictation/pipeline/transcribe/pocketsphinx"
)

// The corpus a fresh installation begins with: always the same text, and long
// enough for every word of its lists to come up.
const (
	corpusSeed  = 1
	corpusWords = 300_000
)

// baseTexts is the text shipped with the program.
func baseTexts() learn.Texts {
	return learn.Texts{
		Base:     corpus.Sentences(corpusSeed, corpusWords),
		BaseName: fmt.Sprintf("corpus %d, %d words", corpus.Version, corpusWords),
	}
}

// shelfOf is where a data folder keeps its speech models.
func shelfOf(data string) *learn.Shelf { return learn.NewShelf(filepath.Join(data, "models")) }

// speechModel gives the speech model in use, after making the first one.
func speechModel(ctx context.Context, shelf *learn.Shelf, say func(string)) (learn.Model, error) {
	lx, err := lexicon.Open(lexicon.Config{})
	if err != nil {
		return learn.Model{}, err
	}
	if err := lx.Check(); err != nil {
		say(err.Error())
	}
	return shelf.Ensure(ctx, baseTexts(), lx, time.Now(), say)
}

// withModel is the embedded engine's configuration with a speech model; without
// one the engine hears by its own general model.
func withModel(m learn.Model) pocketsphinx.Config {
	if m.Version == "" {
		return pocketsphinx.Config{}
	}
	return pocketsphinx.Config{LanguageModel: m.LanguageModel(), Dictionary: m.Dictionary(), Model: m.Version}
}

// modelInUse is the speech model of the usual data folder; none is no error.
func modelInUse(c config) (pocketsphinx.Config, error) {
	dir, err := dataFolder("", c)
	if err != nil {
		return pocketsphinx.Config{}, err
	}
	m, _, err := shelfOf(dir).Current()
	return withModel(m), err
}

func modelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "The embedded engine's speech models: make, list, choose, go back",
		Long: `The embedded speech engine hears by a model of what is said in this house. The
first is made when "dictation run" starts; "dictation learn" makes better ones
from what was signed. All versions are kept in the data folder until removed.`,
	}
	data := cmd.PersistentFlags().String("data", "", "data folder (default: the usual one)")
	shelf := func() (*learn.Shelf, error) {
		c, err := loadConfig()
		if err != nil {
			return nil, err
		}
		dir, err := dataFolder(*data, c)
		return shelfOf(dir), err
	}
	cmd.AddCommand(modelBuildCommand(shelf), modelListCommand(shelf), modelUseCommand(shelf), modelRollbackCommand(shelf))
	return cmd
}

type openShelf func() (*learn.Shelf, error)

func modelBuildCommand(open openShelf) *cobra.Command {
	return &cobra.Command{
		Use: "build", Short: "Make the first model again, of the text shipped with the program, and use it",
		RunE: func(cmd *cobra.Command, _ []string) error {
			shelf, err := open()
			if err != nil {
				return err
			}
			lx, err := lexicon.Open(lexicon.Config{})
			if err != nil {
				return err
			}
			if err := lx.Check(); err != nil {
				return err
			}
			m, err := learn.Build(cmd.Context(), baseTexts(), lx, shelf.Dir(), time.Now())
			if err != nil {
				return err
			}
			if err := shelf.Use(m.Version); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "model %s in use: %d words\n", m.Version, m.Vocabulary)
			return nil
		},
	}
}

func modelListCommand(open openShelf) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the models, the newest first",
		RunE: func(cmd *cobra.Command, _ []string) error {
			shelf, err := open()
			if err != nil {
				return err
			}
			models, err := shelf.List()
			if err != nil {
				return err
			}
			now, _, err := shelf.Current()
			if err != nil {
				return err
			}
			return printModels(cmd.OutOrStdout(), models, now.Version)
		},
	}
}

func printModels(w io.Writer, models []learn.Model, inUse string) error {
	if len(models) == 0 {
		_, err := fmt.Fprintln(w, "no model yet; \"dictation run\" makes the first, or: dictation model build")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tversion\tmade\twords\tnotes\terrors before → after")
	for _, m := range models {
		mark, trial := "", "not tried"
		if m.Version == inUse {
			mark = "*"
		}
		if m.Trial != nil && m.Trial.Dictations > 0 {
			trial = fmt.Sprintf("%.1f %% → %.1f %% (%d dictations)", 100*m.Trial.Before, 100*m.Trial.After, m.Trial.Dictations)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%s\n", mark, m.Version, m.Made.Local().Format("2006-01-02 15:04"), m.Vocabulary, m.Notes, trial)
	}
	return t.Flush()
}

func modelUseCommand(open openShelf) *cobra.Command {
	return &cobra.Command{
		Use: "use VERSION", Short: "Use another version for what is recognised from now on", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			shelf, err := open()
			if err != nil {
				return err
			}
			if err := shelf.Use(args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "model %s in use\n", args[0])
			return nil
		},
	}
}

func modelRollbackCommand(open openShelf) *cobra.Command {
	return &cobra.Command{
		Use: "rollback", Short: "Go back to the version used before",
		RunE: func(cmd *cobra.Command, _ []string) error {
			shelf, err := open()
			if err != nil {
				return err
			}
			m, err := shelf.Rollback()
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "model %s in use again\n", m.Version)
			return nil
		},
	}
}
