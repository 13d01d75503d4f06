package check

import "strings"

// alike is how much two names sound and look alike, 0 to 1: the better of their
// letters and of their sounds.
func alike(said, name string) float64 {
	a, b := lettersOf(said), lettersOf(name)
	if a == "" || b == "" {
		return 0
	}
	score := ratio(a, b)
	if pa, pb := sound(a), sound(b); len(pa) > 1 && len(pb) > 1 {
		score = max(score, 0.95*ratio(pa, pb))
	}
	return score
}

func ratio(a, b string) float64 { return 1 - float64(edits(a, b))/float64(max(len(a), len(b))) }

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}

// sound spells a name by its consonants as they are heard; vowels are one
// letter at the start and nothing after it.
func sound(s string) string {
	s = strings.NewReplacer("ph", "f", "ck", "k", "sch", "x", "sh", "x", "ch", "x", "th", "t", "kn", "n", "wr", "r", "gh", "",
		"ce", "se", "ci", "si", "cy", "si", "dg", "j", "tz", "s", "mb", "m").Replace(s)
	var b strings.Builder
	var last byte
	for i := range len(s) {
		c := heard(s[i])
		if c == 'a' && i > 0 {
			last = 0
			continue
		}
		if c != last && c != 0 {
			b.WriteByte(c)
		}
		last = c
	}
	return b.String()
}

func heard(c byte) byte {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return 'a'
	case 'h', 'w':
		return 0
	case 'c', 'q':
		return 'k'
	case 'z':
		return 's'
	case 'd':
		return 't'
	case 'b':
		return 'p'
	case 'v':
		return 'f'
	}
	return c
}

// edits is the least number of letters to insert, drop, change or swap with
// their neighbour to make one of the other.
func edits(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	earlier := make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(before[j]+1, row[j-1]+1, before[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], earlier[j-2]+1)
			}
		}
		earlier, before, row = before, row, earlier
	}
	return before[len(b)]
}
