package web

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"dictation/pipeline"
)

// verbs are the places of values in a sentence.
var verbs = regexp.MustCompile(`%(\[\d+\])?[a-z]`)

// TestMessages compares the catalogues with what templates, Go and scripts say:
// each sentence has its translation, and each translation its sentence.
func TestMessages(t *testing.T) {
	t.Parallel()
	pages, scripts, errors := saidByPages(t), saidByScripts(t), saidByErrors(t)
	for key := range scripts {
		delete(pages, key)
	}
	for _, c := range []struct {
		file string
		keys map[string]string
	}{{"de.json", pages}, {"de.script.json", scripts}, {"de.errors.json", errors}} {
		var said map[string]string
		if err := readMessages(catalogues, c.file, &said); err != nil {
			t.Fatal(err)
		}
		for key, other := range said {
			if !slices.Equal(sortedVerbs(key), sortedVerbs(other)) {
				t.Errorf("%s: %q has other values than its translation %q", c.file, key, other)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(c.keys)) {
			// Many errors are for programs only: what German they have must be of use.
			if said[key] == "" && c.file != "de.errors.json" {
				t.Errorf("%s lacks %q, said in %s", c.file, key, c.keys[key])
			}
		}
		for _, key := range slices.Sorted(maps.Keys(said)) {
			if c.keys[key] == "" {
				t.Errorf("%s has %q, which nothing says", c.file, key)
			}
		}
	}
}

// sortedVerbs are the verbs of a sentence without their numbers.
func sortedVerbs(s string) []string {
	found := verbs.FindAllString(s, -1)
	for i, v := range found {
		found[i] = v[len(v)-1:]
	}
	slices.Sort(found)
	return found
}

// saidByPages are the keys of templates and Go code, with the file of each.
func saidByPages(t *testing.T) map[string]string {
	t.Helper()
	keys := make(map[string]string)
	for _, pattern := range []string{"templates/*.html", "templates/shared/*.html"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			inTemplate(t, name, keys)
		}
	}
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			inGo(t, name, keys)
		}
	}
	for _, w := range pipeline.Worktypes {
		keys[w.Title] = "pipeline.Worktypes"
	}
	for _, c := range pipeline.Commands {
		keys[c.Title], keys[c.Group] = "pipeline.Commands", "pipeline.Commands"
	}
	delete(keys, "")
	return keys
}

func inTemplate(t *testing.T, name string, keys map[string]string) {
	t.Helper()
	b, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	trees := make(map[string]*parse.Tree)
	if _, err := tree.Parse(string(b), "", "", trees); err != nil {
		t.Fatal(err)
	}
	for _, tr := range trees {
		walk(tr.Root, func(c *parse.CommandNode) {
			for _, key := range keysOf(c) {
				keys[key] = name
			}
		})
	}
}

// keysOf are the sentences of {{t "…"}} and {{tn .N "one" "many"}}.
func keysOf(c *parse.CommandNode) (keys []string) {
	id, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok || id.Ident != "t" && id.Ident != "tn" {
		return nil
	}
	from, to := 1, 2
	if id.Ident == "tn" {
		from, to = 2, 4
	}
	for _, a := range c.Args[min(from, len(c.Args)):min(to, len(c.Args))] {
		if s, ok := a.(*parse.StringNode); ok {
			keys = append(keys, s.Text)
		}
	}
	return keys
}

// walk calls f for every command of a template.
func walk(n parse.Node, f func(*parse.CommandNode)) {
	pipe := func(p *parse.PipeNode) {
		if p != nil {
			walk(p, f)
		}
	}
	list := func(l *parse.ListNode) {
		if l != nil {
			walk(l, f)
		}
	}
	branch := func(b *parse.BranchNode) {
		pipe(b.Pipe)
		list(b.List)
		list(b.ElseList)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, c := range n.Nodes {
			walk(c, f)
		}
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, f)
		}
	case *parse.CommandNode:
		f(n)
		for _, a := range n.Args {
			walk(a, f)
		}
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
}

// inGo finds what is said by t, tn and msg, titles of sheets, links of the top
// bar, and the table of what was done.
func inGo(t *testing.T, name string, keys map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			key, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			keys[key] = name
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			for _, e := range spoken(n) {
				add(e)
			}
		case *ast.CompositeLit:
			if id, ok := n.Type.(*ast.Ident); ok && id.Name == "sheet" {
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "title" {
						add(kv.Value)
					}
				}
			}
		case *ast.ValueSpec:
			if n.Names[0].Name == "said" && len(n.Values) == 1 {
				for _, e := range n.Values[0].(*ast.CompositeLit).Elts {
					add(e.(*ast.KeyValueExpr).Value)
				}
			}
		}
		return true
	})
}

// spoken are the arguments of a call that are sentences.
func spoken(c *ast.CallExpr) []ast.Expr {
	called := ""
	switch f := c.Fun.(type) {
	case *ast.Ident:
		if f.Name == "msg" {
			called = "msg"
		}
	case *ast.SelectorExpr:
		called = f.Sel.Name
	}
	switch {
	case (called == "msg" || called == "t") && len(c.Args) > 0:
		return c.Args[:1]
	case called == "tn" && len(c.Args) >= 3:
		return c.Args[1:3]
	}
	return nil
}

