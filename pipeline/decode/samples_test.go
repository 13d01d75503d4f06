package decode

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dictation/audio"
	"dictation/pipeline"
)

var update = flag.Bool("update", false, "write the golden file anew")

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// outcome is what became of a recording.
type outcome struct {
	name, format string
	samples      int64   // of the canonical sound
	rms          float64 // dBFS, of the canonical sound
	says         string  // why not, or what is doubtful
}

func outcomeOf(name string, rep audio.Report, err error) outcome {
	o := outcome{name: name, format: cmp.Or(rep.Info.String(), "unknown"), samples: rep.Samples, rms: rep.RMSDBFS, says: "read"}
	if err != nil {
		return outcome{name: name, format: o.format, says: pipeline.Sentence(err)}
	}
	if rep.Repaired {
		o.says = "read, damaged in places"
	}
	return o
}

// String is a line of the golden file.
func (o outcome) String() string {
	return fmt.Sprintf("%s | %s | %d samples | %.2f dBFS | %s", o.name, o.format, o.samples, o.rms, o.says)
}

// near allows other versions of ffmpeg one per cent in length and level.
func (o outcome) near(want outcome) bool {
	level := math.Abs(o.rms-want.rms) <= 20*math.Log10(1.01)
	length := math.Abs(float64(o.samples-want.samples)) <= 0.01*float64(want.samples)
	return level && length && o.name == want.name && o.format == want.format && o.says == want.says
}

func parseOutcome(line string) (o outcome, err error) {
	f := strings.SplitN(line, " | ", 5)
	if len(f) != 5 {
		return o, fmt.Errorf("not an outcome: %q", line)
	}
	o.name, o.format, o.says = f[0], f[1], f[4]
	_, first := fmt.Sscanf(f[2], "%d samples", &o.samples)
	_, second := fmt.Sscanf(f[3], "%g dBFS", &o.rms)
	return o, cmp.Or(first, second)
}

// Every sample has the outcome of the golden file.
func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/samples/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	const golden = "testdata/outcomes.golden"
	dir := t.TempDir()
	var got []outcome
	var lines strings.Builder
	for _, file := range files {
		rep, err := Probe(t.Context(), bytesOf(sample(t, filepath.Base(file))).open, Options{TempDir: dir})
		if err != nil && pipeline.KindOf(err) != pipeline.Unreadable {
			t.Errorf("%s: %v", file, err)
		}
		o := outcomeOf(filepath.Base(file), rep, err)
		got = append(got, o)
		fmt.Fprintln(&lines, o)
	}
	emptied(t, dir)
	if *update {
		if err := os.WriteFile(golden, []byte(lines.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(want) != len(got) {
		t.Fatalf("%d outcomes, the golden file has %d", len(got), len(want))
	}
	for i, line := range want {
		w, err := parseOutcome(line)
		if err != nil {
			t.Fatal(err)
		}
		if !got[i].near(w) {
			t.Errorf("got  %s\nwant %s", got[i], w)
		}
	}
}
