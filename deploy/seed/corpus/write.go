package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// written makes the text a transcriptionist would type of an expanded one:
// spoken overrides dropped, articles and capitals set right.
func written(text string) string {
	tokens := strings.Fields(text)
	start := true
	for i, tok := range tokens {
		tokens[i] = withoutSpoken(tok)
		if start && !listMark.MatchString(tok) {
			tokens[i] = capital(tokens[i])
		}
		if strings.HasSuffix(tokens[i], "..") { // "b.i.d." at the end of a sentence
			tokens[i], start = strings.TrimSuffix(tokens[i], "."), true
			continue
		}
		start = closes(tokens[i]) || start && listMark.MatchString(tok)
	}
	return strings.Join(tokens, " ")
}

// withoutSpoken cuts "~said" out and keeps the marks behind it.
func withoutSpoken(tok string) string {
	shown, said, ok := strings.Cut(tok, "~")
	if !ok {
		return tok
	}
	return shown + said[len(strings.TrimRight(said, ".,:;?)\"")):]
}

// closes tells whether a written token is the last of a sentence.
func closes(tok string) bool {
	if dotted.MatchString(tok) || !strings.HasSuffix(tok, ".") && !strings.HasSuffix(tok, "?") {
		return false
	}
	_, abbreviated := short[strings.TrimSuffix(tok, ".")]
	return !abbreviated
}

func capital(word string) string {
	r, n := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[n:]
}

// articles puts "a" or "an" before a word as its sound asks.
func articles(text string) string {
	tokens := strings.Fields(text)
	for i := range len(tokens) - 1 {
		switch tokens[i] {
		case "a", "an":
			tokens[i] = article(tokens[i+1])
		case "A", "An":
			tokens[i] = capital(article(tokens[i+1]))
		}
	}
	return strings.Join(tokens, " ")
}

func article(next string) string {
	next = strings.Trim(next, `("),.:;?`)
	first, _, _ := strings.Cut(next, "-")
	lower := strings.ToLower(first)
	switch {
	case (letters.MatchString(first) || letterFigure.MatchString(first)) && strings.ContainsRune("AEFHILMNORSX", rune(first[0])),
		strings.HasPrefix(first, "8"), first == "11", first == "18", strings.HasPrefix(first, "11.") || strings.HasPrefix(first, "18."),
		strings.HasPrefix(lower, "hour"), strings.HasPrefix(lower, "honest"), strings.HasPrefix(lower, "x"):
		return "an"
	case letters.MatchString(first), strings.HasPrefix(lower, "one"), strings.HasPrefix(lower, "once"),
		strings.HasPrefix(lower, "uni") && !strings.HasPrefix(lower, "unin") && !strings.HasPrefix(lower, "unim"),
		strings.HasPrefix(lower, "ur"), strings.HasPrefix(lower, "us"), strings.HasPrefix(lower, "ut"), strings.HasPrefix(lower, "eu"):
		return "a"
	case lower != "" && strings.ContainsRune("aeiou", rune(lower[0])):
		return "an"
	}
	return "a"
}
