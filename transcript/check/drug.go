package check

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed drugs.tsv
var drugsTSV string

//go:embed twins.tsv
var twinsTSV string

// drug is a line of drugs.tsv.
type drug struct {
	name            string
	units           []string // the first is that of the range
	low, usual, max float64  // single dose
	classes, uses   []string
}

// pharmacy is the tables, read once.
type pharmacy struct {
	byName *lexicon[*drug]
	twins  map[string][]twin // by lower-case name
}

// twin is the name that another is taken for.
type twin struct {
	name string // lower case
	tall string // with its tall letters
	own  string // the other name, with its tall letters
}

var drugTable = sync.OnceValue(func() *pharmacy {
	p, err := readPharmacy(drugsTSV, twinsTSV)
	if err != nil {
		panic(err) // the embedded tables are tested
	}
	return p
})

func readPharmacy(drugs, twins string) (*pharmacy, error) {
	p := &pharmacy{byName: newLexicon[*drug](), twins: map[string][]twin{}}
	for line := range tableLines(drugs) {
		d, names, err := readDrug(strings.Split(line, "|"))
		if err != nil {
			return nil, fmt.Errorf("drug table, %q: %w", line, err)
		}
		for _, name := range names {
			if p.byName.names[name] != nil {
				return nil, fmt.Errorf("drug table: %q stands there twice", name)
			}
			p.byName.add(name, d)
		}
	}
	for line := range tableLines(twins) {
		a, b, ok := strings.Cut(line, "|")
		if !ok {
			return nil, fmt.Errorf("table of twins: %q is no pair", line)
		}
		la, lb := nameKey(a), nameKey(b)
		p.twins[la] = append(p.twins[la], twin{lb, b, a})
		p.twins[lb] = append(p.twins[lb], twin{la, a, b})
	}
	return p, nil
}

func tableLines(table string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(table) {
			line = strings.TrimSpace(line)
			if line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

func readDrug(f []string) (*drug, []string, error) {
	if len(f) != 8 {
		return nil, nil, fmt.Errorf("%d fields, not 8", len(f))
	}
	d := &drug{name: f[0], units: list(f[2]), classes: list(f[6]), uses: list(f[7])}
	for i, to := range []*float64{&d.low, &d.usual, &d.max} {
		v, err := strconv.ParseFloat(f[3+i], 64)
		if err != nil {
			return nil, nil, err
		}
		*to = v
	}
	if d.low <= 0 || d.low > d.usual || d.usual > d.max {
		return nil, nil, fmt.Errorf("the range does not rise")
	}
	names := append([]string{f[0]}, list(f[1])...)
	for i, name := range names {
		names[i] = nameKey(name)
	}
	return d, names, nil
}

// nameKey is a name as words are cut.
func nameKey(name string) string { return strings.ReplaceAll(strings.ToLower(name), "-", " ") }

func list(field string) []string {
	if field == "-" {
		return nil
	}
	return strings.Split(field, ",")
}

// mention is a drug named in the text.
type mention struct {
	run
	name string // as said, lower case
	*drug
}

func (n *note) findDrugs() []mention {
	table := drugTable().byName
	var out []mention
	for i := 0; i < len(n.words); i++ {
		if d, name, end := table.at(n, i); end > i {
			out = append(out, mention{run{i, end}, name, d})
			i = end - 1
		}
	}
	return out
}
