package lexicon

import (
	"slices"
	"strings"
)

// maxWays is how many ways to say a word are kept.
const maxWays = 5

// vary adds what Americans do alike to the sounds of long words: the vowels of
// "cot" and "caught" fall together but before R, and an unstressed vowel and R
// are one sound before a vowel ("op-er-ative").
func vary(ways map[string][]Phones) {
	for word, list := range ways {
		if len(word) < longWord {
			continue
		}
		for _, p := range list[:len(list):len(list)] {
			for _, q := range variants(p) {
				if len(list) < maxWays && !slices.Contains(list, q) {
					list = append(list, q)
				}
			}
		}
		ways[word] = list
	}
}

func variants(p Phones) []Phones {
	phones := strings.Fields(string(p))
	merged := mergeR(phones)
	return []Phones{join(merged), join(cot(phones)), join(cot(merged)), join(splitR(phones))}
}

func join(phones []string) Phones { return Phones(strings.Join(phones, " ")) }

func vowel(phones []string, i int) bool {
	return i < len(phones) && strings.ContainsRune("AEIOU", rune(phones[i][0]))
}

// mergeR makes AH R before a vowel ER.
func mergeR(phones []string) []string {
	var out []string
	for i := 0; i < len(phones); i++ {
		if phones[i] == "AH" && i+1 < len(phones) && phones[i+1] == "R" && vowel(phones, i+2) {
			out = append(out, "ER")
			i++
			continue
		}
		out = append(out, phones[i])
	}
	return out
}

// splitR makes ER before a vowel AH R.
func splitR(phones []string) []string {
	var out []string
	for i, p := range phones {
		if p == "ER" && vowel(phones, i+1) {
			out = append(out, "AH", "R")
			continue
		}
		out = append(out, p)
	}
	return out
}

// cot makes AO AA but before R.
func cot(phones []string) []string {
	out := slices.Clone(phones)
	for i, p := range out {
		if p == "AO" && (i+1 == len(out) || out[i+1] != "R") {
			out[i] = "AA"
		}
	}
	return out
}