// quoted is a string of a script as the house writes it.
const quoted = `("(?:[^"\\]|\\.)*")`

var (
	saidT  = regexp.MustCompile(`(?:^|[^\w.$])t\(\s*` + quoted)
	saidTN = regexp.MustCompile(`(?:^|[^\w.$])tn\(.*?,\s*` + quoted + `,\s*` + quoted)
)

// saidByScripts are the keys of the page scripts, with the file of each.
func saidByScripts(t *testing.T) map[string]string {
	t.Helper()
	keys := make(map[string]string)
	for _, pattern := range []string{"ts/*.ts", "ts/*/*.ts"} {
		names, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range slices.Concat(saidT.FindAllStringSubmatch(string(b), -1), saidTN.FindAllStringSubmatch(string(b), -1)) {
				for _, lit := range m[1:] {
					key, err := strconv.Unquote(lit)
					if err != nil {
						t.Fatalf("%s: %s: %v", name, lit, err)
					}
					keys[key] = name
				}
			}
		}
	}
	return keys
}

// saidByErrors are the sentences of Errorf and Wrap on all floors of the pipeline,
// with the file of each.
func saidByErrors(t *testing.T) map[string]string {
	t.Helper()
	unknown := fmt.Errorf("of no kind")
	keys := map[string]string{pipeline.Sentence(unknown): "pipeline.Sentence"}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && d.Name() == "node_modules" {
			return fs.SkipDir
		}
		if err != nil || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if key := errorSentence(n); key != "" {
				keys[key] = name
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// errorSentence is what a call of Errorf or Wrap says; empty for any other node.
func errorSentence(n ast.Node) string {
	c, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	called := ""
	switch f := c.Fun.(type) {
	case *ast.Ident:
		called = f.Name
	case *ast.SelectorExpr:
		called = f.Sel.Name
	}
	at := map[string]int{"Errorf": 1, "Wrap": 2}[called]
	if at == 0 || len(c.Args) <= at {
		return ""
	}
	lit, ok := c.Args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	key, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return key
}

// english is what tests compare with.
var english = &speech{Tag: "en"}

func TestSaying(t *testing.T) {
	t.Parallel()
	de := &speech{Tag: "de", said: map[string]string{
		"%d note waits": "%d Schriftstück wartet", "%d notes wait": "%d Schriftstücke warten",
		"One of %s": "Eines von %s", "%d of %s": "%[2]s: %[1]d", "Sign": "Unterschreiben",
	}}
	for got, want := range map[string]string{
		de.t("Sign"):                                "Unterschreiben",
		de.t("Not there: %d", 3):                    "Not there: 3",
		de.tn(1, "%d note waits", "%d notes wait"):  "1 Schriftstück wartet",
		de.tn(2, "%d note waits", "%d notes wait"):  "2 Schriftstücke warten",
		de.tn(1, "One of %s", "%d of %s", "Lee"):    "Eines von Lee",
		de.tn(7, "One of %s", "%d of %s", "Lee"):    "Lee: 7",
		(&speech{}).t("A sentence as it is."):       "A sentence as it is.",
		(&speech{}).t("100 % <b>of</b> what it is"): "100 % <b>of</b> what it is",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLanguageOfARequest(t *testing.T) {
	t.Parallel()
	s, err := loadSpeeches(catalogues)
	if err != nil {
		t.Fatal(err)
	}
	for accept, want := range map[string]string{
		"": "en", "de": "de", "de-AT,de;q=0.9,en;q=0.5": "de", "en-GB,de;q=0.5": "en", "fr": "en", "fr,de;q=0.3": "de", ";;;": "en",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Language", accept)
		if got := s.of(r).Tag; got != want {
			t.Errorf("%q gives %s, want %s", accept, got, want)
		}
	}
}

// TestLooks: an account's language goes before the browser's, and its looks are on the page.
func TestLooks(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.do("transcriptionist", "GET", "/work", nil, "Accept-Language", "de").want(http.StatusOK).has(`lang="de"`, "Nächstes Diktat")
	x.do("transcriptionist", "GET", "/work?step=none", nil, "Accept-Language", "de").want(http.StatusBadRequest).has("Diese Warteschlange gibt es für Sie nicht.")
	x.do("transcriptionist", "GET", "/api/v1/worklist?stage=none", nil, "Accept-Language", "en").want(http.StatusBadRequest).has("Only the stage review")
	x.form("transcriptionist", "/settings", url.Values{"language": {"xx"}}).want(http.StatusBadRequest)
	x.form("transcriptionist", "/settings", url.Values{"looks": {"pink"}}).want(http.StatusBadRequest)
	x.form("transcriptionist", "/settings", url.Values{"language": {"de"}, "looks": {"dark"}}).to("/settings?said=settings")
	x.do("transcriptionist", "GET", "/work", nil, "Accept-Language", "en").want(http.StatusOK).has(`lang="de"`, `data-looks="dark"`, "Warteschlange")
	x.do("transcriptionist2", "GET", "/work", nil).want(http.StatusOK).has(`lang="en"`, "Next job")
}
