package spoken

import (
	"regexp"
	"strings"
	"unicode"
)

// spelled says letters one by one.
func spelled(letters string) []string {
	var words []string
	for _, r := range strings.ToLower(letters) {
		if unicode.IsLetter(r) {
			words = append(words, string(r)+".")
		}
	}
	return words
}

// initials are dotted letters: "b.i.d.", "a.m", "p.r.n.".
var initials = regexp.MustCompile(`^(?:\pL\.)+\pL?\.?$`)

// letterFigure is letters next to digits: "L4", "T12", "O2", "C5".
var letterFigure = regexp.MustCompile(`^(\pL{1,4})-?(\d+)$|^(\d+)(\pL{1,5})$`)

func isUpper(s string) bool {
	letters := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters > 0
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

func hasLetter(s string) bool { return letters(s) > 0 }

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// longest acronym that is spelled.
const longestAcronym = 5

// acronym reports whether a word in capitals is spelled. Among others in
// capitals it is an ordinary word, unless it is known or cannot be read.
func acronym(word string, shouted bool) bool {
	low := strings.ToLower(word)
	switch {
	case asWords[low]:
		return false
	case shouted:
		return asLetters[low] && !commonWords[low] || !strings.ContainsAny(low, "aeiouy") && len(low) <= longestAcronym
	case asLetters[low]:
		return true
	}
	return len(low) >= 2 && len(low) <= longestAcronym
}

// commonWords are in asLetters too, but in a heading in capitals are words.
var commonWords = set("or us as ace ad la all")

// sayWord says a word of letters; shouted means that the words around it are in
// capitals too.
func sayWord(word string, shouted bool) []string {
	base, genitive := word, ""
	switch {
	case strings.HasSuffix(word, "'s") || strings.HasSuffix(word, "'S"):
		base, genitive = word[:len(word)-2], "'s"
	case len(word) > 2 && strings.HasSuffix(word, "s") && isUpper(word[:len(word)-1]):
		base, genitive = word[:len(word)-1], "'s"
	}
	low := strings.ToLower(base)
	if isUpper(base) && (len(base) == 1 && !(low == "a" && genitive == "") && low != "i" || len(base) > 1 && acronym(base, shouted)) {
		words := spelled(base)
		if len(words) > 0 {
			words[len(words)-1] += genitive
		}
		return words
	}
	return []string{strings.Trim(low+genitive, "'")}
}
