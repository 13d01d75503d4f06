package corpus

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed grammar/*.txt
var files embed.FS

// grammar is every rule and note script, in the order of the files.
type grammar struct {
	rules   []*rule
	byName  map[string]*rule
	scripts []*script
}

// rule is a named list of alternatives.
type rule struct {
	name     string
	sentence bool     // its alternatives are whole sentences
	rare     bool     // which are said only to use the entries of other rules
	headings []string // the headings it may stand under
	who      limits
	alts     []sequence // an alternative of weight n is here n times
	entries  int        // different alternatives
}

// script is the plan of one whole note.
type script struct {
	worktype, title string
	who             limits
	lines           []line
}

// line is a heading, a text, or both.
type line struct {
	heading string
	text    sequence
}

// sequence is what an alternative consists of.
type sequence []part

// literal tells whether a sequence is nothing but text.
func (s sequence) literal() bool {
	for _, p := range s {
		if p.slot != "" || p.choice != nil {
			return false
		}
	}
	return true
}

// part is one of: text as it stands, a slot, or a choice written in place.
type part struct {
	text   string
	slot   string   // name of a rule, a variable or a generator
	args   []string // of a generator
	bind   string   // variable that keeps what the slot gave
	choice []sequence
}

// limits says whom a rule or note can be about.
type limits struct {
	sex      string // "", "female" or "male"
	min, max int    // age in years; max 0: anybody
}

var (
	weightMark = regexp.MustCompile(`\s*\*(\d{1,2})$`)
	noteHead   = regexp.MustCompile(`^([A-Z][A-Z ,&/-]*):\s*(.*)$`)
)

// load reads the embedded files once.
var load = sync.OnceValues(func() (*grammar, error) {
	names, err := fs.Glob(files, "grammar/*.txt")
	if err != nil {
		return nil, err
	}
	g := &grammar{byName: map[string]*rule{}}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := g.read(strings.TrimPrefix(name, "grammar/"), string(data)); err != nil {
			return nil, err
		}
	}
	return g, g.check()
})

// reader is where in a file the parser is.
type reader struct {
	g      *grammar
	rule   *rule
	script *script
	who    limits // of the file
}

// read adds one file; errors name file and line.
func (g *grammar) read(file, text string) error {
	r := reader{g: g}
	for i, l := range strings.Split(text, "\n") {
		if err := r.line(strings.TrimSpace(l)); err != nil {
			return fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return nil
}

func (r *reader) line(l string) error {
	switch {
	case l == "" || strings.HasPrefix(l, "#"):
		return nil
	case strings.HasPrefix(l, "!"):
		var err error
		r.who, err = parseLimits(strings.Fields(l[1:]))
		return err
	case strings.HasPrefix(l, "[["):
		return r.openScript(l)
	case strings.HasPrefix(l, "["):
		return r.openRule(l)
	case r.script != nil:
		return r.scriptLine(l)
	case r.rule != nil:
		return r.alternatives(l)
	}
	return fmt.Errorf("%q stands before the first [rule]", l)
}

func (r *reader) openScript(l string) error {
	head, ok := strings.CutSuffix(l[2:], "]]")
	f := fieldsTrimmed(head)
	if !ok || len(f) < 2 {
		return fmt.Errorf("a note starts with [[worktype | title]], not %q", l)
	}
	r.rule, r.script = nil, &script{worktype: f[0], title: f[1]}
	if len(f) > 2 {
		var err error
		if r.script.who, err = parseLimits(strings.Fields(f[2])); err != nil {
			return err
		}
	}
	r.g.scripts = append(r.g.scripts, r.script)
	return nil
}

func (r *reader) openRule(l string) error {
	head, ok := strings.CutSuffix(l[1:], "]")
	if !ok {
		return fmt.Errorf("%q has no closing ]", l)
	}
	f := fieldsTrimmed(head)
	name, sentence := strings.CutPrefix(f[0], "+")
	name, rare := strings.CutPrefix(name, "-")
	if name == "" || strings.ContainsAny(name, " =+") {
		return fmt.Errorf("%q is no name of a rule", name)
	}
	if r.g.byName[name] != nil || generators[name] != nil {
		return fmt.Errorf("%q is defined twice", name)
	}
	r.script, r.rule = nil, &rule{name: name, sentence: sentence || rare, rare: rare, headings: f[1:], who: r.who}
	r.g.byName[name] = r.rule
	r.g.rules = append(r.g.rules, r.rule)
	return nil
}

func (r *reader) scriptLine(l string) error {
	var heading string
	if m := noteHead.FindStringSubmatch(l); m != nil {
		heading, l = m[1], m[2]
	}
	s, err := parseSequence(l)
	r.script.lines = append(r.script.lines, line{heading, s})
	return err
}

func (r *reader) alternatives(l string) error {
	for _, a := range splitTop(l) {
		a, weight := strings.TrimSpace(a), 1
		if m := weightMark.FindStringSubmatch(a); m != nil {
			weight, _ = strconv.Atoi(m[1])
			a = strings.TrimSuffix(a, m[0])
		}
		s, err := parseSequence(a)
		if err != nil {
			return err
		}
		r.rule.entries++
		for range weight {
			r.rule.alts = append(r.rule.alts, s)
		}
	}
	return nil
}

func fieldsTrimmed(s string) []string {
	f := strings.Split(s, "|")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	return f
}

// parseLimits reads "female 18 45", "male" or "1 16".
func parseLimits(f []string) (limits, error) {
	var w limits
	if len(f) > 0 && (f[0] == "female" || f[0] == "male") {
		w.sex, f = f[0], f[1:]
	}
	switch len(f) {
	case 0:
		return w, nil
	case 2:
		var err error
		if w.min, err = strconv.Atoi(f[0]); err != nil {
			return w, fmt.Errorf("lowest age: %w", err)
		}
		if w.max, err = strconv.Atoi(f[1]); err != nil {
			return w, fmt.Errorf("highest age: %w", err)
		}
		if w.min > w.max {
			return w, fmt.Errorf("ages %d to %d are the wrong way round", w.min, w.max)
		}
		return w, nil
	}
	return w, fmt.Errorf("%q is neither a sex nor two ages", f)
}

// splitTop splits at the | that stand outside braces; a line whose braces do
// not close is left for parseSequence to refuse.
func splitTop(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case r == '|' && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

func parseSequence(s string) (sequence, error) {
	var out sequence
	for s != "" {
		open := strings.IndexByte(s, '{')
		if end := strings.IndexByte(s, '}'); end >= 0 && (open < 0 || end < open) {
			return nil, fmt.Errorf("a } without its { in %q", s)
		}
		if open < 0 {
			return append(out, part{text: s}), nil
		}
		if open > 0 {
			out = append(out, part{text: s[:open]})
		}
		inner, rest, ok := matching(s[open+1:])
		if !ok {
			return nil, fmt.Errorf("a { without its } in %q", s)
		}
		p, err := parseSlot(inner)
		if err != nil {
			return nil, err
		}
		out, s = append(out, p), rest
	}
	return out, nil
}

// matching splits what follows a { at the } that closes it.
func matching(s string) (inner, rest string, ok bool) {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return s[:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

func parseSlot(s string) (part, error) {
	if alts := splitTop(s); len(alts) > 1 {
		var p part
		for _, a := range alts {
			q, err := parseSequence(a)
			if err != nil {
				return p, err
			}
			p.choice = append(p.choice, q)
		}
		return p, nil
	}
	f := strings.Fields(s)
	if len(f) == 0 || strings.ContainsAny(s, "{}") {
		return part{}, fmt.Errorf("{%s} is no slot", s)
	}
	p := part{slot: f[0], args: f[1:]}
	if bind, slot, ok := strings.Cut(p.slot, "="); ok {
		p.bind, p.slot = bind, slot
	}
	return p, nil
}
