package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var docs = []string{"../../README.md", "../../ARCHITECTURE.md", "../../CHANGELOG.md"}

// commandLine finds "dictation …" in the indented lines of a page.
var commandLine = regexp.MustCompile(`(?m)^    (?:bin/)?dictation( [^\n#]*)?`)

// Every command a page shows exists and takes the flags it is shown with.
func TestCommandsInDocs(t *testing.T) {
	t.Parallel()
	n := 0
	for _, page := range docs {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range commandLine.FindAllStringSubmatch(string(b), -1) {
			n++
			args := words(m[1])
			cmd, rest, err := newRoot().Find(args)
			if err != nil {
				t.Errorf("%s: dictation%s: %v", page, m[1], err)
				continue
			}
			if err := cmd.ParseFlags(rest); err != nil {
				t.Errorf("%s: dictation%s: %v", page, m[1], err)
			}
			if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
				t.Errorf("%s: dictation%s: %v", page, m[1], err)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d commands were found in the pages", n)
	}
}

// words splits a command line; quotes keep words together.
func words(line string) []string {
	var list []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			list = append(list, part)
			continue
		}
		list = append(list, strings.Fields(part)...)
	}
	return list
}

var (
	link     = regexp.MustCompile(`\]\(([^)#:]+)\)`)
	fileName = regexp.MustCompile("`?((?:cmd|pipeline|audio|transcript|deploy)/[\\w./-]+\\.\\w+)")
)

// Every file a page links to or names is there.
func TestFilesInDocs(t *testing.T) {
	t.Parallel()
	for _, page := range docs {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, find := range []*regexp.Regexp{link, fileName} {
			for _, m := range find.FindAllStringSubmatch(string(b), -1) {
				if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
					t.Errorf("%s names %s: %v", page, m[1], err)
				}
			}
		}
	}
}
