package corpus

import (
	"fmt"
	"strings"
)

// inflections are what may stand behind + in a slot: {verb+ed}. They bend the
// last word of an entry by the regular rules of English; a list they are used
// with holds no irregular words.
var inflections = map[string]func(string) string{"s": plural, "ed": past, "ing": progressive}

// derive makes the rule that a slot with an inflection names.
func (g *grammar) derive(name string) error {
	base, form, ok := strings.Cut(name, "+")
	if !ok || g.byName[name] != nil {
		return nil
	}
	from, bend := g.byName[base], inflections[form]
	if from == nil || bend == nil {
		return fmt.Errorf("{%s} bends no rule that there is", name)
	}
	r := &rule{name: name, who: from.who, entries: from.entries}
	for _, a := range from.alts {
		if len(a) != 1 || a[0].text == "" {
			return fmt.Errorf("{%s}: [%s] has entries that are not plain words", name, base)
		}
		r.alts = append(r.alts, sequence{{text: bend(a[0].text)}})
	}
	g.byName[name] = r
	g.rules = append(g.rules, r)
	return nil
}

const vowels = "aeiou"

func vowel(b byte) bool { return strings.IndexByte(vowels, b) >= 0 }

// plural also makes the third person of verbs.
func plural(w string) string {
	n := len(w)
	switch {
	case strings.HasSuffix(w, "sis"), strings.HasSuffix(w, "xis"):
		return w[:n-2] + "es"
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"), strings.HasSuffix(w, "z"),
		strings.HasSuffix(w, "ch") && w != "stomach", strings.HasSuffix(w, "sh"):
		return w + "es"
	case consonantY(w):
		return w[:n-1] + "ies"
	}
	return w + "s"
}

func past(w string) string {
	switch {
	case strings.HasSuffix(w, "e"):
		return w + "d"
	case consonantY(w):
		return w[:len(w)-1] + "ied"
	}
	return doubled(w) + "ed"
}

func progressive(w string) string {
	switch {
	case strings.HasSuffix(w, "ie"):
		return w[:len(w)-2] + "ying"
	case strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "ee") && !strings.HasSuffix(w, "ye"):
		return w[:len(w)-1] + "ing"
	}
	return doubled(w) + "ing"
}

func consonantY(w string) bool {
	return len(w) > 1 && strings.HasSuffix(w, "y") && !vowel(w[len(w)-2])
}

// stressedEnd are verbs of several syllables that double their last letter.
var stressedEnd = " admit omit permit submit transmit commit refer prefer transfer confer infer occur recur incur concur control " +
	"compel expel propel patrol regret forget begin abut acquit rebut defer deter reoccur readmit remit "

// doubled repeats the last letter where a short stressed syllable ends in it.
func doubled(w string) string {
	n := len(w)
	if n < 3 || vowel(w[n-1]) || strings.IndexByte("wxy", w[n-1]) >= 0 || !vowel(w[n-2]) || vowel(w[n-3]) && !strings.HasPrefix(w[n-3:], "ui") {
		return w
	}
	last := w[strings.LastIndexByte(w, ' ')+1:]
	if syllables(last) == 1 || strings.Contains(stressedEnd, " "+last+" ") {
		return w + w[n-1:]
	}
	return w
}

func syllables(w string) int {
	n, before := 0, false
	for i := range len(w) {
		v := vowel(w[i]) || w[i] == 'y' && i > 0
		if v && !before {
			n++
		}
		before = v
	}
	return n
}
