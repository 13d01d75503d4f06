package push_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir/push"
	"dictation/pipeline/record/recordtest"
)

// validate puts resources through validators of other makers and gives what
// they find wrong with each.
func validate(t *testing.T, resources []object) [][]string {
	t.Helper()
	const dir = "../testdata/validator"
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "fhir")); err != nil {
		t.Fatalf("the FHIR validators are missing: install them with deploy/setup.sh --test\n%v", err)
	}
	var in bytes.Buffer
	for _, r := range resources {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), "node", "validate.cjs")
	var trouble bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, &in, &trouble
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, trouble.String())
	}
	var all [][]string
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var wrong []string
		if err := json.Unmarshal(lines.Bytes(), &wrong); err != nil {
			t.Fatal(err)
		}
		all = append(all, wrong)
	}
	if len(all) != len(resources) {
		t.Fatalf("%d answers to %d resources\n%s", len(all), len(resources), trouble.String())
	}
	return all
}

// What is served and what is sent is FHIR R4 to programs that are not ours; what
// is spoiled is not, so that they are known to look.
func TestValidatedByOthers(t *testing.T) {
	t.Parallel()
	var names []string
	var resources []object
	add := func(name string, raw []byte) {
		var r object
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		names, resources = append(names, name), append(resources, r)
	}
	served, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(served) < 8 {
		t.Fatalf("served %q: %v", served, err)
	}
	for _, file := range served {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		add("served "+filepath.Base(file), raw)
	}
	x := newServer(t, nil)
	first := recordtest.NewDocument(1)
	for _, p := range []push.Profile{push.USCore, push.Epic, push.Oracle} {
		s := x.system(func(c *push.Config) { c.Profile = p })
		for _, relation := range []pipeline.Relation{"", pipeline.Addendum, pipeline.Amendment} {
			doc := first
			if relation != "" {
				doc = later(recordtest.NewDocument(2), first, relation)
			}
			payload, err := s.Prepare(doc)
			if err != nil {
				t.Fatal(err)
			}
			add(strings.TrimSpace("sent "+string(p)+" "+string(relation)), payload)
		}
	}
	good := len(resources)
	sent, err := x.system(nil).Prepare(first)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(object){
		"no status":       func(d object) { delete(d, "status") },
		"unknown status":  func(d object) { d["status"] = "signed" },
		"no content":      func(d object) { delete(d, "content") },
		"unknown element": func(d object) { d["author_name"] = "x" },
		"one for a list":  func(d object) { d["category"] = list(d, "category")[0] },
		"no time":         func(d object) { d["date"] = "yesterday" },
		"relation":        func(d object) { d["relatesTo"] = []any{object{"code": "corrects", "target": d["subject"]}} },
	} {
		add("spoiled "+name, sent)
		spoil(resources[len(resources)-1])
	}
	for i, wrong := range validate(t, resources) {
		if (len(wrong) == 0) != (i < good) {
			t.Errorf("%s: %q", names[i], wrong)
		}
	}
}
