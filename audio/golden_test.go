package audio

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample reads a file of testdata/samples.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	path := filepath.Join("testdata", "samples", name)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return unzipped(t, path+".gz")
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func unzipped(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

// samples names the files of testdata/samples.
func samples(t testing.TB) (names []string) {
	t.Helper()
	files, err := os.ReadDir("testdata/samples")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".gz"))
	}
	return names
}

// outcome is what became of a file, in a line.
func outcome(rep Report, err error) string {
	if err != nil {
		line := fmt.Sprintf("refused | %s | %s", rep.Info, err)
		if format, ok := DecoderFor(err); ok {
			line = fmt.Sprintf("left to ffmpeg as %s | %s | %s", format, rep.Info, err)
		}
		return line
	}
	line := fmt.Sprintf("read | %s | %d frames, %s, peak %.1f, RMS %.1f dBFS, %.1f LUFS, clipped %d",
		rep.Info, rep.Frames, rep.Duration, rep.PeakDBFS, rep.RMSDBFS, rep.LUFS, rep.Clipped)
	if rep.Missing > 0 {
		line += fmt.Sprintf(", missing %s", rep.Missing)
	}
	if rep.Repaired {
		line += ", repaired"
	}
	for _, tags := range []map[string]string{rep.Meta.Info, rep.Meta.Tags} {
		for _, k := range slices.Sorted(maps.Keys(tags)) {
			line += fmt.Sprintf(", %s=%q", k, tags[k])
		}
	}
	return line
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, name := range samples(t) {
		b := sample(t, name)
		rep, err := Probe(t.Context(), bytes.NewReader(b), Limits{})
		line := outcome(rep, err)
		fmt.Fprintf(&got, "%s | %s\n", name, line)
		// However the bytes trickle in, the outcome is the same.
		rep, err = Convert(t.Context(), iotest.HalfReader(bytes.NewReader(b)), Options{})
		if s := outcome(rep, err); s != line {
			t.Errorf("%s, read in halves: %s\nat once: %s", name, s, line)
		}
	}
	const golden = "testdata/outcomes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("line %d differs\n got %q\nwant %q", i+1, g[min(i, len(g)-1)], w[min(i, len(w)-1)])
		}
	}
}

// All spellings of the same two seconds sound the same.
func TestDialectsAgree(t *testing.T) {
	t.Parallel()
	want := samplesOf(t, sample(t, "gen-ref.wav"))
	for name, tolerance := range map[string]float32{
		"gen-bits12.wav": 0, "gen-big-bext-header.wav": 0, "gen-cue-4G.wav": 0, "gen-odd-unpadded.wav": 0,
		"gen-rf64.wav": 0, "gen-rifx.wav": 0, "gen-piped.wav": 0, "gen-riff0-dataok.wav": 0, "gen-ds64-bw64.wav": 0,
		"gen-sizeFFFFFFFF-both.wav": 0, "gen-w64.w64": 0, "gen-pcm_s24le.wav": 1e-4,
		"gen-pcm_alaw.wav": 0.002, "gen-pcm_u8.wav": 0.008,
	} {
		got := samplesOf(t, sample(t, name))
		if len(got) != len(want) {
			t.Errorf("%s: %d samples, want %d", name, len(got), len(want))
			continue
		}
		for i := range got {
			if d := got[i] - want[i]; d > tolerance || d < -tolerance {
				t.Errorf("%s: sample %d is %g, want %g", name, i, got[i], want[i])
				break
			}
		}
	}
}

// samplesOf reads all samples of a file.
func samplesOf(t testing.TB, file []byte) []float32 {
	t.Helper()
	r, info, err := Open(bytes.NewReader(file), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var out []float32
	buf := make([]float32, 1000*info.Channels)
	for {
		n, err := r.Read(buf)
		out = append(out, buf[:n*info.Channels]...)
		if err != nil {
			return out
		}
	}
}
