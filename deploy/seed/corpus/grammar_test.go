package corpus

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestGrammarLoads(t *testing.T) {
	t.Parallel()
	g, err := load()
	if err != nil {
		t.Fatal(err)
	}
	sentences, entries := 0, map[string]int{}
	for _, r := range g.rules {
		entries[r.name] = r.entries
		if r.sentence {
			sentences += r.entries
		}
	}
	for _, s := range g.scripts {
		sentences += len(s.lines)
	}
	if sentences < 1500 {
		t.Errorf("%d templates of sentences, want 1500", sentences)
	}
	for name, want := range map[string]int{"drug": 600, "brand": 300, "instrument": 150, "organ": 150, "sx": 150, "imaging": 80, "surname": 200} {
		if entries[name] < want {
			t.Errorf("[%s] has %d entries, want %d", name, entries[name], want)
		}
	}
	sum := func(prefix string) (n int) {
		for name, k := range entries {
			if strings.HasPrefix(name, prefix) {
				n += k
			}
		}
		return n
	}
	if n := sum("dx."); n < 800 {
		t.Errorf("%d diagnoses, want 800", n)
	}
	if n := sum("surg."); n < 300 {
		t.Errorf("%d operations, want 300", n)
	}
}

// Every word of every list is said somewhere in 300,000.
func TestEveryWordIsSaid(t *testing.T) {
	t.Parallel()
	g, err := load()
	if err != nil {
		t.Fatal(err)
	}
	heard := map[string]bool{}
	for s := range Sentences(1, 300_000) {
		for w := range strings.FieldsSeq(s) {
			heard[w] = true
		}
	}
	speak := &speaker{rand.New(rand.NewPCG(1, 1)), 1}
	for _, r := range g.rules {
		for _, a := range r.alts {
			for _, p := range a {
				if p.slot != "" || p.choice != nil || strings.ContainsAny(p.text, "~0123456789-") {
					continue
				}
				for _, w := range speak.say(p.text) {
					if !heard[w] && len(w) > 2 {
						t.Errorf("[%s]: %q is never said", r.name, w)
					}
				}
			}
		}
	}
}

func TestGrammarRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, want string }{
		{"entry before a rule", "aspirin", "before the first [rule]"},
		{"open head", "[drug", "no closing ]"},
		{"name with a blank", "[my drug]", "no name of a rule"},
		{"twice", "[a]\nx\n[a]\ny", "defined twice"},
		{"name of a generator", "[bp]\nx", "defined twice"},
		{"open slot", "[a]\nx {b", "without its }"},
		{"stray brace", "[a]\nx b}", "without its {"},
		{"empty slot", "[a]\nx {}", "is no slot"},
		{"ages", "! female 40 20", "wrong way round"},
		{"sex", "! boy", "neither a sex nor two ages"},
		{"script head", "[[letter]]", "a note starts with"},
		{"undefined", "[+a]\n{b}.", "{b} is not defined"},
		{"unused", "[a]\nx", "[a] is used nowhere"},
		{"circle", "[+a]\n{b}.\n[b]\n{c}\n[c]\n{b}", "leads back to itself"},
		{"bending nothing", "[+a]\n{b+ed}.", "bends no rule"},
		{"bending slots", "[+a]\n{b+ed}.\n[b]\n{n 1 2}", "not plain words"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := &grammar{byName: map[string]*rule{}}
			err := g.read("test.txt", tc.text)
			if err == nil {
				err = g.check()
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestWeightsAndSlots(t *testing.T) {
	t.Parallel()
	g := &grammar{byName: map[string]*rule{}}
	if err := g.read("test.txt", "[+a | Plan]\none {x=b} {x} {c|{b}|} *3 | two\n[b]\nbee *2"); err != nil {
		t.Fatal(err)
	}
	if err := g.check(); err != nil {
		t.Fatal(err)
	}
	a := g.byName["a"]
	if len(a.alts) != 4 || a.entries != 2 || a.headings[0] != "Plan" || !a.sentence {
		t.Errorf("read as %+v", a)
	}
	if p := a.alts[0][1]; p.bind != "x" || p.slot != "b" {
		t.Errorf("a bound slot is read as %+v", p)
	}
	if p := a.alts[0][5]; len(p.choice) != 3 {
		t.Errorf("a choice is read as %+v", p)
	}
}

func FuzzGrammar(f *testing.F) {
	f.Add("! female 1 2\n[+a | H]\nx {b|{n 1 2}} *3 | y\n[b]\nz\n[[letter | T]]\nPLAN: {v=b} {v}.")
	f.Add("[a]\n{{}}{|}")
	f.Fuzz(func(t *testing.T, text string) {
		g := &grammar{byName: map[string]*rule{}}
		if g.read("fuzz.txt", text) == nil {
			_ = g.check()
		}
	})
}
