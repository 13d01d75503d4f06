package transcript

import (
	"strings"
	"unicode"
)

// WrittenWER counts the errors of a formatted text against one a person wrote,
// by their [WrittenWords].
func WrittenWER(reference, hypothesis string) Errors {
	return wordErrors(WrittenWords(reference), WrittenWords(hypothesis))
}

// WrittenWords gives the words of a written text that are scored. It evens out
// how a thing is spelled, never which thing it is: a number in words and the
// same in figures differ, and so do "mL" and "cc", "3/4" and "March 4".
//
//   - lower case; typographic apostrophes are plain ones; punctuation is dropped
//   - initials and dotted abbreviations are one word: "b.i.d." and "bid"
//   - words joined by hyphens, dashes or slashes are several; figures so joined
//     are one: "120/80", "6-0", "1:200,000"
//   - a letter and its number are one: "A-1" and "A1"
//   - a number and its unit are two: "5mg" and "5-mg" are "5 mg"
//   - "x3" is "x 3", "#15" "# 15", "0.5%" "0.5 %", "2+" "2 +"
//   - 1,500 is 1500, 01:40 is 1:40; "mm Hg" and "mm/Hg" are "mmhg"; "gm" is "g"
func WrittenWords(text string) []string {
	var words []string
	text = strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	for _, t := range Tokens(text) {
		for _, part := range writtenParts(t.Text) {
			if part == "hg" && len(words) > 0 && words[len(words)-1] == "mm" {
				words[len(words)-1] = "mmhg"
				continue
			}
			words = append(words, spelling(part))
		}
	}
	return words
}

// spelling gives one spelling of a word.
func spelling(word string) string {
	switch word {
	case "gm", "gms", "gram", "grams":
		return "g"
	case "mgs":
		return "mg"
	case "ccs":
		return "cc"
	case "µg", "μg", "ug":
		return "mcg"
	case "percent":
		return "%"
	}
	return word
}

// writtenParts splits a token into words, signs and figures.
func writtenParts(token string) []string {
	if letters := initials(token); len(letters) > 1 {
		return []string{strings.Join(letters, "")}
	}
	var parts []string
	var part []rune
	end := func() {
		if len(part) > 0 {
			parts = append(parts, unitsApart(string(part))...)
		}
		part = nil
	}
	runes := []rune(token)
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			part = append(part, r)
		case inside(runes, i, unicode.IsLetter) && r == '\'', inside(runes, i, unicode.IsNumber) && strings.ContainsRune(".:/-", r):
			part = append(part, r)
		case inside(runes, i, unicode.IsNumber) && r == ',':
		case r == '-' && code(runes, i):
		case joins(r):
			end()
		case unicode.IsSymbol(r), r == '%', r == '&', r == '@', r == '#':
			end()
			parts = append(parts, string(r))
		}
	}
	end()
	return parts
}

// code reports whether the hyphen at i stands between one letter and its number.
func code(runes []rune, i int) bool {
	return i > 0 && i+1 < len(runes) && unicode.IsLetter(runes[i-1]) && unicode.IsNumber(runes[i+1]) &&
		(i == 1 || !unicode.IsLetter(runes[i-2]) && !unicode.IsNumber(runes[i-2]))
}

// unitsApart splits "5mg" and "x3", and drops the zero of "01:40".
func unitsApart(word string) []string {
	if cut := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsNumber(r) && !strings.ContainsRune(".:/-", r) }); cut > 0 {
		if unit := word[cut:]; strongUnits[unit] || afterNumber[unit] {
			return append(unitsApart(word[:cut]), unit)
		}
	}
	if rest, ok := strings.CutPrefix(word, "x"); ok && digit(rest) {
		return append([]string{"x"}, unitsApart(rest)...)
	}
	if len(word) == 5 && word[0] == '0' && word[2] == ':' {
		return []string{word[1:]}
	}
	return []string{word}
}
