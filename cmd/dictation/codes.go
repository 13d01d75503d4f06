package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

func codesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "codes", Short: "Load the site's table of medical codes"}
	cmd.AddCommand(codesLoadCommand())
	return cmd
}

func codesLoadCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "load FILE.csv",
		Short: "Put codes into the table that coders choose from",
		Long: "Reads a CSV file in UTF-8 whose first line names its columns: system, code, title\n" +
			"and, where wanted, terms: other words for the code, divided by \"|\". Codes that are\n" +
			"there already get the new title and words; others stay. A file with a fault in it\n" +
			"changes nothing. No table of codes comes with the program: load the one your site may use.",
		Example: "  dictation codes load icd-10-cm.csv",
		Args:    cobra.ExactArgs(1),
	}
	data := dataFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		return withStore(cmd, *data, func(ctx context.Context, s *store.Store) error {
			n, err := s.LoadCodes(ctx, store.Actor{ID: "cli"}, readCodes(f))
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%d codes loaded\n", n)
			}
			return err
		})
	}
	return cmd
}

// readCodes reads a table of codes; the first fault ends it.
func readCodes(r io.Reader) iter.Seq2[pipeline.CodeEntry, error] {
	return func(yield func(pipeline.CodeEntry, error) bool) {
		c := csv.NewReader(r)
		c.ReuseRecord = true
		head, err := c.Read()
		if err != nil {
			yield(pipeline.CodeEntry{}, badCodes(1, "it has no first line that names the columns"))
			return
		}
		column := map[string]int{"system": -1, "code": -1, "title": -1, "terms": -1}
		for i, name := range head {
			column[strings.ToLower(strings.Trim(name, " \ufeff"))] = i
		}
		if column["system"] < 0 || column["code"] < 0 || column["title"] < 0 {
			yield(pipeline.CodeEntry{}, badCodes(1, "its first line must name the columns system, code and title"))
			return
		}
		for {
			row, err := c.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var e pipeline.CodeEntry
			if err == nil {
				line, _ := c.FieldPos(0)
				if e, err = codeOf(row, column); err != nil {
					err = badCodes(line, err.Error())
				}
			} else {
				err = pipeline.Wrap(pipeline.Invalid, err, "The file is not CSV as it should be; nothing was loaded")
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func badCodes(line int, what string) error {
	return pipeline.Errorf(pipeline.Invalid, "Line %d of the file: %s. Nothing was loaded.", line, what)
}

func codeOf(row []string, column map[string]int) (e pipeline.CodeEntry, err error) {
	field := func(name string) string {
		if i := column[name]; i >= 0 {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	e.Code = pipeline.Code{System: field("system"), Code: field("code"), Title: field("title")}
	if e.System == "" || e.Code.Code == "" || e.Title == "" {
		return e, errors.New("system, code and title must all be there")
	}
	if terms := field("terms"); terms != "" {
		e.Terms = strings.Split(terms, "|")
	}
	return e, nil
}
