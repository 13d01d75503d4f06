package decode

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
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
	sum          string // the first 16 digits of the file's SHA-256
	name, format string
	samples      int64   // of the canonical sound
	rms          float64 // dBFS, of the canonical sound
	says         string  // why not, or what is doubtful
}

func outcomeOf(file recording, rep audio.Report, err error) outcome {
	o := outcome{sum: sum(file.bytes)[:16], name: file.name, format: cmp.Or(rep.Info.String(), "unknown"), says: "read"}
	switch {
	case err != nil:
		o.says = pipeline.Sentence(err)
		return o
	case rep.Repaired:
		o.says = "read, damaged in places"
	}
	o.samples, o.rms = rep.Samples, rep.RMSDBFS
	return o
}

// String is a line of the golden file.
func (o outcome) String() string {
	return fmt.Sprintf("%s | %s | %s | %d samples | %.2f dBFS | %s", o.sum, o.name, o.format, o.samples, o.rms, o.says)
}

// near allows other versions of ffmpeg one per cent in length and level.
func (o outcome) near(want outcome) bool {
	level := math.Abs(o.rms-want.rms) <= 20*math.Log10(1.01)
	length := math.Abs(float64(o.samples-want.samples)) <= 0.01*float64(want.samples)
	return level && length && o.sum == want.sum && o.format == want.format && o.says == want.says
}

func parseOutcome(line string) (o outcome, err error) {
	f := strings.SplitN(line, " | ", 6)
	if len(f) != 6 {
		return o, fmt.Errorf("not an outcome: %q", line)
	}
	o.sum, o.name, o.format, o.says = f[0], f[1], f[2], f[5]
	_, first := fmt.Sscanf(f[3], "%d samples", &o.samples)
	_, second := fmt.Sscanf(f[4], "%g dBFS", &o.rms)
	return o, cmp.Or(first, second)
}

// recording is a sample.
type recording struct {
	name  string
	bytes []byte
}

// recordings are the samples of this tree and those of the folder that the
// environment names, whose licence may not allow to have them here.
func recordings(t *testing.T) (list []recording) {
	t.Helper()
	seen := map[string]bool{}
	for _, dir := range []string{"testdata/samples", "../../audio/testdata/samples", os.Getenv("DICTATION_SAMPLES")} {
		if dir == "" {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) == 0 {
			t.Fatal("no samples in", dir, err)
		}
		for _, path := range files {
			if filepath.Ext(path) == ".tsv" {
				continue // the list of what is there
			}
			b, err := os.ReadFile(path)
			name, packed := strings.CutSuffix(filepath.Base(path), ".gz")
			if packed {
				b, err = unzip(b)
			}
			if err != nil {
				t.Fatal(path, err)
			}
			if s := sum(b); !seen[s] {
				seen[s] = true
				list = append(list, recording{name, b})
			}
		}
	}
	return list
}

func unzip(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

const goldenFile = "testdata/outcomes.golden"

// golden is what is recorded, by sum.
func golden(t *testing.T) map[string]outcome {
	t.Helper()
	b, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]outcome{}
	for line := range strings.Lines(string(b)) {
		o, err := parseOutcome(strings.TrimSuffix(line, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		list[o.sum] = o
	}
	return list
}

// Every sample has the outcome of the golden file. A file that it does not know
// fails: somebody has to look what becomes of it.
func TestSamples(t *testing.T) {
	t.Parallel()
	want := golden(t)
	dir := t.TempDir()
	for _, file := range recordings(t) {
		rep, err := Probe(t.Context(), bytesOf(file.bytes).open, Options{TempDir: dir})
		if err != nil && pipeline.KindOf(err) != pipeline.Unreadable {
			t.Errorf("%s: %v", file.name, err)
		}
		got := outcomeOf(file, rep, err)
		if *update {
			want[got.sum] = got
		}
		if !got.near(want[got.sum]) {
			t.Errorf("got  %s\nwant %s", got, want[got.sum])
		}
	}
	emptied(t, dir)
	if *update {
		writeGolden(t, want)
	}
}

func writeGolden(t *testing.T, all map[string]outcome) {
	t.Helper()
	lines := make([]string, 0, len(all))
	for _, o := range all {
		lines = append(lines, o.String()+"\n")
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Compare(a[16:], b[16:]) }) // by name
	if err := os.WriteFile(goldenFile, []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
}
