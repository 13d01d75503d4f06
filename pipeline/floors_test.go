package pipeline_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// floors says on which floor each package lives. A package may import only
// floors below its own; a room below another (transcribe/none) may also import
// the room it belongs to. The files are read here, not asked of "go list",
// which the test cache would not notice.
var floors = map[string]int{
	"cmd/dictation": 5,

	"pipeline/web":    4,
	"pipeline/worker": 4,
	"pipeline/sweep":  4,

	"pipeline/intake":                  3,
	"pipeline/decode":                  3,
	"pipeline/transcribe":              3,
	"pipeline/transcribe/pocketsphinx": 3,
	"pipeline/transcribe/none":         3,
	"pipeline/transcribe/openai":       3,
	"pipeline/transcribe/command":      3,
	"pipeline/learn":                   3,
	"pipeline/transcribe/enginetest":   3,
	"pipeline/review":                  3,
	"pipeline/deliver":                 3,
	"pipeline/auth":                    3,
	"pipeline/feed":                    3,
	"pipeline/spelling":                3,

	"pipeline/store":              2,
	"pipeline/queue":              2,
	"pipeline/blob":               2,
	"pipeline/record":             2,
	"pipeline/record/fhir":        2,
	"pipeline/record/fhir/push":   2,
	"pipeline/record/hl7":         2,
	"pipeline/record/folder":      2,
	"pipeline/record/folder/sftp": 2,
	"pipeline/record/paper":       2,
	"pipeline/record/webhook":     2,
	"pipeline/record/recordtest":  2,
	"pipeline/decode/ffmpeg":      2,
	"pipeline/transcribe/process": 2,
	"pipeline/transcribe/lexicon": 2,

	"pipeline":       1,
	"pipeline/audit": 1,

	"audio":                  0,
	"transcript":             0,
	"transcript/check":       0,
	"transcript/ngram":       0,
	"transcript/spoken":      0,
	"deploy/seed/corpus":     0,
	"deploy/local":           0,
	"deploy/local/localtest": 0,
	"deploy/seed":            0,
}

// walls are outside packages that only some rooms may import.
var walls = map[string][]string{
	"github.com/jackc/pgx/v5":        {"pipeline/store"},
	"github.com/nats-io/nats.go":     {"pipeline/queue", "deploy/local", "cmd/dictation"},
	"github.com/minio/minio-go/v7":   {"pipeline/blob"},
	"github.com/go-audio/wav":        {"audio"},
	"github.com/nats-io/nats-server": {"deploy/local"},
	"github.com/versity/versitygw":   {"deploy/local"},
	"github.com/pkg/sftp":            {"pipeline/record/folder/sftp"},
	"codeberg.org/go-pdf/fpdf":       {"pipeline/record/paper"},
	"os/signal":                      {"cmd/dictation", "deploy/local"}, // local: its child is a process of its own
	"flag":                           {"cmd/dictation"},
	"github.com/spf13/cobra":         {"cmd/dictation"},
}

func TestFloors(t *testing.T) {
	t.Parallel()
	const root = ".."
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (strings.HasPrefix(e.Name(), ".") && e.Name() != ".." || e.Name() == "testdata" || e.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		room := path.Dir(filepath.ToSlash(rel))
		if _, ok := floors[room]; !ok {
			t.Errorf("%s: package %s has no floor; give it one here and in ARCHITECTURE.md", rel, room)
		}
		seen[room] = true
		return checkImports(t, file, rel, room)
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range floors {
		if !seen[room] {
			t.Errorf("package %s has a floor but no files", room)
		}
	}
}

func checkImports(t *testing.T, file, rel, room string) error {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	test := strings.HasSuffix(file, "_test.go") || strings.HasSuffix(room, "test")
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if !test {
			checkWalls(t, rel, room, name)
		}
		other, ok := strings.CutPrefix(name, "dictation/")
		if !ok {
			continue
		}
		if strings.HasSuffix(other, "test") {
			if !test {
				t.Errorf("%s imports %s, which is for tests only", rel, other)
			}
			continue
		}
		inside := strings.HasPrefix(room, other+"/")
		own := test && other == room
		if !inside && !own && !test && floors[other] >= floors[room] {
			t.Errorf("%s (floor %d) imports %s (floor %d): imports go down", rel, floors[room], other, floors[other])
		}
	}
	return nil
}

// yardstick is the benchmark's minimal program: it owes nothing to the rooms.
const yardstick = "cmd/dictation/bench_baseline.go"

func checkWalls(t *testing.T, rel, room, name string) {
	if filepath.ToSlash(rel) == yardstick {
		return
	}
	for prefix, allowed := range walls {
		if name != prefix && !strings.HasPrefix(name, prefix+"/") {
			continue
		}
		ok := false
		for _, a := range allowed {
			ok = ok || room == a
		}
		if !ok {
			t.Errorf("%s imports %s; only %s may", rel, name, strings.Join(allowed, ", "))
		}
	}
}
