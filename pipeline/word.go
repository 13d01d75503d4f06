package pipeline

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SiteWord is a word that a site holds for spelled right.
type SiteWord struct {
	Word  string // in small letters
	By    string // id of the account that added it
	Added time.Time
}

// Limits of the site's word list.
const (
	MaxSiteWord  = 60 // characters
	MaxSiteWords = 20_000
)

// CheckWord reads a word for the site's list and brings it to the one way it is
// kept: small letters, the typewriter's apostrophe.
func CheckWord(word string) (string, error) {
	w := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(word), "’", "'"))
	if n := utf8.RuneCountInString(w); n < 2 || n > MaxSiteWord {
		return "", Errorf(Invalid, "A word of the list has 2 to %d letters.", MaxSiteWord)
	}
	for i, r := range w {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && (r != '\'' || i == 0) || r == utf8.RuneError {
			return "", Errorf(Invalid, "A word of the list has only letters, and an apostrophe where it belongs to it. Of words with a hyphen each part is looked up by itself.")
		}
	}
	return w, nil
}
