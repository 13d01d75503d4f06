package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// benchmarks are what "bench" can measure, in order.
var benchmarks = []struct {
	name string
	what string
	run  func(context.Context, benchOptions) ([]figure, error)
}{
	{"pipeline", "throughput and added latency with the empty engine, beside a minimal program doing the same I/O", benchPipeline},
	{"decode", "processor time of decoding, beside ffmpeg converting alone, and memory with long recordings", benchDecode},
	{"long", "a 30-minute dictation, recognised in pieces, beside the engine alone on the whole file", benchLong},
	{"queue", "the queries of the queue page with a million dictations, beside a thousand", benchQueue},
	{"chart", "the queries of the chart, of what it lacks and of the search with a million notes, beside a thousand", benchChart},
	{"pages", "weight of the pages' scripts, and typing in 10,000 timed words beside a bare text field", benchPages},
	{"start", "time until ready on an existing data folder, and processor use when idle", benchStart},
}

// figure is one measured number and what it is held against.
type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Aim    string  `json:"aim,omitempty"`
	Passed *bool   `json:"passed,omitempty"`
}

// aim is a figure with a bound, given as words and as a fact.
func aim(name string, value float64, unit, words string, ok bool) figure {
	return figure{Name: name, Value: value, Unit: unit, Aim: words, Passed: &ok}
}

// benchOptions are the flags of "bench".
type benchOptions struct {
	n, parallel int
	rounds      int
	dir         string
	stderr      io.Writer
}

func benchCommand() *cobra.Command {
	o := benchOptions{}
	names := make([]string, len(benchmarks))
	long := "Measures on real servers in a temporary folder, each figure beside a yardstick\nof the same minute. Benchmarks:\n"
	for i, b := range benchmarks {
		names[i] = b.name
		long += fmt.Sprintf("\n  %-10s %s", b.name, b.what)
	}
	cmd := &cobra.Command{
		Use: "bench [NAME…]", Short: "Measure speed", Long: long,
		ValidArgs: names, Args: cobra.OnlyValidArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "print the figures as JSON")
	profile := cmd.Flags().String("profile", "", "write a processor profile of this process to FILE")
	cmd.Flags().IntVar(&o.n, "n", 120, "dictations in a round")
	cmd.Flags().IntVar(&o.rounds, "rounds", 3, "rounds, product and yardstick in turn; medians are printed")
	cmd.Flags().IntVar(&o.parallel, "parallel", 16, "uploads at a time")
	cmd.Flags().StringVar(&o.dir, "dir", "", "folder for the temporary data (default: the system's)")
	cmd.AddCommand(decodeJobCommand(), benchWERCommand())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.stderr = cmd.ErrOrStderr()
		if *profile != "" {
			f, err := os.Create(*profile)
			if err != nil {
				return err
			}
			defer f.Close()
			if err := pprof.StartCPUProfile(f); err != nil {
				return err
			}
			defer pprof.StopCPUProfile()
		}
		figures := make(map[string][]figure)
		for _, b := range benchmarks {
			if len(args) > 0 && !slices.Contains(args, b.name) {
				continue
			}
			list, err := b.run(cmd.Context(), o)
			if err != nil {
				return fmt.Errorf("bench %s: %w", b.name, err)
			}
			figures[b.name] = list
			if !*asJSON {
				if err := printFigures(cmd.OutOrStdout(), b.name, list); err != nil {
					return err
				}
			}
		}
		if *asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(figures)
		}
		return nil
	}
	return cmd
}

func printFigures(w io.Writer, name string, list []figure) error {
	fmt.Fprintf(w, "%s\n", name)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range list {
		held := ""
		if f.Passed != nil {
			held = f.Aim + "  held"
			if !*f.Passed {
				held = f.Aim + "  MISSED"
			}
		}
		fmt.Fprintf(t, "  %s\t%.4g %s\t%s\n", f.Name, f.Value, f.Unit, held)
	}
	return t.Flush()
}

// median of a list, which it sorts.
func median(list []float64) float64 { return quantile(list, 0.5) }

func quantile(list []float64, q float64) float64 {
	slices.Sort(list)
	return list[min(len(list)-1, int(q*float64(len(list))))]
}

// benchFolder makes the folder of a benchmark's data.
func benchFolder(o benchOptions) (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(o.dir, "dictation-bench-")
	if err != nil {
		return "", nil, err
	}
	// PostgreSQL's own user has to pass through.
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", nil, err
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// ms is a duration in milliseconds.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
