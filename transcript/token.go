package transcript

import (
	"strings"
	"unicode"
)

// Token is a word of a text: a longest run of anything but white space (as
// Unicode defines it). Everything that aligns words with a text counts in these.
type Token struct {
	Text   string
	Offset int // bytes from the start of the text
}

// Tokens splits a text. The white space between tokens is the text from one
// token's end to the next one's Offset.
func Tokens(text string) []Token {
	var tokens []Token
	start := -1
	for i, r := range text {
		switch space := unicode.IsSpace(r); {
		case space && start >= 0:
			tokens = append(tokens, Token{text[start:i], start})
			start = -1
		case !space && start < 0:
			start = i
		}
	}
	if start >= 0 {
		tokens = append(tokens, Token{text[start:], start})
	}
	return tokens
}

// key is what makes two tokens the same word for alignment: case and the
// punctuation around a word do not count, except where they are all there is.
func key(token string) string {
	s := strings.TrimFunc(token, func(r rune) bool { return unicode.IsPunct(r) && r != '_' && r != '%' })
	if s == "" {
		s = token
	}
	return strings.ToLower(s)
}
